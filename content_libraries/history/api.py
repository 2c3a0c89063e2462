"""Functions on the history of content for other rooms. They check permissions."""

from .data import Action, Contributor, HistoryEntry, PublishedEntity, PublishGroup
from .drafts import creation_entry, draft_history
from .publishes import publish_entries, publish_history

__all__ = [
    "Action",
    "Contributor",
    "HistoryEntry",
    "PublishGroup",
    "PublishedEntity",
    "creation_entry",
    "draft_history",
    "publish_entries",
    "publish_history",
]
