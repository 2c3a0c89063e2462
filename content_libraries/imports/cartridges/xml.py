"""Reads XML of cartridges by tag names alone: its namespaces differ from version to version."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _
from lxml import etree

from ...olx.api import ForbiddenDoctypeError, MalformedXmlError


def parse(data: bytes, path: str) -> etree._Element:
    """Parse an XML text without resolving entities. Raises MalformedXmlError and ForbiddenDoctypeError."""
    if b"<!DOCTYPE" in data:
        raise ForbiddenDoctypeError(
            _("%(path)s has a DOCTYPE, which a cartridge must not have: remove that line.") % {"path": path}, path
        )
    # Archives have limits of their own. Without huge_tree, libxml2 refuses a text with a picture of ten megabytes.
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True, remove_comments=True, remove_pis=True
    )
    try:
        return etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise MalformedXmlError(
            _("%(path)s is not well-formed XML (%(problem)s): correct it.") % {"path": path, "problem": error.msg},
            path,
            error.lineno or 0,
        ) from error


def name(element: etree._Element) -> str:
    """Return the tag of an element without its namespace."""
    return str(etree.QName(element).localname)


def children(element: etree._Element, tag: str) -> list[etree._Element]:
    """Return the children of an element that have a tag, in any namespace."""
    return [child for child in element if name(child) == tag]


def descendants(element: etree._Element, tag: str) -> Iterator[etree._Element]:
    """Yield the elements below an element that have a tag, in any namespace, in document order."""
    return (child for child in element.iter() if name(child) == tag and child is not element)


def first(element: etree._Element, *path: str) -> etree._Element | None:
    """Return the first element at the end of a path of tags, or None."""
    found: etree._Element | None = element
    for tag in path:
        found = next(iter(children(found, tag)), None) if found is not None else None
    return found


def text(element: etree._Element | None) -> str:
    """Return all text in an element, without the white space around it; "" for None."""
    return "".join(str(part) for part in element.itertext()).strip() if element is not None else ""
