"""
The documents of library content (wire: search-documents).

They are made for many items at once: one call makes the same number of queries for one item as for a batch.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any, Final

from django.utils.text import slugify
from opaque_keys.edx.keys import UsageKey

from ..block_types.api import CONTAINERS, SearchText, block_type, search_text
from ..content.api import EffectiveLicense, effective_licenses
from ..keys import (
    ItemKey,
    LibraryCollectionLocator,
    LibraryContainerLocator,
    LibraryLocatorV2,
    LibraryUsageLocatorV2,
)
from ..learning_core import api as learning_core
from ..learning_core.api import Child, CollectionLabel, CollectionState, ItemStatus, ItemTitles, VersionStatus
from .engine import Document
from .tags import TagValues, tags_of

logger = logging.getLogger(__name__)

LIBRARY_BLOCK: Final = "library_block"
LIBRARY_CONTAINER: Final = "library_container"
COLLECTION: Final = "collection"

NEVER: Final = "never"
PUBLISHED: Final = "published"
MODIFIED: Final = "modified"

_MAX_SLUG: Final = 490
"""Meilisearch takes ids of 511 bytes."""

_PARENTS: Final = {low.container_type: (high.plural, high.container_type) for low, high in pairwise(CONTAINERS)}
"""Container type -> the field that lists the containers it is in, and their type. Components are in units."""


@dataclass(frozen=True, slots=True)
class LibraryPlace:
    """The attributes of a library that its documents need."""

    learning_package_pk: int
    library_key: LibraryLocatorV2
    title: str
    access_id: int
    license: str = ""

    @property
    def context_key(self) -> LibraryLocatorV2:
        return self.library_key


@dataclass(frozen=True, slots=True)
class Documents:
    """Documents for the index, and the ids of documents that it must not have (any more)."""

    live: list[Document]
    gone: list[str]


def document_id(key: str) -> str:
    """
    Return the id of a document (wire: search-document-ids).

    Args:
        key: the key string. Keys that differ only in characters that a slug leaves out get different ids too.
    """
    return f"{slugify(key)[:_MAX_SLUG]}-{hashlib.blake2b(key.encode(), digest_size=4).hexdigest()}"


def item_documents(place: LibraryPlace, entity_pks: Collection[int]) -> Documents:
    """Make the documents of components and containers. Items whose drafts are deleted have no document."""
    statuses = learning_core.item_statuses(place.learning_package_pk, entity_pks, library_key=place.library_key)
    live = [status for _pk, status in sorted(statuses.items()) if status.draft is not None]
    gone = [document_id(str(status.key)) for status in statuses.values() if status.draft is None]
    surroundings = _read_surroundings(place, live)
    return Documents([_item_document(place, status, surroundings) for status in live], gone)


def collection_documents(place: LibraryPlace, codes: Collection[str]) -> Documents:
    """Make the documents of collections. Collections that are disabled or do not exist have no document."""
    states = learning_core.collection_states(place.learning_package_pk, codes)
    keys = {code: str(LibraryCollectionLocator(place.library_key, code)) for code in codes}
    enabled = [state for state in states if state.enabled]
    tags = tags_of([keys[state.code] for state in enabled])
    live: list[Document] = [
        _collection_document(place, keys[state.code], state, tags.get(keys[state.code], {})) for state in enabled
    ]
    return Documents(live, [document_id(keys[code]) for code in keys.keys() - {state.code for state in enabled}])


@dataclass(frozen=True, slots=True)
class _Surroundings:
    """
    The facts in a document that come from other items.

    Args:
        texts: version pk of a component -> its search text.
        children: version pk of a container -> its children.
        pinned_titles: titles of the versions at which containers hold children.
        parents: entity pk -> entity pks of the containers that hold it.
        licenses: entity pk -> the license that counts for it.
        related: entity pk -> title, for these children and parents.
    """

    texts: Mapping[int, SearchText]
    children: Mapping[int, list[Child]]
    pinned_titles: Mapping[int, str]
    parents: Mapping[int, list[int]]
    related: Mapping[int, ItemTitles]
    collections: Mapping[int, list[CollectionLabel]]
    licenses: Mapping[int, EffectiveLicense]
    tags: Mapping[str, TagValues]


def _read_surroundings(place: LibraryPlace, items: list[ItemStatus]) -> _Surroundings:
    pks = [item.pk for item in items]
    containers = [item for item in items if _is_container(item.key)]
    children = learning_core.children_of(version.pk for item in containers for version in _versions(item))
    places = [child for listed in children.values() for child in listed]
    parents = learning_core.draft_parents_of(pks)
    related = {child.entity_pk for child in places}.union(*parents.values())
    versions = _versions_with_texts([item for item in items if not _is_container(item.key)])
    olx = learning_core.olx_of(versions, skip_damaged=True)
    return _Surroundings(
        texts=_search_texts(versions, olx),
        children=children,
        pinned_titles=learning_core.version_titles(
            {child.pinned_version_pk for child in places if child.pinned_version_pk is not None}
        ),
        parents=parents,
        related=learning_core.item_titles(place.learning_package_pk, related, library_key=place.library_key),
        collections=learning_core.collection_labels(pks),
        licenses=effective_licenses(place, pks, olx=olx),
        tags=tags_of([str(item.key) for item in items]),
    )


def _versions_with_texts(components: list[ItemStatus]) -> dict[int, ItemStatus]:
    """Map version pks to components: drafts, and published versions whose documents show a description."""
    versions: dict[int, ItemStatus] = {}
    for item in components:
        if item.published and block_type(_block_type(item.key)).is_described:
            versions[item.published.pk] = item
        if item.draft:
            versions[item.draft.pk] = item
    return versions


def _search_texts(versions: Mapping[int, ItemStatus], olx: Mapping[int, str]) -> dict[int, SearchText]:
    """Map version pks to search texts."""
    texts = {pk: search_text(_block_type(item.key), olx.get(pk, "")) for pk, item in versions.items()}
    for key, error in {versions[pk].key: text.error for pk, text in texts.items() if text.error}.items():
        _log_unreadable(key, error)
    return texts


def readable_search_text(usage_key: UsageKey, olx: str) -> SearchText:
    """
    Return the search text of one block.

    If it cannot be computed, it is without content, and the reason is logged.
    """
    text = search_text(usage_key.block_type, olx)
    if text.error:
        _log_unreadable(usage_key, text.error)
    return text


def _log_unreadable(key: object, error: str) -> None:
    logger.warning("The OLX of %s cannot be read, so it is found by its title only: %s", key, error)


def _item_document(place: LibraryPlace, item: ItemStatus, around: _Surroundings) -> Document:
    assert item.draft is not None  # noqa: S101 - deleted items have no document
    key = str(item.key)
    document = {
        **_common(place, key, item.draft.title),
        "block_type": _block_type(item.key),
        "created": item.created.timestamp(),
        "modified": item.draft.created.timestamp(),
        "last_published": _seconds(item.last_published if item.published else None),
        "publish_status": _publish_status(item),
        **_license_fields(around.licenses.get(item.pk)),
        "tags": around.tags.get(key, {}),
        "collections": _names_and_keys((label.title, label.code) for label in around.collections.get(item.pk, ())),
    }
    if isinstance(item.key, LibraryContainerLocator):
        return document | _container_fields(item, item.key, around)
    return document | _component_fields(item, item.key, around)


def _license_fields(found: EffectiveLicense | None) -> dict[str, Any]:
    """Return the license that counts for an item. A license ``other`` is found by its text, too."""
    if found is None:
        return {}
    texts = (found.value.license_holder, found.value.copyright_notice, found.value.license_text)
    return {
        "license": found.value.license,
        "license_holder": found.value.license_holder or None,
        "license_texts": [text for text in texts if text],
    }


def _component_fields(item: ItemStatus, key: LibraryUsageLocatorV2, around: _Surroundings) -> dict[str, Any]:
    assert item.draft is not None  # noqa: S101 - deleted items have no document
    text = around.texts[item.draft.pk]
    fields: dict[str, Any] = {
        "type": LIBRARY_BLOCK,
        "block_id": key.usage_id,
        "content": text.content,
        "units": _parents(item, "unit", around),
    }
    if text.description:
        fields["description"] = text.description
    if item.published:
        fields["published"] = {"display_name": item.published.title}
        if (published_text := around.texts.get(item.published.pk)) and published_text.description:
            fields["published"]["description"] = published_text.description
    return fields


def _container_fields(item: ItemStatus, key: LibraryContainerLocator, around: _Surroundings) -> dict[str, Any]:
    assert item.draft is not None  # noqa: S101 - deleted items have no document
    fields: dict[str, Any] = {
        "type": LIBRARY_CONTAINER,
        "block_id": key.container_id,
        **_children_fields(item.draft, around, published=False),
    }
    if item.published:
        fields["published"] = {
            "display_name": item.published.title,
            **_children_fields(item.published, around, published=True),
        }
    if key.container_type in _PARENTS:
        field, parent_type = _PARENTS[key.container_type]
        fields[field] = _parents(item, parent_type, around)
    return fields


def _children_fields(version: VersionStatus, around: _Surroundings, *, published: bool) -> dict[str, Any]:
    children = list(_live_children(around.children.get(version.pk, ()), around, published=published))
    return {
        "num_children": len(children),
        "content": {
            "child_usage_keys": [str(key) for key, _title in children],
            "child_display_names": [title for _key, title in children],
        },
    }


def _live_children(places: Iterable[Child], around: _Surroundings, *, published: bool) -> Iterator[tuple[ItemKey, str]]:
    """
    Yield the keys and titles of children, as this branch shows them.

    A pinned version is shown even if it is deleted.
    """
    for place in places:
        if (child := around.related.get(place.entity_pk)) is None:
            continue
        title = child.published if published else child.draft
        if place.pinned_version_pk is not None:
            yield child.key, around.pinned_titles[place.pinned_version_pk]
        elif title is not None:
            yield child.key, title


def _parents(item: ItemStatus, container_type: str, around: _Surroundings) -> dict[str, list[str]]:
    parents = (around.related.get(pk) for pk in around.parents.get(item.pk, ()))
    return _names_and_keys(
        (parent.draft, str(parent.key))
        for parent in parents
        if parent and parent.draft is not None and _block_type(parent.key) == container_type
    )


def _collection_document(place: LibraryPlace, key: str, state: CollectionState, tags: TagValues) -> Document:
    return {
        **_common(place, key, state.title),
        "type": COLLECTION,
        # Frontends build the URL of a collection from this.
        "block_id": state.code,
        "description": state.description,
        "created": state.created.timestamp(),
        "modified": state.modified.timestamp(),
        "num_children": state.draft_count,
        "published": {"num_children": state.published_count},
        "tags": tags,
    }


def _common(place: LibraryPlace, key: str, title: str) -> dict[str, Any]:
    return {
        "id": document_id(key),
        "usage_key": key,
        "context_key": str(place.library_key),
        "org": place.library_key.org,
        "access_id": place.access_id,
        "display_name": title,
        "breadcrumbs": [{"display_name": place.title}],
    }


def _publish_status(item: ItemStatus) -> str:
    if item.published is None:
        return NEVER
    return MODIFIED if item.has_unpublished_changes else PUBLISHED


def _names_and_keys(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """Return names and keys of related items as the two parallel lists that documents hold."""
    listed = list(pairs)
    return {"display_name": [name for name, _key in listed], "key": [key for _name, key in listed]}


def _versions(item: ItemStatus) -> list[VersionStatus]:
    return [version for version in (item.draft, item.published) if version is not None]


def _is_container(key: ItemKey) -> bool:
    return isinstance(key, LibraryContainerLocator)


def _block_type(key: ItemKey) -> str:
    return key.container_type if isinstance(key, LibraryContainerLocator) else key.block_type


def _seconds(moment: datetime | None) -> float | None:
    return None if moment is None else moment.timestamp()
