"""Archives that are written and read, in the Django admin, where jobs are canceled and tried again."""

from __future__ import annotations

from typing import Any, Final

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ...admin_base.confirming import Effect, ask, is_confirmed
from ...admin_base.jobs import JobActionsAdmin, JobAdmin, JobListAdmin, PageView
from ...admin_base.staff import StaffAdmin
from ...errors import ContentLibrariesError
from ...jobs.api import Job
from ...libraries.admin import ContentLibraryAdmin
from ...libraries.api import ContentLibrary
from .. import api
from ..models import BackupJob, RestoreJob, RestorePurpose
from . import pages

_MOST_ITEMS: Final = 100


@admin.register(BackupJob)
class BackupJobAdmin(JobActionsAdmin, StaffAdmin):
    """Admin of backups. Only its user can download an archive. A retried backup belongs to the user who retries it."""

    cancel = staticmethod(api.cancel_backup)
    retry = staticmethod(api.retry_backup)

    list_display = ("library_key", "state", "progress", "worker", "user", "created", "finished")
    search_fields = ("uuid", "library_key", "user__username")
    exclude = ("file",)


@admin.action(description=gettext_lazy("Apply the selected plans of restores"))
def apply_plans(model_admin: RestoreJobAdmin, request: HttpRequest, jobs: QuerySet[RestoreJob]) -> HttpResponse | None:
    """
    Show what plans of restores would do, and apply them after a confirmation.

    Only the user of a plan can apply it. A replacement of everything is not applied here, because its user has to type
    the key of the library.
    """
    plans = [job for job in jobs if job.purpose == RestorePurpose.PLAN and job.result]
    if not is_confirmed(request):
        effects = [_effect(job) for job in plans]
        title, yes = _("Apply these plans?"), _("Yes, apply")
        return ask(request, model_admin, effects, action="apply_plans", title=title, yes=yes)
    for job in plans:
        try:
            api.apply_restore_plan(job.uuid, user=request.user, origin=request.get_host())
        except ContentLibrariesError as error:
            messages.error(request, error.message)
        else:
            messages.success(request, _("Restoring %(library)s.") % {"library": job.library_key})
    return None


def _effect(job: RestoreJob) -> Effect:
    report = job.result or {}
    lines = [
        api.restore_action_in_words(item["action"], title=item["title"], key=item["target"])
        for item in report["items"][:_MOST_ITEMS]
    ]
    more = len(report["items"]) - len(lines) + report["items_not_listed"]
    return Effect(f"{job.library_key} ({job.options['mode']})", job.pk, lines, more)


@admin.action(description=gettext_lazy("Back up the selected libraries"))
def back_up_libraries(
    model_admin: ContentLibraryAdmin, request: HttpRequest, libraries: QuerySet[ContentLibrary]
) -> None:
    """Start a backup of each library. The backups belong to the user of the admin."""
    for library in libraries.select_related("org"):
        key = library.library_key
        try:
            api.start_backup(key, user=request.user, origin=request.get_host())
        except ContentLibrariesError as error:
            messages.error(request, error.message)
        else:
            messages.success(request, _("Backing up %(library)s. See the list of backups.") % {"library": key})


# The room of libraries does not know of archives.
ContentLibraryAdmin.actions = (*ContentLibraryAdmin.actions, back_up_libraries)


@admin.register(RestoreJob)
class RestoreJobAdmin(JobAdmin, StaffAdmin):
    """
    Admin of verified archives, plans and restores, with the pages that restore an archive.

    A retried restore belongs to the user who retries it.
    """

    page_names = pages.PAGES
    change_list_template = "content_libraries/backups/job_list.html"

    cancel = staticmethod(api.cancel_restore)
    retry = staticmethod(api.retry_restore)

    actions = (*JobActionsAdmin.actions, apply_plans)
    list_display = (
        "uuid",
        "purpose",
        "library_key",
        "title",
        "state",
        "progress",
        "worker",
        "user",
        "created",
        "finished",
    )
    list_filter = ("purpose", *JobActionsAdmin.list_filter)
    search_fields = ("uuid", "user__username", "library_key")
    exclude = ("file",)

    @admin.display(description=gettext_lazy("Title"))
    def title(self, job: RestoreJob) -> str:
        return str((job.result or {}).get("title", ""))

    def get_urls(self) -> list[URLPattern]:
        def page(route: str, view: PageView, suffix: str) -> URLPattern:
            return path(route, self.admin_site.admin_view(self.page(view)), name=f"{self.page_names}_{suffix}")

        return [
            page("new/", pages.upload_archive, "new"),
            page("archives/<uuid:uuid>/", pages.show_archive, "archive"),
            page("restores/<uuid:uuid>/", pages.show_restore, "watch"),
            *super().get_urls(),
        ]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show all details of a job of somebody else; lead to the page of an own archive, plan or restore."""
        job = self.get_object(request, object_id)
        if isinstance(job, RestoreJob) and job.user_id == request.user.pk and job.purpose != RestorePurpose.STAGE:
            return HttpResponseRedirect(self.watch_url(job))
        return JobListAdmin.change_view(self, request, object_id, form_url, extra_context)

    def watch_url(self, job: Job) -> str:
        if isinstance(job, RestoreJob) and job.purpose == RestorePurpose.VERIFY:
            return pages.page_url("archive", job)
        if isinstance(job, RestoreJob) and job.purpose == RestorePurpose.STAGE:
            return reverse("admin:content_libraries_restorejob_change", args=[job.pk])
        return super().watch_url(job)
