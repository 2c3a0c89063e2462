"""
Task statuses in the Django admin: jobs of every kind in one list.

django-user-tasks registers forms that would change its rows without the jobs. This admin is read-only.
"""

from __future__ import annotations

from typing import Final

import user_tasks.admin  # noqa: F401 - registers the admin that is replaced here
from django.contrib import admin
from django.core.exceptions import ObjectDoesNotExist
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from user_tasks.models import UserTaskArtifact, UserTaskStatus

from content_libraries.admin_base.staff import StaffAdmin
from content_libraries.api import job_kinds

_KINDS: Final = tuple(job_kinds())


admin.site.unregister([UserTaskStatus, UserTaskArtifact])


@admin.register(UserTaskStatus)
class TaskStatusAdmin(StaffAdmin):
    """Progress of jobs, as clients see it. Each row leads to its job, which can be canceled and retried there."""

    list_display = ("name", "job", "task_class", "state", "progress", "user", "created")
    list_filter = (("task_class", admin.AllValuesFieldListFilter), "state", "created")
    list_select_related = ("user", *_KINDS)
    search_fields = ("uuid", "name", "task_class", "user__username")
    ordering = ("-created",)
    fields = ("uuid", "name", "task_class", "state", "progress", "attempts", "owner", "created", "modified", "job")

    @admin.display(description=_("User"))
    def owner(self, status: UserTaskStatus) -> str:
        """Return the user's name without a link, because staff may not open the pages of users."""
        return str(status.user)

    @admin.display(description=_("Progress"))
    def progress(self, status: UserTaskStatus) -> str:
        return gettext("%(done)s of %(total)s") % {"done": status.completed_steps, "total": status.total_steps}

    @admin.display(description=_("Job"))
    def job(self, status: UserTaskStatus) -> str:
        for kind in _KINDS:
            try:
                job = getattr(status, kind)
            except ObjectDoesNotExist:
                continue
            url = reverse(f"admin:content_libraries_{kind}_change", args=[job.pk])
            text = format_html(gettext('Job<span class="visually-hidden"> of {name}</span>'), name=status.name)
            return format_html('<a href="{}">{}</a>', url, text)
        return ""


@admin.register(UserTaskArtifact)
class TaskArtifactAdmin(StaffAdmin):
    """Errors and files that jobs have left behind."""

    list_display = ("name", "status", "created", "text")
    list_filter = (("name", admin.AllValuesFieldListFilter),)
    list_select_related = ("status",)
    search_fields = ("uuid", "name", "text")
    ordering = ("-created",)
