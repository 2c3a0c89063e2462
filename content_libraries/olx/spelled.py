"""
Decodes texts, and keeps the place of each character in the source.

A text of OLX may be escaped several times: HTML in a string of JSON in an attribute of XML. ``Spelled`` is such a text
without its escapes. A part of it can be replaced in the source, and the rest of the source keeps its spelling.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

__all__ = ["Escapes", "Spelled", "cdata_escapes", "html_escapes", "json_escapes", "source_text", "xml_escapes"]

_XML_NAMES: Final = {"&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": '"', "&apos;": "'"}
_MARKS: Final = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_QUOTES: Final = {'"': "&quot;", "'": "&#39;"}
_SPACES: Final = {"\t": "&#9;", "\n": "&#10;", "\r": "&#13;", " ": "&#32;", "\f": "&#12;"}
_JSON: Final = re.compile(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\.", re.DOTALL
)
_HTML: Final = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{0,31});")


@dataclass(frozen=True, slots=True)
class Escapes:
    """
    One way to escape characters.

    Args:
        pattern: matches an escape.
        meaning: the text that an escape stands for.
        escape: spells a text that is inserted.
    """

    pattern: re.Pattern[str]
    meaning: Callable[[str], str]
    escape: Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Spelled:
    """
    A decoded text.

    Args:
        text: the text without escapes.
        at: the place in the source of each character, and of the end of the text.
        write: spells a text that is inserted into the source.
    """

    text: str
    at: Sequence[int]
    write: Callable[[str], str]

    def cuts_escape(self, place: int) -> bool:
        """Return whether a place is between two characters of one escape."""
        return 0 < place < len(self.text) and self.at[place] == self.at[place - 1]

    def inside(self, start: int, end: int, escapes: Escapes) -> Spelled:
        """Decode a part of the text, which is escaped once more."""
        raw = self.text[start:end]
        texts: list[str] = []
        places: list[int] = []
        done = 0
        for match in escapes.pattern.finditer(raw):
            meaning = escapes.meaning(match[0])
            texts += (raw[done : match.start()], meaning)
            places += self.at[start + done : start + match.start()]
            places += [self.at[start + match.start()]] * len(meaning)
            done = match.end()
        if not done:
            return Spelled(raw, self.at[start : end + 1], lambda text: self.write(escapes.escape(text)))
        texts.append(raw[done:])
        places += self.at[start + done : end + 1]
        return Spelled("".join(texts), places, lambda text: self.write(escapes.escape(text)))


def source_text(source: str) -> Spelled:
    """Return a source as a text that is not escaped."""
    return Spelled(source, range(len(source) + 1), str)


def xml_escapes(quote: str = "") -> Escapes:
    """Return how XML escapes a text, or a value in an attribute with these quotes. Line breaks are read as XML does."""
    escaped = {**_MARKS, "\r": "&#13;"}
    if quote:
        escaped |= {quote: _QUOTES[quote], "\t": "&#9;", "\n": "&#10;"}
    pattern = re.compile(r"&[^;]+;|\r\n?|[\t\n]" if quote else r"&[^;]+;|\r\n?")
    space = " " if quote else "\n"
    return Escapes(pattern, lambda raw: _of_xml(raw) if raw[0] == "&" else space, _escaper(escaped))


def html_escapes(quote: str = "", *, is_bare: bool = False) -> Escapes:
    """Return how HTML escapes a text, a value in these quotes, or a value without quotes (``is_bare``)."""
    escaped = dict(_MARKS)
    if quote:
        escaped |= {quote: _QUOTES[quote]}
    if is_bare:
        escaped |= {**_QUOTES, **_SPACES, "=": "&#61;", "`": "&#96;"}
    return Escapes(_HTML, html.unescape, _escaper(escaped))


def json_escapes() -> Escapes:
    """Return how JSON escapes a string."""
    return Escapes(
        _JSON, lambda raw: str(json.loads(f'"{raw}"')), lambda text: json.dumps(text, ensure_ascii=False)[1:-1]
    )


def cdata_escapes() -> Escapes:
    """Return how a CDATA section spells a text: with nothing but line breaks to read."""
    return Escapes(re.compile(r"\r\n?"), lambda _raw: "\n", str)


def _of_xml(raw: str) -> str:
    if raw.startswith("&#"):
        return chr(int(raw[3:-1], 16) if raw[2] in "xX" else int(raw[2:-1]))
    return _XML_NAMES[raw]


def _escaper(escaped: dict[str, str]) -> Callable[[str], str]:
    table = str.maketrans(escaped)
    return lambda text: text.translate(table)
