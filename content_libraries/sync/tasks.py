"""Background jobs of the sync room."""

from __future__ import annotations

from uuid import UUID

from celery import shared_task

from .legacy.jobs import TASK_NAME as CONVERT_TASK_NAME
from .legacy.running import run_conversion, sweep_conversions
from .running import run_syncs, sweep_runs
from .runs import TASK_NAME


@shared_task(name=TASK_NAME, acks_late=True, reject_on_worker_lost=True)
def run_sync(run_uuid: str) -> None:
    """Do what is left of a run. Delivered twice, even at the same time, it does the work once."""
    run_syncs(UUID(run_uuid))


@shared_task(name=CONVERT_TASK_NAME, acks_late=True, reject_on_worker_lost=True)
def convert_legacy(conversion_uuid: str) -> None:
    """Convert blocks that use legacy libraries. Delivered twice, even at the same time, it does the work once."""
    run_conversion(UUID(conversion_uuid))


@shared_task(name="content_libraries.sync.sweep")
def sweep_syncs() -> int:
    """
    Find the runs and conversions that nobody works on any more. To be called periodically. Returns how many there were.
    """
    return sweep_runs() + sweep_conversions()
