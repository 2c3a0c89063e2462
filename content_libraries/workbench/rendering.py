"""Renders pages, and the parts of pages that htmx asks for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render, resolve_url
from django.template.loader import render_to_string
from django_htmx.middleware import HtmxDetails

from .navigation import LibraryPage, Link, main_links

TEMPLATES = "content_libraries/workbench"


def wants_part(request: HttpRequest) -> bool:
    """
    Return whether htmx replaces only a part of the page.

    Forms that htmx submits for the browser ("boosted"), and returns to a page of the history, need whole pages.
    """
    htmx = HtmxDetails(request)
    return bool(htmx) and not htmx.boosted and not htmx.history_restore_request


def render_page(
    request: HttpRequest,
    template: str,
    context: Mapping[str, object] | None = None,
    *,
    place: str = "libraries",
    library: LibraryPage | None = None,
    crumbs: Sequence[Link] = (),
    part: str | None = None,
    status: int = HTTPStatus.OK,
) -> HttpResponse:
    """
    Render a page. If htmx asks for a part of the page, render the part, with new messages.

    Args:
        template: the template of the page, below ``content_libraries/workbench``.
        place: the name of the place in the main navigation that the page belongs to.
        library: what ``library_page`` returned, for pages of a library. Its links come first in the path.
        crumbs: the pages above this one.
        part: the template of the part that is replaced; None for a page without one.
    """
    shown = {"library_page": library, **(context or {})}
    if part is not None and wants_part(request):
        response = render(request, f"{TEMPLATES}/{part}", shown, status=status)
        response.write(render_to_string(f"{TEMPLATES}/components/new_toasts.html", request=request))
        return response
    frame = {
        "places": main_links(place),
        "crumbs": [*(library.crumbs if library else ()), *crumbs],
        "login_url": resolve_url(settings.LOGIN_URL),
    }
    return render(request, f"{TEMPLATES}/{template}", {**frame, **shown}, status=status)


def render_part(request: HttpRequest, part: str, context: Mapping[str, object]) -> HttpResponse:
    """Render a part for a request that only htmx makes, such as the progress of a job, with new messages."""
    response = render(request, f"{TEMPLATES}/{part}", context)
    response.write(render_to_string(f"{TEMPLATES}/components/new_toasts.html", request=request))
    return response


def tell(request: HttpRequest, text: str, *, undo_url: str = "") -> None:
    """
    Show a message on the next page, or in the response to htmx.

    Args:
        undo_url: the URL of an action that takes back what was done. The message gets a button for it.
    """
    messages.success(request, text, extra_tags=undo_url)
