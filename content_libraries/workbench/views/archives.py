"""Pages that restore an archive: upload, what it holds, the plan, the progress, and the result."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from ...backups import api as backups
from ...backups.api import RestoreJob, RestoreMode, RestorePurpose
from ...errors import InvalidInputError
from ..backup_forms import ApplyForm, ArchiveForm, RestoreForm
from ..decorators import form_page, page
from ..forms import posted
from ..jobs import progress_of
from ..navigation import Link
from ..refusals import errors_in
from ..rendering import render_page, render_part

_MOST_ITEMS: Final = 200
"""How many items of a plan the page shows."""


@form_page
def upload(request: HttpRequest) -> HttpResponse:
    """Take an archive, and let a worker verify it."""
    form = ArchiveForm(posted(request), request.FILES if request.method == "POST" else None)
    if form.is_valid():
        with errors_in(form):
            file = form.cleaned_data["file"]
            if backups.is_legacy_archive(file):
                raise InvalidInputError(
                    _("This is the archive of a legacy library. Import it on the page of a library."), field="file"
                )
            return redirect("workbench:archive", backups.start_verification(file, user=request.user).uuid)
    return render_page(request, "archives/upload.html", {"form": form}, status=form.status)


@form_page
def archive(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Show what an archive holds, and ask how to restore it. A POST lets a worker make a plan."""
    form = RestoreForm(posted(request), initial={"mode": RestoreMode.NEW, "library": request.GET.get("library", "")})
    if form.is_valid():
        with errors_in(form):
            plan = backups.start_restore_plan(form.cleaned_data["library"], uuid, form.options(), user=request.user)
            return redirect("workbench:restore-job", plan.uuid)
    context = {**_archive_context(request, uuid), "form": form}
    return render_page(request, "archives/archive.html", context, crumbs=_crumbs(), status=form.status)


@page
def archive_progress(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Render what an archive holds, for a page that waits for the worker."""
    form = RestoreForm(None, initial={"mode": RestoreMode.NEW})
    return render_part(request, "archives/archive_state.html", {**_archive_context(request, uuid), "form": form})


@form_page
def restore_job(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Show a plan, or the progress and the result of a restore. A POST lets a worker do what the plan says."""
    job = backups.find_library_restore(uuid, user=request.user)
    form = _apply_form(request, job)
    if form.is_valid():
        with errors_in(form):
            started = backups.apply_restore_plan(
                uuid,
                user=request.user,
                origin=request.get_host(),
                confirmed=form.cleaned_data.get("confirm", ""),
                move_links=form.cleaned_data.get("move_links", False),
            )
            return redirect("workbench:restore-job", started.uuid)
    context = {**_restore_context(job), "form": form}
    return render_page(request, "archives/restore.html", context, crumbs=_crumbs(), status=form.status)


@page
def restore_progress(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Render a plan, or the progress of a restore, for a page that waits for the worker."""
    job = backups.find_library_restore(uuid, user=request.user)
    context = {**_restore_context(job), "form": _apply_form(request, job)}
    return render_part(request, "archives/restore_state.html", context)


def _crumbs() -> list[Link]:
    return [Link(_("Restore an archive"), reverse("workbench:archives"))]


def _archive_context(request: HttpRequest, uuid: UUID) -> dict[str, Any]:
    job = backups.find_verification(uuid, user=request.user)
    url = reverse("workbench:archive-progress", args=[uuid])
    return {"job": job, "progress": progress_of(job, element_id="archive-state", url=url, label=_("Archive"))}


def _restore_context(job: RestoreJob) -> dict[str, Any]:
    items = (job.result or {}).get("items", [])
    url = reverse("workbench:restore-progress", args=[job.uuid])
    return {
        "job": job,
        "is_plan": job.purpose == RestorePurpose.PLAN,
        "progress": progress_of(job, element_id="restore-state", url=url, label=_("Restore")),
        "items": [
            backups.restore_action_in_words(item["action"], title=item["title"], key=item["target"])
            for item in items[:_MOST_ITEMS]
        ],
        "hidden_items": max(0, len(items) - _MOST_ITEMS) + (job.result or {}).get("items_not_listed", 0),
    }


def _apply_form(request: HttpRequest, job: RestoreJob) -> ApplyForm:
    return ApplyForm(
        posted(request),
        asks_key=job.options["mode"] == RestoreMode.REPLACE_ALL,
        has_links=bool((job.result or {}).get("links")),
    )
