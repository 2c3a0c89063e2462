"""Usage keys of source blocks, as plans, records and requests use them, and digests of sources."""

from __future__ import annotations

import hashlib
import re
from typing import Final

from django.utils.translation import gettext as _
from opaque_keys.edx.keys import UsageKey

from ...errors import InvalidInputError
from ...olx.api import OlxBlock, OlxTree

MAX_KEY: Final = 255
_ILLEGAL: Final = re.compile(r"[^\w.:~-]")


def usage_key(tree: OlxTree, block: OlxBlock) -> str:
    """Return the usage key of a block of a source; "" for a block without ``url_name``."""
    return str(key_of_name(tree, block.tag, block.url_name)) if block.url_name else ""


def key_of_name(tree: OlxTree, tag: str, name: str) -> UsageKey:
    """
    Make the usage key of a block from its tag and name.

    A name that keys cannot have, such as one with spaces, or that makes the key too long is changed and gets a digest
    of the whole name as its end. So no two names share a key.

    Raises InvalidInputError if the key of the source is too long to add a digest.
    """
    if not _ILLEGAL.search(name):
        key = _key(tree, tag, name)
        if len(str(key)) <= MAX_KEY:
            return key
    digest = hashlib.blake2b(name.encode(), digest_size=8).hexdigest()
    room = MAX_KEY - len(str(_key(tree, tag, f"-{digest}")))
    if room < 0:
        raise InvalidInputError(
            _("%(key)s is too long a key. Import it under another one.") % {"key": tree.context_key}
        )
    return _key(tree, tag, f"{_ILLEGAL.sub('_', name)[:room]}-{digest}")


def _key(tree: OlxTree, tag: str, name: str) -> UsageKey:
    key: UsageKey = tree.context_key.make_usage_key(tag, name)  # type: ignore[no-untyped-call]
    return key


def source_digest(tree: OlxTree) -> str:
    """Compute a digest of the blocks and files of a source, which serves as its version."""
    digest = hashlib.blake2b(digest_size=20)
    for block in tree.walk():
        digest.update(block.olx.encode())
    for file in tree.static_files:
        digest.update(file.digest.encode())
    return digest.hexdigest()
