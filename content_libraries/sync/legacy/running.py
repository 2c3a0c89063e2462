"""What a worker does with a conversion, so that it can die at any point (ADR 0016)."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from ...courses.api import CoursePermission, lock_course, require_in_course
from ...errors import ContentLibrariesError, NotAllowedError
from ...jobs.api import JobCanceledError, JobState, JobWorker, run_claimed, sweep
from ..models import LegacyConversion
from .converting import plan_conversion, read_legacy_draft
from .data import ConversionPlan
from .jobs import apply_conversion, finish, send


def run_conversion(conversion_uuid: UUID) -> None:
    """
    Do a conversion. Does nothing if another worker is at it, or if it is finished.

    The content of the course, and the end of the conversion, are one transaction.
    """
    run_claimed(LegacyConversion, conversion_uuid, lambda worker: _Conversion(worker).run())


def sweep_conversions() -> int:
    """Find conversions whose worker died or whose message was lost. Returns how many."""
    return sweep(LegacyConversion, send=send, finish=finish)


@dataclass(slots=True)
class _Conversion:
    worker: JobWorker[LegacyConversion]

    def run(self) -> None:
        try:
            self._convert()
        except JobCanceledError:
            self._end(JobState.CANCELED)
        except ContentLibrariesError as error:
            self._end(JobState.FAILED, error.message)

    def _convert(self) -> None:
        conversion = self.worker.job
        user = conversion.user
        if user is None:
            raise NotAllowedError("The user who started this conversion does not exist any more.")
        self.worker.step("In Progress", 0)
        require_in_course(user, conversion.course_key, CoursePermission.EDIT)
        plan = self._plan()
        with transaction.atomic():
            lock_course(conversion.course_key)
            with self.worker.finishing() as locked:
                self.worker.check(locked)
                # The plan is refused if somebody changed one of its blocks since.
                apply_conversion(plan, locked, user=user)

    def _plan(self) -> ConversionPlan:
        draft = read_legacy_draft(self.worker.job.course_key)
        for block in draft.ready:
            self.worker.step(f"Migrating block: {block.usage_key}", 1)
        return plan_conversion(draft, draft.ready)

    def _end(self, state: JobState, error: str = "") -> None:
        with self.worker.finishing() as conversion:
            finish(conversion, state, error)
