"""Types of blocks, for other rooms and for packages that describe types of their own."""

from __future__ import annotations

from .checks import check_added_types
from .containers import (
    CONTAINERS,
    CONTAINERS_OF_TAGS,
    COURSE,
    RANKS,
    SECTION,
    SUBSECTION,
    TAGS_OF_CONTAINERS,
    UNIT,
    Container,
    may_hold_in_course,
    rank_of_tag,
)
from .data import (
    COURSE_SETTINGS,
    DATA,
    DISPLAY_NAME,
    PLACE_SETTINGS,
    PROBLEM,
    TEXT,
    VIDEO,
    BlockRole,
    BlockType,
    SearchText,
)
from .files import missing_files, resolve_references, with_renamed_files
from .markup import html_text, text_of
from .registry import block_type, described_types
from .search_texts import text_with
from .searching import search_text

__all__ = [
    "CONTAINERS",
    "CONTAINERS_OF_TAGS",
    "COURSE",
    "COURSE_SETTINGS",
    "DATA",
    "DISPLAY_NAME",
    "PLACE_SETTINGS",
    "PROBLEM",
    "RANKS",
    "SECTION",
    "SUBSECTION",
    "TAGS_OF_CONTAINERS",
    "TEXT",
    "UNIT",
    "VIDEO",
    "BlockRole",
    "BlockType",
    "Container",
    "SearchText",
    "block_type",
    "check_added_types",
    "described_types",
    "html_text",
    "may_hold_in_course",
    "missing_files",
    "rank_of_tag",
    "resolve_references",
    "search_text",
    "text_of",
    "text_with",
    "with_renamed_files",
]
