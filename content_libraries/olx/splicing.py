"""Finds the parts of a block's OLX that are its children, and changes children without touching the rest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from ..translation import gettext as _
from .data import OlxBlock
from .errors import OlxError
from .start_tags import pointer
from .vocabulary import CONTAINER_TAGS, FILE_TAGS, is_metadata
from .xml_source import Document, Element, parse_document

__all__ = ["children_in", "is_inline", "with_children"]

_INDENT: Final = "\n  "


def children_in(block: OlxBlock) -> tuple[Document, list[tuple[Element, OlxBlock]]]:
    """Pair each child of a block with the element in the block's OLX that defines it or points to it."""
    document = parse_document(block.olx.encode(), path=block.path)
    if block.tag in CONTAINER_TAGS:
        elements = [child for child in document.root.children if not is_metadata(child.tag, child.attributes)]
    else:
        keys = {child.key for child in block.children}
        elements = [child for child in document.root.children if child.is_empty and _key(child) in keys]
    if len(elements) != len(block.children) or not all(map(_may_be, elements, block.children)):
        raise _contradiction(block)
    return document, list(zip(elements, block.children, strict=True))


def is_inline(document: Document, element: Element, child: OlxBlock) -> bool:
    """Return whether a child is defined in place, and not behind a pointer. Raises OlxError if it is neither."""
    needs_file = element.is_bare_pointer and element.tag in FILE_TAGS
    if document.text_of(element) == child.olx and not needs_file:
        return True
    if not (element.is_empty and child.url_name):
        raise _contradiction(child)
    return False


def with_children(block: OlxBlock, children: Sequence[OlxBlock], moved_out: frozenset[tuple[str, str]]) -> OlxBlock:
    """
    Return the block with these children, and with matching OLX.

    The old children must be among the given ones (by key) and in the same order. New children are inserted as pointers,
    and every old child that is named in ``moved_out`` becomes a pointer. All other OLX stays unchanged.
    """
    document, old = children_in(block)
    pending = [*old]
    position = document.root.opened
    separator = document.slice(position, old[0][0].start) if old else _INDENT
    separator = separator if separator.isspace() else _INDENT
    parts = [_opened(document)]
    for child in children:
        if pending and pending[0][1].key == child.key:
            element, known = pending.pop(0)
            parts.append(document.slice(position, element.start))
            parts.append(_replacement(document, element, known, child, moved_out))
            position = element.end
        else:
            parts.append(separator + pointer(child.tag, {"url_name": child.url_name}))
    parts.append(_rest(document, position, block.tag))
    return replace(block, olx="".join(parts), children=tuple(children))


def _contradiction(block: OlxBlock) -> OlxError:
    text = _("The tree and the OLX of %(tag)s %(url_name)r differ: read it again.")
    return OlxError(text % {"tag": block.tag, "url_name": block.url_name}, block.path)


def _key(element: Element) -> tuple[str, str]:
    return element.tag, element.attributes.get("url_name", "")


def _may_be(element: Element, child: OlxBlock) -> bool:
    """Return whether an element may define a child. One without a url_name may: such blocks get names later."""
    return element.tag == child.tag and (element.attributes.get("url_name") or child.url_name) == child.url_name


def _replacement(
    document: Document, element: Element, old: OlxBlock, new: OlxBlock, moved_out: frozenset[tuple[str, str]]
) -> str:
    text = document.text_of(element)
    if new is old or element.is_bare_pointer:
        return text
    if new.key in moved_out:
        return pointer(new.tag, {"url_name": new.url_name})
    return new.olx if is_inline(document, element, old) else text


def _opened(document: Document) -> str:
    start_tag = document.slice(document.root.start, document.root.opened)
    return f"{start_tag[:-2].rstrip()}>" if start_tag.endswith("/>") else start_tag


def _rest(document: Document, position: int, tag: str) -> str:
    """Return the OLX after the last child. A self-closing element gets an end tag."""
    if document.root.closing == document.root.opened and document.root.end == document.root.opened:
        return f"\n</{tag}>"
    return document.slice(position, len(document.data))
