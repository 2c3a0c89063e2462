"""
Sends the public events of collections (wire: events).

Collections have no logs: Learning Core announces each change of a collection after commit. The logs of items show when
items of a collection appear, disappear or get published.
"""

from __future__ import annotations

from collections.abc import Iterable

from openedx_events.content_authoring.data import LibraryCollectionData
from openedx_events.content_authoring.signals import (
    LIBRARY_COLLECTION_CREATED,
    LIBRARY_COLLECTION_DELETED,
    LIBRARY_COLLECTION_UPDATED,
)
from openedx_events.tooling import OpenEdxPublicSignal

from ..keys import LibraryCollectionLocator, LibraryLocatorV2
from ..learning_core import api as learning_core
from ..learning_core.api import CollectionChangeData, ItemChange
from .events import send_association_event


def send_collection_event(change: CollectionChangeData, *, library_key: LibraryLocatorV2) -> None:
    """Send CREATED, UPDATED or DELETED for a ``COLLECTION_CHANGED`` signal, unless nothing has changed."""
    if change.deleted:
        _send(LIBRARY_COLLECTION_DELETED, library_key, change.collection_code)
    elif change.created:
        _send(LIBRARY_COLLECTION_CREATED, library_key, change.collection_code)
    elif change.metadata_modified or change.entities_added or change.entities_removed:
        _send(LIBRARY_COLLECTION_UPDATED, library_key, change.collection_code)


def send_updates_of_collections(changes: Iterable[ItemChange], *, library_key: LibraryLocatorV2) -> None:
    """
    Send UPDATED for each enabled collection whose items appeared or disappeared in a log.

    Such a collection has another count of items.
    """
    entity_pks = {
        change.entity_pk for change in changes if (change.old_version_pk is None) != (change.new_version_pk is None)
    }
    for code in sorted(learning_core.collection_codes_with(entity_pks)):
        _send(LIBRARY_COLLECTION_UPDATED, library_key, code)


def items_concerned(learning_package_pk: int, change: CollectionChangeData) -> set[int]:
    """
    Find the items that a collection gained or lost, or all its items if its title has changed.

    Returns entity pks. ``change`` comes with ``COLLECTION_CHANGED``.
    """
    entity_pks: set[int] = {*change.entities_added, *change.entities_removed}
    if change.metadata_modified:
        entity_pks |= learning_core.member_pks_of(learning_package_pk, change.collection_code)
    return entity_pks


def send_association_events(
    learning_package_pk: int, entity_pks: Iterable[int], *, library_key: LibraryLocatorV2
) -> None:
    """Send CONTENT_OBJECT_ASSOCIATIONS_CHANGED for each item that exists, in draft or published."""
    present = learning_core.without_vanished(entity_pks)
    for key in learning_core.item_keys(learning_package_pk, present, library_key=library_key).values():
        send_association_event(key, ["collections"])


def _send(signal: OpenEdxPublicSignal, library_key: LibraryLocatorV2, code: str) -> None:
    key = LibraryCollectionLocator(library_key, code)
    signal.send_event(library_collection=LibraryCollectionData(collection_key=key))
