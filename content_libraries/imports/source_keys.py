"""The keys that the blocks of a source have in plans, in records, and in the requests of users."""

from __future__ import annotations

import hashlib
from typing import Final

from django.utils.translation import gettext as _
from opaque_keys.edx.keys import UsageKey

from ..errors import InvalidInputError
from ..olx.api import OlxBlock, OlxTree

MAX_KEY: Final = 255


def usage_key(tree: OlxTree, block: OlxBlock) -> str:
    """The usage key of a block of a source; "" for one without ``url_name``."""
    return str(key_of_name(tree, block.tag, block.url_name)) if block.url_name else ""


def key_of_name(tree: OlxTree, tag: str, name: str) -> UsageKey:
    """
    The key of a block of this name; one that no column could hold is cut, and gets a digest of the whole name.

    Raises InvalidInputError if the key of the source leaves no room for that.
    """
    key: UsageKey = tree.context_key.make_usage_key(tag, name)  # type: ignore[no-untyped-call]
    excess = len(str(key)) - MAX_KEY
    if excess <= 0:
        return key
    digest = hashlib.blake2b(name.encode(), digest_size=8).hexdigest()
    room = len(name) - excess - len(digest) - 1
    if room < 0:
        raise InvalidInputError(
            _("%(key)s is too long a key. Import it under another one.") % {"key": tree.context_key}
        )
    return key_of_name(tree, tag, f"{name[:room]}-{digest}")
