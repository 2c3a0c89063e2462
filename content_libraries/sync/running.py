"""
What a worker does with a run, so that it can die at any point (ADR 0016).

The changes of a course and the mark that it is done are one transaction, which ends with a look at the lease.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from django.contrib.auth.models import User
from django.utils.translation import gettext as _

from ..errors import ContentLibrariesError, NotAllowedError
from ..jobs.api import JobCanceledError, JobState, JobWorker, run_claimed, sweep
from ..keys import library_key
from .coursewide import course_report, sync_course
from .models import SyncRun, SyncRunCourse
from .runs import finish, send
from .syncing import Synced


def run_syncs(run_uuid: UUID) -> None:
    """
    Do what is left of a run. Does nothing if another worker is at it, or if it is finished.

    What goes wrong with one course fails that course only.
    """
    run_claimed(SyncRun, run_uuid, lambda worker: _Run(worker).run())


def sweep_runs() -> int:
    """Find runs whose worker died or whose message was lost. To be called periodically. Returns how many."""
    return sweep(SyncRun, send=send, finish=finish)


@dataclass(slots=True)
class _Run:
    worker: JobWorker[SyncRun]

    def run(self) -> None:
        try:
            self.worker.step(_("Looking for updates"), 1)
            for number, course in enumerate(self.worker.job.courses.order_by("pk")):
                self.worker.steps_done = number
                if course.finished is None:
                    self._sync(course)
        except JobCanceledError:
            self._finish(canceled=True)
        else:
            self._finish(canceled=False)

    def _sync(self, course: SyncRunCourse) -> None:
        self.worker.step(_("Syncing %(course)s") % {"course": course.course_key}, 1)
        try:
            self._sync_as(self._user(), course)
        except ContentLibrariesError as error:
            SyncRunCourse.objects.filter(pk=course.pk, finished__isnull=True).update(
                finished=datetime.now(UTC), is_failed=True, error=error.message
            )

    def _sync_as(self, user: User, course: SyncRunCourse) -> None:
        def settle(synced: Synced) -> None:
            self.worker.settle()
            SyncRunCourse.objects.filter(pk=course.pk).update(finished=datetime.now(UTC), report=course_report(synced))

        name = self.worker.job.library_key
        only_library = library_key(name) if name else None
        sync_course(course.course_key, user=user, only_library=only_library, settle=settle)

    def _user(self) -> User:
        user = self.worker.job.user
        if user is None:
            raise NotAllowedError(_("The user who started this run does not exist any more."))
        user.refresh_from_db()
        return user

    def _finish(self, *, canceled: bool) -> None:
        with self.worker.finishing() as run:
            courses = list(run.courses.order_by("pk"))
            failed = [course for course in courses if course.is_failed]
            error = "\n".join(f"{course.course_key}: {course.error}" for course in failed)
            if canceled:
                finish(run, JobState.CANCELED, error)
            elif len(failed) == len(courses):
                finish(run, JobState.FAILED, error)
            else:
                finish(run, JobState.PARTIAL if failed else JobState.SUCCEEDED, error)
