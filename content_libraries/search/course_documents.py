"""
The documents of course blocks, as the search contract's sections 3.4 and 7.2 describe them.

They are made of data that the course store hands over, for many blocks at once: two queries at most for any number.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from opaque_keys.edx.keys import CourseKey, UsageKey

from .documents import document_id, readable_search_text
from .engine import Document
from .tags import TagValues, tags_of

COURSE_BLOCK: Final = "course_block"

_LEFT_OUT: Final = ("course", "course_info")


@dataclass(frozen=True, slots=True)
class CoursePlace:
    """What every document of a course says about the course."""

    course_key: CourseKey
    title: str
    access_id: int


@dataclass(frozen=True, slots=True)
class Ancestor:
    """A block that holds another, as breadcrumbs show it."""

    usage_key: UsageKey
    title: str


@dataclass(frozen=True, slots=True)
class CourseBlock:
    """
    A block of a course.

    Args:
        ancestors: what holds it, from the section down; not the course.
        modified: its last edit; None if nobody knows.
    """

    usage_key: UsageKey
    title: str
    olx: str
    ancestors: tuple[Ancestor, ...] = ()
    modified: datetime | None = None


def course_block_documents(place: CoursePlace, blocks: Sequence[CourseBlock]) -> list[Document]:
    """Make the documents of blocks of a course. The course itself, and its info pages, have none."""
    wanted = [block for block in blocks if block.usage_key.block_type not in _LEFT_OUT]
    tags = tags_of([str(block.usage_key) for block in wanted])
    return [_document(place, block, tags.get(str(block.usage_key), {})) for block in wanted]


def _document(place: CoursePlace, block: CourseBlock, tags: TagValues) -> Document:
    key = str(block.usage_key)
    text = readable_search_text(block.usage_key, block.olx)
    document: dict[str, Any] = {
        "id": document_id(key),
        "type": COURSE_BLOCK,
        "usage_key": key,
        "block_id": block.usage_key.block_id,
        "block_type": block.usage_key.block_type,
        "context_key": str(place.course_key),
        "org": place.course_key.org,
        "access_id": place.access_id,
        "display_name": block.title,
        "breadcrumbs": [
            {"display_name": place.title},
            *({"display_name": ancestor.title, "usage_key": str(ancestor.usage_key)} for ancestor in block.ancestors),
        ],
        "content": text.content,
        "tags": tags,
    }
    if text.description:
        document["description"] = text.description
    if block.modified is not None:
        document["modified"] = block.modified.timestamp()
    return document
