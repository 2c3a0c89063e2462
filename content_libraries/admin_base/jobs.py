"""Base classes for lists of jobs in the Django admin: they show progress and workers, and cancel and retry jobs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, Final
from uuid import UUID

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from .. import conf
from ..errors import ContentLibrariesError, NotFoundError
from ..jobs.api import UNFINISHED, Job, JobState, is_dead


class WorkerFilter(admin.SimpleListFilter):
    """Filters jobs by whether an operator may have to look after them."""

    title = gettext_lazy("worker")
    parameter_name = "worker"

    def lookups(self, request: HttpRequest, model_admin: object) -> Iterable[tuple[str, str]]:
        return (("none", _("Waiting for one")), ("alive", _("At work")), ("silent", _("Silent for too long")))

    def queryset(self, request: HttpRequest, queryset: QuerySet[Job]) -> QuerySet[Job]:
        silent = is_dead(datetime.now(UTC))
        if self.value() == "none":
            return queryset.filter(state=JobState.WAITING)
        if self.value() == "alive":
            return queryset.filter(state=JobState.RUNNING).exclude(silent)
        return queryset.filter(silent) if self.value() == "silent" else queryset


TONES: Final[Mapping[str, str]] = {
    JobState.SUCCEEDED: "success",
    JobState.PARTIAL: "warning",
    JobState.FAILED: "error",
    JobState.CANCELED: "warning",
}
"""State of a job -> the style of a message about it. Messages about other states have the style of information."""


def state_in_words(job: Job) -> str:
    """Return the state of a job in words for people."""
    is_ending = job.state in UNFINISHED and job.cancel_requested
    return _("Canceling…") if is_ending else str(JobState(job.state).label)


_REFRESH_SECONDS: Final = 3

type PageView = Callable[..., HttpResponse]
"""A view of an admin page: takes the request, the context of its template, and what the route captures."""


class JobListAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """A read-only list of jobs. The page of a job reloads itself until the job is finished."""

    list_filter: ClassVar[Any] = ("state", WorkerFilter, "created")
    list_select_related: ClassVar[Any] = ("user", "task_status")
    ordering = ("-pk",)
    readonly_fields: ClassVar[Any] = ("progress", "worker")

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show a job with all its details. Browsers reload the page while the job is unfinished."""
        response = super().change_view(request, object_id, form_url, extra_context)
        job = self.get_object(request, object_id)
        if job is not None and job.state in UNFINISHED:
            response["Refresh"] = str(_REFRESH_SECONDS)
        return response

    @admin.display(description=gettext_lazy("Progress"))
    def progress(self, job: Job) -> str:
        """Describe the present step of a worker, and how many steps are done."""
        status = job.task_status
        if job.state != JobState.RUNNING or status is None:
            return ""
        if job.cancel_requested:
            return state_in_words(job)
        return _("%(step)s (%(done)s of %(total)s)") % {
            "step": status.state,
            "done": status.completed_steps,
            "total": status.total_steps,
        }

    @admin.display(description=gettext_lazy("Worker"))
    def worker(self, job: Job) -> str:
        """
        Tell when the worker of the job was last heard of, or how long the job has been waiting for one.

        The lease itself would mean nothing to people.
        """
        now = datetime.now(UTC)
        if job.state == JobState.WAITING:
            return _("none for %(time)s") % {"time": timesince(job.created, now)}
        if job.state != JobState.RUNNING or job.heartbeat is None:
            return ""
        lease = timedelta(seconds=conf.JOB_LEASE_SECONDS.value)
        is_silent = job.heartbeat < now - lease
        text = _("silent for too long: last heard of %(time)s ago") if is_silent else _("last heard of %(time)s ago")
        return text % {"time": timesince(job.heartbeat, now)}


class JobActionsAdmin(JobListAdmin):
    """
    A list of jobs with actions that cancel and retry them.

    Subclasses set ``retry``, which takes a uuid and the user; and ``cancel``, with the same arguments, if the room has
    its own.
    """

    retry: ClassVar[Callable[..., Job]]
    cancel: ClassVar[Callable[..., Job]]
    actions: Any = ("cancel_selected", "retry_selected")

    @admin.action(description=gettext_lazy("Cancel the selected jobs"))
    def cancel_selected(self, request: HttpRequest, jobs: QuerySet[Job]) -> None:
        unfinished = list(jobs.filter(state__in=UNFINISHED))
        for job in unfinished:
            self._say(request, self.cancel(job.uuid, user=request.user))
        if not unfinished:
            messages.info(request, _("All of the selected jobs are finished."))

    @admin.action(description=gettext_lazy("Try again what failed in the selected jobs"))
    def retry_selected(self, request: HttpRequest, jobs: QuerySet[Job]) -> None:
        for job in jobs:
            try:
                self._say(request, self.retry(job.uuid, user=request.user))
            except ContentLibrariesError as error:
                messages.error(request, _("Job %(job)s: %(error)s") % {"job": job, "error": error.message})

    def _say(self, request: HttpRequest, job: Job) -> None:
        is_ending = job.state in UNFINISHED and job.cancel_requested
        text = _("Job %(job)s: ends at its next step.") if is_ending else _("Job %(job)s: %(state)s.")
        messages.info(request, text % {"job": job, "state": str(JobState(job.state).label).lower()})


class JobAdmin(JobActionsAdmin):
    """
    A list of jobs that are canceled and retried, and watched on a page of their own.

    ``page_names`` is the prefix of the URL names of this list.
    """

    page_names: ClassVar[str]

    def watch_url(self, job: Job) -> str:
        """Return the URL of the page that shows the progress of a job."""
        return reverse(f"admin:{self.page_names}_watch", args=[job.uuid])

    def get_urls(self) -> list[URLPattern]:
        def page(route: str, view: PageView, name: str) -> URLPattern:
            return path(route, self.admin_site.admin_view(view), name=f"{self.page_names}_{name}")

        return [
            page("<uuid:uuid>/cancel/", require_POST(self.page(self._cancel)), "cancel"),
            page("<uuid:uuid>/retry/", require_POST(self.page(self._retry)), "retry"),
            *super().get_urls(),
        ]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Redirect to the page that shows the progress of the job."""
        job = self.get_object(request, object_id)
        if job is None:
            raise Http404
        return HttpResponseRedirect(self.watch_url(job))

    def page(self, view: PageView) -> PageView:
        """
        Wrap a view as an admin page for users who may see the list.

        Errors of this app become messages on the list.
        """

        def wrapped(request: HttpRequest, **arguments: object) -> HttpResponse:
            if not self.has_view_permission(request):
                return HttpResponseRedirect(reverse("admin:index"))
            context = {**self.admin_site.each_context(request), "opts": self.opts}
            try:
                return view(request, context, **arguments)
            except NotFoundError as error:
                raise Http404(error.message) from error
            except ContentLibrariesError as error:
                messages.error(request, error.message)
                return HttpResponseRedirect(reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist"))

        return wrapped

    def _cancel(self, request: HttpRequest, _context: dict[str, Any], uuid: UUID) -> HttpResponse:
        job = self.cancel(uuid, user=request.user)
        if job.state in UNFINISHED:
            messages.info(request, _("The job ends at its next step. What is finished stays."))
        return HttpResponseRedirect(self.watch_url(job))

    def _retry(self, request: HttpRequest, _context: dict[str, Any], uuid: UUID) -> HttpResponse:
        return HttpResponseRedirect(self.watch_url(self.retry(uuid, user=request.user)))
