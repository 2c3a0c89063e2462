"""Makes usage keys of source blocks, as plans, records and requests use them, and digests of sources."""

from __future__ import annotations

import hashlib

from opaque_keys.edx.keys import UsageKey

from ...olx.api import OlxBlock, OlxTree, usage_key_of


def usage_key(tree: OlxTree, block: OlxBlock) -> str:
    """Return the usage key of a block of a source; "" for a block without ``url_name``."""
    return str(key_of_name(tree, block.tag, block.url_name)) if block.url_name else ""


def key_of_name(tree: OlxTree, tag: str, name: str) -> UsageKey:
    """Make the usage key of a block from its tag and name; see ``usage_key_of``."""
    return usage_key_of(tree.context_key, tag, name)


def source_digest(tree: OlxTree) -> str:
    """Compute a digest of the blocks and files of a source, which serves as its version."""
    digest = hashlib.blake2b(digest_size=20)
    for block in tree.walk():
        digest.update(block.olx.encode())
    for file in tree.static_files:
        digest.update(file.digest.encode())
    return digest.hexdigest()
