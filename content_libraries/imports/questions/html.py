"""Converts HTML of other platforms to the HTML and XML of blocks."""

from __future__ import annotations

import re
from html import escape, unescape
from typing import Final

from lxml import etree, html

from ...olx.api import xml_safe

_NAME: Final = re.compile(r"[A-Za-z_][\w.-]*")
_BODY: Final = re.compile(r"<body\b[^<>]{0,9999}>(.*?)(?:</body\s*>|\Z)", re.IGNORECASE | re.DOTALL)
_TITLE: Final = re.compile(r"<title\b[^<>]{0,999}>([^<]{0,999})</title", re.IGNORECASE)
_TAG: Final = re.compile(r"<[^<>]*>")
_MARKUP: Final = re.compile(r"<\s*(?:img|math|svg|audio|video|iframe|object|table|pre|sub|sup)\b", re.IGNORECASE)


def body_of(page: str) -> str:
    """Return the content of the ``<body>`` of a page; the whole page if it has no body."""
    match = _BODY.search(page)
    return (match[1] if match else page).strip()


def title_of(page: str) -> str:
    """Return the title in the head of a page; "" if it has none."""
    match = _TITLE.search(page)
    return unescape(match[1]).strip() if match else ""


def as_html(text: str) -> str:
    """Convert a plain text to HTML. Line breaks are kept."""
    return escape(text, quote=False).replace("\n", "<br/>")


def plain_text(markup: str) -> str:
    """Return the text of HTML in one line."""
    return " ".join(unescape(_TAG.sub(" ", markup)).split())


def is_plain(markup: str) -> bool:
    """Return whether HTML has nothing but text: no pictures, no formulas and the like."""
    return not _MARKUP.search(markup)


def as_xml(text: str) -> str:
    """
    Convert HTML to well-formed XML, for the inside of a problem.

    Comments are removed. Elements whose names XML without namespaces cannot have, such as Word's ``<o:p>``, become
    ``<span>``; attributes with such names are removed.
    """
    parser = html.HTMLParser(huge_tree=True)  # otherwise attributes of ten megabytes, and all text after them, are lost
    container = html.fragment_fromstring(xml_safe(text) or " ", create_parent="div", parser=parser)
    for element in list(container.iterdescendants()):
        if not isinstance(element.tag, str):
            element.drop_tree()
            continue
        if not _NAME.fullmatch(element.tag):
            element.tag = "span"
        for name in [name for name in element.attrib if not _NAME.fullmatch(str(name))]:
            del element.attrib[name]
    inner = escape(container.text or "", quote=False)
    return inner + "".join(etree.tostring(child, encoding="unicode", method="xml") for child in container)
