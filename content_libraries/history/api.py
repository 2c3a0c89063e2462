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

__all__ = [
    "Action",
    "ChangeKind",
    "ChangeRecord",
    "ChangeSet",
    "Contributor",
    "DraftAuthor",
    "DraftLeftOut",
    "HistoryEntry",
    "PreviewItem",
    "PublishChange",
    "PublishGroup",
    "PublishPreview",
    "PublishReason",
    "PublishedEntity",
    "change_set_records",
    "creation_entry",
    "draft_history",
    "get_change_set",
    "list_change_sets",
    "preview_publish",
    "publish_entries",
    "publish_history",
]
