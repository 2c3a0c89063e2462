"""Where a request shows a block."""

from __future__ import annotations

from typing import cast

from django.http import HttpRequest
from rest_framework.request import Request
from rest_framework.settings import api_settings
from rest_framework.throttling import BaseThrottle

from ..visits import Place


def place_of(request: HttpRequest | Request, *, file_token: str = "") -> Place:
    """Where a request shows a block, with addresses of the site that was asked."""
    origin = request.build_absolute_uri("/").removesuffix("/")
    return Place(origin=origin, file_token=file_token, visitor=_visitor(request))


def _visitor(request: HttpRequest | Request) -> str:
    """The network address of whoever asks. Proxies are only believed where the site says how many there are."""
    if api_settings.NUM_PROXIES is None:
        return str(request.META.get("REMOTE_ADDR", ""))
    return str(BaseThrottle().get_ident(cast(Request, request)))  # it reads META only
