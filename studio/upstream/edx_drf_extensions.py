"""
Adds to edx-drf-extensions the check of signatures on a site without public keys.

Its ``jwt_decode_handler`` tries the public keys of a site first, and accepts any token if the site has no public keys,
so that an attacker could sign tokens for all users. ``read_token`` verifies the signature, and then calls this handler,
although the package wants it to be used only as JWT_DECODE_HANDLER. JWT_DECODE_HANDLER can name the handler of the
package again when a release refuses such tokens.

Seen with edx-drf-extensions 10.9.0.
"""

from __future__ import annotations

from typing import Any

import jwt
from django.conf import settings
from edx_rest_framework_extensions.auth.jwt.decoder import jwt_decode_handler


def read_token(token: str) -> dict[str, Any]:
    """
    Verify a token of this host, and read its claims.

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
