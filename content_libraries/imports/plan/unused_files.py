"""Keeps files that no block refers to, in a Text: a library has files only as parts of components (ADR 0032)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from html import escape
from itertools import count
from urllib.parse import quote

from ...block_types.api import TEXT, resolve_references
from ...olx.api import (
    OlxBlock,
    OlxTree,
    StaticNames,
    assembled,
    with_attributes,
    xml_safe,
)
from ...site_language import gettext as _


def files_of_other_parts(tree: OlxTree, part: OlxTree, texts: Mapping[int, str]) -> set[str]:
    """
    Return the paths of static files that blocks outside of a part of the source refer to.

    Args:
        tree: the whole source.
        part: the part of the source that is imported.
        texts: ``id()`` of a block -> its own OLX.
    """
    files = StaticNames(tree.static_files, tree.static_links)
    inside = {id(block) for block in part.walk()}
    outside = (block for block in tree.walk() if block is not tree.root and id(block) not in inside)
    # Only the own OLX counts: the whole OLX of a block may hold children that belong to the part.
    own = (replace(block, olx=texts[id(block)]) for block in outside)
    return {file.path for block in own for file in resolve_references(block, files).values()}


def with_unused_files(tree: OlxTree, paths: Sequence[str]) -> tuple[OlxTree, OlxBlock]:
    """
    Add a Text that links files to the end of a source.

    Args:
        tree: the source.
        paths: static files, as the catalog of the source names them.

    Returns: the source with the Text, and the Text. The Text has the same name in each import of the source, so that a
    repeated import recognizes it.
    """
    links = "".join(f'<li><a href="/static/{quote(path)}">{escape(path)}</a></li>' for path in paths)
    definition = with_attributes(
        f"<{TEXT}><![CDATA[{xml_safe(f'<ul>{links}</ul>')}]]></{TEXT}>",
        {"display_name": _("Files of %(source)s") % {"source": tree.display_name}},
    )
    taken = {block.url_name for block in tree.walk() if block.tag == TEXT}
    names = (f"unused-files{'-' * number}" for number in count())
    text = assembled(definition, next(name for name in names if name not in taken), ())
    return replace(tree, root=replace(tree.root, children=(*tree.root.children, text))), text
