"""Data classes of plans and results of restores into libraries."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from ...plan_basis import PlanBasis
from ..format.data import CollectionRecord, EntityRecord


class RestoreMode(StrEnum):
    """Names ways to restore an archive."""

    NEW = "new"
    """As a new library, with drafts, published versions and the numbers of versions."""
    ADD = "add"
    """Into a library, whose items stay as they are."""
    REPLACE_ITEMS = "replace-items"
    """Into a library, whose items with the same keys get the state of the archive."""
    REPLACE_ALL = "replace-all"
    """Into a library, which has nothing afterwards that the archive does not have."""


class Collision(StrEnum):
    """Names ways to treat an item that the library has with other content (RestoreMode.ADD)."""

    SKIP = "skip"
    RENAME = "rename"


class Action(StrEnum):
    """Names the change of an item or a collection in a restore."""

    CREATE = "create"
    RENAME = "rename"
    """It is created under another key, because the library has another item with its key."""
    UPDATE = "update"
    RESTORE = "restore"
    """It was deleted, and comes back."""
    UNCHANGED = "unchanged"
    SKIP = "skip"
    DELETE = "delete"


WRITTEN = frozenset({Action.CREATE, Action.RENAME, Action.UPDATE, Action.RESTORE})
"""Actions that give an item a new version."""


@dataclass(frozen=True, slots=True)
class RestoreOptions:
    """
    Says what to restore, and how.

    Args:
        collision: only for RestoreMode.ADD.
        items, collections: keys of items and codes of collections in the archive; all if both are empty. Items come
            with everything below them, collections with their items.
        drafts_only: whether published versions stay as they are. Without it, the modes that replace need PUBLISH if
            they change a published version.
    """

    mode: RestoreMode
    collision: Collision = Collision.SKIP
    items: tuple[str, ...] = ()
    collections: tuple[str, ...] = ()
    drafts_only: bool = False

    @property
    def is_partial(self) -> bool:
        return bool(self.items or self.collections)

    @property
    def replaces(self) -> bool:
        """Return whether items of the library get the state that they have in the archive."""
        return self.mode in (RestoreMode.REPLACE_ITEMS, RestoreMode.REPLACE_ALL)

    @property
    def replaces_everything(self) -> bool:
        """Return whether the library has nothing afterwards that the archive does not have."""
        return self.mode is RestoreMode.REPLACE_ALL and not self.is_partial

    @property
    def replaces_published(self) -> bool:
        """Return whether published versions are replaced, too."""
        return self.replaces and not self.drafts_only

    def as_json(self) -> dict[str, object]:
        """Return the options for a column of JSON."""
        return {
            "mode": str(self.mode),
            "collision": str(self.collision),
            "items": list(self.items),
            "collections": list(self.collections),
            "drafts_only": self.drafts_only,
        }

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> RestoreOptions:
        """Return the options of a column of JSON."""
        return cls(
            mode=RestoreMode(values["mode"]),
            collision=Collision(values["collision"]),
            items=tuple(values["items"]),
            collections=tuple(values["collections"]),
            drafts_only=bool(values.get("drafts_only")),
        )


@dataclass(frozen=True, slots=True)
class PlannedItem:
    """
    Describes what happens to an item.

    Args:
        key: its key in the archive; if only the library has the item, its key in the library.
        action: what happens.
        target: its key in the library.
        version_num: number of the draft afterwards; None if it is not written.
    """

    key: str
    action: Action
    target: str
    item_type: str
    title: str
    version_num: int | None = None


@dataclass(frozen=True, slots=True)
class PlannedCollection:
    """Describes the change of a collection: ``code`` is its code in the archive, ``target`` its code in the library."""

    code: str
    action: Action
    target: str
    title: str


@dataclass(frozen=True, slots=True)
class RestorePlan:
    """
    Describes what a restore would do.

    Args:
        items, collections: all items and collections of the archive, and the ones that are deleted in the library.
        writes: the records to write, with the keys and numbers that they have in the library.
        keeping: keys of records whose draft stays what it is, because only pinned versions are added.
        deleted_pks: entities to delete.
        published: key and number in the library of the versions to publish; None to publish the absence of an item.
        unpublished_pks: published entities that the archive does not have, to publish their absence.
        memberships: the records of collections to write.
        targets: key in the archive -> key in the library.
        basis: the facts that the plan was made for: its options, and the drafts that it was made from.
    """

    items: tuple[PlannedItem, ...]
    collections: tuple[PlannedCollection, ...]
    writes: tuple[EntityRecord, ...] = ()
    keeping: frozenset[str] = frozenset()
    deleted_pks: tuple[int, ...] = ()
    published: Mapping[str, int | None] = field(default_factory=dict)
    unpublished_pks: tuple[int, ...] = ()
    memberships: tuple[CollectionRecord, ...] = ()
    targets: Mapping[str, str] = field(default_factory=dict)
    basis: PlanBasis[str] = field(default_factory=PlanBasis)

    @property
    def publications(self) -> int:
        """Return how many items get another published version, or lose theirs."""
        return len(self.published) + len(self.unpublished_pks)

    def counts(self) -> Counter[str]:
        """Count the items by action."""
        return Counter({str(action): 0 for action in Action}) + Counter(str(item.action) for item in self.items)
