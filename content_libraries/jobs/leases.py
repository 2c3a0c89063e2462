"""
How workers take jobs, keep them, and lose them (ADR 0016).

A job belongs to the worker that holds its lease. The transaction of a part ends with a look at the lease, under the
lock of the job's row; a worker that was taken for dead cannot finish what another one has begun. States are written
outside of that transaction, so that others see them.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import ngettext
from kombu.exceptions import OperationalError
from user_tasks.models import UserTaskStatus

from .. import conf
from .models import UNFINISHED, Job, JobState

logger = logging.getLogger(__name__)

RESEND_AFTER = timedelta(minutes=1)
"""A job that nobody began for so long is sent again: its message may be lost."""


class JobCanceledError(Exception):
    """Somebody canceled the job."""


class LeaseLostError(Exception):
    """The job belongs to another worker now, or is finished."""


class JobWorker[JobT: Job]:
    """A worker at a job: its progress, and whether it still has the job."""

    def __init__(self, job: JobT) -> None:
        self.job = job
        self.lease = job.lease
        self.steps_done = 0

    @property
    def jobs(self) -> Any:
        """The manager of jobs of this kind."""
        return type(self.job)._default_manager

    def step(self, text: str, steps: int) -> None:
        """
        Tell others where the job is, and hear from them whether to go on. Never inside of a transaction.

        Raises LeaseLostError and JobCanceledError.
        """
        self.jobs.filter(pk=self.job.pk, lease=self.lease).update(heartbeat=datetime.now(UTC))
        self.check(self.jobs.get(pk=self.job.pk))
        self.steps_done += steps
        UserTaskStatus.objects.filter(pk=self.job.task_status_id).update(
            state=text[:128],
            completed_steps=self.steps_done,
            attempts=self.job.attempts,
            modified=datetime.now(UTC),
        )

    def settle(self) -> None:
        """
        End the transaction of a part: lock the job, and see that it is still this worker's.

        Raises LeaseLostError and JobCanceledError, which undo the part.
        """
        self.check(self.jobs.select_for_update().get(pk=self.job.pk))

    def check(self, job: JobT) -> None:
        """Raise LeaseLostError or JobCanceledError if a job, as just read, is not to be gone on with."""
        if job.lease != self.lease or job.state != JobState.RUNNING:
            raise LeaseLostError
        if job.cancel_requested:
            raise JobCanceledError

    @contextmanager
    def finishing(self) -> Iterator[JobT]:
        """A transaction in which the job is locked and still this worker's. Raises LeaseLostError."""
        with transaction.atomic():
            job: JobT = self.jobs.select_for_update().get(pk=self.job.pk)
            if job.lease != self.lease:
                raise LeaseLostError
            yield job

    def let_go(self) -> None:
        """Give an unfinished job back, if it is still this worker's."""
        self.jobs.filter(pk=self.job.pk, lease=self.lease, state=JobState.RUNNING).update(
            state=JobState.WAITING, lease=None
        )


def claim[JobT: Job](model: type[JobT], job_uuid: UUID) -> JobT | None:
    """Take a job that waits, or whose worker is dead. One conditional update, so only one worker gets it."""
    now = datetime.now(UTC)
    claimed = model._default_manager.filter(Q(state=JobState.WAITING) | is_dead(now), uuid=job_uuid).update(
        state=JobState.RUNNING, lease=uuid4(), heartbeat=now, attempts=F("attempts") + 1
    )
    jobs = model._default_manager.select_related("user", "task_status")
    return jobs.get(uuid=job_uuid) if claimed else None


def run_claimed[JobT: Job](model: type[JobT], job_uuid: UUID, run: Callable[[JobWorker[JobT]], None]) -> None:
    """
    Do what is left of a job. Does nothing if another worker is at it, or if it is finished.

    An unexpected exception gives the job back, to be tried again by the sweeper, and is raised.
    """
    job = claim(model, job_uuid)
    if job is None:
        return
    worker = JobWorker(job)
    try:
        run(worker)
    except LeaseLostError:
        logger.warning("The job %s belongs to another worker now", job_uuid)
    finally:
        worker.let_go()


def is_dead(now: datetime) -> Q:
    """A condition on jobs: those whose worker said nothing for too long."""
    lease = timedelta(seconds=conf.JOB_LEASE_SECONDS.value)
    return Q(state=JobState.RUNNING, heartbeat__lt=now - lease)


def sweep[JobT: Job](
    model: type[JobT], *, send: Callable[[UUID], None], finish: Callable[[JobT, JobState, str], None]
) -> int:
    """
    Find jobs whose worker died or whose message was lost, and send them again, or end them after too many attempts.

    Args:
        send: tells a worker of a job.
        finish: ends a job that is locked, in the caller's transaction.

    Returns how many jobs were found.
    """
    now = datetime.now(UTC)
    lost = Q(state=JobState.WAITING) & (
        Q(heartbeat__lt=now - RESEND_AFTER) | Q(heartbeat__isnull=True, created__lt=now - RESEND_AFTER)
    )
    jobs = list(model._default_manager.filter(lost | is_dead(now)))
    for job in jobs:
        if job.attempts >= conf.JOB_ATTEMPTS.value:
            _give_up(model, job.pk, finish)
            continue
        if job.state == JobState.WAITING:
            model._default_manager.filter(pk=job.pk, state=JobState.WAITING).update(heartbeat=now)
        send(job.uuid)
    return len(jobs)


def request_cancel[JobT: Job](model: type[JobT], job_pk: int, *, finish: Callable[[JobT, JobState, str], None]) -> None:
    """End a job that waits; ask one that runs to end at its next step. Nothing happens to a finished one."""
    with transaction.atomic():
        job = model._default_manager.select_for_update().get(pk=job_pk)
        if job.state == JobState.WAITING:
            finish(job, JobState.CANCELED, "")
        elif job.state == JobState.RUNNING and not job.cancel_requested:
            job.cancel_requested = True
            job.save(update_fields=["cancel_requested"])


def send_task(task: Any, job_uuid: UUID) -> None:
    """Tell a worker of a job. If the broker is down, the sweeper tells it later."""
    try:
        task.apply_async((str(job_uuid),), retry=False)
    except (OperationalError, OSError) as error:
        logger.warning("The broker does not take the job %s: %s", job_uuid, error)


def _give_up[JobT: Job](model: type[JobT], job_pk: int, finish: Callable[[JobT, JobState, str], None]) -> None:
    with transaction.atomic():
        job = model._default_manager.select_for_update().get(pk=job_pk)
        if job.state in UNFINISHED:
            state = JobState.CANCELED if job.cancel_requested else JobState.FAILED
            text = ngettext(
                "It broke off %(count)s time. Ask the staff of the site to look at it.",
                "It broke off %(count)s times. Ask the staff of the site to look at it.",
                job.attempts,
            )
            finish(job, state, text % {"count": job.attempts})
