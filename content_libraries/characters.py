"""
Makes texts valid Unicode.

JSON can write texts that are not valid: it writes characters beyond the first 65,536 as two halves, so a text may have
half a character; and it may have NUL, which PostgreSQL refuses. Both come with OLX whose settings hold JSON, and would
cause errors far away from there.
"""

from __future__ import annotations

import codecs
import re
from math import isfinite
from typing import Final

__all__ = ["is_readable_charset", "valid_text", "valid_value"]

_CHARSETS: Final = frozenset(
    {"utf-8", "utf-8-sig", "ascii", "iso8859-1", "cp1252", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-7"}
)
"""
Names of the codecs in which a client may send text. Python has others that take hours for a megabyte, as punycode, or
fail, as undefined.
"""

_INVALID: Final = re.compile("[\0\ud800-\udfff]")
_REPLACEMENT: Final = "\ufffd"


def is_readable_charset(name: str) -> bool:
    """Return whether the site reads requests in this charset."""
    try:
        return codecs.lookup(name).name in _CHARSETS
    except (LookupError, ValueError):
        return False


def valid_text(text: str) -> str:
    """Return the text with halves of characters put together. U+FFFD replaces single halves and NUL."""
    if not _INVALID.search(text):
        return text
    whole = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return whole.replace("\0", _REPLACEMENT)


def valid_value(value: object) -> object:
    """Return a JSON value with valid texts only. Null replaces numbers that JSON does not have."""
    match value:
        case str():
            return valid_text(value)
        case dict():
            return {valid_value(name): valid_value(item) for name, item in value.items()}
        case list() | tuple():
            return [valid_value(item) for item in value]
        case float():
            return value if isfinite(value) else None
    return value
