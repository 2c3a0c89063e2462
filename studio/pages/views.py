"""Error pages, and the icon of all pages."""

from __future__ import annotations

import sys
from http import HTTPStatus
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect, JsonResponse
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.views.defaults import page_not_found
from rest_framework.exceptions import NotFound

from content_libraries.storage_errors import storage_full

API_PATHS: Final = ("/api/", "/xblock/")


def not_found(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """Return a 404: a page, or below the paths of the API an error body."""
    if request.path_info.startswith(API_PATHS):
        return JsonResponse({"detail": NotFound.default_detail}, status=HTTPStatus.NOT_FOUND)
    return page_not_found(request, exception)


def server_error(_request: HttpRequest) -> HttpResponse:
    """
    Report that the site failed, or, with 507, that it has no space left.

    It uses no part of the site that may also have failed.
    """
    error = sys.exc_info()[1]
    styles = {"styles": f"{settings.STATIC_URL}studio/failed.css"}
    if error is not None and storage_full(error):
        return HttpResponse(render_to_string("507.html", styles), status=HTTPStatus.INSUFFICIENT_STORAGE)
    return HttpResponse(render_to_string("500.html", styles), status=HTTPStatus.INTERNAL_SERVER_ERROR)


def icon(_request: HttpRequest) -> HttpResponseRedirect:
    """Redirect to the icon. Browsers look for it here if a page names no icon, as pages of the admin do."""
    return HttpResponseRedirect(static("studio/icon.svg"))
