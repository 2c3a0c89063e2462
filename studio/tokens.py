"""JSON web tokens of this host, which the REST API accepts in a header or in a pair of cookies."""

from __future__ import annotations

import time
from typing import Any

import jwt
from django.conf import settings
from django.contrib.auth.models import User
from edx_rest_framework_extensions.auth.jwt.decoder import jwt_decode_handler

LIFETIME_SECONDS = 3600


def make_token(user: User) -> str:
    """
    Make a token for a user.

    Returns: the token for an ``Authorization: JWT TOKEN`` header; it is valid for an hour. The claims are those that
    authoring frontends read, besides those that are checked here.
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
        "preferred_username": user.username,
        "name": user.get_full_name(),
        "email": user.email,
        "user_id": user.pk,
        "administrator": user.is_staff,
        "roles": [],
    }
    return jwt.encode(claims, issuer["SECRET_KEY"], algorithm=jwt_auth["JWT_ALGORITHM"])


def read_token(token: str) -> dict[str, Any]:
    """
    Verify a token, and read its claims.

    The handler of edx-drf-extensions tries the public keys of a site first, and takes a token for verified when there
    are none (as of 10.9), so that anybody could sign for everybody. It reads the token after its signature was verified
    here.

    Raises jwt.InvalidTokenError.
    """
    jwt_auth: dict[str, Any] = settings.JWT_AUTH
    issuer = jwt_auth["JWT_ISSUERS"][0]
    jwt.decode(
        token,
        issuer["SECRET_KEY"],
        algorithms=[jwt_auth["JWT_ALGORITHM"]],
        audience=issuer["AUDIENCE"],
        issuer=issuer["ISSUER"],
        options={"require": ["exp", "iat"]},
    )
    claims: dict[str, Any] = jwt_decode_handler(token)
    return claims
