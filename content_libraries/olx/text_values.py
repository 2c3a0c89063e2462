"""
Finds the texts in the OLX of a block that authors and learners read, and the URLs of links; never its markup.

These are the texts of elements, the values of attributes, the texts and attributes of HTML (in CDATA sections or
escaped), and the strings of JSON in attributes. Tags, names of attributes, comments, code, identifiers, numbers and
flags are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from ..errors import InvalidValueError
from ..values import read_json
from .spelled import Spelled, cdata_escapes, html_escapes, json_escapes, source_text, xml_escapes
from .vocabulary import settings_among
from .xml_source import parse_document

__all__ = ["BODY", "TextValue", "markup_of", "text_values"]

BODY: Final = "data"
"""The name of the field to which all texts of a block belong that are no attributes of its root element."""

_MARKUP: Final = re.compile(
    r"""<!--.*?-->|<!\[CDATA\[.*?\]\]>|<\?.*?\?>|</[^>]*+>|<[^"'>]*+(?:"[^"]*+"[^"'>]*+|'[^']*+'[^"'>]*+)*+>""",
    re.DOTALL,
)
_CDATA: Final = "<![CDATA["
_ATTRIBUTE: Final = re.compile(r"""\s++([^\s=>/"']++)\s*+=\s*+("[^"]*+"|'[^']*+')""")
_TAG: Final = re.compile(r"<([^\s/>]++)")

_HTML_MARK: Final = re.compile(r"<[A-Za-z/!?]")
_HTML_TAG: Final = re.compile(
    r"""<([A-Za-z][^\s/>]*+)((?:[\s/=]++|[^\s/>=]++(?:\s*+=\s*+(?:"[^"]*+"|'[^']*+'|[^\s"'>][^\s>]*+)?+)?+)*+)>"""
)
_HTML_ATTRIBUTE: Final = re.compile(r"""([^\s/>=]++)(?:\s*+=\s*+("[^"]*+"|'[^']*+'|[^\s"'>][^\s>]*+))?+""")
_JSON_STRING: Final = re.compile(r'"((?:[^"\\]++|\\.)*+)"(\s*+:)?', re.DOTALL)
_SCALAR: Final = re.compile(r"\s*+(?:[-+]?[0-9.]++(?:[eE][-+]?[0-9]++)?%?|true|false|null|none)?\s*+", re.IGNORECASE)

_HTML_BLOCK: Final = "html"
_TITLE: Final = "display_name"

_CODE: Final = frozenset({"script", "style"})
"""Elements whose content is code."""

_IDENTIFIERS: Final = frozenset({"class", "for", "id", "name", "slug", "style", "type", "xblock-family"})
"""Attributes that are identifiers or code. So are those whose names begin with ``on``."""

_LINKS: Final = frozenset({"copied_from_block", "source_library_id", "top_level_downstream_parent_key"})
_LINK_PREFIXES: Final = ("upstream", "downstream_")
"""Attributes of a root element that say where a block comes from."""


@dataclass(frozen=True, slots=True)
class TextValue:
    """A text of a block. ``field`` is the name of the root's attribute that holds it, or BODY."""

    field: str
    spelled: Spelled


def text_values(olx: str) -> Iterator[TextValue]:
    """Yield the texts of a block in the order of the source. Raises OlxError for unsafe or malformed XML."""
    root = parse_document(olx.encode()).root
    is_html = root.tag == _HTML_BLOCK and not root.has_elements
    settings = {name for name in settings_among(root.tag, root.attributes) if not _is_link(name)}
    source = source_text(olx)
    open_tags: list[str] = []
    done = 0
    for match in _MARKUP.finditer(olx):
        markup = match[0]
        if open_tags and not _CODE.intersection(open_tags):
            yield from _body(source.inside(done, match.start(), xml_escapes()), is_html)
            if markup.startswith(_CDATA):
                section = source.inside(match.start() + len(_CDATA), match.end() - 3, cdata_escapes())
                yield from _body(section, is_html)
        done = match.end()
        if markup.startswith("</"):
            open_tags.pop()
        elif markup[1] not in "!?":
            yield from _attributes(source, match, settings if not open_tags else None)
            if not markup.endswith("/>"):
                open_tags.append(_tag_of(markup))


def markup_of(olx: str) -> list[str]:
    """
    Return the markup of an XML text without values: its tags with the names of their attributes, and its sections.

    Two texts with the same markup differ only in values. Comments and instructions count with their content.
    """
    found: list[str] = []
    for match in _MARKUP.finditer(olx):
        markup = match[0]
        if markup.startswith(_CDATA):
            found.append(_CDATA)
        elif markup[1] in "!?/":
            found.append(markup)
        else:
            found.append(_ATTRIBUTE.sub(lambda attribute: f" {attribute[1]}", markup))
    return found


def _is_link(name: str) -> bool:
    return name in _LINKS or name.startswith(_LINK_PREFIXES)


def _tag_of(markup: str) -> str:
    match = _TAG.match(markup)
    return match[1] if match else ""


def _attributes(source: Spelled, tag: re.Match[str], settings: set[str] | None) -> Iterator[TextValue]:
    """Yield the texts in the attributes of a start tag. ``settings`` names the settings of a root element."""
    position = tag.start() + len(_tag_of(tag[0])) + 1
    while (match := _ATTRIBUTE.match(source.text, position, tag.end())) is not None:
        position = match.end()
        name, start, end = match[1], match.start(2) + 1, match.end(2) - 1
        if (name not in settings) if settings is not None else _is_identifier(name):
            continue
        value = source.inside(start, end, xml_escapes(match[2][0]))
        if settings is not None and name == _TITLE:
            yield TextValue(name, value)
        elif not _SCALAR.fullmatch(value.text):
            yield from (TextValue(BODY if settings is None else name, text) for text in _value(value))


def _is_identifier(name: str) -> bool:
    lowered = name.lower()
    return lowered in _IDENTIFIERS or lowered.startswith("on") or ":" in lowered


def _body(spelled: Spelled, is_html: bool) -> Iterator[TextValue]:
    if spelled.text and not spelled.text.isspace():
        yield from (TextValue(BODY, text) for text in _html(spelled, is_html=is_html))


def _value(spelled: Spelled) -> Iterator[Spelled]:
    """Yield the texts in the value of an attribute: the strings of JSON without its keys, or the whole."""
    if spelled.text.lstrip()[:1] not in ("[", "{") or not _is_json(spelled.text):
        yield from _html(spelled)
        return
    for match in _JSON_STRING.finditer(spelled.text):
        if not match[2]:
            yield from _html(spelled.inside(*match.span(1), json_escapes()))


def _is_json(text: str) -> bool:
    try:
        read_json(text)
    except InvalidValueError:
        return False
    return True


def _html(spelled: Spelled, *, is_html: bool = False) -> Iterator[Spelled]:
    """
    Yield the texts and the attributes of HTML; a text without tags as a whole, unless it is HTML in any case.

    HTML may end within a tag, a comment or code. This rest is left out, as browsers do.
    """
    text = spelled.text
    if not is_html and not _HTML_MARK.search(text):
        yield spelled
        return
    position = 0
    while (mark := _HTML_MARK.search(text, position)) is not None:
        yield from _html_text(spelled, position, mark.start())
        tag = _HTML_TAG.match(text, mark.start())
        if tag is not None:
            yield from _html_attributes(spelled, tag)
            end = _end_of_code(text, tag) if tag[1].lower() in _CODE else tag.end()
        else:
            end = _end_of(text, mark.start())
        if end < 0:
            if not is_html:  # a text with a bracket that begins no tag
                start = mark.start()
                yield Spelled(text[start:], spelled.at[start:], spelled.write)
            return
        position = end
    yield from _html_text(spelled, position, len(text))


def _html_text(spelled: Spelled, start: int, end: int) -> Iterator[Spelled]:
    if not spelled.text[start:end].strip():
        return
    yield spelled.inside(start, end, html_escapes())


def _html_attributes(spelled: Spelled, tag: re.Match[str]) -> Iterator[Spelled]:
    for match in _HTML_ATTRIBUTE.finditer(spelled.text, *tag.span(2)):
        if match[2] is None or _is_identifier(match[1]):
            continue
        (start, end), first = match.span(2), match[2][0]
        if first in "\"'":
            value = spelled.inside(start + 1, end - 1, html_escapes(first))
        else:
            value = spelled.inside(start, end, html_escapes(is_bare=True))
        if not _SCALAR.fullmatch(value.text):
            yield value


def _end_of(text: str, start: int) -> int:
    """Return the end of an end tag, a comment or a declaration; -1 if there is none."""
    end = "-->" if text.startswith("<!--", start) else ">"
    found = text.find(end, start)
    return found + len(end) if found >= 0 else -1


def _end_of_code(text: str, tag: re.Match[str]) -> int:
    match = re.compile(f"</{tag[1]}\\b", re.IGNORECASE).search(text, tag.end())
    return match.start() if match else -1
