"""
Handlers of blocks, called by scripts of previews.

These scripts run in pages without an origin and without cookies, so any page may call; the token in the address is
what allows it. Nothing here reads a cookie.
"""

from __future__ import annotations

from typing import Any, Final

from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.utils.cache import patch_vary_headers
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.csrf import csrf_exempt
from xblock.django.request import django_to_webob_request, webob_to_django_response

from ... import conf
from ...errors import ContentLibrariesError, NotAllowedError, NotFoundError, StorageError
from ...keys import LibraryUsageLocatorV2
from ...rest import storage_status
from .. import api
from ..data import Version

METHODS: Final = "GET, POST, PUT, PATCH, DELETE, OPTIONS"
HEADERS: Final = "*, Content-Type, USE-JWT-COOKIE, X-CSRFToken, X-Requested-With"


@method_decorator([csrf_exempt, transaction.non_atomic_requests], name="dispatch")
class HandlerView(View):
    """One handler of one component."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response: HttpResponseBase = HttpResponse() if request.method == "OPTIONS" else self._call(request, **kwargs)
        _allow_origin(request, response)
        response["Cache-Control"] = "private, no-store"
        # An answer is data for a script. Opened as a page, it must not act with the reader's cookies.
        response["Content-Security-Policy"] = "sandbox"
        response["X-Content-Type-Options"] = "nosniff"
        return response

    def _call(
        self,
        request: HttpRequest,
        *,
        key: LibraryUsageLocatorV2,
        user_name: str,
        token: str,
        handler_name: str,
        suffix: str = "",
        version: Version | None = None,
    ) -> HttpResponseBase:
        try:
            answer = api.call_handler(
                key,
                handler_name,
                suffix,
                user_name=user_name,
                token=token,
                request=django_to_webob_request(request),
                version=version,
                place=api.Place(absolute=request.build_absolute_uri),
            )
        except NotFoundError as error:
            return _refusal(error, 404)
        except NotAllowedError as error:
            return _refusal(error, 403)
        except StorageError as error:
            return _refusal(error, storage_status(error))
        except ContentLibrariesError as error:
            return _refusal(error, 400)
        response: HttpResponseBase = webob_to_django_response(answer)
        return response


def _allow_origin(request: HttpRequest, response: HttpResponseBase) -> None:
    """
    Let any page read the answer.

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


def _refusal(error: ContentLibrariesError, status: int) -> JsonResponse:
    """``success`` is what scripts of problems show to the learner."""
    return JsonResponse({"detail": error.message, "success": error.message}, status=status)
