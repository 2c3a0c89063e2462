"""
Handlers of blocks, called by scripts of previews.

These scripts run in pages without an origin and without cookies, so any page may call. The token in the URL authorizes
the call. This module reads no cookies.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.utils.cache import patch_vary_headers
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views import View
from django.views.decorators.csrf import csrf_exempt

from ... import conf
from ...errors import ContentLibrariesError
from ...rest.errors import RETRY_SECONDS, api_exception
from .. import api
from .places import place_of

METHODS: Final = "GET, POST, PUT, PATCH, DELETE, OPTIONS"
_SHOWN: Final = frozenset(
    {
        "CONTENT_TYPE",
        "PATH_INFO",
        "QUERY_STRING",
        "REMOTE_ADDR",
        "REQUEST_METHOD",
        "SCRIPT_NAME",
        "SERVER_NAME",
        "SERVER_PORT",
        "SERVER_PROTOCOL",
        "wsgi.url_scheme",
    }
)
_SECRET: Final = frozenset({"HTTP_AUTHORIZATION", "HTTP_COOKIE"})
HEADERS: Final = "*, Content-Type, USE-JWT-COOKIE, X-CSRFToken, X-Requested-With"


@method_decorator([csrf_exempt, transaction.non_atomic_requests], name="dispatch")
class HandlerView(View):
    """One handler of one component."""

    def dispatch(self, request: HttpRequest, *_args: object, **_kwargs: object) -> HttpResponseBase:
        response: HttpResponseBase = HttpResponse() if request.method == "OPTIONS" else self._call(request)
        _allow_origin(request, response)
        response["Cache-Control"] = "private, no-store"
        # A response is data for a script. Opened as a page, it must not act with the reader's cookies.
        response["Content-Security-Policy"] = "sandbox"
        response["X-Content-Type-Options"] = "nosniff"
        return response

    def call_handler(self, call: api.HandlerCall, place: api.Place) -> api.HandlerResponse:
        """Call the handler of the block and user in the URL. Raises ContentLibrariesError."""
        return api.call_handler(
            self.kwargs["key"],
            call,
            user_name=self.kwargs["user_name"],
            token=self.kwargs["token"],
            version=self.kwargs.get("version"),
            place=place,
        )

    def _call(self, request: HttpRequest) -> HttpResponseBase:
        limit = conf.BLOCK_MESSAGE_BYTES.value
        if int(request.headers.get("Content-Length") or 0) > limit:
            text = _("The request is larger than the %(limit)s bytes that this site takes.")
            return _refusal(text % {"limit": f"{limit:,}"}, HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        try:
            handler_name, suffix = self.kwargs["handler_name"], self.kwargs.get("suffix", "")
            call = api.HandlerCall(handler_name, suffix, _environ(request), request.read())
            answer = self.call_handler(call, place_of(request))
        except ContentLibrariesError as error:
            return _refusal(error.message, api_exception(error).status_code)
        response = HttpResponse(answer.body, status=answer.status)
        for name, value in answer.headers:
            response[name] = value
        return response


class CourseHandlerView(HandlerView):
    """One handler of the draft of a block of a course. It keeps nothing."""

    def call_handler(self, call: api.HandlerCall, place: api.Place) -> api.HandlerResponse:
        return api.call_course_handler(
            self.kwargs["block_key"],
            call,
            user_name=self.kwargs["user_name"],
            token=self.kwargs["token"],
            place=place,
        )


def _environ(request: HttpRequest) -> dict[str, str]:
    """
    Return the parts of a request that a block may see besides the body.

    Cookies and credentials, which could be used in the user's name, are left out.
    """
    return {
        name: value
        for name, value in request.META.items()
        if isinstance(value, str) and (name in _SHOWN or name.startswith("HTTP_")) and name not in _SECRET
    }


def _allow_origin(request: HttpRequest, response: HttpResponseBase) -> None:
    """
    Let any page read the response.

    Frontends of the site send cookies and headers with every call, which browsers only let them if the answer names
    their origin and each header.
    """
    origin = request.headers.get("Origin", "")
    if origin in conf.frontend_origins():
        response["Access-Control-Allow-Origin"] = origin
        response["Access-Control-Allow-Credentials"] = "true"
    else:
        response["Access-Control-Allow-Origin"] = "*"
    response["Access-Control-Allow-Methods"] = METHODS
    response["Access-Control-Allow-Headers"] = HEADERS
    patch_vary_headers(response, ["Origin"])


def _refusal(text: str, status: int) -> JsonResponse:
    """Return an error response of a handler. Scripts of problems show the value of ``success`` to the learner."""
    response = JsonResponse({"detail": text, "success": text}, status=status)
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        response["Retry-After"] = str(RETRY_SECONDS)
    return response
