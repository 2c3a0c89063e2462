"""The task status of a job: what clients poll."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from user_tasks.models import UserTaskArtifact, UserTaskStatus

from ..errors import NotAllowedError
from .models import Job, JobState


def create_status(job: Job, *, task_name: str, name: str, total_steps: int) -> None:
    """Give a new job its task status, in the caller's transaction. The job is not saved."""
    job.task_status = UserTaskStatus.objects.create(
        uuid=job.uuid,
        user=job.user,
        task_id=str(job.uuid),
        task_class=task_name,
        name=name,
        total_steps=total_steps,
    )


def end_status(job: Job, error: str, *, partial_name: str) -> None:
    """
    Tell clients how a finished job ended.

    Args:
        error: for the author; of a canceled job it is not shown.
        partial_name: what the error of a job is called that succeeded in part.
    """
    status: Any = job.task_status
    if status is None:
        return
    if job.state in (JobState.SUCCEEDED, JobState.PARTIAL):
        status.state, status.completed_steps = UserTaskStatus.SUCCEEDED, status.total_steps
    else:
        status.state = UserTaskStatus.CANCELED if job.state == JobState.CANCELED else UserTaskStatus.FAILED
    status.save(update_fields={"state", "completed_steps", "modified"})
    if error and job.state != JobState.CANCELED:
        name = partial_name if job.state == JobState.PARTIAL else "Error"
        UserTaskArtifact.objects.create(status=status, name=name, text=error)


def refer_to(user: Any, work: str) -> User:
    """
    The person who is told of a job's progress. Raises NotAllowedError for the operator, who works without jobs.

    Args:
        work: what the job does, as a sentence begins.
    """
    if user is None or not user.is_authenticated:
        raise NotAllowedError(f"{work} in the background needs a user.")
    person: User = user
    return person
