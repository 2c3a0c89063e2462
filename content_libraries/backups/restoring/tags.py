"""Gives the tags of an archive to the objects of a library."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ...keys import (
    CONTAINER_TYPES,
    LibraryCollectionLocator,
    LibraryContainerLocator,
    LibraryLocatorV2,
    LibraryUsageLocatorV2,
)
from ...learning_core.api import COMPONENT_NAMESPACE
from ...libraries.api import ContentLibrary
from ...tagging import api as tagging
from ..format.data import EntityRecord, TagsRecord


def item_object_id(library_key: LibraryLocatorV2, entity: EntityRecord, *, code: str) -> str | None:
    """Return the key of an item under a code in a library; None for an item that no library can have."""
    if entity.namespace not in ("", COMPONENT_NAMESPACE):
        return None
    return object_id_of(library_key, entity.item_type, code)


def object_id_of(library_key: LibraryLocatorV2, item_type: str, code: str) -> str:
    """Return the key of an item in a library, from its block type or container type and its code."""
    if item_type in CONTAINER_TYPES:
        return str(LibraryContainerLocator(library_key, item_type, code))
    return str(LibraryUsageLocatorV2(library_key, item_type, code))  # type: ignore[abstract]


def give_tags(
    library: ContentLibrary,
    records: Iterable[TagsRecord],
    object_id_of: Callable[[TagsRecord], str | None],
    *,
    new: bool,
) -> None:
    """
    Give tags to objects, in the caller's transaction. Tags that the site does not have are left out.

    Args:
        object_id_of: returns the object that gets the tags of a record; None if no object gets them.
        new: whether the objects are new, so that nobody needs to be told of their tags.
    """
    wanted = {}
    for record in records:
        object_id = object_id_of(record)
        if object_id is not None:
            wanted[object_id] = list(record.tags)
    if wanted:
        tagging.add_tags(library, wanted, announced=() if new else list(wanted))


def collection_object_id(library_key: LibraryLocatorV2, code: str) -> str:
    """Return the key of a collection."""
    return str(LibraryCollectionLocator(library_key, code))
