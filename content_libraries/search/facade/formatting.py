"""
Formats hits like Meilisearch: chosen attributes, and beside them ``_formatted``.

``_formatted`` repeats the document with found words between tags, and with long texts cut. Numbers in it are texts
(wire: search-http).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Final

from ..engine import Document
from ..highlight import MAX_WORDS, matching_places
from ..words import PlacedWord, Term, placed_words
from .queries import Formatting

_EVERY_ATTRIBUTE: Final = "*"
_UNCUT: Final = -1


def format_hit(document: Document, formatting: Formatting, terms: Sequence[Term]) -> dict[str, object]:
    """Make the hit of a document."""
    hit = _selected(document, formatting.retrieve)
    if not formatting.highlight and not formatting.crop:
        return hit
    also = formatting.highlight | formatting.crop.keys()
    wanted = None if formatting.retrieve is None or _EVERY_ATTRIBUTE in also else formatting.retrieve | also
    return hit | {"_formatted": _Formatter(formatting, terms).formatted(_selected(document, wanted))}


def _selected(value: Mapping[str, object], paths: frozenset[str] | None) -> dict[str, object]:
    """Return the parts of an object that dotted paths lead to, or the whole object if ``paths`` is None."""
    if paths is None:
        return dict(value)
    selected: dict[str, object] = {}
    for name, item in value.items():
        if name in paths:
            selected[name] = item
        elif inner := frozenset(path.removeprefix(f"{name}.") for path in paths if path.startswith(f"{name}.")):
            if isinstance(item, dict):
                selected[name] = _selected(item, inner)
            elif isinstance(item, list):
                selected[name] = [_selected(element, inner) for element in item if isinstance(element, dict)]
    return selected


class _Formatter:
    def __init__(self, formatting: Formatting, terms: Sequence[Term]) -> None:
        self._how = formatting
        self._terms = terms

    def formatted(self, document: Mapping[str, object]) -> dict[str, object]:
        return {
            name: self._value(
                item,
                name,
                is_marked=_EVERY_ATTRIBUTE in self._how.highlight,
                length=self._how.crop.get(_EVERY_ATTRIBUTE, _UNCUT),
            )
            for name, item in document.items()
        }

    def _value(self, value: object, path: str, *, is_marked: bool, length: int) -> object:
        """Format a value. Options for an object apply to everything in it."""
        is_marked = is_marked or path in self._how.highlight
        length = self._how.crop.get(path, length)
        match value:
            case str():
                return self._text(value, is_marked=is_marked, length=length)
            case bool() | None:
                return value
            case int() | float():
                return self._text(str(value), is_marked=is_marked, length=length)
            case dict():
                return {
                    name: self._value(item, f"{path}.{name}", is_marked=is_marked, length=length)
                    for name, item in value.items()
                }
            case list():
                return [self._value(item, path, is_marked=is_marked, length=length) for item in value]
        return value

    def _text(self, text: str, *, is_marked: bool, length: int) -> str:
        if not text or (length == _UNCUT and not (is_marked and self._terms)):
            return text
        placed = list(islice(placed_words(text), MAX_WORDS))
        matching = matching_places(text, placed, self._terms)
        begin, end = _window(len(placed), sorted(matching), length)
        is_whole = (begin, end) == (0, len(placed))
        start, stop = (0, len(text)) if is_whole else (placed[begin].start, placed[end - 1].end)
        if begin == 0:
            start = 0
        if end == len(placed):
            stop = len(text)
        shown = {place: letters for place, letters in matching.items() if is_marked and begin <= place < end}
        return "".join(
            (
                self._how.crop_marker if begin else "",
                self._marked(text[:stop], start, placed, shown),
                self._how.crop_marker if end < len(placed) else "",
            )
        )

    def _marked(self, text: str, start: int, placed: Sequence[PlacedWord], matching: Mapping[int, int]) -> str:
        parts: list[str] = []
        for place in sorted(matching):
            word = placed[place]
            end = word.start + matching[place]
            parts += [text[start : word.start], self._how.pre_tag, text[word.start : end], self._how.post_tag]
            start = end
        return "".join([*parts, text[start:]])


def _window(count: int, matching: Sequence[int], length: int) -> tuple[int, int]:
    """
    Choose the words of a text that are shown: the place with the most matches, with words around it.

    Nothing is cut from a short text, or if ``length`` is 0.
    """
    if length <= 0 or count <= length:
        return 0, count
    best, last = 0, -1
    first = 0
    for number, place in enumerate(matching):
        while place - matching[first] >= length:
            first += 1
        if last < 0 or number - first > last - best:
            best, last = first, number
    if last < 0:
        return 0, length
    span = matching[last] - matching[best] + 1
    begin = max(0, min(matching[best] - (length - span) // 2, count - length))
    return begin, begin + length
