"""Indexing in the background."""

from __future__ import annotations

import logging

from celery import shared_task

from .engine import SearchEngineError
from .upkeep import catch_up, libraries_behind

logger = logging.getLogger(__name__)


@shared_task(
    name="content_libraries.search.catch_up",
    autoretry_for=(SearchEngineError,),
    throws=(SearchEngineError,),
    max_retries=5,
    retry_backoff=2,
)
def catch_up_search(learning_package_pk: int) -> int:
    """
    Bring the documents of one library up to date. Running it twice, or at the same time twice, does no harm.

    Returns: how many documents were made.
    """
    return catch_up(learning_package_pk).updated


@shared_task(name="content_libraries.search.sweep")
def sweep_search() -> int:
    """
    Find the libraries whose documents are not up to date, whatever the reason, and bring them up to date.

    To be called periodically, so that the index recovers from what nobody noticed.

    Returns: how many libraries there were.
    """
    try:
        behind = libraries_behind()
    except SearchEngineError as error:
        logger.warning("The search engine does not answer: %s", error)
        return 0
    for learning_package_pk in behind:
        catch_up_search.delay(learning_package_pk)
    return len(behind)
