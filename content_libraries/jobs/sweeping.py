"""Finds jobs that no worker works on any more."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from django.db.models import Q, QuerySet

from .. import conf
from .kinds import JobKind, kinds
from .leases import end_if_over, is_dead, is_free, is_over
from .models import Job, JobState
from .sending import send_job

logger = logging.getLogger(__name__)

JUST_CREATED: Final = timedelta(minutes=1)
"""For this long after the creation of a job, its first message may not have been sent yet."""


def sweep_jobs() -> int:
    """
    Find jobs of all kinds whose worker died or whose message was lost, and send them again.

    A job that has had too many attempts is ended. Call this periodically: a job is sent once in ``JOB_RESEND_SECONDS``,
    however often it is called.

    Returns: how many were sent or ended.
    """
    return sum(_sweep(kind) for kind in kinds())


def _sweep(kind: JobKind[Any]) -> int:
    now = datetime.now(UTC)
    free = kind.model._default_manager.filter(is_free(now)).order_by("pk")
    over = [job for job in free.filter(is_over()) if _end(kind, job)]
    silent = [job for job in free.filter(~is_over() & _needs_message(now)) if _send(free, job, now)]
    return len(over) + len(silent)


def _needs_message(now: datetime) -> Q:
    """Return a filter for jobs that no worker has, and that no worker has been told about for a while."""
    is_untold = Q(sent=None) | Q(sent__lt=now - _resend_after())
    return is_untold & (is_dead(now) | Q(state=JobState.WAITING, created__lt=now - JUST_CREATED))


def _end(kind: JobKind[Any], job: Job) -> bool:
    """End a job. An error is logged, so that it does not keep other jobs from being ended."""
    try:
        return end_if_over(kind, job.pk)
    except Exception:  # an error in a room's code must not keep other jobs from being ended
        logger.exception("The job %s cannot be ended", job.uuid)
        return False


def _send(free: QuerySet[Job], job: Job, now: datetime) -> bool:
    """Send a job, unless another sweep or a worker has just been faster."""
    if not free.filter(_needs_message(now), pk=job.pk).update(sent=now):
        return False
    send_job(job, expires=_resend_after().total_seconds())
    return True


def _resend_after() -> timedelta:
    return timedelta(seconds=conf.JOB_RESEND_SECONDS.value)


__all__ = ["sweep_jobs"]
