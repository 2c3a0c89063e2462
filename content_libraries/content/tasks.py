"""
Tasks that send events in the background.

Their arguments are pks. Events are sent for rows that still exist when a task runs.
"""

from __future__ import annotations

from celery import shared_task

from ..learning_core import api as learning_core
from . import collection_events, events


@shared_task
def send_draft_events(learning_package_pk: int, draft_change_log_pk: int) -> None:
    """Send all events of a draft change log."""
    if library_key := events.library_key_of_package(learning_package_pk):
        changes = learning_core.draft_changes(draft_change_log_pk, library_key=library_key)
        events.send_draft_events(changes)
        collection_events.send_updates_of_collections(changes, library_key=library_key)
        events.send_association_events(learning_package_pk, changes, library_key=library_key)


@shared_task
def send_association_events(learning_package_pk: int, draft_change_log_pk: int) -> None:
    """Send the association events of a draft change log."""
    if library_key := events.library_key_of_package(learning_package_pk):
        changes = learning_core.draft_changes(draft_change_log_pk, library_key=library_key)
        events.send_association_events(learning_package_pk, changes, library_key=library_key)


@shared_task
def send_publish_events(learning_package_pk: int, publish_log_pk: int) -> None:
    """Send all events of a publish log."""
    if library_key := events.library_key_of_package(learning_package_pk):
        changes = learning_core.publish_changes(publish_log_pk, library_key=library_key)
        events.send_publish_events(learning_package_pk, changes, library_key=library_key)
        collection_events.send_updates_of_collections(changes, library_key=library_key)


@shared_task
def send_collection_association_events(learning_package_pk: int, entity_pks: list[int]) -> None:
    """Send the association events of items whose collections changed."""
    if library_key := events.library_key_of_package(learning_package_pk):
        collection_events.send_association_events(learning_package_pk, entity_pks, library_key=library_key)
