"""Counts jobs and measures how long they wait, for metrics and health checks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache

from django.apps import apps
from django.db.models import Count, Min

from .leases import is_dead
from .models import Job, JobState


@dataclass(frozen=True, slots=True)
class JobFigures:
    """
    Jobs of one kind.

    Args:
        kind: name of the model, such as ``importjob``.
        states: how many there are in each state.
        silent: how many of the running jobs have a worker that has been silent for too long.
        waiting_seconds: how long the oldest waiting job has been waiting; 0 if no job waits.
    """

    kind: str
    states: Mapping[JobState, int]
    silent: int
    waiting_seconds: float


def job_figures() -> list[JobFigures]:
    """Count the jobs of each kind, in one query a kind."""
    now = datetime.now(UTC)
    return [_figures(model, now) for model in _models()]


def job_kinds() -> list[str]:
    """Return the names of the models of jobs. A task status calls its job by the same name."""
    return [_kind(model) for model in _models()]


@cache
def _models() -> tuple[type[Job], ...]:
    return tuple(model for model in apps.get_models() if issubclass(model, Job))


def _kind(model: type[Job]) -> str:
    return model.__name__.lower()


def _figures(model: type[Job], now: datetime) -> JobFigures:
    rows = (
        model._default_manager.order_by()
        .values("state")
        .annotate(number=Count("pk"), silent=Count("pk", filter=is_dead(now)), oldest=Min("created"))
    )
    found = {JobState(row["state"]): row for row in rows}
    waiting = found.get(JobState.WAITING)
    return JobFigures(
        kind=_kind(model),
        states={state: found[state]["number"] if state in found else 0 for state in JobState},
        silent=sum(row["silent"] for row in found.values()),
        waiting_seconds=max(0.0, (now - waiting["oldest"]).total_seconds()) if waiting else 0.0,
    )


__all__ = ["JobFigures", "job_figures", "job_kinds"]
