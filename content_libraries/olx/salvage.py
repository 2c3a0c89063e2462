"""
Finds the blocks that can still be seen in the file of a container that cannot be read.

The file is not well-formed, so no parser can read it as a whole. Its tags are matched with a regular expression, and
each element with a ``url_name`` is then parsed alone. Time is bounded by the size of the file and by the budget.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from .errors import DoctypeInBlockError, MalformedXmlError
from .mending import mended_text, mended_xml
from .start_tags import pointer
from .vocabulary import CONTAINER_TAGS
from .xml_source import Budget, parse_document

__all__ = ["Salvaged", "salvaged_elements"]

_LITERAL: Final = re.compile(r"<!--.*?(?:-->|\Z)|<!\[CDATA\[.*?(?:\]\]>|\Z)", re.DOTALL)
_TAG: Final = re.compile(r"<(?P<end>/?)(?P<tag>[A-Za-z_][\w.-]*+)(?P<rest>[^<>]*)>")
_URL_NAME: Final = re.compile(r"""\surl_name\s*=\s*(?:"([^"]*)"|'([^']*)')""")


@dataclass(frozen=True, slots=True)
class Salvaged:
    """
    An element in a broken file.

    Args:
        text: the element as it stands in the file, or mended; if the element is broken, a pointer with its tag and
            ``url_name``.
        line: the line of its start tag, counted from 1.
        is_broken: whether the element itself cannot be read.
        is_mended: whether the element was mended.
    """

    text: str
    line: int
    is_broken: bool = False
    is_mended: bool = False


@dataclass(slots=True)
class _Span:
    tag: str
    start: int
    url_name: str
    end: int = 0


def salvaged_elements(data: bytes, budget: Budget) -> Iterator[Salvaged]:
    """
    Yield the elements with a ``url_name`` in a broken file, in document order, without the root.

    An element that can be read is yielded whole. Of a broken container, the elements in it follow.
    """
    text = _text(data)
    line, counted, position = 1, 0, 0
    for span in _spans(text):
        if span.start < position:
            continue
        line, counted = line + text.count("\n", counted, span.start), span.start
        element = text[span.start : span.end]
        if readable := _readable(element, budget):
            position = span.end
            yield Salvaged(readable, line, is_mended=readable != element)
            continue
        if span.end and span.tag not in CONTAINER_TAGS:
            position = span.end
        yield Salvaged(pointer(span.tag, {"url_name": span.url_name}), line, is_broken=True)


def _text(data: bytes) -> str:
    """Decode a file. Bytes that are in no known encoding become characters that no element can hold."""
    try:
        return data.decode()
    except UnicodeDecodeError:
        return mended_text(data) or data.decode(errors="surrogateescape")


def _readable(element: str, budget: Budget) -> str:
    """Return an element that can be read, mended if need be; "" for another element."""
    try:
        data: bytes | None = element.encode()
    except UnicodeEncodeError:
        return ""
    while data:
        budget.take_olx(len(data), "")
        try:
            parse_document(data, budget=budget)
        except DoctypeInBlockError:
            return ""
        except MalformedXmlError:
            # Mending a mended text changes nothing, and gives None.
            data = mended_xml(data, limit=budget.limits.text_bytes)
        else:
            return data.decode()
    return ""


def _spans(text: str) -> list[_Span]:
    """Return the elements with a ``url_name`` below the root. The ``end`` of an element that is never closed is 0."""
    # Literal text keeps its length, so that positions stay true.
    masked = _LITERAL.sub(lambda found: " " * len(found[0]), text)
    spans: list[_Span] = []
    open_: list[_Span] = []
    places: dict[str, list[int]] = {}
    """Tag -> the indexes in ``open_`` of its elements."""
    is_root = True
    for found in _TAG.finditer(masked):
        if found["end"]:
            if indexes := places.get(found["tag"]):
                index = indexes[-1]
                open_[index].end = found.end()
                for span in open_[index:]:
                    places[span.tag].pop()
                del open_[index:]
            continue
        name = _URL_NAME.search(found["rest"])
        span = _Span(found["tag"], found.start(), (name[1] or name[2] or "") if name else "")
        if span.url_name and not is_root:
            spans.append(span)
        is_root = False
        if found["rest"].endswith("/"):
            span.end = found.end()
        else:
            places.setdefault(span.tag, []).append(len(open_))
            open_.append(span)
    return spans
