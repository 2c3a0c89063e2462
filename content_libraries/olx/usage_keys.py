"""Makes the usage keys of the blocks of a source."""

from __future__ import annotations

import hashlib
import re
from typing import Final

from opaque_keys.edx.keys import CourseKey, UsageKey

from ..errors import InvalidInputError
from ..translation import gettext as _

__all__ = ["MAX_KEY", "usage_key_of"]

MAX_KEY: Final = 255
_ILLEGAL: Final = re.compile(r"[^\w.:~-]")


def usage_key_of(context_key: CourseKey, tag: str, name: str) -> UsageKey:
    """
    Make the usage key of a block from its tag and name.

    A name that keys cannot have, such as one with spaces, or that makes the key too long is changed and gets a digest
    of the whole name as its end. So no two names share a key.

    Raises InvalidInputError if the key of the source is too long to add a digest.
    """
    if not _ILLEGAL.search(name):
        key = _key(context_key, tag, name)
        if len(str(key)) <= MAX_KEY:
            return key
    digest = hashlib.blake2b(name.encode(), digest_size=8).hexdigest()
    room = MAX_KEY - len(str(_key(context_key, tag, f"-{digest}")))
    if room < 0:
        raise InvalidInputError(_("%(key)s is too long a key. Import it under another one.") % {"key": context_key})
    return _key(context_key, tag, f"{_ILLEGAL.sub('_', name)[:room]}-{digest}")


def _key(context_key: CourseKey, tag: str, name: str) -> UsageKey:
    key: UsageKey = context_key.make_usage_key(tag, name)
    return key
