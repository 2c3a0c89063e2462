"""What a worker does with a conversion, so that it can die at any point (ADR 0016)."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from ...courses.api import lock_course
from ...errors import ContentLibrariesError, NotAllowedError
from ...jobs.api import JobCanceledError, JobState, JobWorker, run_claimed, sweep
from ..models import LegacyConversion
from .converting import legacy_blocks_ready, preview_conversion
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
            raise NotAllowedError(_("The user who started this conversion does not exist any more."))
        self.worker.step("In Progress", 0)
        for key in legacy_blocks_ready(conversion.course_key, user=user):
            self.worker.step(f"Migrating block: {key}", 1)
        with transaction.atomic():
            lock_course(conversion.course_key)
            # Planned behind the lock, so that nobody changes what the plan is about. It costs a few queries.
            plan = preview_conversion(conversion.course_key, user=user)
            with self.worker.finishing() as locked:
                self.worker.check(locked)
                apply_conversion(plan, locked, user=user)

    def _end(self, state: JobState, error: str = "") -> None:
        with self.worker.finishing() as conversion:
            finish(conversion, state, error)
