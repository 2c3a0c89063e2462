"""The task status of a job, which clients poll."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.contrib.auth.models import User
from django.utils.translation import gettext as _
from user_tasks.models import UserTaskArtifact, UserTaskStatus

from ..actors import Actor, is_operator
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


def end_job(job: Job, state: JobState, error: str = "", *, partial_name: str) -> None:
    """
    End a job in the caller's transaction, and report its outcome in its task status.

    Args:
        job: locked by the caller, and not finished.
        error: a message for the author. Clients do not see the message of a canceled job.
        partial_name: the name of the error of a job that succeeded in part.
    """
    job.state, job.error, job.finished, job.lease = state, error, datetime.now(UTC), None
    job.save(update_fields=["state", "error", "finished", "lease"])
    status: Any = job.task_status
    if status is None:
        return
    if state in (JobState.SUCCEEDED, JobState.PARTIAL):
        status.state, status.completed_steps = UserTaskStatus.SUCCEEDED, status.total_steps
    else:
        status.state = UserTaskStatus.CANCELED if state == JobState.CANCELED else UserTaskStatus.FAILED
    status.save(update_fields={"state", "completed_steps", "modified"})
    if error and state != JobState.CANCELED:
        name = partial_name if state == JobState.PARTIAL else "Error"
        UserTaskArtifact.objects.create(status=status, name=name, text=error)


def refer_to(user: Actor) -> User:
    """
    Return the user who gets the progress of a job.

    Raises NotAllowedError for the operator, who works without jobs, and for anonymous users.
    """
    if is_operator(user) or not user.is_authenticated:
        raise NotAllowedError(_("What is done in the background needs a user, who is told how it goes."))
    return user
