"""Pages of libraries: the list, and creating one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ...keys import LibraryLocatorV2
from ...libraries import api as libraries
from ...libraries.api import ContentLibrary, License
from ..decorators import form_page, page
from ..forms import WorkbenchForm
from ..lists import page_of
from ..navigation import library_page
from ..refusals import errors_in
from ..rendering import render_page, tell

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


class LibraryForm(WorkbenchForm):
    """What a new library needs."""

    title = forms.CharField(label=gettext_lazy("Title"))
    org = forms.CharField(label=gettext_lazy("Organization"), help_text=gettext_lazy("Its short name, such as DemoX."))
    slug = forms.CharField(
        label=gettext_lazy("Name in the key"),
        help_text=gettext_lazy("Letters, digits, - and _. It is a part of the library’s key, and never changes."),
    )
    description = forms.CharField(label=gettext_lazy("Description"), required=False, widget=forms.Textarea({"rows": 3}))
    license = forms.ChoiceField(label=gettext_lazy("License"), required=False, choices=License.choices)


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


@form_page
def new_library(request: HttpRequest) -> HttpResponse:
    """Create a library."""
    libraries.require_create(request.user)
    form = LibraryForm(request.POST or None)
    if form.is_valid():
        with errors_in(form):
            library = libraries.create_library(user=request.user, **form.cleaned_data)
            tell(request, _("“%(title)s” is created.") % {"title": library.title})
            return redirect("workbench:library", library.library_key)
    return render_page(request, "libraries/new.html", {"form": form}, status=form.status)


@page
def library_view(request: HttpRequest, library_key: LibraryLocatorV2) -> HttpResponse:
    """Show a library."""
    shown = library_page(request, library_key, tab="library")
    summary = libraries.library_summary(request.user, shown.library)
    return render_page(request, "libraries/library.html", {"summary": summary}, library=shown)


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
