"""
Bounds the length of responses: a request can find thousands of long texts, shown twice and full of tags.

The hits share the room, and a hit leaves the room that it does not need to the next hits. So usual hits are whole, and
texts and lists of large hits are cut until they fit.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Final

from ... import conf
from ..engine import Document
from ..fitting import MAX_TEXT

_KEPT: Final = ("id", "usage_key", "block_id", "block_type", "type", "context_key", "org")
"""Attributes that identify a document; they are never cut."""

_ITEM_CHARACTERS: Final = 25
"""How many characters of a text count as much as one item of a list."""

type Hit = dict[str, object]


class ResponseBudget:
    """
    The bytes that a response has left for its hits.

    Args:
        hits: how many hits the response will have.
    """

    def __init__(self, hits: int) -> None:
        self._bytes = conf.SEARCH_ANSWER_BYTES.value
        self._hits = hits

    def fitted(self, document: Document, show: Callable[[Document], Hit]) -> Hit:
        """
        Make the next hit, and cut the document for it as far as the hit would be too long.

        Args:
            show: makes the hit of a document.
        """
        share = max(self._bytes, 0) // max(self._hits, 1)
        hit, size = _fitted(document, show, share)
        self._bytes -= size
        self._hits -= 1
        return hit


def _fitted(document: Document, show: Callable[[Document], Hit], share: int) -> tuple[Hit, int]:
    """
    Cut a document to its share of a response, and return the shown hit and its size.

    It is cut before it is shown, because marking words in long texts takes long.
    """
    lengths = _lengths(min(MAX_TEXT, share))
    while _size(document) > share and (length := next(lengths, None)) is not None:
        document = _cut(document, length)
    hit = show(document)
    while (size := _size(hit)) > share and (length := next(lengths, None)) is not None:
        document = _cut(document, length)
        hit = show(document)
    return hit, size


def _lengths(longest: int) -> Iterator[int]:
    """Yield a length, its half, and so on, down to 0."""
    length = longest
    while length:
        yield length
        length //= 2
    yield 0


def _size(value: object) -> int:
    """Return how many bytes a value takes in a response."""
    return len(json.dumps(value))


def _cut(document: Document, length: int) -> Document:
    return {name: value if name in _KEPT else _cut_value(value, length) for name, value in document.items()}


def _cut_value(value: object, length: int) -> object:
    match value:
        case str():
            return value[:length]
        case dict():
            return {name: _cut_value(item, length) for name, item in value.items()}
        case list():
            return [_cut_value(item, length) for item in value[: length // _ITEM_CHARACTERS]]
    return value
