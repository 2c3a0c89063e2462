"""Does a conversion in a worker, which may die at any point without harm (ADR 0016)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from ...courses.api import lock_course
from ...errors import ContentLibrariesError
from ...jobs.api import JobCanceledError, JobKind, JobState, JobWorker, register
from ..models import LegacyConversion
from .converting import legacy_blocks_ready, preview_conversion
from .jobs import TASK_NAME, apply_conversion, finish, retry_conversion


@dataclass(slots=True)
class _Conversion:
    """Does one conversion. The changes of the course and the end of the conversion are one transaction."""

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
        user = self.worker.acting_user()
        self.worker.step("In Progress", 0)
        for key in legacy_blocks_ready(conversion.course_key, user=user):
            self.worker.step(f"Migrating block: {key}", 1)
        with transaction.atomic():
            lock_course(conversion.course_key)
            # Planned after locking, so that no other transaction changes the course between plan and write.
            plan = preview_conversion(conversion.course_key, user=user)
            with self.worker.finishing() as locked:
                self.worker.check(locked)
                apply_conversion(plan, locked, user=user)

    def _end(self, state: JobState, error: str = "") -> None:
        with self.worker.finishing() as conversion:
            finish(conversion, state, error)


CONVERSIONS: Final = register(
    JobKind(
        model=LegacyConversion,
        task_name=TASK_NAME,
        work=lambda worker: _Conversion(worker).run(),
        finish=finish,
        retry=retry_conversion,
        start_anew=lambda conversion: (
            _("To start it anew, convert the blocks of %(course)s again.") % {"course": conversion.course_key}
        ),
    )
)
