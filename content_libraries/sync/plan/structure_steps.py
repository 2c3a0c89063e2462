"""Plans which blocks a linked structure holds after a sync, and in which order. Pure: everything is in the facts."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from opaque_keys.edx.keys import UsageKey

from ...courses.api import SetChildren
from ...olx.api import children_difference
from ..data import LinkState, SyncAction, SyncReason, SyncStep
from .conflicts import lost_work
from .linked_course import LinkedCourse
from .matching import Place
from .parts import PlanParts


def add_children(course: LinkedCourse, parts: PlanParts, place: Place, claimed: Collection[UsageKey]) -> None:
    """
    Add the changes of the children of the block of a place: removals, moves, another order.

    Args:
        claimed: the blocks that stay in the course, or move within it.
    """
    after = tuple(child.usage_key for child in place.children)
    before = () if place.is_new else course.structure.children.get(place.usage_key, ())
    for key in before:
        if key not in claimed:
            _add_removal(course, parts, key, claimed)
    if place.is_new:
        _add_moves(course, parts, place, after, before)
        return
    if before == after:
        return
    parts.changes.append(SetChildren(place.usage_key, after))
    came_from = _add_moves(course, parts, place, after, before)
    stayed = [key for key in before if key in set(after)]
    if stayed != [key for key in after if key in set(before)]:
        places = {str(key): (str(parent), index) for key, (parent, index) in came_from.items()}
        difference = children_difference([*map(str, before)], [*map(str, after)], places)
        parts.add_step(SyncAction.REORDER, SyncReason.LIBRARY_STRUCTURE, place, **difference)


def _add_moves(
    course: LinkedCourse, parts: PlanParts, place: Place, after: Sequence[UsageKey], before: Sequence[UsageKey]
) -> dict[UsageKey, tuple[UsageKey, int]]:
    """Add a step for each block that comes from another parent. Return the old parent and index of each."""
    parents, children = course.structure.parents, course.structure.children
    arrived = {key: parents[key][0] for key in after if key not in set(before) and parents.get(key)}
    came_from = {key: (parent, children[parent].index(key)) for key, parent in arrived.items()}
    for child in place.children:
        if child.usage_key in came_from:
            old, index = came_from[child.usage_key]
            parts.add_step(
                SyncAction.MOVE,
                SyncReason.LIBRARY_STRUCTURE,
                child,
                from_parent=str(old),
                from_index=index,
                to_parent=str(place.usage_key),
            )
    return came_from


def _add_removal(course: LinkedCourse, parts: PlanParts, key: UsageKey, claimed: Collection[UsageKey]) -> None:
    """Add the steps and conflicts for a block that the sync removes, and for the blocks that go with it."""
    for lost in _removed_with(course, key, claimed):
        link = course.links[lost]
        parts.conflicts += lost_work(lost, link, course.blocks[lost].olx)
        parts.steps.append(
            SyncStep(
                SyncAction.DELETE,
                _why_removed(course, lost),
                lost,
                course.structure.blocks[lost].title,
                link.upstream or "",
                link.upstream_title or "",
            )
        )


def _removed_with(course: LinkedCourse, key: UsageKey, claimed: Collection[UsageKey]) -> Iterator[UsageKey]:
    yield key
    for child in course.structure.children.get(key, ()):
        if child not in claimed:
            yield from _removed_with(course, child, claimed)


def _why_removed(course: LinkedCourse, key: UsageKey) -> SyncReason:
    if course.links[key].upstream is None:
        return SyncReason.LOCAL_ADDITION
    item = course.upstream_of.get(key)
    if item is None or course.links[key].top_level is None:
        return SyncReason.OTHER_LINK
    return {
        LinkState.DELETED: SyncReason.DELETED_UPSTREAM,
        LinkState.UNPUBLISHED: SyncReason.UNPUBLISHED_UPSTREAM,
    }.get(course.upstreams.broken.get(item, LinkState.OK), SyncReason.REMOVED_UPSTREAM)
