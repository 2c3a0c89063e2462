"""Tasks that index in the background."""

from __future__ import annotations

import logging

from celery import shared_task

from .. import keys
from ..errors import NotFoundError
from ..jobs.api import MINUTE, periodic_task
from .engine import SearchEngineError
from .rebuilding import rebuild
from .rebuilds import RebuildRunningError, is_interrupted
from .retagging import changes_of
from .upkeep import catch_up, packages_behind

logger = logging.getLogger(__name__)


@shared_task(
    name="content_libraries.search.catch_up",
    autoretry_for=(SearchEngineError,),
    throws=(SearchEngineError,),
    max_retries=5,
    retry_backoff=2,
    acks_late=False,  # the sweep finds work that a dead worker has left
)
def catch_up_search(learning_package_pk: int) -> int:
    """
    Bring the documents of one library or course up to date.

    Running the task twice, even at the same time, does no harm.

    Returns: how many documents were made.
    """
    return catch_up(learning_package_pk).updated


@shared_task(
    name="content_libraries.search.retag",
    autoretry_for=(SearchEngineError,),
    throws=(SearchEngineError,),
    max_retries=5,
    retry_backoff=2,
    acks_late=False,  # the sweep finds work that a dead worker has left
)
def retag_search(trace: dict[str, object]) -> int:
    """
    Update documents whose tags have changed, because a tag or a taxonomy has.

    Args:
        trace: the tags, as a result of ``trace_of``.

    Returns: how many documents were made.
    """
    return sum(
        catch_up(learning_package_pk, change=change).updated for learning_package_pk, change in changes_of(trace)
    )


@periodic_task("content_libraries.search.sweep", seconds=MINUTE)
def sweep_search() -> int:
    """
    Find all libraries and courses whose documents are outdated, and update them.

    So the index recovers from missed changes. An interrupted rebuild is continued, too. A task that no worker begins
    before the next sweep expires; the next sweep finds the work again.

    Returns: how many libraries and courses were outdated.
    """
    try:
        behind = packages_behind()
    except SearchEngineError as error:
        logger.warning("The search engine does not answer: %s", error)
        return 0
    if is_interrupted():
        rebuild_search.apply_async(expires=MINUTE)
    for learning_package_pk in behind:
        catch_up_search.apply_async((learning_package_pk,), expires=MINUTE)
    return len(behind)


@shared_task(
    name="content_libraries.search.reindex",
    throws=(SearchEngineError, NotFoundError),
)
def reindex_search(context_key: str) -> int:
    """
    Make all documents of one library or course anew, in place.

    Returns: how many documents were made.
    """
    return rebuild(keys.context_key(context_key)).updated


@shared_task(
    name="content_libraries.search.rebuild",
    throws=(SearchEngineError,),
    acks_late=False,
)
def rebuild_search() -> int:
    """
    Rebuild the whole index, or continue a rebuild.

    Returns: how many documents were made; 0 if another process is rebuilding.
    """
    try:
        return rebuild().updated
    except RebuildRunningError:
        return 0
