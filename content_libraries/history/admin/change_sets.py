"""Change sets in the Django admin: their list, their records, and what they changed in one item."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.contrib import admin
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.timezone import make_aware
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ...admin_base.key_fields import ProposingInput
from ...errors import ContentLibrariesError, MalformedKeyError, NotFoundError
from ...keys import any_item_key, course_key, library_key
from ...learning_core.api import ChangeSetName
from .. import api
from ..change_sets import AnyItemKey, ContextKey
from .set_actions import ChangeSetActions, publish_restore_url, restore_urls
from .set_pages import SET_PAGE, UNDO_PAGE, shown_set

_ROWS: Final = 100
_COMPARISON_PAGE: Final = "content_libraries_changesetname_comparison"


class PlaceField(forms.CharField):
    """The key of a library, a course, or an item or block of one of them."""

    def clean(self, value: object) -> ContextKey | AnyItemKey | None:
        text = super().clean(value)
        try:
            return _place(text) if text else None
        except MalformedKeyError as error:
            raise forms.ValidationError(error.message) from error


class DayInput(forms.DateInput):
    """An input for a day, which browsers show as a calendar."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class ChangeSetSearchForm(forms.Form):
    """A form that filters the list of change sets."""

    place = PlaceField(
        label=gettext_lazy("Library, course or item"),
        required=False,
        widget=ProposingInput("content_libraries_library_proposals"),
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"),
        required=False,
        choices=lambda: [("", _("All")), *api.KIND_NAMES.items()],
    )
    user = forms.CharField(label=gettext_lazy("Username"), required=False)
    since = forms.DateField(label=gettext_lazy("From"), required=False, widget=DayInput)
    until = forms.DateField(label=gettext_lazy("To"), required=False, widget=DayInput)


@dataclass(frozen=True, slots=True)
class ShownRecord:
    """A record in the page of a set, with the address that compares before and after; "" for files of courses."""

    record: api.ChangeRecord
    url: str


@admin.register(ChangeSetName)
class ChangeSetAdmin(ChangeSetActions):
    """
    Admin pages of change sets.

    A change set is a log of Learning Core, and most have no row of this model (ADR 0045). So the pages show what the
    api lists, and not rows.
    """

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("sets/<uuid:uuid>/", view(self.set_view), name=SET_PAGE),
            path("sets/<uuid:uuid>/comparison/", view(self.comparison_view), name=_COMPARISON_PAGE),
            *super().get_urls(),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        self.require_staff(request)
        form = ChangeSetSearchForm(request.GET)
        found: Any = []
        if form.is_valid() and form.cleaned_data["place"] is not None:
            try:
                found = _wanted(request, form.cleaned_data)
            except ContentLibrariesError as error:
                form.add_error("place", error.message)
        elif form.is_valid() and any(form.cleaned_data.values()):
            form.add_error("place", _("Name a library, a course, or an item, too."))
        page = Paginator(found, _ROWS).get_page(request.GET.get("page"))
        context = {
            **(extra_context or {}),
            "title": _("Change sets"),
            "form": form,
            "is_asked": bool(request.GET.get("place")),
            "page": page,
            "entries": [shown_set(each) for each in page.object_list],
        }
        return self.render_page(request, "change_sets", context)

    def set_view(self, request: HttpRequest, uuid: UUID) -> HttpResponse:
        """Show a change set with its records, and links to what can be done with it."""
        self.require_staff(request)
        try:
            change_set = api.get_change_set(uuid, user=request.user)
            records: Any = api.change_set_records(uuid, user=request.user)
        except NotFoundError as error:
            raise Http404(error.message) from error
        page = Paginator(records, _ROWS).get_page(request.GET.get("page"))
        context = {
            "title": change_set.summary,
            "shown": shown_set(change_set),
            "undo_url": reverse(f"admin:{UNDO_PAGE}", args=(uuid,)),
            "restore_url": publish_restore_url(change_set),
            "page": page,
            "entries": [ShownRecord(record, _comparison_url(uuid, record)) for record in page.object_list],
        }
        return self.render_page(request, "change_set", context)

    def comparison_view(self, request: HttpRequest, uuid: UUID) -> HttpResponse:
        """Show what a change set changed in one item."""
        self.require_staff(request)
        try:
            change_set = api.get_change_set(uuid, user=request.user)
            key = any_item_key(request.GET.get("item_key", ""))
            before, after = (api.StateName(key, api.AroundChangeSet(uuid, before=first)) for first in (True, False))
            comparison = api.compare(before, after, user=request.user)
        except ContentLibrariesError as error:
            raise Http404(error.message) from error
        context = {
            "title": _("What changed in %(key)s") % {"key": key},
            "shown": shown_set(change_set),
            "comparison": comparison,
            "difference": comparison.difference,
            "restores": restore_urls(key, *_version_nums(comparison)),
        }
        return self.render_page(request, "comparison", context)


def _wanted(request: HttpRequest, data: dict[str, Any]) -> api.Listed[api.ChangeSet]:
    return api.list_change_sets(
        data["place"],
        user=request.user,
        kind=api.ChangeKind(data["kind"]) if data["kind"] else None,
        username=data["user"] or None,
        since=make_aware(datetime.combine(data["since"], time.min)) if data["since"] else None,
        until=make_aware(datetime.combine(data["until"], time.max)) if data["until"] else None,
    )


def _comparison_url(uuid: UUID, record: api.ChangeRecord) -> str:
    if record.key is None:
        return ""
    query = urlencode({"item_key": str(record.key)})
    return f"{reverse(f'admin:{_COMPARISON_PAGE}', args=(uuid,))}?{query}"


def _version_nums(comparison: api.Comparison) -> list[int | None]:
    sides = (comparison.before_version, comparison.after_version)
    return [None if side is None else side.version_num for side in sides]


def _place(text: str) -> ContextKey | AnyItemKey:
    """Parse the key of a library, a course, an item or a block. Raises MalformedKeyError."""
    if text.startswith("lib:"):
        return library_key(text)
    return course_key(text) if text.startswith("course-v1:") else any_item_key(text)
