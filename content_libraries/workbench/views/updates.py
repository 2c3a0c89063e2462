"""Pages on which authors of a course review the updates that libraries offer, and accept, decline or unlink."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from opaque_keys.edx.keys import UsageKey

from ...block_types.api import CONTAINERS_OF_TAGS
from ...courses import api as courses
from ...courses.api import CoursePermission
from ...errors import NotFoundError
from ...keys import CourseKey
from ...sync import api as sync
from ...sync.data import SyncAction, SyncOutcome, SyncPlan, SyncStep
from ..components import Plan, PlanCount, PlanRow, Tone
from ..decorators import action, form_page, page
from ..forms import WorkbenchForm, posted
from ..jobs import progress_of
from ..lists import PAGE_SIZE
from ..navigation import course_crumbs
from ..refusals import errors_in
from ..rendering import render_page, render_part, tell

_ACTIONS: Final = {
    SyncAction.CREATE: (gettext_lazy("Created"), Tone.GOOD),
    SyncAction.TAKE: (gettext_lazy("Updated"), Tone.GOOD),
    SyncAction.KEEP_LOCAL: (gettext_lazy("Stays as in the course"), Tone.INFO),
    SyncAction.MOVE: (gettext_lazy("Moved"), Tone.INFO),
    SyncAction.REORDER: (gettext_lazy("Put in another order"), Tone.INFO),
    SyncAction.DELETE: (gettext_lazy("Deleted"), Tone.BAD),
    SyncAction.ASSET: (gettext_lazy("File"), Tone.NEUTRAL),
    SyncAction.TAGS: (gettext_lazy("Tags"), Tone.NEUTRAL),
    SyncAction.DECLINE: (gettext_lazy("Declined"), Tone.WARNING),
}
_OUTCOMES: Final = (
    (SyncOutcome.KEEP_LOCAL, gettext_lazy("Accept, and keep what was changed in the course")),
    (SyncOutcome.TAKE_UPSTREAM, gettext_lazy("Accept, and replace what was changed in the course")),
    (SyncOutcome.DECLINE, gettext_lazy("Decline until the library has a newer version")),
)
_OUTCOMES_OF_STRUCTURES: Final = (_OUTCOMES[0], _OUTCOMES[2])
"""Titles and texts that were changed inside of a structure always stay."""
_MOST_DIFFERENCES: Final = 20
"""How many blocks are shown with their differences; the table has all."""


class OutcomeForm(WorkbenchForm):
    """The decision of the author. The fingerprint names the plan that the author has seen."""

    outcome = forms.ChoiceField(label=gettext_lazy("What to do"), choices=_OUTCOMES, widget=forms.RadioSelect)
    fingerprint = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: QueryDict | None, *, is_structure: bool) -> None:
        super().__init__(data, initial={"outcome": SyncOutcome.KEEP_LOCAL})
        if is_structure:
            self.fields["outcome"] = forms.ChoiceField(
                label=gettext_lazy("What to do"), choices=_OUTCOMES_OF_STRUCTURES, widget=forms.RadioSelect
            )

    @property
    def decision(self) -> SyncOutcome:
        return SyncOutcome(self.cleaned_data["outcome"])

    @property
    def shown_plan(self) -> str | None:
        return self.cleaned_data["fingerprint"] or None


class AllForm(WorkbenchForm):
    """The confirmation of all updates of a course."""

    fingerprint = forms.CharField(required=False, widget=forms.HiddenInput)


@dataclass(frozen=True, slots=True)
class Linked:
    """The block that is reviewed, and the key of its library item; "" if it has none, or nothing changes."""

    usage_key: UsageKey
    title: str
    upstream: str


@dataclass(frozen=True, slots=True)
class StepDifference:
    """The changes of one block: rows of settings, and lines of a text difference."""

    title: str
    settings: tuple[dict[str, str], ...]
    lines: tuple[str, ...]
    is_cut: bool


@form_page
def update(request: HttpRequest, course_key: CourseKey, block_key: UsageKey) -> HttpResponse:
    """Show the update of a block with the differences. A POST does what the author has decided."""
    _require_in(block_key, course_key)
    is_structure = block_key.block_type in CONTAINERS_OF_TAGS
    form = OutcomeForm(posted(request), is_structure=is_structure)
    if form.is_valid():
        with errors_in(form):
            sync.settle_update(block_key, form.decision, user=request.user, fingerprint=form.shown_plan)
            tell(request, _("The update is settled."))
            return redirect("workbench:course", course_key)
    outcome = _outcome_in(request)
    context = {"course_key": course_key, "form": form, "outcome": outcome, **_preview(block_key, outcome, request)}
    return render_page(
        request,
        "courses/update.html",
        context,
        place="courses",
        crumbs=course_crumbs(course_key),
        part="courses/update_plan.html" if request.method == "GET" else None,
        status=form.status,
    )


def _outcome_in(request: HttpRequest) -> SyncOutcome:
    """Return the outcome that the user has chosen, by default the one that keeps local changes."""
    wanted = request.POST.get("outcome") or request.GET.get("outcome")
    return next((outcome for outcome in SyncOutcome if outcome == wanted), SyncOutcome.KEEP_LOCAL)


def _preview(block_key: UsageKey, outcome: SyncOutcome, request: HttpRequest) -> dict[str, Any]:
    """Return the block and its plan for the templates. For a broken link, return the problem instead of the plan."""
    try:
        plan = sync.preview_outcome(block_key, outcome, user=request.user)
    except sync.LinkError as error:
        link = sync.get_link(block_key, user=request.user)
        return {"linked": Linked(block_key, link.title, link.upstream or ""), "problem": error.message}
    step = next((step for step in plan.steps if step.usage_key == block_key), None)
    linked = Linked(block_key, step.title if step else block_key.block_id, step.upstream if step else "")
    return {"linked": linked, "fingerprint": plan.fingerprint, **_plan_context(plan)}


@action
def unlink(request: HttpRequest, course_key: CourseKey, block_key: UsageKey) -> HttpResponse:
    """Unlink a block from its library item."""
    _require_in(block_key, course_key)
    sync.unlink_block(block_key, user=request.user)
    tell(request, _("The block is unlinked. Its content stays."))
    return redirect("workbench:course", course_key)


@form_page
def all_updates(request: HttpRequest, course_key: CourseKey) -> HttpResponse:
    """Show what accepting all updates of a course does. A POST lets a worker do it."""
    course = courses.access_course(request.user, course_key, CoursePermission.VIEW)
    form = AllForm(posted(request))
    if form.is_valid():
        with errors_in(form):
            fingerprint = form.cleaned_data["fingerprint"] or None
            run = sync.start_run(user=request.user, courses=[course_key], fingerprint=fingerprint)
            return redirect("workbench:sync-run", course_key, run.uuid)
    plan = sync.preview_course(course_key, user=request.user)
    context = {"course": course, "form": form, "fingerprint": plan.fingerprint, **_plan_context(plan)}
    return render_page(
        request, "courses/all.html", context, place="courses", crumbs=course_crumbs(course_key), status=form.status
    )


@page
def sync_run(request: HttpRequest, course_key: CourseKey, uuid: UUID) -> HttpResponse:
    """Show the progress and the report of the update of a course."""
    course = courses.access_course(request.user, course_key, CoursePermission.VIEW)
    context = {"course": course, **_run_context(request, course_key, uuid)}
    return render_page(request, "courses/run.html", context, place="courses", crumbs=course_crumbs(course_key))


@page
def sync_progress(request: HttpRequest, course_key: CourseKey, uuid: UUID) -> HttpResponse:
    """Render the progress of the update of a course, for a page that shows it."""
    return render_part(request, "courses/run_state.html", _run_context(request, course_key, uuid))


def _require_in(block_key: UsageKey, course_key: CourseKey) -> None:
    if block_key.course_key != course_key:
        raise NotFoundError(_("There is no “%(block)s” in this course.") % {"block": block_key})


def _plan_context(plan: SyncPlan) -> dict[str, Any]:
    counts = Counter(step.action for step in plan.steps)
    return {
        "plan": Plan(
            counts=tuple(
                PlanCount(counts[act], str(words), tone) for act, (words, tone) in _ACTIONS.items() if counts[act]
            ),
            rows=tuple(_row(step) for step in plan.steps[:PAGE_SIZE]),
            hidden_rows=max(0, len(plan.steps) - PAGE_SIZE),
        ),
        "differences": list(_differences(plan.steps))[:_MOST_DIFFERENCES],
        "conflicts": plan.conflicts,
        "skipped": plan.skipped,
    }


def _row(step: SyncStep) -> PlanRow:
    words, tone = _ACTIONS[step.action]
    title = step.title or step.usage_key.block_id
    return PlanRow(title, str(words), step.usage_key.block_type, sync.reason_text(step.reason), tone=tone)


def _differences(steps: Iterable[SyncStep]) -> Iterable[StepDifference]:
    """Yield the differences of the steps that change settings or texts."""
    for step in steps:
        settings: Any = step.detail.get("settings") or ()
        text: Any = step.detail.get("text") or {}
        if settings or text.get("lines"):
            yield StepDifference(
                title=step.title,
                settings=tuple(settings),
                lines=tuple(text.get("lines", ())[2:]),  # without the names of the texts
                is_cut=bool(text.get("cut")),
            )


def _run_context(request: HttpRequest, course_key: CourseKey, uuid: UUID) -> dict[str, Any]:
    run = sync.find_run(uuid, user=request.user)
    rows = [row for row in run.courses.all() if row.course_key == course_key]
    if not rows:
        raise NotFoundError(_("There is no run “%(run)s” of this course.") % {"run": uuid})
    progress = progress_of(
        run,
        element_id="sync-state",
        url=reverse("workbench:sync-progress", args=[course_key, uuid]),
        label=_("Updates of the course"),
        error=rows[0].error,
    )
    report = rows[0].report
    counts = [
        (report["steps"][act.value], words)
        for act, (words, _tone) in _ACTIONS.items()
        if report.get("steps", {}).get(act.value)
    ]
    return {"progress": progress, "counts": counts, "skipped": report.get("skipped", ()), "course_key": course_key}
