"""Background jobs of the backups room."""

from __future__ import annotations

from uuid import UUID

from celery import shared_task

from .jobs import BACKUP_TASK, RESTORE_TASK
from .running import run_backup, run_restore, sweep_jobs


@shared_task(name=BACKUP_TASK, acks_late=True, reject_on_worker_lost=True)
def back_up(job_uuid: str) -> None:
    """Write the archive of a library. Delivered twice, even at the same time, it is written once."""
    run_backup(UUID(job_uuid))


@shared_task(name=RESTORE_TASK, acks_late=True, reject_on_worker_lost=True)
def restore(job_uuid: str) -> None:
    """Read the archive of a library. Delivered twice, even at the same time, it is read once."""
    run_restore(UUID(job_uuid))


@shared_task(name="content_libraries.backups.sweep")
def sweep_backups() -> int:
    """Find the jobs that nobody works on any more. To be called periodically. Returns how many there were."""
    return sweep_jobs()
