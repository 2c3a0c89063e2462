"""Background tasks of the imports room."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from celery import shared_task
from django.utils.translation import gettext as _

from ..jobs.api import HOUR, JobKind, periodic_task, register, run_job
from .jobs.requests import TASK_NAME, finish
from .jobs.work import delete_expired, work_on
from .models import ImportJob
from .retrying import retry_job

IMPORTS: Final = register(
    JobKind(
        model=ImportJob,
        task_name=TASK_NAME,
        work=work_on,
        finish=finish,
        retry=retry_job,
        start_anew=lambda job: (
            _(
                "To start it anew, import the sources again, or let what failed be tried again (the import has the ID"
                " %(job)s)."
            )
            % {"job": job.uuid}
        ),
    )
)


@shared_task(name=TASK_NAME, acks_late=True, reject_on_worker_lost=True)
def run_import(job_uuid: str) -> None:
    """
    Import the sources of a job that are not finished. If the task is delivered twice, the work is done once.

    The task is no ``UserTask``: signals of user tasks set the status to “In Progress” and “Succeeded” at each delivery
    of a message, even if the work is done or under way in another worker. The job keeps its task status itself.
    """
    run_job(IMPORTS, UUID(job_uuid))


@periodic_task("content_libraries.imports.tidy", seconds=HOUR)
def delete_expired_imports() -> int:
    """Delete expired uploads and plans. Returns: how many were deleted."""
    return delete_expired()
