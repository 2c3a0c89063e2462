"""The list of libraries."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy

from ...keys import LibraryLocatorV2
from ...libraries import api as libraries
from ...libraries.api import ContentLibrary
from ..decorators import page
from ..forms import WorkbenchForm
from ..lists import page_of
from ..rendering import render_page

ORDERS: Final = (
    ("", gettext_lazy("Organization and key")),
    ("title", gettext_lazy("Title")),
    ("-updated", gettext_lazy("Changed last")),
    ("-created", gettext_lazy("Created last")),
)


class LibraryFilters(WorkbenchForm):
    """Search and order of the list."""

    q = forms.CharField(label=gettext_lazy("Search libraries"), required=False, max_length=200)
    org = forms.CharField(label=gettext_lazy("Organization"), required=False, max_length=255)
    order = forms.ChoiceField(label=gettext_lazy("Order"), required=False, choices=ORDERS)

    def wanted(self, name: str) -> str | None:
        """Return the value of a field; None without a valid one."""
        value = self.cleaned_data.get(name) if self.is_valid() or name in self.cleaned_data else None
        return str(value) if value else None


@dataclass(frozen=True, slots=True)
class LibraryRow:
    """A library in the list."""

    key: LibraryLocatorV2
    title: str
    org: str
    size: int
    updated: datetime | None


@page
def library_list(request: HttpRequest) -> HttpResponse:
    """List the libraries that the user may see."""
    filters = LibraryFilters(request.GET)
    search, org, order = (filters.wanted(name) for name in ("q", "org", "order"))
    listed = page_of(request, libraries.list_libraries(request.user, text_search=search, org=org, order=order))
    context = {
        "filters": filters,
        "is_filtered": bool(search or org),
        "may_create": libraries.may_create(request.user),
        "page_obj": listed,
        "rows": _rows(listed.object_list),
    }
    return render_page(request, "libraries/list.html", context, part="libraries/results.html")


def _rows(listed: Iterable[ContentLibrary]) -> list[LibraryRow]:
    found = list(listed)
    sizes = libraries.library_sizes(found)
    return [
        LibraryRow(
            key=library.library_key,
            title=library.title,
            org=library.org.short_name,
            size=sizes[library.pk],
            updated=library.learning_package.updated if library.learning_package else None,
        )
        for library in found
    ]
