"""A client that asks for histories and tells them in few words."""

from __future__ import annotations

from typing import Any

from tests.content.client import LibraryClient


class HistoryClient(LibraryClient):
    """What one user does in one library, and the histories that this user sees."""

    @classmethod
    def of(cls, client: LibraryClient) -> HistoryClient:
        return cls(client.library, client.http)

    def drafts(self, name: str) -> list[str]:
        """The draft history: ``edited Title``, newest first."""
        return told(self.get(name, "draft_history/"))

    def groups(self, name: str) -> list[Any]:
        groups: list[Any] = self.get(name, "publish_history/")
        return groups

    def entries_response(self, name: str, publish_log_uuid: str) -> Any:
        query = {"scope_entity_key": self.key(name), "publish_log_uuid": publish_log_uuid}
        return self.http.get(self.library_url("publish_history_entries/"), query)

    def published(self, name: str) -> list[list[str]]:
        """What went into each publish operation, the newest operation first."""
        return [told(self.ok(self.entries_response(name, group["publish_log_uuid"]))) for group in self.groups(name)]


def told(entries: list[Any]) -> list[str]:
    return [f"{entry['action']} {entry['title']}" for entry in entries]


def asked_for(group: Any) -> list[str]:
    """What a publish operation was asked for, by titles."""
    return [entity["title"] for entity in group["direct_published_entities"]]


def usernames(group: Any) -> list[str]:
    return [contributor["username"] for contributor in group["contributors"]]
