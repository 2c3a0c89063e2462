"""Data classes of the history, for other rooms too."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from opaque_keys.edx.keys import UsageKey

from ..keys import CourseKey, ItemKey, LibraryLocatorV2, item_type_of
from ..learning_core.api import ChangeKind


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


@dataclass(frozen=True, slots=True)
class ChangeSet:
    """
    Describes what a user did to a library or a course in one action (ADR 0045).

    Args:
        uuid: id of the draft change log or publish log.
        context_key: the library or course.
        kind: what the user did.
        user: a username; None for the site itself, or for a user who is gone.
        created: time of the action.
        source_key: key of the course, library, item or block that the content came from; blank if there is none.
        job_uuid: the job that did it; None if no job did.
        undoes: the change set that it undoes; None if it undoes none.
        undone_by: the newest change set that undoes it; None if there is none.
        changes: number of items that changed themselves.
        side_effects: number of items that are recorded only because something below them changed.
        summary: one sentence, in the language of the reader.
    """

    uuid: UUID
    context_key: LibraryLocatorV2 | CourseKey
    kind: ChangeKind
    user: str | None
    created: datetime
    source_key: str
    job_uuid: UUID | None
    undoes: UUID | None
    undone_by: UUID | None
    changes: int
    side_effects: int
    summary: str


@dataclass(frozen=True, slots=True)
class ChangeRecord:
    """
    Describes what a change set did to one item.

    Args:
        key: the item or block; None for a file of a course.
        item_type: the type of the XBlock or container; ``file`` for a file of a course.
        title: title of the item afterwards; the last title of a deleted item; the path of a file.
        old_version, new_version: numbers of the versions before and after; None for no version. Equal numbers say that
            something below the item changed.
        direct: whether the user asked to publish the item itself; None in sets that published nothing, and in older
            sets.
        affects: the containers of the item that the change affected, one level up.
    """

    key: ItemKey | UsageKey | None
    item_type: str
    title: str
    old_version: int | None
    new_version: int | None
    direct: bool | None
    affects: tuple[ItemKey | UsageKey, ...]

    @property
    def is_side_effect(self) -> bool:
        """Return whether the item changed only because something below it did."""
        return self.old_version == self.new_version
