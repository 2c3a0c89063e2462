"""Selects a part of a source: the named blocks, and everything in them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace

from ...olx.api import OlxBlock, OlxTree
from ..sources.keys import usage_key


def select(tree: OlxTree, only: Collection[str]) -> tuple[OlxTree, tuple[str, ...]]:
    """
    Cut a tree down to some of its blocks.

    A named container is kept with everything in it. A named component is kept without the containers around it, unless
    one of them is named too. The blocks keep the order of the source.

    Args:
        tree: the source.
        only: usage keys; empty for everything.

    Returns: the tree whose root holds the named blocks, and the names that are not in the source.
    """
    if not only:
        return tree, ()
    wanted = set(only)
    found: set[str] = set()
    picked = tuple(_picked(tree, tree.root, wanted, found, set()))
    return replace(tree, root=replace(tree.root, children=picked)), tuple(sorted(wanted - found))


def _picked(tree: OlxTree, block: OlxBlock, wanted: set[str], found: set[str], seen: set[int]) -> Iterator[OlxBlock]:
    for child in block.children:
        if id(child) in seen:
            continue
        seen.add(id(child))
        if usage_key(tree, child) in wanted:
            found.update({usage_key(tree, below) for below in child.walk()} & wanted)
            yield child
        else:
            yield from _picked(tree, child, wanted, found, seen)
