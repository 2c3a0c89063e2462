"""
Takes blocks apart into definitions, names and children, and puts them together again.

A definition does not contain the name of the block or of the blocks in it. A store keeps definitions, names and
children separately.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from .data import OlxBlock
from .splicing import children_in
from .start_tags import pointer, with_attributes
from .tree_reader import parse_block
from .xml_source import Document, parse_document

__all__ = ["assembled", "definition_of", "nested"]

_NAMES = {"url_name": None}
_COURSE_NAMES = {**_NAMES, "org": None, "course": None}


def definition_of(block: OlxBlock) -> str:
    """
    Return the block's OLX without its name and without the blocks in it.

    All other content (a course's wiki, a problem's markup) stays, to the byte. Only white space that separated the
    blocks is removed.
    """
    olx = block.olx
    if block.children:
        document, children = children_in(block)
        olx = _without(document, [(element.start, element.end) for element, _child in children])
    return with_attributes(olx, _COURSE_NAMES if block.tag == "course" else _NAMES)


def assembled(definition: str, url_name: str, children: Sequence[OlxBlock]) -> OlxBlock:
    """
    Return the block with this definition and name, and with pointers to these blocks.

    It is the reverse of :func:`definition_of`.
    """
    olx = _with_pointers(definition, children) if children else definition
    return replace(parse_block(olx), url_name=url_name, children=tuple(children))


def nested(definition: str, elements: Sequence[str]) -> str:
    """
    Return the element of a definition with these elements added at the end of its content.

    Text before the element is left out. Raises OlxError for unsafe XML; the elements have been checked.
    """
    element = parse_block(definition).olx
    return _with_inside(element, "".join(f"\n{element}" for element in elements) + "\n") if elements else element


def _without(document: Document, places: Sequence[tuple[int, int]]) -> str:
    root = document.root
    starts = [root.opened, *(end for _start, end in places)]
    ends = [*(start for start, _end in places), root.closing]
    between = [document.slice(start, end) for start, end in zip(starts, ends, strict=True)]
    rest = "".join(text for text in between if not text.isspace())
    head, tag = document.slice(0, root.start), document.slice(root.start, root.opened)
    if not rest:
        return f"{head}{tag[:-1].rstrip()}/>{document.slice(root.end, len(document.data))}"
    return head + tag + rest + document.slice(root.closing, len(document.data))


def _with_pointers(definition: str, children: Sequence[OlxBlock]) -> str:
    pointers = "".join(f"\n  {pointer(child.tag, {'url_name': child.url_name})}" for child in children) + "\n"
    return _with_inside(definition, pointers)


def _with_inside(definition: str, contents: str) -> str:
    """Insert contents at the end of the definition's element."""
    document = parse_document(definition.encode())
    root = document.root
    head, tag = document.slice(0, root.start), document.slice(root.start, root.opened)
    if root.closing == root.opened and tag.endswith("/>"):
        return f"{head}{tag[:-2].rstrip()}>{contents}</{root.tag}>{document.slice(root.end, len(document.data))}"
    return head + document.slice(root.start, root.closing) + contents + document.slice(root.closing, len(document.data))
