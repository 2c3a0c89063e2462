"""Keeps the lease of a job while a worker does it, and reports the steps."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from user_tasks.models import UserTaskStatus

from .. import conf
from ..errors import NotAllowedError
from .models import Job, JobState


class JobCanceledError(Exception):
    """A user canceled the job."""


class UserGoneError(NotAllowedError):
    """The user for whom the job is done was deleted."""


class LeaseLostError(Exception):
    """The job belongs to another worker now, or is finished."""


class JobWorker[JobT: Job]:
    """A worker with a job: it reports progress, and checks whether the job is still its own."""

    def __init__(self, job: JobT) -> None:
        self.job = job
        self.lease = job.lease
        self.steps_done = 0
        self.renewed = datetime.now(UTC)

    @property
    def jobs(self) -> QuerySet[JobT]:
        """Return all jobs of this kind."""
        return type(self.job)._default_manager.all()

    def acting_user(self) -> User:
        """
        Return the user for whom the job is done, with the user's current rights.

        Raises UserGoneError if the user was deleted, because the job must not be done with the rights of another user,
        and least of all with those of the operator.
        """
        user: User | None = self.jobs.select_related("user").get(pk=self.job.pk).user
        if user is None:
            raise UserGoneError(_("The user who started this does not exist any more."))
        return user

    def step(self, text: str, steps: int) -> None:
        """
        Report a step, renew the lease, and check that the job should go on. Never call this inside of a transaction.

        Raises LeaseLostError and JobCanceledError.
        """
        self.renew()
        self.steps_done += steps
        UserTaskStatus.objects.filter(pk=self.job.task_status_id).update(
            state=text[:128],
            completed_steps=self.steps_done,
            attempts=self.job.attempts,
            modified=datetime.now(UTC),
        )

    def renew(self) -> None:
        """
        Renew the lease, and check that the job should go on. Never call this inside of a transaction.

        Raises LeaseLostError and JobCanceledError.
        """
        self.renewed = datetime.now(UTC)
        self.jobs.filter(pk=self.job.pk, lease=self.lease).update(heartbeat=self.renewed)
        self.check(self.jobs.get(pk=self.job.pk))

    def keep_alive(self) -> None:
        """
        Renew the lease if a tenth of it is over.

        Call this often in a long step, but never inside of a transaction. Raises LeaseLostError and JobCanceledError.
        """
        if datetime.now(UTC) - self.renewed > timedelta(seconds=conf.JOB_LEASE_SECONDS.value / 10):
            self.renew()

    def settle(self) -> None:
        """
        Lock the job at the end of a part's transaction, and check that it is still this worker's.

        Raises LeaseLostError and JobCanceledError, which roll the part back.
        """
        self.check(self.jobs.select_for_update().get(pk=self.job.pk))

    def check(self, job: JobT) -> None:
        """Raise LeaseLostError or JobCanceledError if the job, as it was just read, must not go on."""
        if job.lease != self.lease or job.state != JobState.RUNNING:
            raise LeaseLostError
        if job.cancel_requested:
            raise JobCanceledError

    @contextmanager
    def finishing(self) -> Iterator[JobT]:
        """Yield the job, locked in a transaction and still this worker's. Raises LeaseLostError."""
        with transaction.atomic():
            job: JobT = self.jobs.select_for_update().get(pk=self.job.pk)
            if job.lease != self.lease:
                raise LeaseLostError
            yield job

    def let_go(self) -> None:
        """Give an unfinished job back if it is still this worker's."""
        self.jobs.filter(pk=self.job.pk, lease=self.lease, state=JobState.RUNNING).update(
            state=JobState.WAITING, lease=None
        )
