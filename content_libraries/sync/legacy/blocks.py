"""Finds the blocks of a course that use a legacy library, and which of these blocks can be converted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from opaque_keys import InvalidKeyError
from opaque_keys.edx.keys import CourseKey, UsageKey
from opaque_keys.edx.locator import LibraryLocator

from ...courses.api import LEGACY_SOURCE, Block, CourseStructure, course_store
from ...errors import InvalidInputError
from ...imports.api import forwarded_among

BLOCK_TYPE: Final = "library_content"
SOURCE: Final = LEGACY_SOURCE
SOURCE_VERSION: Final = "source_library_version"
IS_CONVERTED: Final = "is_migrated_to_v2"


class NotReadyError(InvalidInputError):
    """A block cannot be converted."""

    code = "not_ready_to_convert"


class UpdateAllError(InvalidInputError):
    """A block cannot be updated from its legacy library as a whole."""

    code = "no_update_of_all"


@dataclass(frozen=True, slots=True)
class LegacyBlock:
    """
    A block that shows learners a random selection of a legacy library.

    Args:
        source_key: the legacy library; None if the block names no library, or never got content from it.
        is_converted: whether a conversion has linked its children to library items.
    """

    block: Block
    source_key: LibraryLocator | None
    is_converted: bool

    @property
    def usage_key(self) -> UsageKey:
        return self.block.usage_key


def find_legacy_blocks(course_key: CourseKey, structure: CourseStructure) -> list[LegacyBlock]:
    """List the blocks of a course that use a legacy library, in document order. Checks no permission."""
    found = course_store().blocks_saying(course_key, SOURCE)
    return [_legacy(found[key]) for key, _depth in structure.walk() if key in found and key.block_type == BLOCK_TYPE]


def ready_blocks(blocks: list[LegacyBlock]) -> list[LegacyBlock]:
    """Return the blocks that can be converted: not converted yet, and their library was migrated. Needs one query."""
    sources = {block.source_key for block in blocks if block.source_key is not None and not block.is_converted}
    forwarded = forwarded_among(sources) if sources else frozenset()
    return [block for block in blocks if not block.is_converted and block.source_key in forwarded]


def _legacy(block: Block) -> LegacyBlock:
    settings = block.settings
    source_key = _source_key(settings) if settings.get(SOURCE_VERSION) else None
    return LegacyBlock(block, source_key, is_converted=settings.get(IS_CONVERTED) == "true")


def _source_key(settings: Mapping[str, str]) -> LibraryLocator | None:
    """Return the key of a block's legacy library, without branch and version; None if the block names no library."""
    try:
        key: Any = LibraryLocator.from_string(settings[SOURCE])
    except InvalidKeyError:
        return None
    return key.for_branch(None).for_version(None) if isinstance(key, LibraryLocator) else None
