"""The Content-Security-Policy of all pages of the workbench."""

from __future__ import annotations

from typing import Final

from django.http.response import HttpResponseBase

HEADER: Final = "Content-Security-Policy"

POLICY: Final = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "frame-src 'self'",  # previews of blocks, whose responses have policies of their own
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
"""Allows files of the site only. Pages have no inline scripts, no inline styles, and no frame around them."""


def set_policy(response: HttpResponseBase) -> None:
    """Set the policy of a response. Middleware of hosts leaves a policy that is already set as it is."""
    response.headers.setdefault(HEADER, POLICY)
