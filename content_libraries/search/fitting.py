"""
Documents that fit into every engine.

What content says is any text of any length, and what an engine does not take, it refuses with all that is sent beside
it. So documents hold valid texts and lists of bounded length, and numbers that are numbers.
"""

from __future__ import annotations

from typing import Any, Final

from ..characters import valid_value
from .engine import Document

MAX_TEXT: Final = 100_000
"""Characters of one text, which is 30 pages; words further on are not found."""

MAX_LISTED: Final = 1_000
"""Items of one list, such as the children of a container; those further on are not found."""

_SHORT: Final = (
    "id",
    "usage_key",
    "block_id",
    "block_type",
    "type",
    "context_key",
    "org",
    "access_id",
    "display_name",
    "breadcrumbs",
    "created",
    "modified",
    "last_published",
    "publish_status",
)
"""What a document has that is found by its title only. None of it is the text of an author, but for the titles."""


def fitted(document: Document) -> Document:
    """Return a document that engines take, with the same content as far as it fits."""
    fitting: Document = _bounded(valid_value(dict(document)))
    return fitting


def title_document(document: Document) -> Document:
    """Return a document by which the same item is found by its title, its type and its place only."""
    return {name: document[name] for name in _SHORT if name in document}


def _bounded(value: Any) -> Any:
    match value:
        case str():
            return value[:MAX_TEXT]
        case dict():
            return {name: _bounded(item) for name, item in value.items()}
        case list():
            return [_bounded(item) for item in value[:MAX_LISTED]]
    return value
