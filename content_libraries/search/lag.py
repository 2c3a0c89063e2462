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
    The lag of the index behind the content.

    Args:
        behind: how many libraries and courses, deleted ones included, have outdated documents.
        seconds: how long the oldest change that cannot be found yet has been waiting; 0 if no change waits, or if it
            left no trace in the logs (tags and collections).
        error: the error message of the search engine; "" if it works.
        refused: keys of items that are found by title only, or not at all, because the engine refused their documents.
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

    Returns: learning package pk -> the point up to which the index has followed it; and the engine's error message.
    """
    error, index_id = "", None
    try:
        with waiting_at_most(_WAITING_SECONDS):
            index_id = current_engine().prepare()
    except SearchEngineError as failure:
        error = failure.message
    return points_behind(index_id), error
