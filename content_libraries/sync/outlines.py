"""What outlines of courses show of links: every block with its link, in a constant number of queries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from opaque_keys.edx.keys import CourseKey, UsageKey

from ..actors import Actor
from ..courses.api import Block, CourseStructure, CourseTree, get_course_tree
from .data import LinkDetail
from .reading import link_details


@dataclass(frozen=True, slots=True)
class OutlineActions:
    """
    What an author can do with a block.

    Args:
        child_addable: False in a linked block: the library says what is in it.
        unlinkable: None for a block that is not linked, False for a part of a linked block.
        is_root: whether it is the course itself, which stays where it is.
    """

    child_addable: bool
    unlinkable: bool | None
    is_root: bool = False


@dataclass(frozen=True, slots=True)
class Outline:
    """
    A block with everything below it.

    Args:
        structure: the whole course.
        blocks: usage key -> block, in document order.
        links: usage key -> link, also for blocks that are not linked.
    """

    top: UsageKey
    structure: CourseStructure
    blocks: Mapping[UsageKey, Block]
    links: Mapping[UsageKey, LinkDetail]

    def children(self, usage_key: UsageKey) -> Sequence[UsageKey]:
        """The children that the outline shows; those below its depth are left out."""
        return [key for key in self.blocks[usage_key].children if key in self.blocks]

    def above(self) -> Sequence[UsageKey]:
        """What the top stands in, from the section down; not the course."""
        found: list[UsageKey] = []
        parents = self.structure.parents
        key = next(iter(parents.get(self.top, ())), None)
        while key is not None and key != self.structure.root:
            found.insert(0, key)
            key = next(iter(parents.get(key, ())), None)
        return found


def get_outline(top: UsageKey, *, user: Actor, depth: int | None = None) -> Outline:
    """
    Read a block and what is below it, with links. Needs VIEW in the course.

    Args:
        depth: how many levels below the top; all if None.

    Raises NotFoundError and NotAllowedError.
    """
    return _outline(get_course_tree(top.course_key, user=user, top=top, depth=depth), user)


def get_course_outline(course_key: CourseKey, *, user: Actor) -> Outline:
    """Read a course from its root, with links. Needs VIEW. Raises NotFoundError and NotAllowedError."""
    return _outline(get_course_tree(course_key, user=user), user)


def actions_of(block: Block, link: LinkDetail) -> OutlineActions:
    """What can be done with a block, as far as its link decides (wire: sync-endpoints)."""
    is_linked = link.upstream is not None
    return OutlineActions(
        child_addable=block.state.holds_blocks and not is_linked,
        unlinkable=link.top_level is None if is_linked else None,
        is_root=block.usage_key.block_type == "course",
    )


def _outline(tree: CourseTree, user: Actor) -> Outline:
    return Outline(tree.top, tree.structure, tree.blocks, link_details(tree.blocks.values(), user=user))
