"""Pages of change sets: the lists of libraries and courses, one set with its records, and comparisons of items."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Final
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.timezone import make_aware
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ...courses import api as courses
from ...errors import InvalidInputError
from ...history import api as history
from ...history.api import AnyItemKey, ChangeKind, ChangeRecord, ChangeSet, ContextKey
from ...keys import CourseKey, LibraryLocatorV2, any_item_key
from ...libraries import api as libraries
from ...libraries.api import Permission
from ..contexts import changes_url, context_of, render_in_context
from ..decorators import page
from ..differences import shown_difference
from ..drawings import draw_activity
from ..forms import WorkbenchForm
from ..lists import page_of_list
from ..navigation import Link
from ..refusals import errors_in
from .restores import restore_url

TAB: Final = "library-changes"


class DayInput(forms.DateInput):
    """An input for a day, which browsers show as a calendar."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class ChangeFilters(WorkbenchForm):
    """The filters of the list."""

    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"),
        required=False,
        choices=lambda: [("", _("All kinds")), *history.KIND_NAMES.items()],
    )
    user = forms.CharField(label=gettext_lazy("User"), required=False, max_length=150)
    since = forms.DateField(label=gettext_lazy("From"), required=False, widget=DayInput)
    until = forms.DateField(label=gettext_lazy("To"), required=False, widget=DayInput)
    item_key = forms.CharField(required=False, widget=forms.HiddenInput)


class VersionsForm(WorkbenchForm):
    """The two versions of a comparison."""

    item_key = forms.CharField(widget=forms.HiddenInput)
    before = forms.CharField(label=gettext_lazy("Version before"), initial="published")
    after = forms.CharField(
        label=gettext_lazy("Version after"),
        initial="draft",
        help_text=gettext_lazy("The number of a version, or “draft”, or “published”."),
    )

    def moment(self, name: str) -> history.Moment:
        """Return the version that a field names. Raises InvalidInputError."""
        text = str(self.cleaned_data[name]).strip().lower()
        if text == "draft":
            return "draft"
        if text == "published":
            return "published"
        if text.isascii() and text.isdigit() and 0 < int(text) < 2**31:
            return int(text)
        raise InvalidInputError(_("Write the number of a version, “draft” or “published”."), field=name)


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """A change set, and the name of its kind."""

    change_set: ChangeSet
    kind: str


@page
def library_changes(request: HttpRequest, library_key: LibraryLocatorV2) -> HttpResponse:
    """List what was done to a library, or to one item of it."""
    return _changes(request, library_key)


@page
def course_changes(request: HttpRequest, course_key: CourseKey) -> HttpResponse:
    """List what was done to a course, or to one block of it."""
    return _changes(request, course_key)


@page
def change(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Show a change set with its records."""
    change_set = history.get_change_set(uuid, user=request.user)
    listed = page_of_list(request, history.change_set_records(uuid, user=request.user))
    may_edit = may_change(request, change_set.context_key, publish=False)
    context = {
        "row": _row(change_set),
        "records": list(_records(change_set, listed.rows)),
        "page_obj": listed.page_obj,
        "may_undo": may_change(request, change_set.context_key, publish=_is_publish(change_set)),
        "restore_url": _restore_url(change_set) if may_edit else "",
    }
    key = change_set.context_key
    crumbs = [Link(_("Changes"), changes_url(key))]
    return render_in_context(request, "changes/change.html", context, key=key, tab=TAB, crumbs=crumbs)


@page
def change_item(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Show what a change set did to the item that ``?item_key=`` names."""
    key = any_item_key(request.GET.get("item_key", ""))
    before, after = (history.StateName(key, history.AroundChangeSet(uuid, before=first)) for first in (True, False))
    comparison = history.compare(before, after, user=request.user)
    context_key = context_of(key)
    crumbs = [
        Link(_("Changes"), changes_url(context_key)),
        Link(_("The change"), reverse("workbench:change", args=[uuid])),
    ]
    context = _compared(request, key, comparison)
    return render_in_context(request, "changes/item.html", context, key=context_key, tab=TAB, crumbs=crumbs)


@page
def compare(request: HttpRequest) -> HttpResponse:
    """Compare two versions of the item that ``?item_key=`` names."""
    key = any_item_key(request.GET.get("item_key", ""))
    names = ("before", "after")
    said = {name: request.GET.get(name) or VersionsForm.base_fields[name].initial for name in names}
    form = VersionsForm({"item_key": str(key), **said})
    context: dict[str, object] = {"item_key": key, "item_changes_url": _item_changes_url(key)}
    if form.is_valid():
        with errors_in(form):
            before, after = (history.StateName(key, form.moment(name)) for name in names)
            context |= _compared(request, key, history.compare(before, after, user=request.user))
    context |= {"form": form, "compare_url": reverse("workbench:compare")}
    crumbs = [Link(_("Changes"), changes_url(context_of(key)))]
    if not isinstance(context_of(key), LibraryLocatorV2) and "comparison" not in context:
        history.list_change_sets(key, user=request.user)  # only who may view the course sees its pages
    return render_in_context(
        request, "changes/item.html", context, key=context_of(key), tab=TAB, crumbs=crumbs, status=form.status
    )


def may_change(request: HttpRequest, key: ContextKey, *, publish: bool) -> bool:
    """Return whether the user may edit, or publish, in a library or a course. Pages show buttons by it."""
    if isinstance(key, LibraryLocatorV2):
        library = libraries.access_library(request.user, key, Permission.VIEW)
        return libraries.may(request.user, library, Permission.PUBLISH if publish else Permission.EDIT)
    wanted = courses.CoursePermission.PUBLISH if publish else courses.CoursePermission.EDIT
    return courses.may_in_course(request.user, key, wanted)


def _changes(request: HttpRequest, key: ContextKey) -> HttpResponse:
    filters = ChangeFilters(request.GET)
    said = filters.cleaned_data if filters.is_valid() else {}
    place = any_item_key(said["item_key"]) if said.get("item_key") else key
    found = history.list_change_sets(
        place,
        user=request.user,
        kind=ChangeKind(said["kind"]) if said.get("kind") else None,
        username=said.get("user") or None,
        since=make_aware(datetime.combine(said["since"], time.min)) if said.get("since") else None,
        until=make_aware(datetime.combine(said["until"], time.min) + timedelta(days=1)) if said.get("until") else None,
    )
    listed = page_of_list(request, found)
    context = {
        "filters": filters,
        "is_filtered": any(said.values()),
        "item_key": said.get("item_key", ""),
        "list_url": changes_url(key),
        "rows": [_row(each) for each in listed.rows],
        "page_obj": listed.page_obj,
        "activity": draw_activity(history.activity(place, user=request.user)),
    }
    return render_in_context(request, "changes/list.html", context, key=key, tab=TAB, part="changes/results.html")


def _row(change_set: ChangeSet) -> ChangeRow:
    return ChangeRow(change_set, str(history.KIND_NAMES[change_set.kind]))


def _records(change_set: ChangeSet, rows: Iterable[ChangeRecord]) -> Iterable[tuple[ChangeRecord, str, str]]:
    """Yield each record, with words for what happened, and the page with the difference."""
    page_url = reverse("workbench:change-item", args=[change_set.uuid])
    for record in rows:
        url = f"{page_url}?{urlencode({'item_key': str(record.key)})}" if record.key is not None else ""
        yield record, _event(record), url


def _event(record: ChangeRecord) -> str:
    if record.is_side_effect:
        return _("Something in it changed")
    if record.old_version is None:
        return _("Added")
    return _("Removed") if record.new_version is None else _("Changed")


def _compared(request: HttpRequest, key: AnyItemKey, comparison: history.Comparison) -> dict[str, object]:
    sides = (comparison.before_version, comparison.after_version)
    numbers = dict.fromkeys(side.version_num for side in sides if side is not None)
    return {
        "item_key": key,
        "comparison": comparison,
        "difference": shown_difference(comparison.difference),
        "restores": [(number, restore_url(history.ItemVersion(key, number))) for number in numbers],
        "may_edit": may_change(request, context_of(key), publish=False),
        "item_changes_url": _item_changes_url(key),
    }


def _item_changes_url(key: AnyItemKey) -> str:
    return f"{changes_url(context_of(key))}?{urlencode({'item_key': str(key)})}"


def _is_publish(change_set: ChangeSet) -> bool:
    return change_set.kind is ChangeKind.PUBLISH


def _restore_url(change_set: ChangeSet) -> str:
    """Return the page that sets the draft of a library back to a publish; "" for other change sets."""
    key = change_set.context_key
    if not _is_publish(change_set) or not isinstance(key, LibraryLocatorV2):
        return ""
    return restore_url(history.LibraryState(key, change_set.uuid))
