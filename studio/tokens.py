"""
JSON web tokens of this host, which the REST API accepts in a header or in a pair of cookies.

A token lasts an hour at most. It ends before with the session that it was made in, and with a change of the password.
"""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

import jwt
from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.auth.signals import user_logged_out
from django.core.cache import cache
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _
from edx_rest_framework_extensions.auth.jwt.authentication import JwtAuthentication
from rest_framework.exceptions import AuthenticationFailed

from .caches import CACHE_IS_AWAY

logger = logging.getLogger(__name__)

LIFETIME_SECONDS: Final = 3600
_SESSION: Final = "session_of_tokens"
_ENDED: Final = "ended-session-of-tokens:"


def session_id(request: HttpRequest) -> str:
    """
    Return the name of a session in tokens.

    It gives no access to the session, because scripts can read it in tokens.
    """
    if _SESSION not in request.session:
        request.session[_SESSION] = secrets.token_urlsafe(16)
    name: str = request.session[_SESSION]
    return name


@contextmanager
def ending_replaced_session(request: HttpRequest) -> Iterator[None]:
    """End the tokens of a session if it is replaced in the ``with`` block, for example by another user's login."""
    before = request.session.get(_SESSION)
    yield
    if before is not None and request.session.get(_SESSION) != before:
        _end_tokens(before)


@receiver(user_logged_out)
def _end_tokens_of_session(request: HttpRequest | None, **_kwargs: object) -> None:
    """End the tokens of a session that is about to end, whichever page ends it."""
    if request is not None and _SESSION in request.session:
        _end_tokens(request.session[_SESSION])


def _end_tokens(session: str) -> None:
    """Refuse the tokens of a session from now on. The cache remembers this for as long as they would be valid."""
    try:
        cache.set(_ENDED + session, True, LIFETIME_SECONDS)
    except CACHE_IS_AWAY as error:
        logger.warning("Tokens of a session that has ended stay valid for up to an hour: %s", error)


def _has_ended(session: str) -> bool:
    try:
        return bool(cache.get(_ENDED + session))
    except CACHE_IS_AWAY as error:
        logger.warning("Tokens are not compared with the sessions that have ended: %s", error)
        return False


def make_token(user: User, *, session: str | None = None) -> str:
    """
    Make a token for a user.

    Args:
        session: the ``session_id`` of the session with which the token ends; None for a token without a session.

    Returns: the token for an ``Authorization: JWT TOKEN`` header; it is valid for an hour. It has the claims that this
    host checks, and the claims that authoring frontends read.
    """
    jwt_auth: dict[str, Any] = settings.JWT_AUTH
    issuer = jwt_auth["JWT_ISSUERS"][0]
    now = int(time.time())
    claims = {
        "iss": issuer["ISSUER"],
        "aud": issuer["AUDIENCE"],
        "iat": now,
        "exp": now + LIFETIME_SECONDS,
        "version": "1.2.0",
        "sid": session or secrets.token_urlsafe(16),
        "password": _fingerprint(user),
        "preferred_username": user.username,
        "name": user.get_full_name(),
        "email": user.email,
        "user_id": user.pk,
        "administrator": user.is_staff,
        "roles": [],
    }
    return jwt.encode(claims, issuer["SECRET_KEY"], algorithm=jwt_auth["JWT_ALGORITHM"])


class TokenAuthentication(JwtAuthentication):
    """Authentication by token, which ends with the session and with a change of the password."""

    def authenticate_credentials(self, payload: Mapping[str, Any]) -> User:
        """Return the user whom a verified token names. No account is created. Raises AuthenticationFailed."""
        user = User.objects.filter(username=str(payload.get("preferred_username", ""))).first()
        session, fingerprint = str(payload.get("sid", "")), str(payload.get("password", ""))
        if user is None or not session or not constant_time_compare(fingerprint, _fingerprint(user)):
            raise AuthenticationFailed(_("This token is not valid any more. Log in again."))
        if _has_ended(session):
            raise AuthenticationFailed(_("The session of this token has ended. Log in again."))
        return user


def _fingerprint(user: User) -> str:
    """Return a value that changes with the password, and reveals nothing about it."""
    return salted_hmac("studio.tokens.password", user.password, algorithm="sha256").hexdigest()[:32]
