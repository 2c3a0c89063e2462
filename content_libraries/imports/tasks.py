"""Background jobs of the imports room."""

from __future__ import annotations

from uuid import UUID

from celery import shared_task

from ..jobs.api import HOUR, periodic_task, run_job
from .jobs import TASK_NAME
from .running import IMPORTS, delete_expired


@shared_task(name=TASK_NAME, acks_late=True, reject_on_worker_lost=True)
def run_import(job_uuid: str) -> None:
    """
    Do what is left of a job. Delivered twice, even at the same time, it does the work once.

    It is no ``UserTask``: the signals of those set a task to “In Progress” and “Succeeded” whenever a message is
    delivered, also for one whose work is done or under way elsewhere. The job keeps its task status itself.
    """
    run_job(IMPORTS, UUID(job_uuid))


@periodic_task("content_libraries.imports.tidy", seconds=HOUR)
def delete_expired_imports() -> int:
    """Delete uploads and plans that were kept long enough. Returns how many there were."""
    return delete_expired()
