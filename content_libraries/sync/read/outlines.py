"""Outlines of courses: every block with its link, read in a constant number of queries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from opaque_keys.edx.keys import CourseKey, UsageKey

from ...actors import Actor
from ...courses.api import Block, CourseStructure, CourseTree, get_course_tree
from ..data import LinkDetail
from .links import link_details


@dataclass(frozen=True, slots=True)
class OutlineActions:
    """
    The actions that an author can do with a block.

    Args:
        child_addable: whether children can be added; not to a linked block, whose children the library decides.
        unlinkable: whether the link can be removed; None for a block that is not linked, False for a part of a linked
            structure.
        is_root: whether the block is the course itself, which cannot be moved or deleted.
    """

    child_addable: bool
    unlinkable: bool | None
    is_root: bool = False


@dataclass(frozen=True, slots=True)
class Outline:
    """
    A block with everything below it, and the links of all of them.

    Args:
        structure: the whole course.
        blocks: usage key -> block, in document order.
        links: usage key -> link; blocks that are not linked have an entry too.
    """

    top: UsageKey
    structure: CourseStructure
    blocks: Mapping[UsageKey, Block]
    links: Mapping[UsageKey, LinkDetail]

    def children(self, block: Block) -> Sequence[Block]:
        """Return the children of a block that the outline shows; children below its depth are left out."""
        return [child for key in block.children if (child := self.blocks.get(key)) is not None]

    def above(self) -> Sequence[UsageKey]:
        """Return the blocks that contain the top block, from the section down, without the course."""
        found: list[UsageKey] = []
        parents = self.structure.parents
        key = next(iter(parents.get(self.top, ())), None)
        while key is not None and key != self.structure.root:
            found.insert(0, key)
            key = next(iter(parents.get(key, ())), None)
        return found


def get_outline(top: UsageKey, *, user: Actor, depth: int | None = None) -> Outline:
    """
    Read a block and the blocks below it, with their links. Needs VIEW in the course.

    Args:
        depth: how many levels below the top; all if None.

    Raises NotFoundError and NotAllowedError.
    """
    return _outline(get_course_tree(top.course_key, user=user, top=top, depth=depth), user)


def get_course_outline(course_key: CourseKey, *, user: Actor) -> Outline:
    """Read all blocks of a course, with their links. Needs VIEW. Raises NotFoundError and NotAllowedError."""
    return _outline(get_course_tree(course_key, user=user), user)


def actions_of(block: Block, link: LinkDetail) -> OutlineActions:
    """Return the actions that are possible for a block according to its link (wire: sync-endpoints)."""
    is_linked = link.upstream is not None
    return OutlineActions(
        child_addable=block.state.holds_blocks and not is_linked,
        unlinkable=link.top_level is None if is_linked else None,
        is_root=block.usage_key.block_type == "course",
    )


def _outline(tree: CourseTree, user: Actor) -> Outline:
    return Outline(tree.top, tree.structure, tree.blocks, link_details(tree.blocks.values(), user=user))
