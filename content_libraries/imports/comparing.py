"""How a source differs from what was imported of it before, and what became of that in the library."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from ..olx.api import OlxTree
from .data import SourceChanges
from .selection import usage_key


def fingerprints_of(tree: OlxTree) -> dict[str, str]:
    """
    Digest the content of each block of a source: its OLX and its policy. Children count as pointers only where they
    are kept in files of their own.

    Returns: usage key -> digest. Blocks without ``url_name`` are left out.
    """
    return {
        key: hashlib.blake2b(
            f"{block.olx}\0{sorted(tree.policies.get(f'{block.tag}/{block.url_name}', {}).items())}".encode(),
            digest_size=8,
        ).hexdigest()
        for block in tree.walk()
        if (key := usage_key(tree, block))
    }


def changes_between(earlier: Mapping[str, str], now: Mapping[str, str]) -> SourceChanges:
    """Compare the fingerprints of two imports of one source."""
    return SourceChanges(
        added=tuple(key for key in now if key not in earlier),
        changed=tuple(key for key in now if earlier.get(key, now[key]) != now[key]),
        removed=tuple(key for key in earlier if key not in now),
    )
