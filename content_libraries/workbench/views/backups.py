"""Pages that back up a library: the choice, the progress, and the download."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from ...backups import api as backups
from ...content import api as content
from ...errors import NotFoundError
from ...keys import LibraryLocatorV2
from ...libraries.api import Permission
from ...search import api as search
from ...stored_files import open_field_file
from ..backup_forms import BackupForm
from ..decorators import action, form_page, page
from ..forms import posted
from ..jobs import progress_of
from ..labels import type_label
from ..lists import page_of
from ..navigation import LibraryPage, Link, library_page
from ..refusals import errors_in
from ..rendering import render_page, render_part, tell

_MOST_OFFERED: Final = 100
"""How many collections, and how many containers, the form offers."""


@form_page
def backup_list(request: HttpRequest, library_key: LibraryLocatorV2) -> HttpResponse:
    """List the user's backups of a library. A POST starts another one."""
    shown = _library(request, library_key)
    found = search.search(request.user, library_key=library_key, types=["library_container"], limit=_MOST_OFFERED)
    collections = content.list_collections(library_key, user=request.user)[:_MOST_OFFERED]
    form = BackupForm(
        posted(request),
        collections=[(one.code, one.title) for one in collections],
        items=[
            (str(hit["usage_key"]), f"{hit['display_name']} ({type_label(str(hit['block_type']))})")
            for hit in found.hits
        ],
    )
    if form.is_valid():
        with errors_in(form):
            options = form.options(library_key)
            job = backups.start_backup(library_key, user=request.user, origin=request.get_host(), options=options)
            return redirect("workbench:backup", library_key, job.uuid)
    jobs = page_of(request, backups.list_backups(library_key, user=request.user))
    context = {"form": form, "page_obj": jobs}
    return render_page(request, "backups/list.html", context, library=shown, status=form.status)


@page
def backup(request: HttpRequest, library_key: LibraryLocatorV2, uuid: UUID) -> HttpResponse:
    """Show the progress of a backup, and the link to its archive."""
    shown = _library(request, library_key)
    crumbs = [Link(_("Backup"), reverse("workbench:library-backups", args=[library_key]))]
    context = _context(request, library_key, uuid)
    return render_page(request, "backups/backup.html", context, library=shown, crumbs=crumbs)


@page
def backup_progress(request: HttpRequest, library_key: LibraryLocatorV2, uuid: UUID) -> HttpResponse:
    """Render the progress of a backup, for a page that shows it."""
    return render_part(request, "backups/backup_state.html", _context(request, library_key, uuid))


@page
def backup_file(request: HttpRequest, library_key: LibraryLocatorV2, uuid: UUID) -> FileResponse:
    """Return the archive of a backup."""
    job = backups.find_backup(library_key, uuid, user=request.user)
    if not job.file:
        raise NotFoundError(_("This backup has no archive. Back up the library again."))
    return FileResponse(
        open_field_file(job.file), as_attachment=True, filename=job.file_name, content_type="application/zip"
    )


@action
def cancel(request: HttpRequest, library_key: LibraryLocatorV2, uuid: UUID) -> HttpResponse:
    """Cancel a backup."""
    backups.cancel_backup(backups.find_backup(library_key, uuid, user=request.user).uuid, user=request.user)
    tell(request, _("The backup is canceled."))
    return redirect("workbench:backup", library_key, uuid)


def _library(request: HttpRequest, library_key: LibraryLocatorV2) -> LibraryPage:
    return library_page(request, library_key, tab="library-backups", permission=Permission.EDIT)


def _context(request: HttpRequest, library_key: LibraryLocatorV2, uuid: UUID) -> dict[str, object]:
    job = backups.find_backup(library_key, uuid, user=request.user)
    url = reverse("workbench:backup-progress", args=[library_key, uuid])
    progress = progress_of(job, element_id="backup-state", url=url, label=_("Backup"))
    return {"job": job, "library_key": library_key, "progress": progress}
