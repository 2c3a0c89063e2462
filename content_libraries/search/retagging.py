"""Finds the documents to update when tags or taxonomies are renamed or deleted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import suppress

from opaque_keys import InvalidKeyError
from opaque_keys.edx.keys import UsageKey
from openedx_tagging.models import ObjectTag, Tag, Taxonomy

from .. import keys
from ..courses import api as courses
from ..errors import NotFoundError
from ..keys import ItemKey, LibraryCollectionLocator, LibraryLocatorV2
from ..learning_core import api as learning_core
from ..libraries import api as libraries
from ..upstream.openedx_tagging import EXPORT_ID, VALUE
from .affected import Change

_COLLECTION = "lib-collection:"
_ITEMS = ("lb:", "lct:")


def trace_of(changed: Tag | Taxonomy, *, is_deleted: bool) -> dict[str, object]:
    """Return a filter that finds the affected object tags, even after the tag or taxonomy is gone."""
    match changed:
        case Taxonomy() if is_deleted:
            return {"taxonomy": None, EXPORT_ID: changed.export_id}
        case Taxonomy():
            return {"taxonomy": changed.pk}
        case Tag() if is_deleted:
            return {"taxonomy": changed.taxonomy_id, "tag": None, VALUE: changed.value}
        case Tag():
            return {"tag__taxonomy": changed.taxonomy_id, "tag__lineage__startswith": changed.lineage}


def changes_of(trace: dict[str, object]) -> Iterator[tuple[int, Change]]:
    """
    Find the documents of objects with the tags that ``trace`` describes.

    Args:
        trace: the result of ``trace_of``.

    Yields: a learning package and the change in it.
    """
    object_ids = ObjectTag.objects.filter(**trace).values_list("object_id", flat=True).distinct()
    of_libraries: dict[LibraryLocatorV2, list[str]] = defaultdict(list)
    blocks: list[UsageKey] = []
    for object_id in object_ids.iterator():
        if object_id.startswith((*_ITEMS, _COLLECTION)):
            with suppress(NotFoundError):
                of_libraries[keys.library_key_of(_library_object(object_id))].append(object_id)
            continue
        with suppress(InvalidKeyError):
            blocks.append(UsageKey.from_string(object_id))
    for library_key, ids in of_libraries.items():
        with suppress(NotFoundError):
            yield _in_library(library_key, ids)
    for learning_package_pk, entity_pks in courses.find_block_entities(blocks).items():
        yield learning_package_pk, Change(entity_pks=frozenset(entity_pks))


def _in_library(library_key: LibraryLocatorV2, object_ids: Iterable[str]) -> tuple[int, Change]:
    library = libraries.get_library(library_key)
    learning_package_pk = libraries.package_pk(library)
    objects = [_library_object(object_id) for object_id in object_ids]
    collections = {key.collection_id for key in objects if isinstance(key, LibraryCollectionLocator)}
    items = [key for key in objects if not isinstance(key, LibraryCollectionLocator)]
    found = learning_core.find_items(learning_package_pk, items)
    entity_pks = frozenset(item.pk for item in found.values())
    return learning_package_pk, Change(entity_pks=entity_pks, collection_codes=frozenset(collections))


def _library_object(object_id: str) -> ItemKey | LibraryCollectionLocator:
    return keys.collection_key(object_id) if object_id.startswith(_COLLECTION) else keys.item_key(object_id)
