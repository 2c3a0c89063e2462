"""Keeping the files of a source that nothing refers to: a library has files only as parts of components (ADR 0032)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from html import escape
from itertools import count
from urllib.parse import quote

from ..olx.api import OlxBlock, OlxTree, assembled, with_attributes, xml_safe


def with_unused_files(tree: OlxTree, paths: Sequence[str]) -> tuple[OlxTree, OlxBlock]:
    """
    Add a Text that links files.

    Args:
        tree: the source.
        paths: static files, as the catalog of the source names them.

    Returns: the source with the Text at its end, and the Text. It is called the same in each import of the source, so
    that a repeated import recognizes it.
    """
    links = "".join(f'<li><a href="/static/{quote(path)}">{escape(path)}</a></li>' for path in paths)
    definition = with_attributes(
        f"<html><![CDATA[{xml_safe(f'<ul>{links}</ul>')}]]></html>",
        {"display_name": f"Files of {tree.display_name}"},
    )
    taken = {block.url_name for block in tree.walk() if block.tag == "html"}
    names = (f"unused-files{'-' * number}" for number in count())
    text = assembled(definition, next(name for name in names if name not in taken), ())
    return replace(tree, root=replace(tree.root, children=(*tree.root.children, text))), text
