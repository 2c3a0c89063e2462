"""
Gives workers the lease of a job, renews it, and takes it away (ADR 0016).

A job belongs to the worker that holds its lease. Before a part of the work is committed, the lease is checked under the
lock of the job's row. So a worker that was thought dead cannot finish a part that another worker has begun. States are
written outside of the part's transaction, so that others see them.

Taking a lease is an attempt. A job that has no attempt left, or that was canceled, is ended by the worker or sweep that
finds it.
"""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from .. import conf, site_language
from ..errors import ContentLibrariesError
from ..server_paths import without_server_paths
from ..storage_errors import storage_full
from .kinds import JobKind, kind_of
from .models import UNFINISHED, Job, JobState
from .workers import JobWorker, LeaseLostError, UserGoneError

logger = logging.getLogger(__name__)

_MAX_REASON: Final = 500


def claim[JobT: Job](kind: JobKind[JobT], job_uuid: UUID) -> JobT | None:
    """
    Take a job that waits, or whose worker is dead.

    Needs one conditional update, so that only one worker gets the job.

    Returns: None if there is nothing to do. A canceled job, or a job without attempts left, is ended.
    """
    now = datetime.now(UTC)
    jobs = kind.model._default_manager.filter(uuid=job_uuid)
    claimed = jobs.filter(is_free(now) & ~is_over()).update(
        state=JobState.RUNNING, lease=uuid4(), heartbeat=now, sent=None, attempts=F("attempts") + 1
    )
    if claimed:
        return jobs.select_related("user", "task_status").get()
    job = jobs.first()
    if job is not None:
        end_if_over(kind, job.pk)
    return None


def run_job[JobT: Job](kind: JobKind[JobT], job_uuid: UUID) -> None:
    """
    Do the rest of a job. Does nothing if another worker has the job, or if it is finished.

    An unexpected exception ends the attempt and is raised. Its reason is stored, and the job is given back for the next
    sweep, or fails if no attempt is left. A full disk fails the job at once.
    """
    job = claim(kind, job_uuid)
    if job is None:
        return
    worker = JobWorker(job)
    try:
        worker.acting_user()
        kind.work(worker)
    except UserGoneError as error:
        _fail(kind, worker, error)
    except LeaseLostError:
        logger.warning("The job %s belongs to another worker now", job_uuid)
    except Exception as error:  # any error ends the attempt, and clients are told the reason
        logger.exception("Attempt %s of the job %s broke off", job.attempts, job_uuid)
        if (full := storage_full(error)) is None:
            _break_off(kind, worker, error)
            raise
        _fail(kind, worker, full)
    finally:
        worker.let_go()


def is_dead(now: datetime) -> Q:
    """Return a filter for jobs whose worker has been silent for too long."""
    lease = timedelta(seconds=conf.JOB_LEASE_SECONDS.value)
    return Q(state=JobState.RUNNING, heartbeat__lt=now - lease)


def is_free(now: datetime) -> Q:
    """Return a filter for jobs that a worker may take."""
    return Q(state=JobState.WAITING) | is_dead(now)


def is_over() -> Q:
    """Return a filter for free jobs that can only be ended: canceled jobs, and jobs without attempts left."""
    return Q(attempts__gte=conf.JOB_ATTEMPTS.value) | Q(cancel_requested=True)


def request_cancel(model: type[Job], job_pk: int) -> None:
    """
    End a job that waits, or whose worker is dead; ask a running one to end at its next step.

    Does nothing to a finished job.
    """
    with transaction.atomic():
        jobs = model._default_manager.select_for_update()
        job = jobs.get(pk=job_pk)
        if jobs.filter(is_free(datetime.now(UTC)), pk=job_pk).first() is not None:
            kind_of(model).finish(job, JobState.CANCELED, "")
        elif job.state == JobState.RUNNING and not job.cancel_requested:
            job.cancel_requested = True
            job.save(update_fields=["cancel_requested"])


def end_if_over[JobT: Job](kind: JobKind[JobT], job_pk: int) -> bool:
    """
    End a job that can only be ended (see ``is_over``). Returns whether it was ended.

    The job is checked again under the lock of its row, because a worker that was thought dead may have renewed its
    lease.
    """
    with transaction.atomic():
        jobs = kind.model._default_manager.select_for_update()
        job = jobs.filter(is_free(datetime.now(UTC)) & is_over(), pk=job_pk).first()
        if job is None:
            return False
        if job.cancel_requested:
            kind.finish(job, JobState.CANCELED, "")
        else:
            _give_up(kind, job)
    return True


def _break_off[JobT: Job](kind: JobKind[JobT], worker: JobWorker[JobT], error: Exception) -> None:
    """Store the reason why an attempt broke off, and end the job if it was the last attempt."""
    with transaction.atomic():
        job = worker.jobs.select_for_update().get(pk=worker.job.pk)
        if job.lease != worker.lease or job.state != JobState.RUNNING:
            return
        job.state, job.lease, job.last_error = JobState.WAITING, None, _reason(error)
        job.save(update_fields=["state", "lease", "last_error"])
    end_if_over(kind, worker.job.pk)


def _fail[JobT: Job](kind: JobKind[JobT], worker: JobWorker[JobT], error: ContentLibrariesError) -> None:
    """
    Fail a job at once, because another attempt would not help.

    The author is told the reason, and how to start the job again.
    """
    try:
        with worker.finishing() as job, site_language.active():
            if job.state in UNFINISHED:
                kind.finish(job, JobState.FAILED, f"{error.message} {kind.start_anew(job)}")
    except LeaseLostError:
        logger.warning("The job %s belongs to another worker now", worker.job.uuid)


def _give_up[JobT: Job](kind: JobKind[JobT], job: JobT) -> None:
    with site_language.active():
        reason = job.last_error
        if job.state == JobState.RUNNING:
            reason = _("its worker was killed, or said nothing for %(seconds)s seconds") % {
                "seconds": conf.JOB_LEASE_SECONDS.value
            }
        text = ngettext(
            "It broke off %(count)s time. The reason: %(reason)s. It is not tried again by itself. %(start_anew)s"
            " If it breaks off again, ask the staff of the site to look at it.",
            "It broke off %(count)s times. The last reason: %(reason)s. It is not tried again by itself."
            " %(start_anew)s If it breaks off again, ask the staff of the site to look at it.",
            job.attempts,
        ) % {"count": job.attempts, "reason": reason, "start_anew": kind.start_anew(job)}
    logger.error("The job %s was given up after %s attempts: %s", job.uuid, job.attempts, reason)
    kind.finish(job, JobState.FAILED, text)


def _reason(error: Exception) -> str:
    """
    Return a short reason why an attempt broke off, for the author and for staff, without file names of the server.
    """
    if isinstance(error, OSError) and error.strerror:
        text = f"{type(error).__name__}: {error.strerror}"
    else:
        text = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    return without_server_paths(text.splitlines()[0]).rstrip(".")[:_MAX_REASON]


__all__ = [
    "claim",
    "end_if_over",
    "is_dead",
    "is_free",
    "is_over",
    "request_cancel",
    "run_job",
]
