"""Data classes of undoing a change set."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from opaque_keys.edx.keys import UsageKey

from ...keys import ItemKey
from ..data import ChangeSet


class OnConflict(StrEnum):
    """Names ways to treat items that cannot be undone: refuse the whole undo, or leave these items out."""

    REFUSE = "refuse"
    SKIP = "skip"


class UndoAction(StrEnum):
    """Names the change of an item in an undo."""

    REVERT = "revert"
    DELETE = "delete"
    RESTORE = "restore"
    UNPUBLISH = "unpublish"
    PUBLISH = "publish"


class ConflictReason(StrEnum):
    """
    Names reasons why an item cannot be undone.

    - ``changed_later``: somebody changed the item after the set.
    - ``belongs_together``: the set moved, created or deleted the block together with a block that cannot be undone.
      Undoing one of them alone would leave a block in two places, or in none.
    """

    CHANGED_LATER = "changed_later"
    BELONGS_TOGETHER = "belongs_together"


@dataclass(frozen=True, slots=True)
class UndoStep:
    """
    Describes what an undo does to one item.

    Args:
        entity_pk, version_pk: the item, and the version that comes back; None for no version.
        key: None for a file of a course.
        item_type: type of the XBlock or container, or ``file``.
        title: title of the item after the set; its last title if the set deleted it.
        action: what the undo does.
        from_version, to_version: numbers of the versions before and after the undo; None for no version.
    """

    entity_pk: int
    version_pk: int | None
    key: ItemKey | UsageKey | None
    item_type: str
    title: str
    action: UndoAction
    from_version: int | None
    to_version: int | None


@dataclass(frozen=True, slots=True)
class UndoConflict:
    """
    An item that cannot be undone.

    Args:
        entity_pk, key, item_type, title: see ``UndoStep``.
        reason: the kind of reason.
        user: who changed the item, or the item that it belongs together with; None for the site itself, or for a user
            who is gone.
        changed_at: the time of that change; None if it is not known.
        change_set: the change set of that change; None if it is not known.
        message: the reason, and what to do, in the language of the reader.
    """

    entity_pk: int
    key: ItemKey | UsageKey | None
    item_type: str
    title: str
    reason: ConflictReason
    user: str | None
    changed_at: datetime | None
    change_set: UUID | None
    message: str


@dataclass(frozen=True, slots=True)
class UndoPlan:
    """
    Describes what an undo of a change set does. A preview shows the plan, and an undo applies it.

    Args:
        change_set: the set to undo.
        steps: one for each item that comes back.
        conflicts: one for each item that cannot come back.
        collections: codes of the collections that come back or go, or whose members do.
        tagged: keys of the objects whose tags come back or go.
        forwards: keys of the sources of imports whose references lead elsewhere again.
    """

    change_set: ChangeSet
    steps: tuple[UndoStep, ...]
    conflicts: tuple[UndoConflict, ...]
    collections: tuple[str, ...]
    tagged: tuple[str, ...]
    forwards: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Undone:
    """The result of an undo: the plan that was applied, and the new change set."""

    plan: UndoPlan
    change_set: ChangeSet
