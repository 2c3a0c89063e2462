"""The pages of an import, from its options to its end."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from opaque_keys.edx.locator import LibraryLocator

from ...errors import ContentLibrariesError, NotFoundError
from ...keys import CourseKey, course_key
from ...libraries.api import create_library
from ...translation import LazyText
from .. import api
from ..data import ImportPlan
from ..models import ImportJob, SourceUpload, StoredPlan
from ..sources.base import Source
from ..wording import kinds_in_words, outcomes_in_words, repeat_in_words
from .base import page_url
from .forms import ImportForm, LegacyForm

_TEMPLATES: Final = "content_libraries/imports"
PLAN_COLUMNS: Final[Mapping[str, LazyText]] = {
    "usage_key": gettext_lazy("Block"),
    "type": gettext_lazy("Type"),
    "title": gettext_lazy("Title"),
    "action": gettext_lazy("What happens"),
    "code": gettext_lazy("Code in the library"),
    "reason": gettext_lazy("Reason"),
}

_MOST_ROWS: Final = 1000
"""How many rows of a plan the page shows; the CSV file has all."""

type Context = dict[str, object]
type _ChosenSource = tuple[CourseKey, str, UUID | None]
"""Key and title of a source, and the uuid of the upload; None for a course of the course store."""


def new_import(request: HttpRequest, context: Context) -> HttpResponse:
    """Ask for the options of an import of the chosen sources into one library, and lead to the preview."""
    sources = _chosen_sources(request)
    is_ready = _are_chosen_once(sources, request)
    form = ImportForm(request.POST or None, user=request.user)
    if request.method == "POST" and is_ready and form.is_valid():
        try:
            with transaction.atomic():  # without a plan, there is no new library either
                _make_library(form, request)
                plans = _make_plans(form, sources, request)
        except ContentLibrariesError as error:
            form.add_error(None, error.message)
        else:
            if form.cleaned_data["new_title"]:
                text = _("The library %(library)s was made. Nothing is in it yet.")
                messages.success(request, text % {"library": form.library_key})
            publish = int(form.cleaned_data["publish"])
            return HttpResponseRedirect(page_url("plans", plan=[str(plan.uuid) for plan in plans], publish=publish))
    context |= {"title": _("Import into a library"), "form": form, "submit": _("Preview")}
    context |= {"sources": sources, "is_ready": is_ready}
    return render(request, f"{_TEMPLATES}/new.html", context)


def _make_library(form: ImportForm, request: HttpRequest) -> None:
    if title := form.cleaned_data["new_title"]:
        create_library(user=request.user, org=form.library_key.org, slug=form.library_key.slug, title=title)


def _make_plans(form: ImportForm, sources: Sequence[_ChosenSource], request: HttpRequest) -> list[StoredPlan]:
    """Make a plan for each source, which takes the plans of the sources before it into account."""
    plans: list[ImportPlan] = []
    stored_plans: list[StoredPlan] = []
    for key, _title, uuid in sources:
        plan, stored = api.plan_source(
            form.library_key,
            user=request.user,
            source_key=key,
            options=form.options(),
            upload_uuid=uuid,
            after=plans,
        )
        plans.append(plan)
        stored_plans.append(stored)
    return stored_plans


def show_plans(request: HttpRequest, context: Context) -> HttpResponse:
    """Show the preview of an import. A POST starts a job that does exactly what the preview shows."""
    found = [api.find_plan(_uuid(text), user=request.user) for text in request.GET.getlist("plan")]
    publish = request.GET.get("publish") == "1"
    asks = any(stored.question for stored, _plan in found)
    if request.method == "POST" and asks and "confirm_repeat" not in request.POST:
        messages.error(request, _("Answer the question first: tick the box if it is the same course."))
    elif request.method == "POST":
        stored_plans = [stored for stored, _plan in found]
        job = api.start_plans(stored_plans, user=request.user, publish=publish, confirm_repeat=asks)
        return HttpResponseRedirect(page_url("watch", job=str(job.uuid)))
    plans = [_plan_context(stored, plan) for stored, plan in found]
    context |= {
        "title": _("Preview of the import"),
        "plans": plans,
        "publish": publish,
        "asks": asks,
        "library_key": found[0][1].library_key if found else "",
        "is_blocked": any(plan["report"]["size"]["is_exceeded"] for plan in plans),
        "writes": sum(len(plan.writes()) for _stored, plan in found),
    }
    return render(request, f"{_TEMPLATES}/plans.html", context)


def plan_csv(request: HttpRequest, _context: Context, uuid: UUID) -> HttpResponse:
    """Return a plan as CSV, one row for each block."""
    _stored, plan = api.find_plan(uuid, user=request.user)
    return csv_response(f"plan-{uuid}.csv", PLAN_COLUMNS, api.plan_rows(plan))


def migrate_legacy(request: HttpRequest, context: Context) -> HttpResponse:
    """Ask where the chosen legacy libraries go. The first click previews the migration, the second starts it."""
    uploads = _uploads(request)
    sources: list[_ChosenSource] = [(upload.key, upload.title, upload.uuid) for upload in uploads]
    is_ready = _are_chosen_once(sources, request)
    form = LegacyForm(request.POST or None, user=request.user)
    if request.method == "POST" and is_ready and form.is_valid():
        try:
            if "start" in request.POST:
                jobs = api.start_legacy_migrations(uploads, user=request.user, into=form.destination())
                return HttpResponseRedirect(page_url("watch", job=[str(job.uuid) for job in jobs]))
            results = api.migrate_legacy_libraries(
                [_open_upload(upload, request) for upload in uploads],
                user=request.user,
                into=form.destination(),
                dry_run=True,
            )
            context["preview"] = [(row, kinds_in_words(row.report["created"]) if row.report else "") for row in results]
        except ContentLibrariesError as error:
            form.add_error(None, error.message)
    context |= {"title": _("Migrate legacy libraries"), "form": form, "sources": sources, "is_ready": is_ready}
    return render(request, f"{_TEMPLATES}/legacy.html", context)


def watch(request: HttpRequest, context: Context) -> HttpResponse:
    """Show the progress and the results of jobs, on a page that updates itself."""
    jobs = api.describe_jobs(_jobs(request))
    context |= {"title": _("Imports") if len(jobs) > 1 else _("Import"), "jobs": jobs, "query": request.GET.urlencode()}
    return render(request, f"{_TEMPLATES}/watch.html", context)


def progress(request: HttpRequest, context: Context) -> HttpResponse:
    """Render the part of the page of ``watch`` that is updated."""
    context["jobs"] = api.describe_jobs(_jobs(request))
    return render(request, f"{_TEMPLATES}/progress.html", context)


def csv_response(name: str, columns: Mapping[str, LazyText], rows: Sequence[Mapping[str, object]]) -> HttpResponse:
    """Return a table as a CSV file in which spreadsheets take no cell for a formula."""
    response = HttpResponse(
        content_type="text/csv; charset=utf-8", headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )
    writer = csv.writer(response)
    writer.writerow(columns.values())
    writer.writerows([[_cell(row[column]) for column in columns] for row in rows])
    return response


def _cell(value: object) -> str:
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


def _plan_context(stored: StoredPlan, plan: ImportPlan) -> dict[str, Any]:
    rows = api.plan_rows(plan)
    return {
        "uuid": stored.uuid,
        "report": stored.report,
        "rows": rows[:_MOST_ROWS],
        "rows_left_out": max(0, len(rows) - _MOST_ROWS),
        "actions": sorted(stored.report["actions"]),
        "outcomes": outcomes_in_words(stored.report["actions"]),
        "is_legacy": isinstance(plan.source_key, LibraryLocator),
        "repeat": list(repeat_in_words(stored.report)),
        "titles": {row["usage_key"]: row["title"] for row in rows},
    }


def _chosen_sources(request: HttpRequest) -> list[_ChosenSource]:
    """Return the chosen sources, in the order of the query, each course and each upload once."""
    courses = [course_key(text) for text in request.GET.getlist("course")]
    found = [(key, api.find_source(key, user=request.user).title, None) for key in dict.fromkeys(courses)]
    return [*found, *((upload.key, upload.title, upload.uuid) for upload in _uploads(request))]


def _are_chosen_once(sources: Sequence[_ChosenSource], request: HttpRequest) -> bool:
    """
    Return whether there are sources, and no key is chosen twice. Shows an error message for each repeated key.

    A key can be chosen twice as two archives, or as an archive and a course.
    """
    counts = Counter(key for key, _title, _uuid in sources)
    twice = [key for key, count in counts.items() if count > 1]
    for key in twice:
        messages.error(request, _("“%(source)s” is chosen twice. Choose it once.") % {"source": key})
    return bool(sources) and not twice


def _uploads(request: HttpRequest) -> list[SourceUpload]:
    uuids = list(dict.fromkeys(_uuid(text) for text in request.GET.getlist("upload")))
    found = {upload.uuid: upload for upload in api.list_sources(user=request.user).filter(uuid__in=uuids)}
    if missing := [uuid for uuid in uuids if uuid not in found]:
        raise NotFoundError(_("There is no upload %(upload)s. It may have expired.") % {"upload": missing[0]})
    return [found[uuid] for uuid in uuids]


def _open_upload(upload: SourceUpload, request: HttpRequest) -> Source:
    return api.find_source(upload.key, user=request.user, upload_uuid=upload.uuid).open()


def _jobs(request: HttpRequest) -> list[ImportJob]:
    return api.find_jobs([_uuid(text) for text in request.GET.getlist("job")], user=request.user)


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFoundError(_("“%(value)s” is no ID.") % {"value": text}) from None
