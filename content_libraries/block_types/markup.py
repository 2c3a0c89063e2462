"""Reads the text in markup: the visible text of OLX and HTML."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from lxml import etree, html

from ..errors import InvalidValueError
from ..values import read_json

UNREAD_IN_HTML: Final = ("script", "style", "template", "noscript")

TEXT_KEYS: Final = frozenset({"label", "title", "displayName", "description", "text"})
"""In attributes that hold JSON, the keys whose values people read."""

_MARKUP: Final = re.compile(r"[<&]")
_INLINE: Final = re.compile(
    r"a|abbr|b|bd[io]|cite|code|del|dfn|em|font|i|ins|kbd|mark|q|s|samp|small|span|strong|su[bp]|tt|u|var"
)
"""Elements at whose beginning and end a word goes on."""
_SPACES: Final = re.compile(r"\s+")


def parsed(olx: str) -> etree._Element:
    """Parse OLX for reading. Raises XMLSyntaxError of lxml, and ValueError for a document type declaration."""
    # A parser is used once: lxml's parsers keep state, and this code runs in threads.
    parser = etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    root = etree.fromstring(olx.encode(errors="replace"), parser)
    if root.getroottree().docinfo.internalDTD is not None:
        raise ValueError("The OLX has a document type declaration, which OLX must not have.")
    return root


def elements(root: etree._Element) -> Iterator[etree._Element]:
    """Iterate over the root and all elements below it. Entity references, which lxml lists too, are left out."""
    return root.iter(etree.Element)  # type: ignore[no-any-return]


def drop(node: etree._Element) -> None:
    """Remove an element, and keep the text that follows it."""
    parent, tail = node.getparent(), node.tail
    if parent is None:
        return
    node.clear()
    node.tail = tail


def html_text(markup: str) -> str:
    """Return the text that a reader of the markup sees, on one line."""
    if not _MARKUP.search(markup):
        return squeezed(markup)
    parser = html.HTMLParser(encoding="utf-8", no_network=True, huge_tree=False, remove_comments=True, remove_pis=True)
    try:
        tree = html.document_fromstring(markup.encode(errors="replace"), parser=parser)
    except etree.ParserError:
        return ""  # nothing but comments
    etree.strip_elements(tree, *UNREAD_IN_HTML, with_tail=False)
    return text_of(tree)


def text_of(root: etree._Element) -> str:
    """Return the text of an element tree on one line, with a space between block elements."""
    for node in elements(root):
        if not _INLINE.fullmatch(node.tag):
            node.text = f" {node.text or ''}"
            node.tail = f" {node.tail or ''}"
    return squeezed("".join(root.itertext()))


def readable_texts(value: str) -> Iterable[str]:
    """Return the texts of an attribute: the value itself, or the readable texts in it if it is JSON."""
    if not value.startswith(("[", "{")):
        return [value]
    try:
        return list(_texts_in(read_json(value), ""))
    except InvalidValueError:
        return [value]


def squeezed(text: str) -> str:
    """Return a text on one line, with runs of spaces replaced by one space."""
    return _SPACES.sub(" ", text).strip()


def _texts_in(value: object, key: str) -> Iterator[str]:
    if isinstance(value, str):
        if key in TEXT_KEYS:
            yield value
    elif isinstance(value, dict):
        for name, item in value.items():
            yield from _texts_in(item, name)
    elif isinstance(value, list):
        # Polls store pairs: an id, and the label or an object with the label.
        is_pair = len(value) == 2 and isinstance(value[0], str)
        for item in value[1:] if is_pair else value:
            yield from _texts_in(item, "label" if is_pair else key)
