"""Tells workers about jobs."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from functools import partial

from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

from .kinds import kind_of
from .models import Job

logger = logging.getLogger(__name__)


def send_on_commit(job: Job) -> None:
    """Tell a worker about a new job when the caller's transaction is committed."""
    transaction.on_commit(partial(send_job, job))


def send_job(job: Job, *, expires: float | None = None) -> None:
    """
    Tell a worker about a job.

    If the broker does not accept the message, the next sweep sends another one.

    Args:
        expires: after how many seconds the message is worthless, because another one is sent then.
    """
    kind = kind_of(type(job))
    rows = kind.model._default_manager.filter(pk=job.pk)
    # ``sent`` is set before the message is sent, because a worker that takes the job clears it.
    rows.update(sent=datetime.now(UTC))
    try:
        task = current_app.tasks[kind.task_name]
        task.apply_async((str(job.uuid),), retry=False, expires=expires)  # type: ignore[arg-type]  # None: never
    except (OperationalError, OSError) as error:
        logger.warning("The broker does not take the job %s: %s", job.uuid, error)
        rows.update(sent=None)
