"""
URLs of handlers, which scripts of previews call without cookies.

The URL holds the user and a token. The token signs user, component and purpose, and the time when it was made; it does
not sign the name of the handler, which the client may replace (wire: blocks).

Content of an author runs in the browsers of other users, with their URLs. So a URL that a view for learners gets is for
answers only; a URL that its user asked for, or that an editor gets, is also for editing.
"""

from __future__ import annotations

import time
from enum import StrEnum
from typing import Final

from django.urls import reverse
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _
from opaque_keys.edx.keys import UsageKey

from ..actors import Actor, is_operator
from ..errors import NotAllowedError
from ..keys import LibraryUsageLocatorV2
from .data import Version

ANONYMOUS: Final = "anonymous"
_SALT: Final = "content_libraries.xblocks.handler"
_STEP: Final = 2 * 24 * 60 * 60
"""A token holds for the rest of the step that it was made in, and for the whole next one: two to four days."""


class Purpose(StrEnum):
    """Actions that a URL allows, if the user is allowed to take them."""

    ANSWERING = "answering"
    EDITING = "editing"


def handler_url(
    key: LibraryUsageLocatorV2,
    handler_name: str,
    *,
    user: Actor,
    version: Version | None = None,
    purpose: Purpose = Purpose.EDITING,
) -> str:
    """Return the URL of a handler for one user. It has no suffix and ends with a slash."""
    name = user_name(user)
    token = _signature(key, name, purpose, _now())
    if version is None:
        return reverse("xblock-handler", args=(key, name, token, handler_name))
    return reverse("xblock-version-handler", args=(key, version, name, token, handler_name))


def course_handler_url(key: UsageKey, handler_name: str, *, user: Actor) -> str:
    """Return the URL of a handler of a course block for one user. It is for answering only, not for editing."""
    token = _signature(key, user_name(user), Purpose.ANSWERING, _now())
    return reverse("course-xblock-handler", args=(key, user_name(user), token, handler_name))


def course_file_token(key: UsageKey, *, user: Actor) -> str:
    """Make a token that loads files of a course block without a cookie, with the rights of the user."""
    return f"{user_name(user)}-{_signature(key, user_name(user), Purpose.ANSWERING, _now())}"


def user_name(user: Actor) -> str:
    """Return the name of a user in URLs: the pk, because usernames may change."""
    return ANONYMOUS if is_operator(user) or not user.is_authenticated else str(user.pk)


def check_token(key: UsageKey, name: str, token: str) -> Purpose:
    """
    Check that a token was made for this user and block, and not too long ago.

    Returns: its purpose. Raises NotAllowedError.
    """
    now = _now()
    for purpose in Purpose:
        for step in (now, now - 1):
            if constant_time_compare(token, _signature(key, name, purpose, step)):
                return purpose
    raise NotAllowedError(_("This address has expired or is wrong. Load the page again."))


def _signature(key: UsageKey, name: str, purpose: Purpose, step: int) -> str:
    return salted_hmac(_SALT, f"{name}|{purpose}|{step}|{key}", algorithm="sha256").hexdigest()


def _now() -> int:
    return int(time.time()) // _STEP
