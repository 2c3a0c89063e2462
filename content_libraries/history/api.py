"""Functions on the history of content for other rooms. They check permissions."""

from ..learning_core.api import ChangeKind
from ..learning_core.data import PublishFigures
from ..olx.api import Replacing
from ..xblocks.data import BlockEdit, SettingsEdit
from .bulk_edits.applying import apply_bulk_edit, preview_bulk_edit
from .bulk_edits.data import (
    BulkEditPlan,
    BulkEditResult,
    EditableItem,
    EditableKey,
    FieldCount,
    LeftAlone,
    PlannedItem,
    Selection,
)
from .bulk_edits.jobs import (
    cancel_bulk_edit,
    find_bulk_edit,
    list_bulk_edits,
    make_bulk_edit,
    retry_bulk_edit,
)
from .change_sets import AnyItemKey, ContextKey, Listed, change_set_records, get_change_set, list_change_sets
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
from .figures import Week, activity, publish_figures
from .models import BulkEditJob, Release
from .names import (
    KIND_NAMES,
    PUBLISH_CHANGE_NAMES,
    PUBLISH_REASON_NAMES,
    RESTORE_ACTION_NAMES,
    UNDO_ACTION_NAMES,
)
from .publish_preview.data import (
    DraftAuthor,
    DraftLeftOut,
    PreviewItem,
    PublishChange,
    PublishPreview,
    PublishReason,
)
from .publish_preview.previewing import preview_publish
from .publish_preview.publishing import publish_previewed
from .publishes import publish_entries, publish_history
from .release_data import (
    ReleaseAction,
    ReleaseEventKind,
    ReleaseItemEntry,
    ReleaseState,
    possible_actions,
)
from .releases.acting import (
    approve_release,
    cancel_release,
    change_release,
    comment_release,
    create_release,
    decline_release,
    publish_release,
    request_release,
    revert_release,
    schedule_release,
)
from .releases.errors import (
    ContentChangedError,
    ItemsDeletedError,
    NothingToPublishError,
    NotRevertibleError,
    ReleaseConflictError,
    TooManyEventsError,
    WrongStateError,
)
from .releases.queries import (
    access_release,
    allowed_actions,
    get_release,
    list_releases,
    preview_release,
    release_events,
    release_items,
)
from .releases.running import due_releases, publish_due_release
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
    "KIND_NAMES",
    "PUBLISH_CHANGE_NAMES",
    "PUBLISH_REASON_NAMES",
    "RESTORE_ACTION_NAMES",
    "UNDO_ACTION_NAMES",
    "Action",
    "AfterPublish",
    "AnyItemKey",
    "AroundChangeSet",
    "BlockEdit",
    "BulkEditJob",
    "BulkEditPlan",
    "BulkEditResult",
    "ChangeKind",
    "ChangeRecord",
    "ChangeSet",
    "Comparison",
    "ConflictReason",
    "ContentChangedError",
    "ContextKey",
    "Contributor",
    "DraftAuthor",
    "DraftLeftOut",
    "EditableItem",
    "EditableKey",
    "FieldCount",
    "HistoryEntry",
    "ItemVersion",
    "ItemsDeletedError",
    "LeftAlone",
    "LibraryState",
    "Listed",
    "Moment",
    "NotRevertibleError",
    "NothingToPublishError",
    "NothingToUndoError",
    "OnConflict",
    "PlannedItem",
    "PreviewItem",
    "PublishChange",
    "PublishFigures",
    "PublishGroup",
    "PublishPreview",
    "PublishReason",
    "PublishedEntity",
    "RecordsRemovedError",
    "Release",
    "ReleaseAction",
    "ReleaseConflictError",
    "ReleaseEventKind",
    "ReleaseItemEntry",
    "ReleaseState",
    "Replacing",
    "RestoreAction",
    "RestorePlan",
    "RestoreStep",
    "RestoreTarget",
    "Restored",
    "Selection",
    "SettingsEdit",
    "StateName",
    "TooManyEventsError",
    "UndoAction",
    "UndoConflict",
    "UndoConflictError",
    "UndoPlan",
    "UndoStep",
    "Undone",
    "Week",
    "WrongStateError",
    "access_release",
    "activity",
    "allowed_actions",
    "apply_bulk_edit",
    "approve_release",
    "cancel_bulk_edit",
    "cancel_release",
    "change_release",
    "change_set_records",
    "comment_release",
    "compare",
    "create_release",
    "creation_entry",
    "decline_release",
    "draft_history",
    "due_releases",
    "find_bulk_edit",
    "get_change_set",
    "get_release",
    "list_bulk_edits",
    "list_change_sets",
    "list_releases",
    "make_bulk_edit",
    "possible_actions",
    "preview_bulk_edit",
    "preview_publish",
    "preview_release",
    "preview_restore",
    "preview_undo",
    "publish_due_release",
    "publish_entries",
    "publish_figures",
    "publish_history",
    "publish_previewed",
    "publish_release",
    "release_events",
    "release_items",
    "request_release",
    "restore_versions",
    "retry_bulk_edit",
    "revert_release",
    "schedule_release",
    "undo_change_set",
]
