"""The kinds of jobs. A room registers its kinds, so that this room can send, sweep, end and retry the jobs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Protocol, cast
from uuid import UUID

from ..actors import Actor
from .models import Job, JobState
from .workers import JobWorker


class Retry(Protocol):
    """
    Starts a finished job again on behalf of a user, who needs the same rights as for a new job.

    Returns the new job.
    """

    def __call__(self, job_uuid: UUID, /, *, user: Actor) -> Job: ...


@dataclass(frozen=True, slots=True)
class JobKind[JobT: Job]:
    """
    A kind of jobs.

    Args:
        model: the model of its rows.
        task_name: the Celery task that does the rest of a job; it takes the uuid of the job.
        work: does the rest of a job. It has to handle ContentLibrariesErrors; any other exception ends the attempt.
        finish: ends a job that is locked and not finished, in the caller's transaction; takes state and error.
        retry: starts a finished job anew.
        start_anew: returns a sentence that tells the author of a job how to start it anew.
    """

    model: type[JobT]
    task_name: str
    work: Callable[[JobWorker[JobT]], None]
    finish: Callable[[JobT, JobState, str], None]
    retry: Retry
    start_anew: Callable[[JobT], str]


_KINDS: Final[dict[type[Job], JobKind[Any]]] = {}


def register[JobT: Job](kind: JobKind[JobT]) -> JobKind[JobT]:
    """Register a kind of jobs. Call this when the tasks of its room are imported."""
    _KINDS[kind.model] = kind
    return kind


def kinds() -> list[JobKind[Any]]:
    """Return all kinds, in the order of their registration."""
    return list(_KINDS.values())


def kind_of[JobT: Job](model: type[JobT]) -> JobKind[JobT]:
    """Return the kind of the jobs of a model."""
    return cast("JobKind[JobT]", _KINDS[model])
