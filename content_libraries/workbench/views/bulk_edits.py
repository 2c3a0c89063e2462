"""Pages of bulk edits: find and replace, new values of settings, and the progress of a worker."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ...courses import api as courses
from ...errors import PlanOutdatedError
from ...history import api as history
from ...history.api import BulkEditJob, ContextKey, PlannedItem
from ...jobs.api import UNFINISHED, JobState
from ...keys import CourseKey, LibraryLocatorV2, context_key
from ...libraries import api as libraries
from ...libraries.api import Permission
from ..bulk_edit_forms import ReplaceForm, SelectionForm, SettingsForm
from ..components import PlanCount, Progress, Tone
from ..contexts import changes_url, render_in_context
from ..decorators import action, form_page, page
from ..differences import ShownDifference, shown_difference
from ..refusals import errors_in, http_status
from ..rendering import render_part, tell

TAB: Final = "library-replace"
MOST_SHOWN: Final = 20
MOST_LEFT_ALONE: Final = 50
MOST_FIELDS: Final = 50
"""How many items, items that are left alone, and fields a preview shows. The counts tell of all."""

_LINES: Final = 20
_CHARACTERS: Final = 1_500
"""How much of the difference of one item a preview shows."""

_TONES: Final = {
    JobState.SUCCEEDED: Tone.GOOD,
    JobState.PARTIAL: Tone.WARNING,
    JobState.FAILED: Tone.BAD,
    JobState.CANCELED: Tone.WARNING,
}


@dataclass(frozen=True, slots=True)
class ShownItem:
    """An item of a preview with its difference."""

    title: str
    kind: str
    difference: ShownDifference


@dataclass(frozen=True, slots=True)
class Preview:
    """
    What a bulk edit would do, as far as a page shows it.

    Args:
        is_part: whether only the first of the ``chosen`` items were looked at; all of them are edited.
    """

    fingerprint: str
    is_part: bool
    chosen: int
    counts: Sequence[PlanCount]
    fields: Sequence[history.FieldCount]
    items: Sequence[ShownItem]
    hidden_items: int
    left_alone: Sequence[history.LeftAlone]
    hidden_left_alone: int


@form_page
def library_replace(request: HttpRequest, library_key: LibraryLocatorV2) -> HttpResponse:
    """Find and replace texts in a library, after a preview."""
    return _edit(request, library_key, ReplaceForm)


@form_page
def library_settings_edit(request: HttpRequest, library_key: LibraryLocatorV2) -> HttpResponse:
    """Set a setting of many items of a library, after a preview."""
    return _edit(request, library_key, SettingsForm)


@form_page
def course_replace(request: HttpRequest, course_key: CourseKey) -> HttpResponse:
    """Find and replace texts in a course, after a preview."""
    return _edit(request, course_key, ReplaceForm)


@form_page
def course_settings_edit(request: HttpRequest, course_key: CourseKey) -> HttpResponse:
    """Set a setting of many blocks of a course, after a preview."""
    return _edit(request, course_key, SettingsForm)


@page
def bulk_edit(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Show a bulk edit that a worker makes."""
    job = history.find_bulk_edit(uuid, user=request.user)
    key = context_key(job.context_key)
    _require_view(request, key)
    return render_in_context(request, "bulk_edits/job.html", _job_context(job), key=key, tab=TAB)


@page
def bulk_edit_progress(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Show the progress again. Only htmx asks for it."""
    job = history.find_bulk_edit(uuid, user=request.user)
    if "HX-Request" not in request.headers:
        return redirect("workbench:bulk-edit", uuid)
    return render_part(request, "bulk_edits/job_state.html", _job_context(job))


@action
def cancel_bulk_edit(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Cancel a bulk edit. It changes nothing then."""
    history.cancel_bulk_edit(uuid, user=request.user)
    return redirect("workbench:bulk-edit", uuid)


@action
def retry_bulk_edit(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Try a bulk edit again that failed or was canceled."""
    return redirect("workbench:bulk-edit", history.retry_bulk_edit(uuid, user=request.user).uuid)


def _edit(request: HttpRequest, key: ContextKey, form_class: type[SelectionForm]) -> HttpResponse:
    """Show the form, the preview of what it asks for, or make the edit."""
    _require_edit(request, key)
    is_post = request.method == "POST"
    form = form_class(request.POST if is_post else None, context_key=key, initial=_initial(request))
    preview = None
    if form.is_valid():
        with errors_in(form):
            if "apply" in request.POST:
                try:
                    return _apply(request, form)
                except PlanOutdatedError as error:  # shown with a new preview
                    form.refuse(error.message, field=None, status=http_status(error))
            preview = _preview(request, form)
    names = [_url_name(key, each) for each in (ReplaceForm, SettingsForm)]
    context = {
        "form": form,
        "preview": preview,
        "is_replacing": form_class is ReplaceForm,
        "replace_url": reverse(names[0], args=[key]),
        "settings_url": reverse(names[1], args=[key]),
    }
    return render_in_context(request, "bulk_edits/edit.html", context, key=key, tab=TAB, status=form.status)


def _url_name(key: ContextKey, form_class: type[SelectionForm]) -> str:
    place = "library" if isinstance(key, LibraryLocatorV2) else "course"
    return f"workbench:{place}-{'replace' if form_class is ReplaceForm else 'bulk-settings'}"


def _initial(request: HttpRequest) -> dict[str, str]:
    """Return what a link to the page has chosen."""
    said = {name: request.GET.get(name, "") for name in ("query", "collection", "find")}
    return {**said, "item_keys": "\n".join(request.GET.getlist("item_keys"))}


def _require_edit(request: HttpRequest, key: ContextKey) -> None:
    if isinstance(key, LibraryLocatorV2):
        libraries.access_library(request.user, key, Permission.EDIT)
    else:
        courses.require_in_course(request.user, key, courses.CoursePermission.EDIT)


def _require_view(request: HttpRequest, key: ContextKey) -> None:
    if not isinstance(key, LibraryLocatorV2):
        courses.require_in_course(request.user, key, courses.CoursePermission.VIEW)


def _preview(request: HttpRequest, form: SelectionForm) -> Preview:
    plan = history.preview_bulk_edit(form.selection(), form.edit(), user=request.user, part=1)
    counts = [
        PlanCount(len(plan.items), ngettext("item changes", "items change", len(plan.items)), Tone.INFO),
        PlanCount(plan.looked_at, ngettext("item was looked at", "items were looked at", plan.looked_at)),
    ]
    if plan.left_alone:
        words = ngettext("item is left alone", "items are left alone", len(plan.left_alone))
        counts.append(PlanCount(len(plan.left_alone), words, Tone.WARNING))
    return Preview(
        fingerprint=plan.basis.fingerprint,
        counts=counts,
        fields=plan.fields[:MOST_FIELDS],
        items=[_shown_item(planned) for planned in plan.items[:MOST_SHOWN]],
        is_part=plan.parts > 1,
        chosen=len(plan.chosen),
        hidden_items=max(0, len(plan.items) - MOST_SHOWN),
        left_alone=plan.left_alone[:MOST_LEFT_ALONE],
        hidden_left_alone=max(0, len(plan.left_alone) - MOST_LEFT_ALONE),
    )


def _shown_item(planned: PlannedItem) -> ShownItem:
    difference = shown_difference(planned.difference(), most_lines=_LINES, most_characters=_CHARACTERS)
    return ShownItem(planned.item.title, planned.item.item_type, difference)


def _apply(request: HttpRequest, form: SelectionForm) -> HttpResponse:
    """Make the edit that the preview has shown, at once or by a worker."""
    made = history.make_bulk_edit(
        form.selection(), form.edit(), user=request.user, fingerprint=form.cleaned_data["fingerprint"] or None
    )
    if isinstance(made, BulkEditJob):
        return redirect("workbench:bulk-edit", made.uuid)
    count = len(made.plan.items)
    text = ngettext("%(count)s item is changed.", "%(count)s items are changed.", count) % {"count": count}
    if made.change_set is None:
        tell(request, text)
        return redirect(changes_url(made.plan.context_key))
    tell(request, text, undo_url=reverse("workbench:change-undo", args=[made.change_set]))
    return redirect("workbench:change", made.change_set)


def _job_context(job: BulkEditJob) -> dict[str, object]:
    status = job.task_status
    state = JobState(job.state)
    progress = Progress(
        id="bulk-edit-state",
        url=reverse("workbench:bulk-edit-progress", args=[job.uuid]),
        label=_("Bulk edit"),
        state=str(state.label),
        done=status.completed_steps if status else 0,
        total=max(1, status.total_steps) if status else 1,
        is_finished=state not in UNFINISHED,
        error=job.error,
        tone=_TONES.get(state, Tone.NEUTRAL),
    )
    return {
        "job": job,
        "progress": progress,
        "may_retry": state in {JobState.FAILED, JobState.CANCELED},
        "changes_url": changes_url(context_key(job.context_key)),
    }
