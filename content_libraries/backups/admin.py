"""Archives that are written and read, in the Django admin. Whoever wants another one asks in the frontend."""

from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext_lazy

from ..jobs.admin import JobListAdmin
from ..libraries.staff_admin import StaffAdmin
from .models import BackupJob, RestoreJob


@admin.register(BackupJob)
class BackupJobAdmin(JobListAdmin, StaffAdmin):
    """Archives of libraries. Only their users download them."""

    list_display = ("library_key", "state", "progress", "worker", "user", "created", "finished")
    search_fields = ("uuid", "library_key", "user__username")
    exclude = ("file",)


@admin.register(RestoreJob)
class RestoreJobAdmin(JobListAdmin, StaffAdmin):
    """Archives that became content, or why they did not."""

    list_display = ("uuid", "title", "state", "progress", "worker", "user", "created", "finished")
    search_fields = ("uuid", "user__username")
    exclude = ("file",)

    @admin.display(description=gettext_lazy("Title"))
    def title(self, job: RestoreJob) -> str:
        return str(job.result["title"]) if job.result else ""
