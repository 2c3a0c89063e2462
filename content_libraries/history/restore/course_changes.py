"""Plans the changes of a course that bring back earlier versions of blocks, without a query."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from django.utils.translation import gettext as _
from opaque_keys.edx.keys import UsageKey

from ...courses.api import Change, CourseStructure, CreateBlock, SetChildren, UpdateBlock
from ...errors import InvalidInputError
from ...learning_core.data import NumberedVersion
from .data import RestoreAction


@dataclass(frozen=True, slots=True)
class EarlierBlock:
    """
    A block of a course in an earlier version.

    Args:
        olx: its OLX element without the blocks in it.
        children: the blocks that it holds after the restore; None to leave those that it holds now.
    """

    key: UsageKey
    entity_pk: int
    version: NumberedVersion
    olx: str = field(repr=False)
    children: tuple[UsageKey, ...] | None


@dataclass(frozen=True, slots=True)
class Place:
    """The place of a block: the block that holds it, and the number of its children before the block."""

    parent: UsageKey
    index: int


def plan_changes(
    wanted: Mapping[UsageKey, EarlierBlock],
    *,
    structure: CourseStructure,
    definitions: Mapping[UsageKey, str],
    place: Place | None,
) -> list[Change]:
    """
    Plan the changes that bring blocks back.

    Args:
        wanted: the restored block first, and the blocks that come back with it.
        structure: the draft of the course.
        definitions: OLX of the wanted blocks that are there now.
        place: where the restored block goes; None if it is there now.

    Raises InvalidInputError if a block that was in the restored one holds it now.
    """
    top = next(iter(wanted))
    _refuse_upside_down(top, wanted, structure)
    changes: list[Change] = list(_take_away(top, wanted, structure))
    for key, block in wanted.items():
        if key not in structure.blocks:
            changes.append(CreateBlock(key, block.olx, block.children or ()))
    for key, block in wanted.items():
        if key in structure.blocks:
            if definitions.get(key) != block.olx:
                changes.append(UpdateBlock(key, block.olx))
            if block.children is not None and block.children != structure.children.get(key, ()):
                changes.append(SetChildren(key, block.children))
    if place is not None:
        siblings = structure.children.get(place.parent, ())
        held = (*siblings[: place.index], top, *siblings[place.index :])
        changes.append(SetChildren(place.parent, tuple(key for key in held if key == top or key not in wanted)))
    return changes


def action_on(
    block: EarlierBlock, structure: CourseStructure, changed: frozenset[UsageKey], moved: frozenset[UsageKey]
) -> RestoreAction | None:
    """
    Return what a restore does to a wanted block; None for nothing.

    Args:
        changed: the blocks whose content or children change.
        moved: the blocks that stand in another block now.
    """
    if block.key not in structure.blocks:
        return RestoreAction.RESTORE
    if block.key in changed:
        return RestoreAction.REVERT
    return RestoreAction.MOVE if block.key in moved else None


def moved_blocks(wanted: Mapping[UsageKey, EarlierBlock], structure: CourseStructure) -> frozenset[UsageKey]:
    """Return the wanted blocks that stand in another block now than after the restore."""
    parents: dict[UsageKey, set[UsageKey]] = {}
    for block in wanted.values():
        for child in block.children or ():
            parents.setdefault(child, set()).add(block.key)
    return frozenset(key for key, found in parents.items() if found != set(structure.parents.get(key, ())))


def place_among(siblings: tuple[UsageKey, ...], before: tuple[UsageKey, ...]) -> int:
    """
    Return the index at which a block comes back: after the nearest of the blocks before it that is still there.

    Args:
        siblings: the children of the parent now.
        before: the children of the parent that stood before the block, in order.
    """
    for key in reversed(before):
        if key in siblings:
            return siblings.index(key) + 1
    return 0


def _refuse_upside_down(top: UsageKey, wanted: Mapping[UsageKey, EarlierBlock], structure: CourseStructure) -> None:
    above = structure.above(top)
    for key in wanted:
        if key != top and key in above:
            raise InvalidInputError(
                _("“%(block)s” was in “%(container)s” then, and holds it now. Move one of them out of the other first.")
                % {"block": key, "container": top},
                field="with_children",
            )


def _take_away(top: UsageKey, wanted: Mapping[UsageKey, EarlierBlock], structure: CourseStructure) -> Iterator[Change]:
    """Yield changes that take wanted blocks from the places outside of the restored block where they stand now."""
    gone: dict[UsageKey, set[UsageKey]] = {}
    for key in wanted.keys() - {top}:
        for parent in structure.parents.get(key, ()):
            if parent not in wanted:
                gone.setdefault(parent, set()).add(key)
    for parent in sorted(gone):
        yield SetChildren(parent, tuple(key for key in structure.children[parent] if key not in gone[parent]))
