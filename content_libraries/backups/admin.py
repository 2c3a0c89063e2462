"""Archives that are written and read, in the Django admin, where jobs are canceled and tried again."""

from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext_lazy

from ..admin_base.jobs import JobActionsAdmin
from ..admin_base.staff import StaffAdmin
from . import api
from .models import BackupJob, RestoreJob


@admin.register(BackupJob)
class BackupJobAdmin(JobActionsAdmin, StaffAdmin):
    """Admin of backups. Only its user can download an archive. A retried backup belongs to the user who retries it."""

    cancel = staticmethod(api.cancel_backup)
    retry = staticmethod(api.retry_backup)

    list_display = ("library_key", "state", "progress", "worker", "user", "created", "finished")
    search_fields = ("uuid", "library_key", "user__username")
    exclude = ("file",)


@admin.register(RestoreJob)
class RestoreJobAdmin(JobActionsAdmin, StaffAdmin):
    """Admin of restores, with reasons of failures. A retried restore belongs to the user who retries it."""

    cancel = staticmethod(api.cancel_restore)
    retry = staticmethod(api.retry_restore)

    list_display = ("uuid", "title", "state", "progress", "worker", "user", "created", "finished")
    search_fields = ("uuid", "user__username")
    exclude = ("file",)

    @admin.display(description=gettext_lazy("Title"))
    def title(self, job: RestoreJob) -> str:
        return str(job.result["title"]) if job.result else ""
