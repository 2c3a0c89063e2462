"""Data classes of the history, for other rooms too."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from ..keys import ItemKey, item_type_of


class Action(StrEnum):
    """The kind of a change in a history entry."""

    CREATED = "created"
    DELETED = "deleted"
    RENAMED = "renamed"
    EDITED = "edited"


@dataclass(frozen=True, slots=True)
class Contributor:
    """A user who made a change."""

    username: str


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """
    One change of one item (wire: history).

    Args:
        contributor: who did it; None for the site itself, or for a user who is gone.
        changed_at: time of the change.
        title: of the item afterwards; the last one of an item that was deleted.
        item_type: the XBlock type of a component, or the type of a container.
        action: ``created`` also for an item that came back from a deletion; ``edited`` also for a container below
            which something changed.
        old_version, new_version: numbers of the versions before and after; 0 and None for no version.
    """

    contributor: Contributor | None
    changed_at: datetime
    title: str
    item_type: str
    action: Action
    old_version: int
    new_version: int | None


@dataclass(frozen=True, slots=True)
class PublishedEntity:
    """An item that a user asked to publish, with its title at that time."""

    key: ItemKey
    title: str

    @property
    def entity_type(self) -> str:
        """Return the XBlock type of a component, or the type of a container."""
        return item_type_of(self.key)


@dataclass(frozen=True, slots=True)
class PublishGroup:
    """
    One publish operation, as the history of an item shows it (wire: history).

    Args:
        publish_log_uuid: id of the operation; see ``publish_entries``.
        published_by: a username; None for the site itself, or for a deleted user.
        contributors: the users who made the published changes, the latest first.
        direct_published_entities: the items that a user asked to publish; never empty.
        scope_entity_key: the item to ask for entries of; None for "the container whose history this is".
    """

    publish_log_uuid: UUID
    published_by: str | None
    published_at: datetime
    contributors: tuple[Contributor, ...]
    direct_published_entities: tuple[PublishedEntity, ...]
    scope_entity_key: ItemKey | None

    @property
    def contributors_count(self) -> int:
        return len(self.contributors)
