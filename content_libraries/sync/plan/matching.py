"""Matches course blocks with the items of a library structure. In memory; no database."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from opaque_keys.edx.keys import UsageKey

from ...courses.api import CourseStructure
from ...keys import ItemKey
from ..link.attributes import course_type_of
from ..link.upstreams import UpstreamItem


@dataclass(slots=True)
class Place:
    """
    A place in a structure: a library item, and the course block that is linked to it there.

    Args:
        is_new: whether the block has to be created.
    """

    item: UpstreamItem
    usage_key: UsageKey
    is_new: bool
    children: list[Place] = field(default_factory=list)

    def walk(self) -> Iterator[Place]:
        """Yield the place and the places below it, in document order."""
        yield self
        for child in self.children:
            yield from child.walk()


def match(
    top: Place,
    *,
    items: Mapping[ItemKey, UpstreamItem],
    structure: CourseStructure,
    upstream_of: Mapping[UsageKey, ItemKey],
    new_key: Callable[[str], UsageKey],
) -> None:
    """
    Match the items below a library item with course blocks, and add them as children of its place.

    Existing blocks are kept wherever possible. Each item in a container gets, in order of preference:

    1. the first unclaimed block in the same course container that is linked to the item; so an item that stands there
       twice gets its two blocks in their order;
    2. an unclaimed block that is linked to the item, from elsewhere in the structure; the sync moves it;
    3. a new block.

    Args:
        top: the place of the linked block itself; children are added to it.
        items: the published items.
        structure: the structure of the course.
        upstream_of: usage key -> the item that the block is linked to.
        new_key: makes a usage key for a new block of a type.
    """
    free = _blocks_below(top, structure, upstream_of)
    level = [top]
    while level:
        below = [(parent, items[key]) for parent in level for key in parent.item.children if key in items]
        claimed = [_claim_in(parent, item, structure, free) for parent, item in below]
        claimed = [
            usage_key or _claim_anywhere(item, free) for usage_key, (_parent, item) in zip(claimed, below, strict=True)
        ]
        level = []
        for usage_key, (parent, item) in zip(claimed, below, strict=True):
            place = Place(item, usage_key or new_key(course_type_of(item.key)), is_new=usage_key is None)
            parent.children.append(place)
            level.append(place)


def _blocks_below(
    top: Place, structure: CourseStructure, upstream_of: Mapping[UsageKey, ItemKey]
) -> dict[ItemKey, list[UsageKey]]:
    """Return the linked blocks below a place, in document order, by the item that they are linked to."""
    free: dict[ItemKey, list[UsageKey]] = {}
    if top.is_new:
        return free
    for key, level in structure.walk(top.usage_key):
        item = upstream_of.get(key)
        if level and item is not None and course_type_of(item) == key.block_type:
            free.setdefault(item, []).append(key)
    return free


def _claim_in(
    parent: Place, item: UpstreamItem, structure: CourseStructure, free: Mapping[ItemKey, list[UsageKey]]
) -> UsageKey | None:
    if parent.is_new:
        return None
    siblings = structure.children.get(parent.usage_key, ())
    candidates = free.get(item.key, [])
    for key in siblings:
        if key in candidates:
            candidates.remove(key)
            return key
    return None


def _claim_anywhere(item: UpstreamItem, free: Mapping[ItemKey, list[UsageKey]]) -> UsageKey | None:
    candidates = free.get(item.key)
    return candidates.pop(0) if candidates else None
