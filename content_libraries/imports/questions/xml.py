"""Reads XML of other platforms by tag names alone: their namespaces differ from version to version."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from typing import Final

from django.utils.translation import gettext as _
from lxml import etree

from ...olx.api import (
    ArchiveTooLargeError,
    ForbiddenDoctypeError,
    MalformedXmlError,
    UnsupportedEncodingError,
    mended_text,
    mended_xml,
)

UNREADABLE: Final = (ForbiddenDoctypeError, MalformedXmlError, UnsupportedEncodingError)
"""Errors that say that one file cannot be read. The rest of the source can be read without the file."""

_PYTHON_ONLY: Final = frozenset({"idna", "punycode", "raw-unicode-escape", "undefined", "unicode-escape"})
"""Codecs that no XML declares: they fail, or need time with the square of the text."""

_PROLOG: Final = re.compile(r"(?:\s++|<\?(?:[^?]|\?(?!>))*+\?>|<!--(?:[^-]|-(?!->))*+-->)*+")
_ENCODING: Final = re.compile(rb"""\A\s*<\?xml[^<>]{0,100}?\sencoding\s*=\s*["']([\w.:-]{1,40})["']""")
_DECLARATION: Final = re.compile(r"\A\s*<\?xml[^<>]*\?>")
_MARKS: Final = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
_HUGE_BYTES: Final = 9_000_000
"""Texts of this size, such as pasted pictures, need an option: libxml2 refuses them otherwise."""
_MAX_DEPTH: Final = 250
_GROWTH: Final = 4
"""How many times longer a text may become when it is mended."""


def parse(data: bytes, path: str) -> etree._Element:
    """
    Parse an XML text without resolving entities. A text that cannot be read is mended once, and read again.

    Raises MalformedXmlError, UnsupportedEncodingError, ForbiddenDoctypeError, and ArchiveTooLargeError for elements
    that nest too deeply.
    """
    text = xml_text(data, path)
    start = _PROLOG.match(text)
    if start and text.startswith("<!DOCTYPE", start.end()):
        raise ForbiddenDoctypeError(
            _("%(path)s has a DOCTYPE, which such a file must not have: remove that line.") % {"path": path},
            path,
            text.count("\n", 0, start.end()) + 1,
        )
    content = _DECLARATION.sub("", text, count=1).encode("utf-8", "replace")
    try:
        return _parsed(content, path)
    except MalformedXmlError:
        mended = mended_xml(content, limit=len(content) * _GROWTH)
        if mended is None:
            raise
        try:
            return _parsed(mended, path)
        except MalformedXmlError:
            pass
        raise


def xml_text(data: bytes, path: str) -> str:
    """
    Decode an XML text: by its byte order mark, its declaration, or else as UTF-8 and Windows-1252.

    Raises UnsupportedEncodingError.
    """
    encoding = next((name for mark, name in _MARKS.items() if data.startswith(mark)), "")
    declared = _ENCODING.match(data)
    for name in (encoding, declared[1].decode() if declared and not encoding else "", "utf-8"):
        try:
            if name and codecs.lookup(name).name not in _PYTHON_ONLY:
                return data.decode(name)
        except (LookupError, UnicodeError):
            continue
    text = mended_text(data)
    if text is None:
        raise UnsupportedEncodingError(
            _("%(path)s is in an encoding that cannot be read: save it as UTF-8.") % {"path": path}, path
        )
    return text


def _parsed(data: bytes, path: str) -> etree._Element:
    # Entities of attributes would be resolved in spite of the option, but nothing can define one without a DOCTYPE.
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=len(data) > _HUGE_BYTES,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise MalformedXmlError(
            _("%(path)s is not well-formed XML (%(problem)s): correct it.") % {"path": path, "problem": error.msg},
            path,
            error.lineno or 0,
        ) from error
    _check_depth(root, path)
    return root


def _check_depth(root: etree._Element, path: str) -> None:
    depth = 0
    for event, _element in etree.iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        if depth > _MAX_DEPTH:
            raise ArchiveTooLargeError(
                _("%(path)s nests XML elements more than %(limit)s deep: flatten it.")
                % {"path": path, "limit": _MAX_DEPTH},
                path,
            )


def name(element: etree._Element) -> str:
    """Return the tag of an element without its namespace."""
    return str(etree.QName(element).localname)


def children(element: etree._Element | None, tag: str) -> list[etree._Element]:
    """Return the children of an element that have a tag, in any namespace; none for None."""
    return [child for child in element if name(child) == tag] if element is not None else []


def descendants(element: etree._Element, *tags: str) -> Iterator[etree._Element]:
    """Yield the elements below an element that have one of these tags, in any namespace, in document order."""
    return (child for child in element.iter() if name(child) in tags and child is not element)


def outermost(element: etree._Element, *tags: str) -> Iterator[etree._Element]:
    """
    Yield what ``descendants`` yields, without elements inside of a yielded element.

    Texts of the yielded elements are read once, however deep an author nests elements of the same tag.
    """
    for child in element:
        if name(child) in tags:
            yield child
        else:
            yield from outermost(child, *tags)


def first(element: etree._Element | None, *path: str) -> etree._Element | None:
    """Return the first element at the end of a path of tags, or None."""
    for tag in path:
        element = next(iter(children(element, tag)), None)
    return element


def text(element: etree._Element | None, *path: str) -> str:
    """Return all text in an element, or in the first one at the end of a path, without white space around it."""
    found = first(element, *path)
    return "".join(str(part) for part in found.itertext()).strip() if found is not None else ""


def attribute(element: etree._Element | None, key: str) -> str:
    """Return an attribute of an element; "" if there is none."""
    return str(element.get(key) or "") if element is not None else ""
