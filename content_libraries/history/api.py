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

__all__ = [
    "Action",
    "AfterPublish",
    "AroundChangeSet",
    "ChangeKind",
    "ChangeRecord",
    "ChangeSet",
    "Comparison",
    "Contributor",
    "HistoryEntry",
    "Listed",
    "Moment",
    "PublishGroup",
    "PublishedEntity",
    "StateName",
    "change_set_records",
    "compare",
    "creation_entry",
    "draft_history",
    "get_change_set",
    "list_change_sets",
    "publish_entries",
    "publish_history",
]
