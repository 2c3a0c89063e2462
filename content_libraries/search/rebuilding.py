"""
Bringing everything up to date, or making it anew. For the operator of the site: permissions are not checked.
"""

from __future__ import annotations

from collections.abc import Callable, Collection

from ..keys import LibraryLocatorV2
from ..libraries import api as libraries
from .checkpoints import start_over
from .engine import current_engine
from .models import SearchCheckpoint
from .upkeep import CaughtUp, catch_up, libraries_behind

type Report = Callable[[int, int, CaughtUp], None]
"""Told after each library: how many are done, how many there are, and what has been done in all of them."""


def refresh(library_key: LibraryLocatorV2 | None = None, *, report: Report | None = None) -> CaughtUp:
    """
    Make only those documents that are not up to date.

    Args:
        library_key: one library; all libraries if None, those that were deleted too.

    Returns: what was done. Raises NotFoundError, and SearchEngineError if the engine fails.
    """
    if library_key is None:
        return _catch_up_each(libraries_behind(), report)
    return _catch_up_each([libraries.get_library(library_key).learning_package_id], report)


def rebuild(library_key: LibraryLocatorV2 | None = None, *, report: Report | None = None) -> CaughtUp:
    """
    Make all documents anew. What is not done yet is not found meanwhile; if this is interrupted, the sweep
    goes on with it.

    Args:
        library_key: one library; the whole index if None.

    Returns: what was done. Raises NotFoundError, and SearchEngineError if the engine fails.
    """
    engine = current_engine()
    if library_key is None:
        engine.prepare()
        engine.clear()
        return _catch_up_each(libraries_behind(), report)
    learning_package_pk = libraries.get_library(library_key).learning_package_id
    engine.prepare()
    engine.delete_context(str(library_key))
    start_over(SearchCheckpoint.objects.filter(learning_package_pk=learning_package_pk))
    return _catch_up_each([learning_package_pk], report)


def _catch_up_each(learning_package_pks: Collection[int], report: Report | None) -> CaughtUp:
    done = CaughtUp()
    for number, pk in enumerate(learning_package_pks, 1):
        done += catch_up(pk)
        if report:
            report(number, len(learning_package_pks), done)
    return done
