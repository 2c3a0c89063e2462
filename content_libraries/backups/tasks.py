"""Background jobs of the backups room."""

from __future__ import annotations

from uuid import UUID

from celery import shared_task

from ..jobs.api import HOUR, periodic_task, run_job
from .jobs import BACKUP_TASK, RESTORE_TASK
from .running import BACKUPS, RESTORES, delete_expired


@shared_task(name=BACKUP_TASK, acks_late=True, reject_on_worker_lost=True)
def back_up(job_uuid: str) -> None:
    """Write the archive of a library. If the task is delivered twice, even at the same time, it is written once."""
    run_job(BACKUPS, UUID(job_uuid))


@shared_task(name=RESTORE_TASK, acks_late=True, reject_on_worker_lost=True)
def restore(job_uuid: str) -> None:
    """Read the archive of a library. If the task is delivered twice, even at the same time, it is read once."""
    run_job(RESTORES, UUID(job_uuid))


@periodic_task("content_libraries.backups.tidy", seconds=HOUR)
def delete_expired_backups() -> int:
    """Delete archives and restored content that were kept long enough. Returns how many were deleted."""
    return delete_expired()
