"""
Sends the public events of components and containers (wire: events).

Learning Core sends one event for each draft change log and publish log, after commit. This module turns the records of
a log into the events that the platform knows, once for each item, and once for each item whose containers changed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from functools import partial
from typing import Final

from django.db import transaction
from openedx_events.content_authoring.data import (
    ContentObjectChangedData,
    LibraryBlockData,
    LibraryContainerData,
)
from openedx_events.content_authoring.signals import (
    CONTENT_OBJECT_ASSOCIATIONS_CHANGED,
    LIBRARY_BLOCK_CREATED,
    LIBRARY_BLOCK_DELETED,
    LIBRARY_BLOCK_PUBLISHED,
    LIBRARY_BLOCK_UPDATED,
    LIBRARY_CONTAINER_CREATED,
    LIBRARY_CONTAINER_DELETED,
    LIBRARY_CONTAINER_PUBLISHED,
    LIBRARY_CONTAINER_UPDATED,
)
from openedx_events.tooling import OpenEdxPublicSignal

from ..keys import ItemKey, LibraryContainerLocator, LibraryLocatorV2
from ..learning_core import api as learning_core
from ..learning_core.api import ItemChange
from ..libraries.api import ContentLibrary

type _Signals = tuple[OpenEdxPublicSignal, OpenEdxPublicSignal]
"""The signal for components, and that for containers."""

_CREATED: Final[_Signals] = (LIBRARY_BLOCK_CREATED, LIBRARY_CONTAINER_CREATED)
_UPDATED: Final[_Signals] = (LIBRARY_BLOCK_UPDATED, LIBRARY_CONTAINER_UPDATED)
_DELETED: Final[_Signals] = (LIBRARY_BLOCK_DELETED, LIBRARY_CONTAINER_DELETED)
_PUBLISHED: Final[_Signals] = (LIBRARY_BLOCK_PUBLISHED, LIBRARY_CONTAINER_PUBLISHED)


def library_key_of_package(learning_package_pk: int) -> LibraryLocatorV2 | None:
    """Return the key of the library that owns a learning package; None if no library does."""
    library = ContentLibrary.objects.select_related("org").filter(learning_package__id=learning_package_pk).first()
    return None if library is None else library.library_key


def send_draft_events(changes: Iterable[ItemChange]) -> None:
    """Send CREATED, UPDATED or DELETED for each item of a draft change log."""
    for change in changes:
        if change.old_version_pk is None and change.new_version_pk is not None:
            _send(_CREATED, change.key)
        elif change.old_version_pk is not None and change.new_version_pk is None:
            _send(_DELETED, change.key)
        else:
            _send(_UPDATED, change.key)


def send_publish_events(
    learning_package_pk: int, changes: Collection[ItemChange], *, library_key: LibraryLocatorV2
) -> None:
    """
    Send PUBLISHED for each item of a publish log, published deletions too.

    Older receivers expect it also from containers above that were never published.
    """
    for change in changes:
        _send(_PUBLISHED, change.key)
    if LIBRARY_CONTAINER_PUBLISHED.has_listeners():
        above = learning_core.never_published_above(change.entity_pk for change in changes)
        for key in learning_core.item_keys(learning_package_pk, sorted(above), library_key=library_key).values():
            _send(_PUBLISHED, key)


def send_deleted(key: ItemKey) -> None:
    """Send DELETED, after commit, for an item that does not exist."""
    transaction.on_commit(partial(_send, _DELETED, key))


def may_change_associations(changes: Iterable[ItemChange]) -> bool:
    """Return whether ``send_association_events`` could have anything to send."""
    return any(change.was_restored or _is_container_change(change) for change in changes)


def send_association_events(
    learning_package_pk: int, changes: Collection[ItemChange], *, library_key: LibraryLocatorV2
) -> None:
    """
    Send CONTENT_OBJECT_ASSOCIATIONS_CHANGED once for each item concerned.

    Items are concerned if a container got or lost them as children; if a container of theirs has a new title, appeared
    or disappeared; or if they were restored and have tags or are in collections.
    """
    associations: dict[ItemKey, set[str]] = {}
    _add_restored(associations, [change for change in changes if change.was_restored])
    containers = [change for change in changes if _is_container_change(change)]
    affected = _children_affected(containers)
    keys = learning_core.item_keys(learning_package_pk, affected.keys(), library_key=library_key, live_only=True)
    for entity_pk, key in keys.items():
        associations.setdefault(key, set()).update(affected[entity_pk])
    for key, kinds in associations.items():
        send_association_event(key, kinds)


def send_association_event(key: ItemKey, kinds: Iterable[str]) -> None:
    """Send CONTENT_OBJECT_ASSOCIATIONS_CHANGED for an item, with ``kinds`` as its ``changes``."""
    data = ContentObjectChangedData(object_id=str(key), changes=sorted(kinds))
    # .. event_implemented_name: CONTENT_OBJECT_ASSOCIATIONS_CHANGED
    # .. event_type: org.openedx.content_authoring.content.object.associations.changed.v1
    CONTENT_OBJECT_ASSOCIATIONS_CHANGED.send_event(content_object=data)


def _send(signals: _Signals, key: ItemKey) -> None:
    """
    Send the event of an item.

    Without listeners no event is made, because an import has one for each of its items.
    """
    for_components, for_containers = signals
    if isinstance(key, LibraryContainerLocator):
        if for_containers.has_listeners():
            for_containers.send_event(library_container=LibraryContainerData(container_key=key))
    elif for_components.has_listeners():
        for_components.send_event(library_block=LibraryBlockData(library_key=key.lib_key, usage_key=key))


def _is_container_change(change: ItemChange) -> bool:
    return change.is_direct and isinstance(change.key, LibraryContainerLocator)


def _add_restored(associations: dict[ItemKey, set[str]], restored: Collection[ItemChange]) -> None:
    in_collections = learning_core.collection_labels([change.entity_pk for change in restored])
    tagged = learning_core.tag_counts([str(change.key) for change in restored])
    for change in restored:
        if change.entity_pk in in_collections:
            associations.setdefault(change.key, set()).add("collections")
        if str(change.key) in tagged:
            associations.setdefault(change.key, set()).add("tags")


def _plural(key: ItemKey) -> str:
    """Return the name of a kind of containers in the ``changes`` of an association event."""
    return f"{key.container_type}s" if isinstance(key, LibraryContainerLocator) else "components"


def _children_affected(changes: Collection[ItemChange]) -> dict[int, set[str]]:
    """
    Find the children whose containers changed.

    Maps each entity pk of a child to the plural names of the kinds of containers.
    """
    version_pks = {change.old_version_pk for change in changes} | {change.new_version_pk for change in changes}
    children = learning_core.children_of(pk for pk in version_pks if pk is not None)
    affected: dict[int, set[str]] = {}
    for change in changes:
        old, new = (
            {child.entity_pk for child in children.get(pk or 0, ())}
            for pk in (change.old_version_pk, change.new_version_pk)
        )
        has_same_title = change.old_title == change.new_title
        for entity_pk in old ^ new if has_same_title else old | new:
            affected.setdefault(entity_pk, set()).add(_plural(change.key))
    return affected
