"""Reads and changes the start tag of a text's root element. Every other byte stays unchanged."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from ..translation import gettext as _
from .errors import InvalidAttributeError
from .vocabulary import settings_among
from .xml_source import Document, parse_document, xml_safe

__all__ = ["pointer", "root_tag", "says_the_same", "settings_in", "with_attributes", "without_url_name"]

_ATTRIBUTE: Final = re.compile(r"""(\s++)([^\s=>/"']++)(\s*+=\s*+)("[^"]*"|'[^']*')""")
_NAME: Final = re.compile(r"[^\W\d][\w.:-]*")
_ESCAPES: Final = str.maketrans({"&": "&amp;", "<": "&lt;", '"': "&quot;", "\t": "&#9;", "\n": "&#10;", "\r": "&#13;"})


def root_tag(text: str) -> str:
    """Return the tag of a text's root element, for example "problem". Raises OlxError for unsafe XML."""
    return _parsed(text).root.tag


def settings_in(text: str) -> dict[str, str]:
    """
    Return the attributes of a text's root element that are settings. Raises OlxError for unsafe XML.

    The result for a short text is cached, because reading a course parses the same elements each time.
    """
    return dict(_settings_in_short(text)) if len(text) <= _SHORT else _settings_in(text)


def _settings_in(text: str) -> dict[str, str]:
    root = _parsed(text).root
    return settings_among(root.tag, root.attributes)


_SHORT: Final = 1_000
_settings_in_short = lru_cache(maxsize=10_000)(_settings_in)


def without_url_name(text: str) -> str:
    """Return the text without the ``url_name`` of its root element. Every other byte stays unchanged."""
    return with_attributes(text, {"url_name": None})


def with_attributes(text: str, attributes: Mapping[str, str | None]) -> str:
    """
    Set (str) or remove (None) attributes of the root element. Every other byte stays unchanged.

    An existing attribute keeps its place, and its spelling if the value is the same; a new one comes last. Characters
    that XML cannot hold become spaces. Raises OlxError for unsafe XML, and for a name that no attribute can have.
    """
    document = _parsed(text)
    root = document.root
    changes = {
        name: value if value is None else xml_safe(value)
        for name, value in attributes.items()
        if root.attributes.get(name) != value
    }
    if not changes:
        return text
    head, tag, rest = (
        document.slice(0, root.start),
        document.slice(root.start, root.opened),
        document.slice(root.opened, len(document.data)),
    )
    return head + _edited(tag, root.tag, changes) + rest


def says_the_same(text: str, other: str) -> bool:
    """Return whether two elements are equal but for the order and spelling of their roots' attributes."""
    if text == other:
        return True
    return settings_in(text) == settings_in(other) and _after_start_tag(text) == _after_start_tag(other)


def pointer(tag: str, attributes: Mapping[str, str]) -> str:
    """Return an empty element with these attributes, such as ``<problem url_name="p1"/>``."""
    return _edited(f"<{tag}/>", tag, attributes)


def is_name(text: str) -> bool:
    """Return whether a text can be the name of an element or an attribute."""
    return _NAME.fullmatch(text) is not None


def _after_start_tag(text: str) -> str:
    document = _parsed(text)
    return document.slice(document.root.opened, len(document.data))


def _parsed(text: str) -> Document:
    return parse_document(text.encode())


def _edited(start_tag: str, tag: str, changes: Mapping[str, str | None]) -> str:
    kept = [f"<{tag}"]
    remaining = dict(changes)
    position = len(kept[0])
    while (match := _ATTRIBUTE.match(start_tag, position)) is not None:
        position = match.end()
        space, name, equals, quoted = match.groups()
        if name not in remaining:
            kept.append(space + name + equals + quoted)
        elif (value := remaining.pop(name)) is not None:
            kept.append(f"{space}{name}{equals}{_quoted(value)}")
    new = {name: value for name, value in remaining.items() if value is not None}
    kept.extend(f" {_checked(name)}={_quoted(value)}" for name, value in new.items())
    return "".join(kept) + start_tag[position:]


def _checked(name: str) -> str:
    if not is_name(name):
        raise InvalidAttributeError(
            _("%(name)r cannot be the name of an OLX attribute: rename that setting.") % {"name": name}
        )
    return name


def _quoted(value: str) -> str:
    return f'"{value.translate(_ESCAPES)}"'
