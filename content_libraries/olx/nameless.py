"""
Names the blocks of a source that have no ``url_name``.

Courses from before Studio, and courses written by hand, have such blocks; older ones call the attribute ``slug``. A
name is derived from the place and the title of a block. So the next reading of the source finds the same name, whatever
was edited in the block, or elsewhere.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass, field, replace
from itertools import chain, count
from typing import Final

from ..translation import gettext_noop
from .data import OlxBlock, OlxTree, SourceNote
from .start_tags import with_attributes

__all__ = ["with_names"]

_SLUG: Final = "slug"

type Key = tuple[str, str]
"""Tag and name of a block."""


def with_names(tree: OlxTree) -> OlxTree:
    """
    Return the source with names for all blocks below its root.

    A note tells how many names were derived. OLX is unchanged, except that a ``slug`` that became a name is left out of
    the block's own OLX.
    """
    below = [block for block in tree.walk() if block is not tree.root]
    if all(block.url_name for block in below):
        return tree
    namer = _Namer({block.key for block in below if block.url_name})
    root = namer.with_named_children(tree.root, "")
    return replace(tree, root=root, notes=(*tree.notes, *namer.notes()))


@dataclass(slots=True)
class _Namer:
    """Names blocks from the top down, because the name of a block depends on the name of its parent."""

    taken: set[Key]
    derived: int = 0
    done: dict[int, OlxBlock] = field(default_factory=dict)
    """``id()`` of a block -> the block with its name. Under a second parent it is the same block."""

    def notes(self) -> list[SourceNote]:
        if not self.derived:
            return []
        text = gettext_noop("Blocks without a url_name: %(count)s. Later imports know them by place and title.")
        return [SourceNote(text, {"count": str(self.derived)})]

    def with_named_children(self, block: OlxBlock, place: str) -> OlxBlock:
        """
        Return the block with names for all blocks in it.

        Args:
            block: the block, which has its own name by now.
            place: identifies the block among the parents of the source; "" for the root, whose name is the run.
        """
        numbers: Counter[Key] = Counter()
        children = []
        for child in block.children:
            if id(child) not in self.done:
                named = child if child.url_name else self._named(child, place, numbers)
                self.done[id(child)] = self.with_named_children(named, f"{named.tag}/{named.url_name}")
            children.append(self.done[id(child)])
        if all(new is old for new, old in zip(children, block.children, strict=True)):
            return block
        return replace(block, children=tuple(children))

    def _named(self, block: OlxBlock, place: str, numbers: Counter[Key]) -> OlxBlock:
        slug = block.attributes.get(_SLUG, "").strip()
        if slug and (block.tag, slug) not in self.taken:
            self.taken.add((block.tag, slug))
            attributes = {name: value for name, value in block.attributes.items() if name != _SLUG}
            return replace(block, url_name=slug, attributes=attributes, olx=with_attributes(block.olx, {_SLUG: None}))
        title = block.attributes.get("display_name", "").strip()
        number = numbers[block.tag, title]
        numbers[block.tag, title] += 1
        self.derived += 1
        digest = hashlib.blake2b(f"{place}\0{title}\0{number}".encode(), digest_size=6).hexdigest()
        names = chain([f"{block.tag}-{digest}"], (f"{block.tag}-{digest}-{more}" for more in count(1)))
        name = next(name for name in names if (block.tag, name) not in self.taken)
        self.taken.add((block.tag, name))
        return replace(block, url_name=name)
