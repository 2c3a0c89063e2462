"""Pages that import courses, archives and question files into a library: upload, options, plan, and progress."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from ...courses import api as courses
from ...errors import NotFoundError
from ...imports import api as imports
from ...imports.api import Action, JobProgress, SourceUpload, StoredPlan
from ...imports.data import OMITTING_ACTIONS, WRITING_ACTIONS, ImportPlan
from ...keys import CourseKey, LibraryLocatorV2
from ...libraries.api import Permission
from ..components import Plan, PlanCount, PlanRow, Progress, Tone
from ..decorators import action, form_page, page
from ..forms import posted
from ..import_forms import OptionsForm, StartForm, UploadForm
from ..lists import PAGE_SIZE, page_of
from ..navigation import LibraryPage, Link, library_page
from ..refusals import errors_in
from ..rendering import render_page, render_part, tell

_TAB: Final = "imports"
_LISTED: Final = 10
"""How many courses and uploads the page lists."""


@form_page
def new_import(request: HttpRequest, library_key: LibraryLocatorV2) -> HttpResponse:
    """Take an archive, or offer earlier uploads and courses of the site. List the user's imports into the library."""
    shown = _library(request, library_key)
    is_sent = request.method == "POST"
    form = UploadForm(request.POST, request.FILES) if is_sent else UploadForm(None, None)
    if form.is_valid():
        with errors_in(form):
            upload = imports.upload_source(library_key, user=request.user, file=form.cleaned_data["file"])
            return redirect("workbench:import-upload", library_key, upload.uuid)
    jobs = page_of(request, imports.list_jobs(user=request.user).filter(target_key=str(library_key)))
    context = {
        "form": form,
        "suffixes": ", ".join(imports.upload_suffixes()),
        "uploads": imports.list_sources(user=request.user)[:_LISTED],
        "courses": courses.viewable_courses(request.user)[:_LISTED],
        "page_obj": jobs,
        "jobs": imports.describe_jobs(jobs.object_list),
    }
    return render_page(request, "imports/new.html", context, library=shown, status=form.status)


@form_page
def import_upload(request: HttpRequest, library_key: LibraryLocatorV2, uuid: UUID) -> HttpResponse:
    """Ask for the options of the import of an uploaded file."""
    shown = _library(request, library_key)
    upload = _upload(request, uuid)
    return _options(request, shown, source_key=upload.key, title=upload.title, upload_uuid=upload.uuid)


@form_page
def import_course(request: HttpRequest, library_key: LibraryLocatorV2, course_key: CourseKey) -> HttpResponse:
    """Ask for the options of the import of a course of this site."""
    shown = _library(request, library_key)
    source = imports.find_source(course_key, user=request.user)
    return _options(request, shown, source_key=course_key, title=source.title)


@form_page
def import_plan(request: HttpRequest, library_key: LibraryLocatorV2, uuid: UUID) -> HttpResponse:
    """Show a plan. A POST lets a worker do exactly what the plan shows."""
    shown = _library(request, library_key)
    stored, plan = _plan(request, library_key, uuid)
    form = StartForm(posted(request), question=stored.question)
    if form.is_valid():
        with errors_in(form):
            job = imports.start_plans(
                [stored], user=request.user, publish=form.cleaned_data["publish"], confirm_repeat=form.is_confirmed
            )
            return redirect("workbench:import-job", library_key, job.uuid)
    rows = Paginator(imports.plan_rows(plan), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "report": stored.report,
        "repeat": imports.repeat_in_words(stored.report),
        "question": stored.question,
        "page_obj": rows,
        "plan": Plan(counts=_counts(stored.report["actions"]), rows=tuple(_plan_row(row) for row in rows)),
        "may_start": bool(plan.writes()) and not stored.report["size"]["is_exceeded"],
    }
    crumbs = _crumbs(library_key)
    return render_page(
        request,
        "imports/plan.html",
        context,
        library=shown,
        crumbs=crumbs,
        status=form.status,
    )


@page
def import_job(request: HttpRequest, library_key: LibraryLocatorV2, uuid: UUID) -> HttpResponse:
    """Show the progress and the results of an import."""
    shown = _library(request, library_key, Permission.VIEW)
    context = _job_context(request, library_key, uuid)
    return render_page(request, "imports/job.html", context, library=shown, crumbs=_crumbs(library_key))


@page
def import_progress(request: HttpRequest, library_key: LibraryLocatorV2, uuid: UUID) -> HttpResponse:
    """Render the progress of an import, for a page that shows it."""
    return render_part(request, "imports/job_state.html", _job_context(request, library_key, uuid))


@action
def cancel_import(request: HttpRequest, library_key: LibraryLocatorV2, uuid: UUID) -> HttpResponse:
    """Cancel an import."""
    imports.cancel_job(_job(request, library_key, uuid).job.uuid, user=request.user)
    tell(request, _("The import is canceled. What was imported before stays."))
    return redirect("workbench:import-job", library_key, uuid)


@action
def retry_import(request: HttpRequest, library_key: LibraryLocatorV2, uuid: UUID) -> HttpResponse:
    """Try an import again."""
    job = imports.retry_job(_job(request, library_key, uuid).job.uuid, user=request.user)
    return redirect("workbench:import-job", library_key, job.uuid)


def _library(
    request: HttpRequest, library_key: LibraryLocatorV2, permission: Permission = Permission.EDIT
) -> LibraryPage:
    return library_page(request, library_key, tab=_TAB, permission=permission)


def _crumbs(library_key: LibraryLocatorV2) -> list[Link]:
    return [Link(_("Import"), reverse("workbench:imports", args=[library_key]))]


def _upload(request: HttpRequest, uuid: UUID) -> SourceUpload:
    upload = imports.list_sources(user=request.user).filter(uuid=uuid).first()
    if upload is None:
        raise NotFoundError(_("There is no upload %(upload)s. It may have expired.") % {"upload": uuid})
    return upload


def _options(
    request: HttpRequest, shown: LibraryPage, *, source_key: CourseKey, title: str, upload_uuid: UUID | None = None
) -> HttpResponse:
    """Show the form with the options of an import, or make the plan and lead to it."""
    form = OptionsForm(posted(request))
    if form.is_valid():
        with errors_in(form):
            _made, stored = imports.plan_source(
                shown.key,
                user=request.user,
                source_key=source_key,
                options=form.options(),
                upload_uuid=upload_uuid,
            )
            return redirect("workbench:import-plan", shown.key, stored.uuid)
    context = {"form": form, "source_title": title, "source_key": source_key}
    return render_page(
        request, "imports/options.html", context, library=shown, crumbs=_crumbs(shown.key), status=form.status
    )


def _plan(request: HttpRequest, library_key: LibraryLocatorV2, uuid: UUID) -> tuple[StoredPlan, ImportPlan]:
    """Return a plan for this library. Raises NotFoundError for plans of other users and other libraries."""
    stored, plan = imports.find_plan(uuid, user=request.user)
    if plan.library_key != library_key:
        raise NotFoundError(_("There is no plan “%(plan)s” for this library.") % {"plan": uuid})
    return stored, plan


def _counts(actions: dict[str, int]) -> tuple[PlanCount, ...]:
    return tuple(
        PlanCount(number, words, _tone(act))
        for act in Action
        for number, words in imports.outcomes_in_words({act: actions.get(act, 0)})
    )


def _plan_row(row: dict[str, str]) -> PlanRow:
    act = Action(row["action"])
    words = [word for _number, word in imports.outcomes_in_words({act: 1})]
    return PlanRow(
        title=row["title"] or row["usage_key"],
        outcome=capfirst(*words),
        kind=row["type"],
        reason=row["reason"],
        tone=_tone(act),
    )


def _tone(act: Action) -> Tone:
    if act in OMITTING_ACTIONS:
        return Tone.BAD if act == Action.FAILED else Tone.WARNING
    return Tone.GOOD if act in WRITING_ACTIONS else Tone.NEUTRAL


def _job(request: HttpRequest, library_key: LibraryLocatorV2, uuid: UUID) -> JobProgress:
    """Return an import into this library. Raises NotFoundError for imports of other users and other libraries."""
    job = imports.find_job(uuid, user=request.user)
    if job.target_key != str(library_key):
        raise NotFoundError(_("There is no import “%(job)s” into this library.") % {"job": uuid})
    (described,) = imports.describe_jobs([job])
    return described


def _job_context(request: HttpRequest, library_key: LibraryLocatorV2, uuid: UUID) -> dict[str, Any]:
    described = _job(request, library_key, uuid)
    progress = Progress(  # with the words for an import that is done in part
        id="import-state",
        url=reverse("workbench:import-progress", args=[library_key, uuid]),
        label=_("Import"),
        state=described.state,
        done=described.completed,
        total=described.total,
        is_finished=described.is_finished,
        step=described.step,
        error=described.job.error if not described.sources else "",
        tone=Tone(described.tone),
    )
    return {
        "job": described,
        "library_key": library_key,
        **_left_out(request, library_key, described),
        "progress": progress,
    }


def _left_out(request: HttpRequest, library_key: LibraryLocatorV2, described: JobProgress) -> dict[str, Any]:
    """Return the first blocks that a finished import has left out, with the reasons."""
    total = sum(source.left_out for source in described.sources)
    if not described.is_finished or not total:
        return {"left_out": (), "left_out_hidden": 0}
    found = imports.block_results(library_key, user=request.user, job_uuid=described.job.uuid, is_failed=True)
    return {"left_out": found[:PAGE_SIZE], "left_out_hidden": max(0, len(found) - PAGE_SIZE)}
