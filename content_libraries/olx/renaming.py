"""Renames the static files that a block refers to, and reads the body of a text."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from html import escape
from typing import Final
from urllib.parse import quote

from .html_bodies import inner_html
from .xml_source import parse_document

__all__ = ["body_of", "with_renamed_files"]

_AFTER_NAME: Final = r"(?![\w%-]|\.\w)"
_BEFORE_PATH: Final = r"(?P<before>(?<![\w./:-])/static/|(?:src|href)\s{0,9}=\s{0,9}[\"']static/)"


def with_renamed_files(olx: str, names: Mapping[str, str], *, naming_tags: Collection[str] = ()) -> str:
    """
    Rename the static files that a block refers to.

    Every other byte stays unchanged.

    Args:
        olx: the OLX of the block.
        names: name below ``static/`` -> new name below it. References to other files stay.
        naming_tags: tags of elements whose attributes name files without a path.

    Renames the references that :func:`references` finds: paths below ``/static/``, in any spelling, and names in
    attributes of ``naming_tags``.
    """
    spelled = {spelling: escape(new) for old, new in names.items() for spelling in _spellings(old)}
    if not spelled:
        return olx
    longest_first = "|".join(re.escape(spelling) for spelling in sorted(spelled, key=len, reverse=True))
    in_paths = re.compile(f"{_BEFORE_PATH}(?P<name>{longest_first}){_AFTER_NAME}")
    renamed = in_paths.sub(lambda match: f"{match['before']}{spelled[match['name']]}", olx)
    if not naming_tags:
        return renamed
    bare = re.compile(f"(?P<quote>[\"']|&quot;)(?P<name>{longest_first})(?P=quote)")
    start_tag = re.compile(rf"<(?:{'|'.join(map(re.escape, naming_tags))})\b[^<]*")
    return start_tag.sub(
        lambda tag: bare.sub(lambda match: f"{match['quote']}{spelled[match['name']]}{match['quote']}", tag[0]), renamed
    )


def body_of(olx: str) -> str:
    """Return the content of the root element as HTML, as an html block reads it."""
    document = parse_document(olx.encode())
    return inner_html(document, document.root)


def _spellings(name: str) -> set[str]:
    """Return the spellings in which texts may write the name of a file."""
    return {name, quote(name), escape(name), escape(quote(name)), re.sub(r"[^\w.%/-]", "_", name)}
