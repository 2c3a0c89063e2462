"""The outline of a library: its sections, with what is in them, down to the components."""

from __future__ import annotations

import logging

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from ...keys import LibraryLocatorV2
from ...search import api as search
from ..decorators import page
from ..labels import CONTAINER_NAMES, type_label
from ..lists import PAGE_SIZE, page_number, page_of_total
from ..navigation import Link, library_page
from ..rendering import render_page

logger = logging.getLogger(__name__)


@page
def outline(request: HttpRequest, library_key: LibraryLocatorV2) -> HttpResponse:
    """List the containers of one level by title. Each is opened where it is."""
    shown = library_page(request, library_key, tab="library-outline")
    level = request.GET.get("level", "")
    level = level if level in CONTAINER_NAMES else "section"
    found = _search(request, library_key, level)
    url = reverse("workbench:library-outline", args=[library_key])
    context = {
        "levels": [Link(type_label(name), f"{url}?level={name}", name == level) for name in reversed(CONTAINER_NAMES)],
        "found": found,
        "page_obj": page_of_total(request, found.total) if found else None,
        "containers": [
            {"key": hit["usage_key"], "title": hit["display_name"], "size": hit["num_children"]}
            for hit in (found.hits if found else ())
        ],
    }
    return render_page(request, "outline/outline.html", context, library=shown)


def _search(request: HttpRequest, library_key: LibraryLocatorV2, level: str) -> search.SearchResult | None:
    """Return the containers of a level; None if the search does not work at the moment."""
    try:
        return search.search(
            request.user,
            library_key=library_key,
            types=["library_container"],
            block_types=[level],
            sort=[search.Sort("display_name")],
            offset=(page_number(request) - 1) * PAGE_SIZE,
            limit=PAGE_SIZE,
        )
    except search.SearchEngineError as error:
        logger.warning("The workbench cannot list containers: %s", error)
        return None
