"""
Asks for the items that a search finds.

The search room is above this room, so it registers a function that searches.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from ..keys import CourseKey, LibraryLocatorV2


class FindsItems(Protocol):
    """Finds items of one library or course."""

    def __call__(self, context_key: LibraryLocatorV2 | CourseKey, query: str, *, limit: int) -> Sequence[str]:
        """
        Return the keys of at most so many items that have the words of a query, the best first.

        Checks no permission. Raises a ContentLibrariesError if searching is not possible.
        """


_finders: list[FindsItems] = []


def register_finder(find: FindsItems) -> None:
    """Let selections of items ask this function. It takes the place of an earlier one."""
    _finders[:] = [find]


def find_items(context_key: LibraryLocatorV2 | CourseKey, query: str, *, limit: int) -> Sequence[str]:
    """Return the keys of the items that the search finds; none on a site without search."""
    return _finders[0](context_key, query, limit=limit) if _finders else ()
