"""Chooses the items of an archive that are restored: all, or some with everything that they need."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from django.utils.translation import gettext as _

from ...errors import InvalidInputError
from ..format.data import CollectionRecord, EntityRecord, VersionRecord
from ..verifying.data import Archive
from .data import RestoreOptions


def chosen_items(archive: Archive, options: RestoreOptions) -> dict[str, EntityRecord]:
    """
    Return the items to restore by key, in the order of the archive.

    Raises InvalidInputError if the archive does not hold a chosen item or collection.
    """
    if not options.is_partial:
        return dict(archive.entities)
    collections = {collection.code: collection for collection in archive.collections}
    wanted = list(options.items)
    for code in options.collections:
        if code not in collections:
            raise InvalidInputError(
                _("The archive does not hold the collection “%(code)s”.") % {"code": code}, field="collections"
            )
        wanted += collections[code].keys
    for key in wanted:
        if key not in archive.entities:
            raise InvalidInputError(_("The archive does not hold “%(key)s”.") % {"key": key}, field="items")
    found: set[str] = set()
    while wanted:
        key = wanted.pop()
        if key not in found:
            found.add(key)
            wanted += children_of(archive.entities[key].versions.values())
    return {key: entity for key, entity in archive.entities.items() if key in found}


def children_of(versions: Iterable[VersionRecord]) -> list[str]:
    """Return the keys of the children of versions."""
    return [child.key for version in versions for child in version.children]


def chosen_collections(archive: Archive, options: RestoreOptions) -> list[CollectionRecord]:
    """Return the collections to restore: all, or the chosen ones. Deleted collections come only into a new library."""
    return [
        collection
        for collection in archive.collections
        if not options.is_partial or collection.code in options.collections
    ]


def partial_archive(archive: Archive, options: RestoreOptions) -> Archive:
    """Return the chosen part of an archive."""
    entities = chosen_items(archive, options)
    collections = [
        replace(collection, keys=tuple(key for key in collection.keys if key in entities))
        for collection in chosen_collections(archive, options)
    ]
    return replace(archive, entities=entities, collections=tuple(collections))
