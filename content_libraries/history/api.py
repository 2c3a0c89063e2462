"""Functions on the history of content for other rooms. They check permissions."""

from ..learning_core.api import ChangeKind
from .change_sets import change_set_records, get_change_set, list_change_sets
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
    "ChangeKind",
    "ChangeRecord",
    "ChangeSet",
    "ConflictReason",
    "Contributor",
    "HistoryEntry",
    "ItemVersion",
    "LibraryState",
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
    "UndoAction",
    "UndoConflict",
    "UndoConflictError",
    "UndoPlan",
    "UndoStep",
    "Undone",
    "change_set_records",
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
