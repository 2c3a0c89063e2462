"""Shows import jobs in the admin, and adds the URLs of the pages that start and watch them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.contrib import admin
from django.db.models import Exists, OuterRef, Prefetch, QuerySet
from django.http import HttpRequest
from django.urls import URLPattern, path
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ...admin_base.jobs import JobAdmin, PageView, state_in_words
from ...admin_base.staff import StaffAdmin
from ...jobs.api import Job, JobState
from .. import api
from ..models import ImportJob, ModulestoreBlockMigration, ModulestoreMigration
from . import pages
from .base import PREFIX, WithLeftOut, page_url

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations

_MOST_SOURCES: Final = 3


@admin.register(ImportJob)
class ImportJobAdmin(JobAdmin, StaffAdmin):
    """
    Shows import jobs, and starts, watches, cancels and retries them.

    The pages ``new/`` and ``legacy/`` get the chosen sources in their query, from the lists of courses and of uploads.
    """

    page_names = PREFIX.removeprefix("admin:")
    cancel = staticmethod(api.cancel_job)
    retry = staticmethod(api.retry_job)
    change_list_template = "content_libraries/imports/job_list.html"
    list_display = ("target_key", "sources", "outcome", "progress", "worker", "user", "created", "finished")
    search_fields = ("uuid", "target_key", "user__username", "migrations__source__key")

    def get_queryset(self, request: HttpRequest) -> QuerySet[ImportJob]:
        jobs: QuerySet[ImportJob] = super().get_queryset(request)
        migrations = ModulestoreMigration.objects.select_related("source").only("job", "source").order_by("pk")
        left_out = ModulestoreBlockMigration.objects.filter(overall_migration__job=OuterRef("pk"), target__isnull=True)
        return jobs.prefetch_related(Prefetch("migrations", migrations)).annotate(left_out=Exists(left_out))

    @admin.display(description=_("State"), ordering="state")
    def outcome(self, job: WithAnnotations[ImportJob, WithLeftOut]) -> str:
        """Return the state of a job in words. A job that left blocks out is done in part."""
        return gettext("Done in part") if job.state == JobState.SUCCEEDED and job.left_out else state_in_words(job)

    @admin.display(description=_("Sources"))
    def sources(self, job: ImportJob) -> str:
        keys = [str(migration.source.key) for migration in job.migrations.all()]
        shown = ", ".join(keys[:_MOST_SOURCES])
        more = len(keys) - _MOST_SOURCES
        return gettext("%(sources)s and %(count)s more") % {"sources": shown, "count": more} if more > 0 else shown

    def get_urls(self) -> list[URLPattern]:
        def page(route: str, view: PageView, suffix: str) -> URLPattern:
            return path(route, self.admin_site.admin_view(self.page(view)), name=f"{self.page_names}_{suffix}")

        return [
            page("new/", pages.new_import, "new"),
            page("plans/", pages.show_plans, "plans"),
            page("plans/<uuid:uuid>.csv", pages.plan_csv, "plan_csv"),
            page("legacy/", pages.migrate_legacy, "legacy"),
            page("watch/", pages.watch, "watch"),
            page("progress/", pages.progress, "progress"),
            *super().get_urls(),
        ]

    def watch_url(self, job: Job) -> str:
        return page_url("watch", job=str(job.uuid))
