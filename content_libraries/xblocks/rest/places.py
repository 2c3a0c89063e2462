"""Finds out for which request, and on which page, a block is shown."""

from __future__ import annotations

from typing import cast

from django.http import HttpRequest
from rest_framework.request import Request
from rest_framework.settings import api_settings
from rest_framework.throttling import BaseThrottle

from ..visits import Place


def place_of(request: HttpRequest | Request, *, file_token: str = "") -> Place:
    """Describe where a request shows a block. URLs begin with the origin that the request was sent to."""
    origin = request.build_absolute_uri("/").removesuffix("/")
    return Place(origin=origin, file_token=file_token, visitor=_visitor(request))


def _visitor(request: HttpRequest | Request) -> str:
    """
    Return the network address of the client.

    Headers set by proxies count only where the site says how many proxies there are (``NUM_PROXIES``).
    """
    if api_settings.NUM_PROXIES is None:
        return str(request.META.get("REMOTE_ADDR", ""))
    return str(BaseThrottle().get_ident(cast(Request, request)))  # it reads META only
