"""
The search key of the facade, which signs the tokens of browsers. It is derived from the site's ``SECRET_KEY``.

The key is neither configured nor stored. It reveals nothing about other values that are derived from ``SECRET_KEY``,
and changes with ``SECRET_KEY``. Tokens that were signed with a key in ``SECRET_KEY_FALLBACKS`` stay valid.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from django.conf import settings
from django.utils.crypto import salted_hmac

UID: Final = "6f4c7b52-5a0e-4d8e-9c0d-3f7b8a1d2e64"
"""The name of the key, which tokens repeat (a version 4 UUID, as clients demand). It is public."""

_PURPOSE: Final = "content_libraries.search.embedded_key"


def current() -> str:
    """Return the key that signs tokens: 64 hexadecimal digits."""
    return _derived(settings.SECRET_KEY)


def valid() -> Iterator[str]:
    """Yield the keys whose signatures are accepted, the current one first."""
    yield current()
    yield from (_derived(secret) for secret in settings.SECRET_KEY_FALLBACKS)


def _derived(secret: str | bytes) -> str:
    return salted_hmac(_PURPOSE, "search key", secret=secret, algorithm="sha256").hexdigest()
