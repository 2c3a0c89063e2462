"""Data classes of bulk edits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import blake2b
from typing import Any
from uuid import UUID

from opaque_keys.edx.keys import UsageKey

from ...keys import CourseKey, ItemKey, LibraryLocatorV2
from ...olx.api import Excerpt, body_of, settings_difference, settings_in, text_difference
from ...plan_basis import PlanBasis, State

type EditableKey = ItemKey | UsageKey


@dataclass(frozen=True, slots=True)
class Selection:
    """
    The items of a bulk edit. An item has to meet all conditions.

    Args:
        context_key: the library or course.
        block_types: types of XBlocks and containers; all if empty.
        item_keys: these items and everything below them; all items if empty.
        collection: code of a collection of the library; its items and everything below them.
        query: words; only items that the search finds.
    """

    context_key: LibraryLocatorV2 | CourseKey
    block_types: tuple[str, ...] = ()
    item_keys: tuple[EditableKey, ...] = ()
    collection: str = ""
    query: str = ""


@dataclass(frozen=True, slots=True)
class EditableItem:
    """
    An item before a bulk edit.

    Args:
        version: the draft version: its number in a course, its pk in a library.
        olx: None for a container of a library, which has only a title.
        entity_ref: the name of an item of a library in Learning Core; "" for a block of a course.
        children: ``entity_ref`` of the children of a container of a library.
    """

    key: EditableKey
    item_type: str
    title: str
    version: int
    olx: str | None = field(repr=False)
    entity_ref: str = ""
    children: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PlannedItem:
    """
    An item that a bulk edit changes.

    Args:
        item: the item before.
        title: its title afterwards.
        olx: its OLX afterwards; None for a container of a library.
        counts: field -> how many values of it change.
        excerpts: the first replaced texts.
    """

    item: EditableItem
    title: str
    olx: str | None = field(repr=False)
    counts: Mapping[str, int]
    excerpts: tuple[Excerpt, ...] = ()

    def difference(self) -> dict[str, Any]:
        """
        Compare the item before and afterwards.

        Returns: ``settings``, a row for each setting that changes, and ``text``, the difference of the bodies; see
            ``olx.differences.state_difference``.
        """
        if self.item.olx is None or self.olx is None:
            row = {"name": "display_name", "before": self.item.title, "after": self.title}
            return {"settings": [row], "text": text_difference("", "")}
        rows = settings_difference(settings_in(self.item.olx), settings_in(self.olx))
        return {"settings": rows, "text": text_difference(body_of(self.item.olx), body_of(self.olx))}


@dataclass(frozen=True, slots=True)
class LeftAlone:
    """An item that a bulk edit would change but leaves alone. ``problem`` is a code, ``reason`` a sentence."""

    item: EditableItem
    problem: str
    reason: str


@dataclass(frozen=True, slots=True)
class FieldCount:
    """Counts the items that change in a field, and the values of the field that change in all of them together."""

    name: str
    items: int
    changes: int


@dataclass(frozen=True)
class BulkEditPlan:
    """
    A bulk edit that was not made yet.

    Args:
        context_key: the library or course.
        items: the items that change.
        left_alone: the items that cannot be changed as wanted.
        looked_at: how many items were looked at.
        chosen: all items of the selection and their versions, also those of other parts.
        parts: in how many parts the selection is looked at; 1 if the plan is of the whole selection.
    """

    context_key: LibraryLocatorV2 | CourseKey
    items: tuple[PlannedItem, ...]
    left_alone: tuple[LeftAlone, ...]
    looked_at: int
    chosen: Mapping[EditableKey, int]
    parts: int = 1

    @property
    def fields(self) -> list[FieldCount]:
        """Count the changes by field, sorted by name."""
        items: Counter[str] = Counter()
        changes: Counter[str] = Counter()
        for planned in self.items:
            items.update(planned.counts.keys())
            changes.update(planned.counts)
        return [FieldCount(name, items[name], changes[name]) for name in sorted(items)]

    @cached_property
    def basis(self) -> PlanBasis[str]:
        """
        Return the facts that the plan was made for: the versions of its items, and what they become.

        The plan of a part does not know what happens to the other items. Its facts are the versions of all items.
        """
        if self.parts > 1:
            return self.chosen_basis
        facts: dict[str, State] = {}
        for planned in self.items:
            facts[str(planned.item.key)] = planned.item.version
            result = f"{planned.title}\0{planned.olx}"
            facts[f"{planned.item.key} becomes"] = blake2b(result.encode(), digest_size=16).hexdigest()
        return PlanBasis(facts)

    @cached_property
    def chosen_basis(self) -> PlanBasis[str]:
        """Return the versions of all items of the selection, as the facts that a preview in parts was made for."""
        return PlanBasis({f"chosen {key}": version for key, version in self.chosen.items()})


@dataclass(frozen=True, slots=True)
class BulkEditResult:
    """A bulk edit that was made. ``change_set`` is its change set; None if there was nothing to change."""

    plan: BulkEditPlan
    change_set: UUID | None
