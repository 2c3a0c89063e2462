"""The pages of a restore: upload an archive, choose a library and a mode, look at the plan, and start the restore."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from ...errors import ContentLibrariesError
from ...imports import api as imports
from ...jobs.api import UNFINISHED
from .. import api
from ..legacy_archives import is_legacy_archive
from ..models import RestoreJob, RestorePurpose
from .forms import ApplyForm, ArchiveForm, RestoreForm

PAGES: Final = "content_libraries_restore"
_TEMPLATES: Final = "content_libraries/backups"
_REFRESH_SECONDS: Final = "3"
_MOST_ITEMS: Final = 1000

type Context = dict[str, object]


def upload_archive(request: HttpRequest, context: Context) -> HttpResponse:
    """Ask for an archive, and let a worker verify it. The archive of a legacy library leads to its migration."""
    form = ArchiveForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            if is_legacy_archive(file):
                upload = imports.upload_source(None, user=request.user, file=file)
                query = urlencode({"upload": str(upload.uuid)})
                return HttpResponseRedirect(f"{reverse('admin:content_libraries_import_legacy')}?{query}")
            job = api.start_verification(file, user=request.user)
            return HttpResponseRedirect(page_url("archive", job))
        except ContentLibrariesError as error:
            form.add_error("file", error.message)
    context |= {"title": _("Restore an archive"), "form": form}
    return render(request, f"{_TEMPLATES}/upload.html", context)


def show_archive(request: HttpRequest, context: Context, uuid: UUID) -> HttpResponse:
    """Show whether an archive is whole, and what it holds. A POST plans a restore."""
    job = api.find_verification(uuid, user=request.user)
    form = RestoreForm(request.POST or None, initial={"mode": api.RestoreMode.NEW})
    if request.method == "POST" and form.is_valid():
        try:
            plan = api.start_restore_plan(form.cleaned_data["library"], uuid, form.options(), user=request.user)
        except ContentLibrariesError as error:
            form.add_error(None, error.message)
        else:
            return HttpResponseRedirect(page_url("watch", plan))
    context |= {"title": _("Archive %(name)s") % {"name": job.file_name}, "form": form, "job": job}
    return _watched(render(request, f"{_TEMPLATES}/archive.html", context), job)


def show_restore(request: HttpRequest, context: Context, uuid: UUID) -> HttpResponse:
    """Show a plan, or what became of a restore. A POST does what the plan says."""
    job = api.find_library_restore(uuid, user=request.user)
    form = ApplyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            started = api.apply_restore_plan(
                uuid,
                user=request.user,
                origin=request.get_host(),
                confirmed=form.cleaned_data["confirm"],
                move_links=form.cleaned_data["move_links"],
            )
        except ContentLibrariesError as error:
            form.add_error("confirm", error.message)
        else:
            return HttpResponseRedirect(page_url("watch", started))
    report = job.result or {}
    if job.options["mode"] != api.RestoreMode.REPLACE_ALL:
        del form.fields["confirm"]
    if not report.get("links"):
        del form.fields["move_links"]
    is_plan = job.purpose == RestorePurpose.PLAN
    title = _("Plan for %(library)s") if is_plan else _("Restore into %(library)s")
    context |= {
        "title": title % {"library": job.library_key},
        "form": form,
        "job": job,
        "is_plan": is_plan,
        "items": [
            api.restore_action_in_words(item["action"], title=item["title"], key=item["target"])
            for item in report.get("items", [])[:_MOST_ITEMS]
        ],
    }
    return _watched(render(request, f"{_TEMPLATES}/restore.html", context), job)


def page_url(name: str, job: RestoreJob) -> str:
    """Return the URL of a page about a job."""
    return reverse(f"admin:{PAGES}_{name}", args=[job.uuid])


def _watched(response: HttpResponse, job: RestoreJob) -> HttpResponse:
    """Let browsers load the page again until the job is finished."""
    if job.state in UNFINISHED:
        response["Refresh"] = _REFRESH_SECONDS
    return response
