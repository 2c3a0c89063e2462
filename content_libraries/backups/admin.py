"""Archives that are written and read, in the Django admin, where jobs are canceled and tried again."""

from __future__ import annotations

from typing import Final

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ..admin_base.confirming import Effect, ask, is_confirmed
from ..admin_base.jobs import JobActionsAdmin
from ..admin_base.staff import StaffAdmin
from ..errors import ContentLibrariesError
from ..libraries.admin import ContentLibraryAdmin
from ..libraries.api import ContentLibrary
from . import api
from .models import BackupJob, RestoreJob, RestorePurpose

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
class RestoreJobAdmin(JobActionsAdmin, StaffAdmin):
    """Admin of verified archives, plans and restores. A retried restore belongs to the user who retries it."""

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
