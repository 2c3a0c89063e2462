"""
The user's JSON web token in two cookies.

Scripts of a frontend read the first, with header and payload, to learn who is logged in. They cannot read the
second, with the signature, so a script that was smuggled in cannot carry the token away. The middleware of
edx-drf-extensions puts the two together again.
"""

from __future__ import annotations

from typing import Final

from django.conf import settings
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from edx_rest_framework_extensions.auth.jwt.cookies import jwt_cookie_header_payload_name, jwt_cookie_signature_name

from ..tokens import LIFETIME_SECONDS, make_token, session_id

_PATH: Final = "/"
_SAME_SITE: Final = "Lax"


def set_jwt_cookies(request: HttpRequest, response: HttpResponse, user: User) -> None:
    """Set both cookies to a fresh token of the session, for as long as the token is valid."""
    header_payload, _, signature = make_token(user, session=session_id(request)).rpartition(".")
    for name, value, hidden in (
        (jwt_cookie_header_payload_name(), header_payload, False),
        (jwt_cookie_signature_name(), signature, True),
    ):
        response.set_cookie(
            name,
            value,
            max_age=LIFETIME_SECONDS,
            path=_PATH,
            domain=settings.SESSION_COOKIE_DOMAIN,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=hidden,
            samesite=_SAME_SITE,
        )


def delete_jwt_cookies(response: HttpResponse) -> None:
    """Delete both cookies of the token."""
    for name in (jwt_cookie_header_payload_name(), jwt_cookie_signature_name()):
        response.delete_cookie(name, path=_PATH, domain=settings.SESSION_COOKIE_DOMAIN, samesite=_SAME_SITE)
