"""
Does a sync run in a worker, which may die at any point without harm (ADR 0016).

The changes of a course and the mark that it is done are one transaction. The lease is checked at its end.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from django.contrib.auth.models import User
from django.utils.translation import gettext as _

from ...errors import ContentLibrariesError
from ...jobs.api import JobCanceledError, JobKind, JobState, JobWorker, register
from ...keys import library_key
from ...learning_core.api import ChangeKind, named
from ..actions.coursewide import course_report, sync_course
from ..actions.syncing import Synced
from ..models import SyncRun, SyncRunCourse
from .requests import TASK_NAME, finish, retry_run


@dataclass(slots=True)
class _Run:
    """Syncs the courses of a run that are not done yet. An error in one course fails that course only."""

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
            self._sync_as(self.worker.acting_user(), course)
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
        with named(ChangeKind.SYNC, source_key=name, job_uuid=self.worker.job.uuid):
            sync_course(
                course.course_key,
                user=user,
                only_library=only_library,
                fingerprint=course.fingerprint or None,
                settle=settle,
            )

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


RUNS: Final = register(
    JobKind(
        model=SyncRun,
        task_name=TASK_NAME,
        work=lambda worker: _Run(worker).run(),
        finish=finish,
        retry=retry_run,
        start_anew=lambda run: (
            _(
                "To start it anew, sync the courses again, or let what failed be tried again (the run has the ID"
                " %(run)s)."
            )
            % {"run": run.uuid}
        ),
    )
)
