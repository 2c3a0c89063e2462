"""Archives that are written and read, in the Django admin, to be looked at."""

from __future__ import annotations

from django.contrib import admin

from ..jobs.admin import JobAdmin, WorkerFilter
from ..libraries.staff_admin import StaffAdmin
from .models import BackupJob, RestoreJob


class ArchiveAdmin(StaffAdmin):
    """A list of jobs. Whoever wants to try again starts another one in the frontend."""

    list_filter = ("state", WorkerFilter, "created")
    list_select_related = ("user", "task_status")
    ordering = ("-pk",)
    progress = JobAdmin.progress
    worker = JobAdmin.worker


@admin.register(BackupJob)
class BackupJobAdmin(ArchiveAdmin):
    """Archives of libraries. Only their users download them."""

    list_display = ("library_key", "state", "progress", "worker", "user", "created", "finished")
    search_fields = ("uuid", "library_key", "user__username")
    exclude = ("file",)


@admin.register(RestoreJob)
class RestoreJobAdmin(ArchiveAdmin):
    """Archives that became content, or why they did not."""

    list_display = ("uuid", "title", "state", "progress", "worker", "user", "created", "finished")
    search_fields = ("uuid", "user__username")
    exclude = ("file",)

    @admin.display(description="Title")
    def title(self, job: RestoreJob) -> str:
        return str(job.result["title"]) if job.result else ""
