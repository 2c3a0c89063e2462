"""
Makes documents fit into every engine.

Content may hold any text of any length. An engine that refuses one document refuses all that are sent with it. So
documents hold valid texts and lists of bounded length, and only finite numbers.
"""

from __future__ import annotations

from typing import Final

from ..characters import valid_value
from .engine import Document

MAX_TEXT: Final = 100_000
"""Maximal number of characters of one text, which is 30 pages. Later words are not found."""

MAX_LISTED: Final = 1_000
"""How many items of one list, such as the children of a container, are indexed. Later items are not found."""

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
"""Attributes of a document that is found by its title only. Only the title holds text of an author."""


def fitted(document: Document) -> Document:
    """Return a document that engines accept, with as much of the content as fits."""
    return {name: _bounded(valid_value(value)) for name, value in document.items()}


def title_document(document: Document) -> Document:
    """Return a reduced document, by which an item is found by its title, type and place only."""
    return {name: document[name] for name in _SHORT if name in document}


def _bounded(value: object) -> object:
    match value:
        case str():
            return value[:MAX_TEXT]
        case dict():
            return {name: _bounded(item) for name, item in value.items()}
        case list():
            return [_bounded(item) for item in value[:MAX_LISTED]]
    return value
