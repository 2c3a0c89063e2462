"""Gives external tools the type of block that an earlier import gave them, so that a repeat recognizes them."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import replace

from ...olx.api import OlxBlock, OlxTree, assembled, with_attributes
from ..sources.keys import key_of_name


def with_earlier_types(tree: OlxTree, earlier: Container[str]) -> OlxTree:
    """
    Return the source with the types of its external tools that earlier imports made.

    The type of a new tool depends on the blocks that the site has installed. An item keeps its type.

    Args:
        earlier: usage keys of the blocks that earlier imports made items of.
    """
    changes = {
        key: tag
        for key, tag in tree.other_types.items()
        if str(key_of_name(tree, *key)) not in earlier and str(key_of_name(tree, tag, key[1])) in earlier
    }
    return replace(tree, root=_changed(tree.root, changes, {})) if changes else tree


def _changed(block: OlxBlock, changes: Mapping[tuple[str, str], str], done: dict[int, OlxBlock]) -> OlxBlock:
    """Return a block with other types of the tools in it. A block under two parents stays one block."""
    if id(block) not in done:
        done[id(block)] = (
            _with_type(block, changes[block.key])
            if block.key in changes
            else _with_children(block, tuple(_changed(child, changes, done) for child in block.children))
        )
    return done[id(block)]


def _with_type(tool: OlxBlock, tag: str) -> OlxBlock:
    """Return a tool, which has only settings, with another type."""
    return replace(tool, tag=tag, olx=with_attributes(f"<{tag}/>", tool.attributes))


def _with_children(block: OlxBlock, children: tuple[OlxBlock, ...]) -> OlxBlock:
    """Return a container, which has only settings and children, with other children."""
    if all(new is old for new, old in zip(children, block.children, strict=True)):
        return block
    return assembled(with_attributes(f"<{block.tag}/>", block.attributes), block.url_name, children)
