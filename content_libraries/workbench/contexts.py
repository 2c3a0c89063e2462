"""Pages that libraries and courses have in common."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from ..history.api import AnyItemKey, ContextKey
from ..keys import (
    LibraryContainerLocator,
    LibraryLocatorV2,
    LibraryUsageLocatorV2,
    library_key_of,
)
from .navigation import Link, course_crumbs, course_tabs, library_page
from .rendering import TEMPLATES, render_page

LIBRARY_BASE: Final = f"{TEMPLATES}/library_base.html"
COURSE_BASE: Final = f"{TEMPLATES}/course_base.html"


def render_in_context(
    request: HttpRequest,
    template: str,
    context: Mapping[str, object],
    *,
    key: ContextKey,
    tab: str,
    crumbs: Sequence[Link] = (),
    part: str | None = None,
    status: int = HTTPStatus.OK,
) -> HttpResponse:
    """
    Render a page of a library or a course. Its template extends ``base``, and has the blocks of ``library_base.html``.

    Args:
        key: the library or course. A library needs VIEW here; for a course, the caller has checked the permission.
        tab: the place in LIBRARY_TABS that the page belongs to. COURSE_TABS has its counterpart, ``course-…``.
        crumbs, part, status: as for ``render_page``.
    """
    if isinstance(key, LibraryLocatorV2):
        shown = {"base": LIBRARY_BASE, "context_key": key, "is_library": True, **context}
        library = library_page(request, key, tab=tab)
        return render_page(request, template, shown, library=library, crumbs=crumbs, part=part, status=status)
    tabs = course_tabs(key, tab.replace("library-", "course-"))
    shown = {"base": COURSE_BASE, "context_key": key, "is_library": False, "course_tabs": tabs, **context}
    above = [*course_crumbs(key), *crumbs]
    return render_page(request, template, shown, place="courses", crumbs=above, part=part, status=status)


def changes_url(key: ContextKey) -> str:
    """Return the page with the change sets of a library or course."""
    name = "library-changes" if isinstance(key, LibraryLocatorV2) else "course-changes"
    return reverse(f"workbench:{name}", args=[key])


def context_of(key: AnyItemKey) -> ContextKey:
    """Return the library or course of an item."""
    if isinstance(key, LibraryUsageLocatorV2 | LibraryContainerLocator):
        return library_key_of(key)
    return key.course_key
