"""
Tokens that let a page without cookies load the files of one version of a component.

A preview runs in a sandbox without an origin, to which browsers send no cookies. Users who may see the preview get
URLs with such a token. A token opens the files of its version, and nothing else.
"""

from __future__ import annotations

import time
from typing import Final
from uuid import UUID

from django.utils.crypto import constant_time_compare, salted_hmac

PARAMETER: Final = "token"
_SALT: Final = "content_libraries.content.files"
_STEP: Final = 24 * 60 * 60
"""A token holds for the day that it was made on, and the next: addresses stay the same for browsers' caches."""


def file_token(version_uuid: UUID) -> str:
    """Return the token of a version for today."""
    return _signature(version_uuid, _today())


def is_valid(version_uuid: UUID, token: str) -> bool:
    """Return whether a token was made for this version, today or yesterday."""
    today = _today()
    return any(constant_time_compare(token, _signature(version_uuid, day)) for day in (today, today - 1))


def _signature(version_uuid: UUID, day: int) -> str:
    return salted_hmac(_SALT, f"{version_uuid}|{day}", algorithm="sha256").hexdigest()


def _today() -> int:
    return int(time.time()) // _STEP
