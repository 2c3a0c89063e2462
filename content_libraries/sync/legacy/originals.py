"""
Finds the original of a course block in a legacy library. Works in memory, without the database.

Exports of courses do not name the original. It is found in three ways, tried in this order:

1. The ID: when Studio takes a block from a legacy library, it gives the copy an ID that it computes from the library,
   the original and the block that it goes into.
2. The same ID: archives that other tools made keep the ID of the original.
3. The same content. The title and settings that the course block does not have are not compared: exports leave out
   settings that come from the library.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha1
from typing import Final

from opaque_keys.edx.keys import UsageKey
from opaque_keys.edx.locator import LibraryLocator

from ...block_types.api import DISPLAY_NAME
from ...courses.api import LINK_ATTRIBUTES, Block
from ...imports.api import ForwardedBlock
from ...olx.api import body_of, settings_in
from ..link.attributes import course_settings_of

_SPACE: Final = re.compile(r"\s+")
_EDITORS_OWN: Final = frozenset({DISPLAY_NAME, "markdown", "parent_url", "index_in_children_list"})
"""Attributes that are not part of a block's teaching content, and so are not compared."""


@dataclass(frozen=True)
class Original:
    """
    A block of a legacy library, and the library item that it became.

    Args:
        olx: OLX of the library item; None if the block did not become a component.
    """

    forwarded: ForwardedBlock
    olx: str | None = None

    @property
    def source_key(self) -> UsageKey:
        return self.forwarded.source_key

    @cached_property
    def body(self) -> str | None:
        """Return the body of the OLX element without white space; None without OLX."""
        return None if self.olx is None else _body_without_space(self.olx)

    @cached_property
    def settings(self) -> Mapping[str, str]:
        return {} if self.olx is None else settings_in(self.olx)

    def is_like(self, block_type: str, body: str, settings: Mapping[str, str]) -> bool:
        """Return whether type and body are the same, and the original has all of the settings; it may have more."""
        if block_type != self.source_key.block_type or body != self.body:
            return False
        return all(self.settings.get(name) == value for name, value in settings.items())


def originals_of(
    parent: UsageKey, source_key: LibraryLocator, children: Sequence[Block], originals: Sequence[Original]
) -> dict[UsageKey, Original]:
    """
    Find the originals that the children of a block are copies of. No two children get the same original.

    Args:
        parent: the block that shows the selection.
        source_key: the legacy library.
        children: blocks in ``parent``, in order.
        originals: all blocks of the library.

    Returns: usage key of a child -> its original. Children without a known original are left out.
    """
    found: dict[UsageKey, Original] = {}
    free = {original.source_key: original for original in originals}
    for named in (_by_computed_id(parent, source_key, originals), _by_id(originals)):
        for child in children:
            original = named.get((child.usage_key.block_type, child.usage_key.block_id))
            if child.usage_key not in found and original is not None and original.source_key in free:
                found[child.usage_key] = free.pop(original.source_key)
    for child in children:
        if child.usage_key not in found and (original := _with_same_content(child, free)) is not None:
            found[child.usage_key] = free.pop(original.source_key)
    return found


def copied_id(source_key: LibraryLocator, block_id: str, parent_id: str) -> str:
    """Compute the ID that Studio gives to a course block that is a copy of a block of a legacy library."""
    text = f"{str(source_key).encode()!r}:{block_id}:{parent_id}"
    return sha1(text.encode(), usedforsecurity=False).hexdigest()[:20]


def _by_computed_id(
    parent: UsageKey, source_key: LibraryLocator, originals: Sequence[Original]
) -> Mapping[tuple[str, str], Original]:
    names = (source_key, source_key.for_branch("library"))
    return {
        (one.source_key.block_type, copied_id(name, one.source_key.block_id, parent.block_id)): one
        for one in originals
        for name in names
    }


def _by_id(originals: Sequence[Original]) -> Mapping[tuple[str, str], Original]:
    return {(one.source_key.block_type, one.source_key.block_id): one for one in originals}


def _with_same_content(child: Block, free: Mapping[UsageKey, Original]) -> Original | None:
    """Return the first unused original with the same content as a child, or None."""
    telling = dict(_taught_attributes(child))
    body = _body_without_space(child.olx)
    if not (body or telling):
        return None  # an empty block is like every other
    return next((one for one in free.values() if one.is_like(child.usage_key.block_type, body, telling)), None)


def _taught_attributes(child: Block) -> Iterator[tuple[str, str]]:
    """Yield the attributes of a block that are part of its teaching content."""
    others = _EDITORS_OWN | LINK_ATTRIBUTES | course_settings_of(child.usage_key.block_type)
    yield from ((name, value) for name, value in child.settings.items() if name not in others)


def _body_without_space(olx: str) -> str:
    return _SPACE.sub("", body_of(olx))
