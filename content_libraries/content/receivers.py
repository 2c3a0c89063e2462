"""Sends the public events when Learning Core has committed a log, or lets a job send them."""

from __future__ import annotations

import logging
from typing import Any, Final

from celery import Task
from django.dispatch import receiver
from kombu.exceptions import OperationalError

from ..learning_core import api as learning_core
from ..learning_core.api import (
    CollectionChangeData,
    DraftChangeLogEventData,
    LearningPackageEventData,
    PublishLogEventData,
)
from . import collection_events, events, tasks

logger = logging.getLogger(__name__)

MAX_CHANGES_IN_PROCESS: Final = 25
"""
The most changes of a log that are announced in the request itself. Longer logs are left to a job.

The edit of one item is announced before its request is answered, so that receivers are up to date when the author
looks at the result. The author must not have to wait for many related items (shared parents, children of a renamed
container).
"""


@receiver(learning_core.ENTITIES_DRAFT_CHANGED, dispatch_uid="content_libraries.content.drafts_changed")
def drafts_changed(
    *, learning_package: LearningPackageEventData, change_log: DraftChangeLogEventData, **kwargs: object
) -> None:
    """Announce a draft change log of a library."""
    library_key = events.library_key_of_package(learning_package.id)
    if library_key is None:
        return
    log = learning_package.id, change_log.draft_change_log_id
    if len(change_log.changes) > MAX_CHANGES_IN_PROCESS:
        _run_later(tasks.send_draft_events, *log)
        return
    changes = learning_core.draft_changes(change_log.draft_change_log_id, library_key=library_key)
    events.send_draft_events(changes)
    collection_events.send_updates_of_collections(changes, library_key=library_key)
    if events.may_change_associations(changes):
        _run_later(tasks.send_association_events, *log)


@receiver(learning_core.ENTITIES_PUBLISHED, dispatch_uid="content_libraries.content.published")
def published(*, learning_package: LearningPackageEventData, change_log: PublishLogEventData, **kwargs: object) -> None:
    """Announce a publish log of a library."""
    library_key = events.library_key_of_package(learning_package.id)
    if library_key is None:
        return
    if len(change_log.changes) > MAX_CHANGES_IN_PROCESS:
        _run_later(tasks.send_publish_events, learning_package.id, change_log.publish_log_id)
        return
    changes = learning_core.publish_changes(change_log.publish_log_id, library_key=library_key)
    events.send_publish_events(learning_package.id, changes, library_key=library_key)
    collection_events.send_updates_of_collections(changes, library_key=library_key)


@receiver(learning_core.COLLECTION_CHANGED, dispatch_uid="content_libraries.content.collection_changed")
def collection_changed(
    *, learning_package: LearningPackageEventData, change: CollectionChangeData, **kwargs: object
) -> None:
    """Announce a change of a collection of a library."""
    library_key = events.library_key_of_package(learning_package.id)
    if library_key is None:
        return
    collection_events.send_collection_event(change, library_key=library_key)
    entity_pks = collection_events.items_concerned(learning_package.id, change)
    if len(entity_pks) > MAX_CHANGES_IN_PROCESS:
        _run_later(tasks.send_collection_association_events, learning_package.id, sorted(entity_pks))
        return
    collection_events.send_association_events(learning_package.id, entity_pks, library_key=library_key)


def _run_later(task: Task[Any, None], *args: int | list[int]) -> None:
    """Enqueue a job. Without a broker it runs here, because the edit is committed and its events must not be lost."""
    try:
        task.apply_async(args, retry=False)
    except (OperationalError, OSError):
        logger.warning("The broker does not answer; running %s in this process.", task.name, exc_info=True)
        task(*args)
