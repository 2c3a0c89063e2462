"""
Finds the blocks that only an unreadable container named, and keeps them in its place.

If the file of a container is missing or is no text at all, nothing tells which blocks the container had. Their own
files are still in the archive, and no other block points to them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Set
from dataclasses import replace
from typing import Final

from ..translation import gettext as _
from .blocks import BlockReader
from .data import OlxBlock
from .splicing import with_children
from .start_tags import is_name
from .vocabulary import CONTAINER_TAGS, DRAFT_FOLDER, FILE_TAGS, member_path

__all__ = ["key_of_path", "with_lost_blocks"]

_LEVELS: Final = ("course", "chapter", "sequential", "vertical")
_ROOTS: Final = frozenset({"course", "library"})


def key_of_path(path: str) -> tuple[str, str] | None:
    """Return tag and ``url_name`` of the block that a file defines; None for a file in another place."""
    tag, _slash, name = path.partition("/")
    url_name = name.removesuffix(".xml").replace("/", ":")
    return (tag, url_name) if url_name and is_name(tag) and path == member_path(tag, url_name) else None


def with_lost_blocks(root: OlxBlock, reader: BlockReader) -> OlxBlock:
    """
    Return the source with the blocks that no other block points to, in containers that cannot be read.

    A container is filled only if its file shows no blocks. Each lost block has a note. Without such a container, files
    that no block points to stay what they are: definitions that the author does not use.
    """
    unreadable = _unreadable_containers(root, reader)
    if not unreadable:
        return root
    tags = FILE_TAGS | {block.tag for block in root.walk()}
    places: defaultdict[int, list[OlxBlock]] = defaultdict(list)
    for block in _lost_blocks(reader, tags - _ROOTS):
        container = _container_for(block, unreadable)
        note = _("No block that can be read points to it. It may have stood in the %(tag)s “%(url_name)s”.")
        text = note % {"tag": container.tag, "url_name": container.url_name}
        places[id(container)].append(replace(block, note=f"{block.note} {text}".strip()))
    return _filled(root, places, {}) if places else root


def _unreadable_containers(root: OlxBlock, reader: BlockReader) -> list[OlxBlock]:
    """Return the containers without a file that shows their blocks, unless another block or a draft has the name."""
    known = {block.key for block in root.walk() if not block.fault}
    return [
        block
        for block in root.walk()
        if block.fault
        and block.tag in CONTAINER_TAGS - _ROOTS
        and not block.children
        and block.key not in known
        and DRAFT_FOLDER + member_path(*block.key) not in reader.texts
    ]


def _lost_blocks(reader: BlockReader, tags: Set[str]) -> Iterator[OlxBlock]:
    """Return the blocks of the unused definition files, without the blocks that other such blocks contain."""
    keys = [key for path in sorted(reader.texts) if path not in reader.used and (key := key_of_path(path))]
    keys = [key for key in keys if key[0] in tags]
    keys.sort(key=lambda key: _level(key[0]))
    # Containers come first, and use the files of the blocks in them.
    found = [reader.block_of(*key) for key in keys if member_path(*key) not in reader.used]
    inside = {id(below) for block in found for child in block.children for below in child.walk()}
    return (block for block in found if id(block) not in inside)


def _level(tag: str) -> int:
    if tag in _LEVELS:
        return _LEVELS.index(tag)
    return len(_LEVELS) + (tag not in CONTAINER_TAGS)


def _container_for(block: OlxBlock, containers: list[OlxBlock]) -> OlxBlock:
    """Return the container that most probably held a block: the lowest level above the block's own, the first there."""
    above = [container for container in containers if _level(container.tag) < _level(block.tag)]
    return max(above or containers, key=lambda container: _level(container.tag))


def _filled(block: OlxBlock, places: dict[int, list[OlxBlock]], done: dict[int, OlxBlock]) -> OlxBlock:
    """Return the block with the lost blocks in their containers. A block under two parents stays one block."""
    if id(block) not in done:
        children = [_filled(child, places, done) for child in block.children]
        children += places.get(id(block), [])
        is_same = [id(child) for child in children] == [id(child) for child in block.children]
        done[id(block)] = block if is_same else with_children(block, children, frozenset())
    return done[id(block)]
