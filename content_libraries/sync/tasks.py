"""Background tasks of the sync room."""

from __future__ import annotations

from uuid import UUID

from celery import shared_task

from ..jobs.api import run_job
from .legacy.jobs import TASK_NAME as CONVERT_TASK_NAME
from .legacy.running import CONVERSIONS
from .runs.requests import TASK_NAME
from .runs.work import RUNS


@shared_task(name=TASK_NAME, acks_late=True, reject_on_worker_lost=True)
def run_sync(run_uuid: str) -> None:
    """Sync the courses of a run that are not done yet. If the task is delivered twice, the work is done once."""
    run_job(RUNS, UUID(run_uuid))


@shared_task(name=CONVERT_TASK_NAME, acks_late=True, reject_on_worker_lost=True)
def convert_legacy(conversion_uuid: str) -> None:
    """Convert blocks that use legacy libraries. If the task is delivered twice, the work is done once."""
    run_job(CONVERSIONS, UUID(conversion_uuid))
