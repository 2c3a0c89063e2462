"""Jobs in the admin, and the pages that start and watch them."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import Prefetch, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.views.decorators.http import require_POST

from ...errors import ContentLibrariesError, NotFoundError
from ...jobs.api import UNFINISHED
from .. import api
from ..models import ImportJob, ModulestoreMigration
from . import pages
from .base import PREFIX, StaffAdmin, page_url


@admin.register(ImportJob)
class ImportJobAdmin(StaffAdmin):
    """
    Imports: started, watched, canceled, tried again.

    The addresses below ``new/`` and ``legacy/`` begin with a choice of sources, which comes from the lists of courses
    and uploads.
    """

    change_list_template = "content_libraries/imports/job_list.html"
    list_display = ("target_key", "sources", "state", "user", "created", "finished")
    list_filter = ("state", "created")
    list_select_related = ("user",)
    search_fields = ("uuid", "target_key", "user__username", "migrations__source__key")
    ordering = ("-pk",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[ImportJob]:
        jobs: QuerySet[ImportJob] = super().get_queryset(request)
        migrations = ModulestoreMigration.objects.select_related("source").only("job", "source").order_by("pk")
        return jobs.prefetch_related(Prefetch("migrations", migrations))

    @admin.display(description="Sources")
    def sources(self, job: ImportJob) -> str:
        keys = [str(migration.source.key) for migration in job.migrations.all()]
        more = f" and {len(keys) - 3} more" if len(keys) > 3 else ""
        return ", ".join(keys[:3]) + more

    def get_urls(self) -> list[Any]:
        name = PREFIX.removeprefix("admin:")

        def page(route: str, view: Any, suffix: str) -> Any:
            return path(route, self.admin_site.admin_view(view), name=f"{name}_{suffix}")

        return [
            page("new/", self._page(pages.new_import), "new"),
            page("plans/", self._page(pages.show_plans), "plans"),
            page("plans/<uuid:uuid>.csv", self._page(pages.plan_csv), "plan_csv"),
            page("legacy/", self._page(pages.migrate_legacy), "legacy"),
            page("watch/", self._page(pages.watch), "watch"),
            page("progress/", self._page(pages.progress), "progress"),
            page("<uuid:uuid>/cancel/", require_POST(self._page(_cancel)), "cancel"),
            page("<uuid:uuid>/retry/", require_POST(self._page(_retry)), "retry"),
            *super().get_urls(),
        ]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """A job's own page is the one where it is watched."""
        job = self.get_object(request, object_id)
        if job is None:
            raise Http404
        return HttpResponseRedirect(page_url("watch", job=str(job.uuid)))

    def _page(self, view: Any) -> Any:
        """A page for staff with the admin around it; errors of ours come back as a message."""

        def wrapped(request: HttpRequest, **arguments: Any) -> HttpResponse:
            if not self.has_view_permission(request):
                return HttpResponseRedirect(reverse("admin:index"))
            context = {**self.admin_site.each_context(request), "opts": self.opts}
            try:
                response: HttpResponse = view(request, context, **arguments)
            except NotFoundError as error:
                raise Http404(error.message) from error
            except ContentLibrariesError as error:
                messages.error(request, error.message)
                return HttpResponseRedirect(reverse("admin:content_libraries_importjob_changelist"))
            return response

        return wrapped


def _cancel(request: HttpRequest, _context: dict[str, Any], uuid: Any) -> HttpResponse:
    job = api.cancel_job(uuid, user=request.user)
    if job.state in UNFINISHED:
        messages.info(request, "The import ends at its next step. What is finished stays.")
    return HttpResponseRedirect(page_url("watch", job=str(uuid)))


def _retry(request: HttpRequest, _context: dict[str, Any], uuid: Any) -> HttpResponse:
    job = api.retry_job(uuid, user=request.user)
    return HttpResponseRedirect(page_url("watch", job=str(job.uuid)))
