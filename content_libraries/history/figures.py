"""Counts what happens in a library or a course over time, and what of a library is published."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.utils.timezone import localtime

from ..actors import Actor
from ..keys import LibraryLocatorV2
from ..learning_core import api as learning_core
from ..learning_core.data import PublishFigures
from ..libraries.api import Permission, access_library, package_pk
from .change_sets import AnyItemKey, ContextKey, place_of

MOST_WEEKS: Final = 52


@dataclass(frozen=True, slots=True)
class Week:
    """How often a library or course was changed, and how often published, in one week. Weeks begin on Mondays."""

    start: datetime
    edits: int
    publishes: int


def activity(key: ContextKey | AnyItemKey, *, user: Actor, weeks: int = 12) -> list[Week]:
    """
    Count the change sets of the last weeks, oldest week first, in two queries. Needs VIEW.

    Args:
        key: a library, a course, or an item or block.
        user: the user who asks. The days are those of the active time zone.
        weeks: the number of weeks, with the current one; at most MOST_WEEKS.

    Raises NotFoundError and NotAllowedError.
    """
    _context_key, learning_package_pk, entity_pk = place_of(key, user)
    today = localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    monday = today - timedelta(days=today.weekday())
    count = max(1, min(weeks, MOST_WEEKS))
    bounds = [monday - timedelta(weeks=ago) for ago in range(count - 1, -2, -1)]
    counts = learning_core.change_sets.count_by_period(learning_package_pk, bounds, entity_pk=entity_pk)
    return [Week(start, *found) for start, found in zip(bounds[:-1], counts, strict=True)]


def publish_figures(library_key: LibraryLocatorV2, *, user: Actor) -> PublishFigures:
    """Count the items of a library by how far they are published, in one query. Needs VIEW."""
    library = access_library(user, library_key, Permission.VIEW)
    return learning_core.change_sets.publish_figures(package_pk(library))
