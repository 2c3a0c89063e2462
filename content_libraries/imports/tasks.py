"""Background jobs of the imports room."""

from __future__ import annotations

from uuid import UUID

from celery import shared_task

from .jobs import TASK_NAME
from .running import run_job, sweep_jobs


@shared_task(name=TASK_NAME, acks_late=True, reject_on_worker_lost=True)
def run_import(job_uuid: str) -> None:
    """
    Do what is left of a job. Delivered twice, even at the same time, it does the work once.

    It is no ``UserTask``: the signals of those set a task to “In Progress” and “Succeeded” whenever a message is
    delivered, also for one whose work is done or under way elsewhere. The job keeps its task status itself.
    """
    run_job(UUID(job_uuid))


@shared_task(name="content_libraries.imports.sweep")
def sweep_imports() -> int:
    """Find the jobs that nobody works on any more. To be called periodically. Returns how many there were."""
    return sweep_jobs()
