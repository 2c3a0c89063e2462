"""Checks charsets of requests before their text is decoded."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse

from content_libraries.characters import is_readable_charset


class CharsetMiddleware:
    """
    Refuses requests in unusual charsets.

    Django decodes forms and URLs with any Python codec that a client names. Some take hours for a megabyte.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        charset = (request.content_params or {}).get("charset")
        if charset and not is_readable_charset(charset):
            return HttpResponse("Send text in UTF-8.\n", status=HTTPStatus.BAD_REQUEST, content_type="text/plain")
        return self.get_response(request)
