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
from .publish_preview.data import (
    DraftAuthor,
    DraftLeftOut,
    PreviewItem,
    PublishChange,
    PublishPreview,
    PublishReason,
)
from .publish_preview.previewing import preview_publish
from .publishes import publish_entries, publish_history
from .releases.acting import (
    approve_release,
    cancel_release,
    change_release,
    comment_release,
    create_release,
    decline_release,
    publish_release,
    request_release,
    schedule_release,
)
from .releases.data import (
    ReleaseAction,
    ReleaseEventKind,
    ReleaseItemEntry,
    ReleaseState,
    possible_actions,
)
from .releases.errors import (
    ContentChangedError,
    ItemsDeletedError,
    NothingToPublishError,
    ReleaseConflictError,
    WrongStateError,
)
from .releases.reading import (
    access_release,
    get_release,
    list_releases,
    preview_release,
    release_events,
    release_items,
)
from .releases.running import due_releases, publish_due_release

__all__ = [
    "Action",
    "ChangeKind",
    "ChangeRecord",
    "ChangeSet",
    "ContentChangedError",
    "Contributor",
    "DraftAuthor",
    "DraftLeftOut",
    "HistoryEntry",
    "ItemsDeletedError",
    "NothingToPublishError",
    "PreviewItem",
    "PublishChange",
    "PublishGroup",
    "PublishPreview",
    "PublishReason",
    "PublishedEntity",
    "ReleaseAction",
    "ReleaseConflictError",
    "ReleaseEventKind",
    "ReleaseItemEntry",
    "ReleaseState",
    "WrongStateError",
    "access_release",
    "approve_release",
    "cancel_release",
    "change_release",
    "change_set_records",
    "comment_release",
    "create_release",
    "creation_entry",
    "decline_release",
    "draft_history",
    "due_releases",
    "get_change_set",
    "get_release",
    "list_change_sets",
    "list_releases",
    "possible_actions",
    "preview_publish",
    "preview_release",
    "publish_due_release",
    "publish_entries",
    "publish_history",
    "publish_release",
    "release_events",
    "release_items",
    "request_release",
    "schedule_release",
]
