"""
Handles the two forms of an html block.

The body is inside the element as CDATA, or in a file that ``filename`` names.
"""

from __future__ import annotations

from .start_tags import root_tag, with_attributes
from .xml_source import Document, Element, parse_document, xml_safe

__all__ = ["externalized", "inlined", "inner_html"]


def inlined(olx: str, body: str) -> str:
    """
    Return the html element without ``filename`` and with the body in it.

    The body stays unchanged, except for characters that XML cannot hold: ``]]>`` is split over two CDATA sections, and
    control characters become spaces.
    """
    cdata = xml_safe(body).replace("]]>", "]]]]><![CDATA[>")
    return f"{_start_tag(with_attributes(olx, {'filename': None}))}><![CDATA[{cdata}]]></{root_tag(olx)}>"


def externalized(olx: str, filename: str) -> str:
    """Return the html element without its body and with ``filename``: the reverse of :func:`inlined`."""
    return f"{_start_tag(with_attributes(olx, {'filename': filename}))}/>"


def inner_html(document: Document, element: Element) -> str:
    """Return the body that an html element holds itself, be it escaped, as CDATA, or as elements."""
    if element.has_elements:
        return document.slice(element.opened, element.closing)
    return "".join(element.texts)


def _start_tag(olx: str) -> str:
    """Return the start tag without its closing bracket, up to the last attribute."""
    document = parse_document(olx.encode())
    start_tag = document.slice(document.root.start, document.root.opened)
    return start_tag.removesuffix(">").removesuffix("/").rstrip()
