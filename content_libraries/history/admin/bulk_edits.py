"""Bulk edits that workers make, in the Django admin: staff watch, cancel and retry them."""

from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext_lazy

from ...admin_base.jobs import JobActionsAdmin
from ...admin_base.staff import StaffAdmin
from .. import api
from ..models import BulkEditJob


@admin.register(BulkEditJob)
class BulkEditJobAdmin(JobActionsAdmin, StaffAdmin):
    """Admin of bulk edits. They are started over REST. A retried one belongs to the user who retries it."""

    cancel = staticmethod(api.cancel_bulk_edit)
    retry = staticmethod(api.retry_bulk_edit)

    list_display = ("context_key", "state", "progress", "changed", "worker", "user", "created", "finished")
    search_fields = ("uuid", "context_key", "user__username")
    exclude = ("fingerprint",)

    @admin.display(description=gettext_lazy("Changed items"))
    def changed(self, job: BulkEditJob) -> str:
        return str(job.result["changed_count"]) if job.result else ""
