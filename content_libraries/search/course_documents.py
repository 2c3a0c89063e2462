"""
The documents of course blocks (wire: search-documents-course-blocks).

One call makes the same number of queries for one block as for a batch. Only the draft of a course is indexed.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from opaque_keys.edx.keys import CourseKey

from ..block_types.api import block_type
from ..courses import api as courses
from ..courses.api import PlacedBlock
from .documents import Documents, document_id, readable_search_text
from .engine import Document
from .tags import TagValues, tags_of

COURSE_BLOCK: Final = "course_block"


@dataclass(frozen=True, slots=True)
class CoursePlace:
    """The attributes of a course that each of its documents has."""

    learning_package_pk: int
    course_key: CourseKey
    title: str
    access_id: int

    @property
    def context_key(self) -> CourseKey:
        return self.course_key


def course_block_documents(place: CoursePlace, entity_pks: Collection[int]) -> Documents:
    """
    Make the documents of course blocks. Deleted blocks, and blocks without a place in the course, have no document.

    The course itself and its info pages have no documents either.
    """
    blocks = {
        key: block
        for key, block in courses.placed_blocks(place.course_key, entity_pks).items()
        if block_type(key.block_type).is_found
    }
    live = [block for block in blocks.values() if block is not None]
    tags = tags_of([str(block.usage_key) for block in live])
    return Documents(
        [_document(place, block, tags.get(str(block.usage_key), {})) for block in live],
        [document_id(str(key)) for key, block in blocks.items() if block is None],
    )


def _document(place: CoursePlace, block: PlacedBlock, tags: TagValues) -> Document:
    key = str(block.usage_key)
    text = readable_search_text(block.usage_key, block.olx)
    document: dict[str, object] = {
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
            *({"display_name": title, "usage_key": str(ancestor)} for ancestor, title in block.ancestors),
        ],
        "content": text.content,
        "tags": tags,
        "modified": block.modified.timestamp(),
    }
    return document | ({"description": text.description} if text.description else {})
