"""What a course says, whatever files its archive spreads it over: for comparing archives."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lxml import etree

from content_libraries.olx.api import OlxBlock, OlxTree

NAMES = {"url_name", "org", "course", "filename"}


def canonical(tree: OlxTree) -> dict[str, Any]:
    """Blocks with settings, contents and children, course-level settings, and digests of files."""
    return {
        "blocks": {block.key: _block(tree, block) for block in tree.root.walk()},
        "course": tree.policies.get(f"course/{tree.root.url_name}"),
        "grading": tree.grading_policy,
        "static": {file.path: file.digest for file in tree.static_files},
        "other": {file.path: file.digest for file in tree.other_files},
    }


def _block(tree: OlxTree, block: OlxBlock) -> dict[str, Any]:
    settings = dict(block.attributes) if block is tree.root else tree.settings_of(block)
    return {
        "settings": settings,
        "children": [child.key for child in block.children],
        "body": block.body,
        "contents": list(_contents(block)),
    }


def _contents(block: OlxBlock) -> Iterator[bytes]:
    """What is inside of an element beside blocks, in canonical XML, and the texts between."""
    root = etree.fromstring(block.olx.encode())
    children = {child.key for child in block.children}
    for element in root:
        if not isinstance(element.tag, str) or (element.tag, element.get("url_name", "")) not in children:
            text = etree.tostring(element, method="c14n", with_tail=False)
            yield text
            if not block.children:
                yield (element.tail or "").encode()
    if not block.children:
        yield (root.text or "").encode()
