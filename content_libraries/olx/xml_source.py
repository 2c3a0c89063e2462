"""
Parses XML and keeps the byte positions of its elements.

expat finds the elements and their byte offsets. The text itself is never rebuilt, only sliced. Only the five entities
of XML are resolved, because each text with a document type is refused.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from xml.parsers import expat

from ..translation import gettext as _
from .data import DEFAULT_LIMITS, Limits
from .errors import (
    ArchiveTooLargeError,
    DoctypeInBlockError,
    ForbiddenDoctypeError,
    MalformedXmlError,
    UnsupportedEncodingError,
)
from .vocabulary import may_hold_block

__all__ = ["Budget", "Document", "Element", "decoded", "parse_document", "start_tags", "xml_safe"]

_MOST_ENTITY_CHARS: Final = 100
"""Length of an entity that stands for a character or a word."""

_START_TAG: Final = re.compile(rb"""<[^"'>]*(?:"[^"]*"[^"'>]*|'[^']*'[^"'>]*)*>""")
_ILLEGAL_CHARACTER: Final = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(slots=True)
class Element:
    """
    An element and its place: ``[start, opened)`` is the start tag, ``[closing, end)`` the end tag. ``line`` is the line
    of the start tag, counted from 1.
    """

    tag: str
    attributes: dict[str, str]
    start: int
    opened: int
    line: int
    closing: int = 0
    end: int = 0
    children: list[Element] = field(default_factory=list)
    """The child elements that may be blocks."""
    has_elements: bool = False
    texts: list[str] = field(default_factory=list)
    """Character data directly inside the element. White space alone is only kept in html elements."""

    @property
    def is_empty(self) -> bool:
        return not self.has_elements and not any(text.strip() for text in self.texts)

    @property
    def is_bare_pointer(self) -> bool:
        """Return whether the element has a url_name, and no other attribute and no content."""
        return self.is_empty and self.attributes.keys() == {"url_name"}


@dataclass(frozen=True, slots=True)
class Document:
    """
    The bytes of one XML text (UTF-8, no byte order mark) and its root element.

    ``note`` is a sentence for the author if the text was mended before it was read.
    """

    data: bytes
    root: Element
    path: str = ""
    note: str = ""

    def slice(self, start: int, end: int) -> str:
        return self.data[start:end].decode()

    def text_of(self, element: Element) -> str:
        return self.slice(element.start, element.end)


@dataclass(slots=True)
class Budget:
    """Counts the use of the limits on all texts of one archive together."""

    limits: Limits = DEFAULT_LIMITS
    elements: int = 0
    candidates: int = 0
    olx_bytes: int = 0

    def take_element(self, path: str, attributes: int) -> None:
        if attributes > self.limits.attributes:
            raise ArchiveTooLargeError(
                _("%(path)s has an XML element with more than %(limit)s attributes: remove some.")
                % {"path": _named(path), "limit": f"{self.limits.attributes:,}"},
                path,
            )
        self.elements += 1 + attributes
        if self.elements > self.limits.elements:
            raise ArchiveTooLargeError(
                _("%(path)s brings the number of XML elements and attributes above %(limit)s: split it.")
                % {"path": _named(path), "limit": f"{self.limits.elements:,}"},
                path,
            )

    def take_candidate(self, path: str) -> None:
        """Count an element that may be a block. Only such elements are kept in memory."""
        self.candidates += 1
        if self.candidates > self.limits.blocks:
            raise ArchiveTooLargeError(
                _("%(path)s brings the number of blocks above %(limit)s: split the course.")
                % {"path": _named(path), "limit": f"{self.limits.blocks:,}"},
                path,
            )

    def take_olx(self, size: int, path: str) -> None:
        self.olx_bytes += size
        if self.olx_bytes > self.limits.total_text_bytes:
            raise ArchiveTooLargeError(
                _(
                    "%(path)s brings the OLX of all blocks above %(limit)s bytes: split the course, or keep"
                    " its blocks in files of their own."
                )
                % {"path": _named(path), "limit": f"{self.limits.total_text_bytes:,}"},
                path,
            )


def decoded(data: bytes, path: str) -> str:
    """
    Return the content of a text file without a byte order mark.

    Raises UnsupportedEncodingError if it is not UTF-8.
    """
    try:
        return data.removeprefix(codecs.BOM_UTF8).decode()
    except UnicodeDecodeError as error:
        raise UnsupportedEncodingError(
            _("%(path)s is not UTF-8 (byte %(start)s): save it as UTF-8.")
            % {"path": _named(path), "start": error.start},
            path,
            data.count(b"\n", 0, error.start) + 1,
        ) from error


def xml_safe(text: str) -> str:
    """Replace each character that XML 1.0 cannot hold (control characters and the like) by a space."""
    return _ILLEGAL_CHARACTER.sub(" ", text)


def parse_document(data: bytes, *, path: str = "", budget: Budget | None = None) -> Document:
    """Parse one XML text. Raises errors of this room for texts that are malformed, forbidden or above a limit."""
    budget = budget or Budget()
    data = decoded(data, path).encode()
    return Document(data, _Scanner(data, path, budget).root(), path)


def start_tags(text: str, tags: frozenset[str]) -> list[tuple[str, Mapping[str, str]]]:
    """Return tag and attributes of all elements with these tags, at any depth, in document order."""
    scanner = _Scanner(text.encode(), "", Budget(), collect=tags)
    scanner.root()
    return scanner.collected


def _named(path: str) -> str:
    return path or _("The OLX")


class _Scanner:
    """Turns expat's events into Elements. Only elements that may be blocks are kept; the others are counted."""

    def __init__(self, data: bytes, path: str, budget: Budget, *, collect: frozenset[str] = frozenset()) -> None:
        self.collect = collect
        self.collected: list[tuple[str, Mapping[str, str]]] = []
        self.data = data
        self.path = path
        self.budget = budget
        self.roots: list[Element] = []
        self.doctype_line = 0
        self.open: list[Element | None] = []
        self.parser = expat.ParserCreate("utf-8")
        self.parser.buffer_text = True
        self.parser.XmlDeclHandler = self._check_declaration
        self.parser.StartDoctypeDeclHandler = self._start_doctype
        self.parser.EntityDeclHandler = self._refuse_entity
        self.parser.EndDoctypeDeclHandler = self._refuse_doctype
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text

    def root(self) -> Element:
        try:
            self.parser.Parse(self.data, True)
        except expat.ExpatError as error:
            line, column = error.lineno, error.offset + 1
            raise MalformedXmlError(
                _(
                    "%(path)s is not well-formed XML at line %(line)s, column %(column)s (%(problem)s):"
                    " correct it there."
                )
                % {"path": _named(self.path), "line": line, "column": column, "problem": expat.ErrorString(error.code)},
                self.path,
                line,
                column,
            ) from error
        return self.roots[0]

    def _check_declaration(self, version: str, encoding: str | None, standalone: int) -> None:
        if encoding is not None and encoding.lower() not in {"utf-8", "utf8", "us-ascii", "ascii"}:
            raise UnsupportedEncodingError(
                _("%(path)s declares the encoding %(encoding)s: save it as UTF-8.")
                % {"path": _named(self.path), "encoding": encoding},
                self.path,
                self.parser.CurrentLineNumber,
            )

    def _start_doctype(self, *declaration: object) -> None:
        self.doctype_line = self.parser.CurrentLineNumber

    def _refuse_entity(
        self, _name: str, is_parameter: bool, value: str | None, _base: str | None, *external: str | None
    ) -> None:
        """Raise ForbiddenDoctypeError for a declared entity that names a file or another entity, or that is long."""
        if is_parameter or value is None or any(external) or "&" in value or len(value) > _MOST_ENTITY_CHARS:
            raise ForbiddenDoctypeError(self._about_doctype(), self.path, self.doctype_line)

    def _refuse_doctype(self) -> None:
        """Raise DoctypeInBlockError at the end of a document type, before an element can use what it declares."""
        raise DoctypeInBlockError(self._about_doctype(), self.path, self.doctype_line)

    def _about_doctype(self) -> str:
        return _("%(path)s has a DOCTYPE, which OLX must not have: remove that line.") % {"path": _named(self.path)}

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        self.budget.take_element(self.path, len(attributes))
        if len(self.open) >= self.budget.limits.element_depth:
            raise ArchiveTooLargeError(
                _("%(path)s nests XML elements more than %(limit)s deep: flatten it.")
                % {"path": _named(self.path), "limit": self.budget.limits.element_depth},
                self.path,
            )
        if tag in self.collect:
            self.collected.append((tag, attributes))
        siblings = self._siblings(attributes)
        element = None
        if siblings is not None:
            element = self._element_here(tag, attributes)
            siblings.append(element)
        self.open.append(element)

    def _siblings(self, attributes: dict[str, str]) -> list[Element] | None:
        """Return the list for an element that starts here; None if it cannot be a block."""
        if not self.open:
            return self.roots
        parent = self.open[-1]
        if parent is None:
            return None
        parent.has_elements = True
        return parent.children if may_hold_block(parent.tag, attributes) else None

    def _element_here(self, tag: str, attributes: dict[str, str]) -> Element:
        self.budget.take_candidate(self.path)
        start = self.parser.CurrentByteIndex
        match = _START_TAG.match(self.data, start)
        assert match is not None  # noqa: S101  -- expat has just read a start tag here
        return Element(tag, attributes, start, match.end(), self.parser.CurrentLineNumber)

    def _end(self, tag: str) -> None:
        element = self.open.pop()
        if element is None:
            return
        if self.data.endswith(b"/>", element.start, element.opened):
            element.closing = element.end = element.opened
        else:
            element.closing = self.parser.CurrentByteIndex
            element.end = self.data.index(b">", element.closing) + 1

    def _text(self, text: str) -> None:
        element = self.open[-1]
        if element is not None and (element.tag == "html" or text.strip()):
            element.texts.append(text)
