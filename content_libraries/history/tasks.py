"""Background tasks that publish releases at their time, and make large bulk edits."""

from __future__ import annotations

from uuid import UUID

from celery import shared_task

from ..jobs.api import MINUTE, periodic_task, run_job
from .bulk_edits.jobs import TASK_NAME as BULK_EDIT_TASK
from .bulk_edits.running import BULK_EDITS
from .releases.running import due_releases, publish_due_release


@shared_task(name="content_libraries.history.publish_release", acks_late=False)  # the sweep finds work of dead workers
def publish_scheduled(release_uuid: str) -> bool:
    """Publish a release whose time has come. Running the task twice, late or out of order publishes once."""
    return publish_due_release(UUID(release_uuid))


@periodic_task("content_libraries.history.publish_releases", seconds=MINUTE)
def publish_due() -> int:
    """
    Publish the releases whose time has come.

    A task that no worker has begun before the next turn expires; that turn sends it again.

    Returns: how many releases were due.
    """
    due = due_releases()
    for uuid in due:
        publish_scheduled.apply_async((str(uuid),), expires=MINUTE)
    return len(due)


@shared_task(name=BULK_EDIT_TASK, acks_late=True, reject_on_worker_lost=True)
def bulk_edit(job_uuid: str) -> None:
    """Make a bulk edit. If the task is delivered twice, the edit is made once."""
    run_job(BULK_EDITS, UUID(job_uuid))
