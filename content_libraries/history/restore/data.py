"""Data classes of restoring earlier versions."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from opaque_keys.edx.keys import UsageKey

from ...keys import ItemKey, LibraryLocatorV2
from ..data import ChangeSet


@dataclass(frozen=True, slots=True)
class ItemVersion:
    """
    An item of a library, or a block of a course, and the version that it goes back to.

    Args:
        with_children: only for containers of libraries: whether the items in the container go back, too, to what they
            were when the version was made.
    """

    key: ItemKey | UsageKey
    version_num: int
    with_children: bool = False


@dataclass(frozen=True, slots=True)
class LibraryState:
    """A library and the publish log whose state its draft goes back to."""

    key: LibraryLocatorV2
    publish_log: UUID


type RestoreTarget = ItemVersion | LibraryState


class RestoreAction(StrEnum):
    """
    Names what a restore does to an item.

    - ``revert``: the item gets a new version with the content of an earlier one.
    - ``restore``: the item is deleted now, and comes back with the content of an earlier version.
    - ``delete``: the item was not there then, and is deleted softly.
    """

    REVERT = "revert"
    RESTORE = "restore"
    DELETE = "delete"


@dataclass(frozen=True, slots=True)
class RestoreStep:
    """
    Describes what a restore does to one item.

    Args:
        entity_pk, version_pk: the item, and the earlier version; None for no version.
        key: None for a component that is no XBlock.
        title: title of the earlier version, or of the item that is deleted.
        from_version: number of the draft now; None if the item is deleted.
        to_version: number of the version whose content comes back, in a new version; None for no version.
    """

    entity_pk: int
    version_pk: int | None
    key: ItemKey | UsageKey | None
    item_type: str
    title: str
    action: RestoreAction
    from_version: int | None
    to_version: int | None


@dataclass(frozen=True, slots=True)
class RestorePlan:
    """Holds the steps of a restore, for previews and for applying it. Items that are as wanted have no step."""

    target: RestoreTarget
    steps: tuple[RestoreStep, ...]


@dataclass(frozen=True, slots=True)
class Restored:
    """The result of a restore: the plan, and the new change set; None if everything was as wanted already."""

    plan: RestorePlan
    change_set: ChangeSet | None
