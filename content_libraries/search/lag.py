"""Measures how far the index lags behind the content, for health checks, metrics and the admin."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils import timezone

from ..learning_core import api as learning_core
from ..learning_core.api import LogMark
from .checkpoints import refusals
from .engine import SearchEngineError, current_engine
from .upkeep import points_behind
from .waiting import waiting_at_most

_WAITING_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class IndexLag:
    """
    How far the index is behind.

    Args:
        behind: how many libraries and courses, deleted ones included, are not in the index as they are.
        seconds: how long the oldest change that cannot be found yet has been waiting; 0 when none waits, or when it
            left no trace in the logs (tags and collections).
        error: what the search engine says that keeps it from working; "" when it works.
        refused: keys of what is found by its title only, or not at all, because the engine does not take its document.
    """

    behind: int
    seconds: float
    error: str
    refused: tuple[str, ...] = ()


def index_lag() -> IndexLag:
    """Measure how far the index lags behind, in a few queries. Failures of the engine are reported, not raised."""
    behind, error = lagging_packages()
    oldest = learning_core.oldest_change_after(behind)
    seconds = max(0.0, (timezone.now() - oldest).total_seconds()) if oldest else 0.0
    return IndexLag(len(behind), seconds, error, tuple(refusal.usage_key for refusal in refusals()))


def lagging_packages() -> tuple[dict[int, LogMark], str]:
    """
    Find the learning packages with changes that are not in the index.

    Returns: learning package pk -> the point up to which it was followed; and what keeps the engine from working.
    """
    error, index_id = "", None
    try:
        with waiting_at_most(_WAITING_SECONDS):
            index_id = current_engine().prepare()
    except SearchEngineError as failure:
        error = failure.message
    return points_behind(index_id), error
