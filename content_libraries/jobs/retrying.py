"""Starts a job of any kind again."""

from __future__ import annotations

from uuid import UUID

from django.utils.translation import gettext as _

from ..actors import Actor, is_operator
from ..errors import InvalidInputError, NotFoundError
from .kinds import kinds
from .models import UNFINISHED, Job


def retry_any_job(job_uuid: UUID, *, user: Actor) -> Job:
    """
    Start a finished job of any kind again.

    Args:
        user: the user who starts it, and needs the rights for a new job. If the operator starts a job, its author is
            the user of the new job.

    Returns: the new job. Raises NotFoundError for an unknown job and for a job whose author was deleted,
    NotAllowedError, and InvalidInputError if nothing is to be done.
    """
    for kind in kinds():
        job = kind.model._default_manager.select_related("user").filter(uuid=job_uuid).first()
        if job is None:
            continue
        person = job.user if is_operator(user) else user
        if person is None:
            raise NotFoundError(_("The user who started this job does not exist any more. Name another one."))
        return kind.retry(job_uuid, user=person)
    raise NotFoundError(_("There is no job “%(job)s”.") % {"job": job_uuid})


def check_finished(job: Job) -> None:
    """Raise InvalidInputError unless a job is finished, because only a finished one can be started again."""
    if job.state in UNFINISHED:
        raise InvalidInputError(_("This job is not finished. Wait for it, or cancel it."))
