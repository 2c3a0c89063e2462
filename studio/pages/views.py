"""The start page, and the icon of all pages."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.views.defaults import page_not_found
from rest_framework.exceptions import NotFound

from content_libraries import api
from content_libraries.storage_errors import storage_full

from ..frontend.configuration import frontend_url

API_PATHS: Final = ("/api/", "/xblock/")
MOST_LIBRARIES: Final = 50


@dataclass(frozen=True, slots=True)
class LibraryRow:
    """A library in the table of the start page."""

    key: str
    title: str
    org: str
    size: int
    url: str


def start(request: HttpRequest) -> HttpResponse:
    """Render the start page with the libraries that the caller may see, in a constant number of queries."""
    context: dict[str, object] = {"frontend": frontend_url()}
    if request.user.is_authenticated:
        listed = api.list_libraries(request.user, order="title")
        context |= {"libraries": _rows(listed), "total": listed.count(), "most": MOST_LIBRARIES}
    return render(request, "studio/start.html", context)


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


def _rows(listed: QuerySet[Any]) -> list[LibraryRow]:
    libraries = list(listed[:MOST_LIBRARIES])
    sizes = api.library_sizes(libraries)
    frontend = frontend_url()
    return [
        LibraryRow(
            key=str(library.library_key),
            title=library.title,
            org=library.org.short_name,
            size=sizes[library.pk],
            url=f"{frontend}/library/{library.library_key}" if frontend else "",
        )
        for library in libraries
    ]
