"""Sync runs in the Django admin: staff watch, cancel and retry them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.contrib import admin
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ...admin_base.jobs import TONES, JobAdmin, PageView, state_in_words
from ...admin_base.staff import StaffAdmin
from ...jobs.api import UNFINISHED
from ...translation import LazyText
from .. import api
from ..data import SyncAction
from ..models import SyncRun, SyncRunCourse

_MOST_COURSES: Final = 2
_STEPS: Final[Mapping[str, LazyText]] = {
    SyncAction.CREATE: gettext_lazy("create"),
    SyncAction.TAKE: gettext_lazy("take"),
    SyncAction.KEEP_LOCAL: gettext_lazy("keep local"),
    SyncAction.MOVE: gettext_lazy("move"),
    SyncAction.REORDER: gettext_lazy("reorder"),
    SyncAction.DELETE: gettext_lazy("delete"),
    SyncAction.ASSET: gettext_lazy("asset"),
    SyncAction.TAGS: gettext_lazy("tags"),
    SyncAction.DECLINE: gettext_lazy("decline"),
}


@dataclass(frozen=True, slots=True)
class CourseCard:
    """One course of a run: its state in words, and the changes that the run made in it."""

    key: str
    state: str
    tone: str
    done: str
    error: str


@admin.register(SyncRun)
class SyncRunAdmin(JobAdmin, StaffAdmin):
    """Shows sync runs. They are started from the admin pages of courses and libraries."""

    page_names = "content_libraries_sync"
    cancel = staticmethod(api.cancel_run)
    retry = staticmethod(api.retry_run)
    list_display = ("courses_shown", "library", "state", "progress", "worker", "user", "created", "finished")
    search_fields = ("uuid", "library_key", "user__username", "courses__course_key")

    def get_queryset(self, request: HttpRequest) -> QuerySet[SyncRun]:
        runs: QuerySet[SyncRun] = super().get_queryset(request)
        return runs.prefetch_related(Prefetch("courses", SyncRunCourse.objects.defer("report").order_by("pk")))

    @admin.display(description=gettext_lazy("Library"), ordering="library_key")
    def library(self, run: SyncRun) -> str:
        return run.library_key or _("all")

    @admin.display(description=gettext_lazy("Courses"))
    def courses_shown(self, run: SyncRun) -> str:
        keys = [str(course.course_key) for course in run.courses.all()]
        shown = ", ".join(keys[:_MOST_COURSES])
        more = len(keys) - _MOST_COURSES
        return _("%(courses)s and %(count)s more") % {"courses": shown, "count": more} if more > 0 else shown

    def get_urls(self) -> list[URLPattern]:
        def page(route: str, view: PageView, name: str) -> URLPattern:
            return path(route, self.admin_site.admin_view(self.page(view)), name=f"{self.page_names}_{name}")

        return [
            page("<uuid:uuid>/watch/", watch, "watch"),
            page("<uuid:uuid>/progress/", progress, "progress"),
            *super().get_urls(),
        ]


def watch(request: HttpRequest, context: dict[str, Any], uuid: UUID) -> HttpResponse:
    """Show the progress and the results of a run, on a page that updates itself."""
    return render(request, "content_libraries/sync/watch.html", context | _shown(uuid, request))


def progress(request: HttpRequest, context: dict[str, Any], uuid: UUID) -> HttpResponse:
    """Render the part of the page of ``watch`` that is updated."""
    return render(request, "content_libraries/sync/progress.html", context | _shown(uuid, request))


def _shown(uuid: UUID, request: HttpRequest) -> dict[str, Any]:
    run = api.find_run(uuid, user=request.user)
    courses = sorted(run.courses.all(), key=lambda course: course.pk)
    is_open = run.state in UNFINISHED
    return {
        "title": _("Sync of courses"),
        "run": run,
        "state": state_in_words(run),
        "tone": TONES.get(run.state, "info"),
        "is_finished": not is_open,
        "can_retry": not is_open and any(course.is_failed for course in courses),
        "courses": [_card(course) for course in courses],
    }


def _card(course: SyncRunCourse) -> CourseCard:
    state, tone = (_("Failed"), "error") if course.is_failed else (_("Done"), "success")
    if course.finished is None:
        state, tone = _("Waiting"), "info"
    steps: Mapping[str, int] = course.report.get("steps", {})
    skipped = len(course.report.get("skipped", ()))
    parts = [f"{number} {_STEPS.get(name, name)}" for name, number in steps.items()]
    parts += [_("%(count)s left out") % {"count": skipped}] if skipped else []
    done = ", ".join(parts) if parts or course.finished is None or course.is_failed else _("nothing was to be done")
    return CourseCard(str(course.course_key), state, tone, done, course.error)
