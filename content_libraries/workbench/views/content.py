"""The content of a library: search with facets, and new items."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from django import forms
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ...content import api as content
from ...keys import ItemKey, LibraryLocatorV2
from ...libraries import api as libraries
from ...libraries.api import Permission
from ...search import api as search
from ..decorators import form_page, page
from ..forms import WorkbenchForm, posted
from ..labels import COLLECTION, CONTAINER_NAMES, STATUS_NAMES, STATUS_TONES, type_label
from ..lists import PAGE_SIZE, page_number, page_of_total
from ..navigation import library_page
from ..refusals import errors_in
from ..rendering import render_page, tell

logger = logging.getLogger(__name__)

_FACETS: Final = ("block_type", "publish_status", "collections.key", "tags.taxonomy", "tags.level0")
_MOST_VALUES: Final = 20

ORDERS: Final = (
    ("", gettext_lazy("Best match, or changed last")),
    ("display_name", gettext_lazy("Title")),
    ("-modified", gettext_lazy("Changed last")),
    ("-created", gettext_lazy("Created last")),
    ("-last_published", gettext_lazy("Published last")),
)


class SearchForm(WorkbenchForm):
    """The words of a search, and the order of what is found."""

    q = forms.CharField(label=gettext_lazy("Search in this library"), required=False, max_length=500)
    order = forms.ChoiceField(label=gettext_lazy("Order"), required=False, choices=ORDERS)


def _types() -> list[tuple[str, str]]:
    """Return the types that a new item can have, with their names."""
    return [*component_types(), *((value, str(name)) for value, name in CONTAINER_NAMES.items())]


class NewItemForm(WorkbenchForm):
    """The type of a new item, and the title of a container."""

    type = forms.ChoiceField(label=gettext_lazy("Type"), choices=_types)
    title = forms.CharField(
        label=gettext_lazy("Title"),
        required=False,
        help_text=gettext_lazy("Sections, subsections and units need one. Components get theirs on their page."),
    )


@dataclass(frozen=True, slots=True)
class FacetValue:
    """A value that found items have: how many have it, and whether the search asks for it."""

    value: str
    label: str
    count: int
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Facet:
    """The values of one facet. ``name`` is the name of its parameter in the URL."""

    name: str
    label: str
    values: tuple[FacetValue, ...]


@dataclass(frozen=True, slots=True)
class Hit:
    """An item or a collection that was found."""

    title: str
    url: str
    kind: str
    key: str
    status: str = ""
    tone: str = ""
    modified: datetime | None = None


@page
def library_content(request: HttpRequest, library_key: LibraryLocatorV2) -> HttpResponse:
    """Search in a library. All of the search is in the URL."""
    shown = library_page(request, library_key, tab="library")
    form = SearchForm(request.GET)
    found = _search(request, library_key, form)
    collections = {each.code: each.title for each in content.list_collections(library_key, user=request.user)[:500]}
    context = {
        "form": form,
        "may_edit": libraries.may(request.user, shown.library, Permission.EDIT),
        "is_searched": any(value for name, value in request.GET.items() if name != "page"),
        "found": found,
        "facets": _facets(found.facets, request.GET, collections) if found else (),
        "page_obj": page_of_total(request, found.total) if found else None,
        "hits": [_hit(document, library_key) for document in found.hits] if found else (),
    }
    return render_page(request, "content/search.html", context, library=shown, part="content/results.html")


@form_page
def new_item(request: HttpRequest, library_key: LibraryLocatorV2) -> HttpResponse:
    """Create a component or a container."""
    shown = library_page(request, library_key, tab="library", permission=Permission.EDIT)
    form = NewItemForm(posted(request), initial={"type": request.GET.get("type")})
    if form.is_valid():
        with errors_in(form):
            key = create_item(
                request, library_key, item_type=form.cleaned_data["type"], title=form.cleaned_data["title"]
            )
            tell(request, _("It is created, as a draft."))
            return redirect("workbench:item", key)
    return render_page(request, "content/new.html", {"form": form}, library=shown, status=form.status)


def create_item(
    request: HttpRequest, library_key: LibraryLocatorV2, *, item_type: str, title: str, can_stand_alone: bool = True
) -> ItemKey:
    """Create a component or a container, and return its key. Raises what the functions of content raise."""
    if item_type in CONTAINER_NAMES:
        made = content.create_container(library_key, user=request.user, container_type=item_type, title=title)
        return made.key
    return content.create_component(
        library_key,
        user=request.user,
        block_type=item_type,
        component_code=secrets.token_hex(6),
        can_stand_alone=can_stand_alone,
    ).key


def component_types() -> list[tuple[str, str]]:
    """Return the types of components that authors are offered, with their names."""
    return [(offered.block_type, offered.display_name) for offered in content.offered_block_types()]


def _search(request: HttpRequest, library_key: LibraryLocatorV2, form: SearchForm) -> search.SearchResult | None:
    """Return what is found; None if the search does not work at the moment."""
    words = form.cleaned_data.get("q", "") if form.is_valid() else ""
    order = form.cleaned_data.get("order", "") if form.is_valid() else ""
    try:
        return search.search(
            request.user,
            q=words,
            library_key=library_key,
            block_types=request.GET.getlist("type"),
            publish_statuses=request.GET.getlist("status"),
            collections=request.GET.getlist("collection"),
            tags=request.GET.getlist("tag"),
            sort=[search.Sort(order.removeprefix("-"), descending=order.startswith("-"))] if order else (),
            offset=(page_number(request) - 1) * PAGE_SIZE,
            limit=PAGE_SIZE,
            facets=_FACETS,
        )
    except search.SearchEngineError as error:
        logger.warning("The workbench cannot search: %s", error)
        return None


def _facets(
    counts: Mapping[str, Mapping[str, int]], query: QueryDict, collections: Mapping[str, str]
) -> tuple[Facet, ...]:
    statuses = {name: str(label) for name, label in STATUS_NAMES.items()}
    types = {name: type_label(name) for name in counts.get("block_type", {})}
    tags = {**counts.get("tags.taxonomy", {}), **counts.get("tags.level0", {})}
    facets = (
        Facet("type", _("Type"), _values(counts.get("block_type", {}), query.getlist("type"), types)),
        Facet("status", _("Status"), _values(counts.get("publish_status", {}), query.getlist("status"), statuses)),
        Facet(
            "collection",
            _("Collection"),
            _values(counts.get("collections.key", {}), query.getlist("collection"), collections),
        ),
        Facet("tag", _("Tag"), _values(tags, query.getlist("tag"), {})),
    )
    return tuple(facet for facet in facets if facet.values)


def _values(counts: Mapping[str, int], chosen: Sequence[str], labels: Mapping[str, str]) -> tuple[FacetValue, ...]:
    """Return the most frequent values, and all chosen ones, which stay until the user takes them out."""
    shown: Iterable[str] = dict.fromkeys((*chosen, *counts))
    values = [
        FacetValue(value, labels.get(value, value), counts.get(value, 0), is_chosen=value in chosen) for value in shown
    ]
    values.sort(key=lambda value: (not value.is_chosen, -value.count, value.label))
    return tuple(values[:_MOST_VALUES])


def _hit(document: Mapping[str, Any], library_key: LibraryLocatorV2) -> Hit:
    key = str(document["usage_key"])
    modified = document.get("modified")
    when = datetime.fromtimestamp(modified, UTC) if modified is not None else None
    if document["type"] == COLLECTION:
        url = reverse("workbench:collection", args=[library_key, document["block_id"]])
        return Hit(document["display_name"], url, _("Collection"), key, modified=when)
    status = str(document.get("publish_status", ""))
    return Hit(
        title=document["display_name"],
        url=reverse("workbench:item", args=[key]),
        kind=type_label(str(document["block_type"])),
        key=key,
        status=str(STATUS_NAMES.get(status, status)),
        tone=STATUS_TONES.get(status, ""),
        modified=when,
    )
