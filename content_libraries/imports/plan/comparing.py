"""Compares a source with its last import, by digests of its blocks."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

from ...olx.api import TAGS_ATTRIBUTE, OlxBlock, OlxTree, definition_of, with_attributes
from ..data import SourceChanges
from ..sources.keys import usage_key

type Texts = Mapping[int, str]
"""``id()`` of a block -> its own OLX."""


def own_texts(tree: OlxTree) -> Texts:
    """
    Return the own OLX of each block below the root.

    It has no ``url_name``, no tags and no children, but includes the settings that a policy file has for the block.
    """
    return {id(block): _own_text(tree, block) for block in tree.walk() if block is not tree.root}


def fingerprints_of(tree: OlxTree, texts: Texts) -> dict[str, str]:
    """
    Compute digests of the blocks of a source below its root, from their own OLX, policy and list of children.

    The digests are the same whether children are written in place or in files of their own, and whether the course is
    read from an archive or from the course store.

    Returns: usage key -> digest. Blocks without ``url_name`` are left out. Of two blocks with one key, the readable one
    counts.
    """
    return {
        key: hashlib.blake2b(
            f"{texts[id(block)]}\0{[child.key for child in block.children]}{'!' if block.fault else ''}".encode(),
            digest_size=8,
        ).hexdigest()
        for block in sorted(tree.walk(), key=lambda block: block.fault is None)
        if block is not tree.root and (key := usage_key(tree, block))
    }


def _own_text(tree: OlxTree, block: OlxBlock) -> str:
    policy = tree.policies.get(f"{block.tag}/{block.url_name}", {})
    # Fields of XBlocks are Python names. Other names in a policy are not settings, and could not be attributes.
    settings = {name: _attribute(value) for name, value in policy.items() if name.isidentifier()}
    if block.children:
        return with_attributes(definition_of(block), {**settings, TAGS_ATTRIBUTE: None})
    return with_attributes(block.olx, {**settings, "url_name": None, TAGS_ATTRIBUTE: None})


def _attribute(value: object) -> str:
    """Convert a setting from a policy file to an OLX attribute, as Studio writes it."""
    return value if isinstance(value, str) else json.dumps(value)


def changes_between(earlier: Mapping[str, str], now: Mapping[str, str]) -> SourceChanges:
    """Compare the fingerprints of two imports of a source, by usage key."""
    return SourceChanges(
        added=tuple(key for key in now if key not in earlier),
        changed=tuple(key for key in now if earlier.get(key, now[key]) != now[key]),
        removed=tuple(key for key in earlier if key not in now),
    )
