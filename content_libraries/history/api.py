"""Functions on the history of content for other rooms. They check permissions."""

from ..learning_core.api import ChangeKind
from .change_sets import Listed, change_set_records, get_change_set, list_change_sets
from .compare.comparing import compare
from .compare.data import AfterPublish, AroundChangeSet, Comparison, Moment, StateName
from .data import (
    Action,
    ChangeRecord,
    ChangeSet,
    Contributor,
    HistoryEntry,
    PublishedEntity,
    PublishGroup,
)
from .drafts import creation_entry, draft_history
from .publishes import publish_entries, publish_history
from .restore.data import (
    ItemVersion,
    LibraryState,
    RestoreAction,
    Restored,
    RestorePlan,
    RestoreStep,
    RestoreTarget,
)
from .restore.restoring import preview_restore, restore_versions
from .undo.data import ConflictReason, OnConflict, UndoAction, UndoConflict, Undone, UndoPlan, UndoStep
from .undo.errors import NothingToUndoError, RecordsRemovedError, UndoConflictError
from .undo.undoing import preview_undo, undo_change_set

__all__ = [
    "Action",
    "AfterPublish",
    "AroundChangeSet",
    "ChangeKind",
    "ChangeRecord",
    "ChangeSet",
    "Comparison",
    "ConflictReason",
    "Contributor",
    "HistoryEntry",
    "ItemVersion",
    "LibraryState",
    "Listed",
    "Moment",
    "NothingToUndoError",
    "OnConflict",
    "PublishGroup",
    "PublishedEntity",
    "RecordsRemovedError",
    "RestoreAction",
    "RestorePlan",
    "RestoreStep",
    "RestoreTarget",
    "Restored",
    "StateName",
    "UndoAction",
    "UndoConflict",
    "UndoConflictError",
    "UndoPlan",
    "UndoStep",
    "Undone",
    "change_set_records",
    "compare",
    "creation_entry",
    "draft_history",
    "get_change_set",
    "list_change_sets",
    "preview_restore",
    "preview_undo",
    "publish_entries",
    "publish_history",
    "restore_versions",
    "undo_change_set",
]
