"""
Computes the state of many items at once. The number of queries does not depend on the number of items.

Nothing is cached in flags: every value is computed from Learning Core's pointers and logs when it is asked for.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from openedx_content.models_api import Collection as CollectionModel
from openedx_content.models_api import PublishableEntity
from openedx_tagging import api as tagging_api

from ..keys import ItemKey, LibraryLocatorV2
from .change_marks import MARK_FIELDS, ChangeSetMark, mark_of
from .ids import package_id
from .lookups import NAME_FIELDS, key_of
from .rows import in_parts


@dataclass(frozen=True, slots=True)
class VersionStatus:
    """A version of an item. ``created_by`` is a username; None for the site itself or a retired user."""

    pk: int
    version_num: int
    title: str
    created: datetime
    created_by: str | None


@dataclass(frozen=True, slots=True)
class ItemStatus:
    """
    The state of a component or a container.

    Args:
        pk: pk of the publishable entity.
        key: the item's key in its library.
        can_stand_alone: False if it was made inside a container.
        created, created_by: creation of the item itself.
        draft: the draft version; None if it is softly deleted.
        published: the published version; None if it is not published.
        last_published, last_published_by: the last publish that included the item, itself or as a part of a container;
            None if it was never published.
        has_unpublished_changes: whether draft and published state differ, in the item or anywhere below it.
        last_change_set: the change set that changed the draft last, or something below it; None if that is unknown.
    """

    pk: int
    key: ItemKey
    can_stand_alone: bool
    created: datetime
    created_by: str | None
    draft: VersionStatus | None
    published: VersionStatus | None
    last_published: datetime | None
    last_published_by: str | None
    has_unpublished_changes: bool
    last_change_set: ChangeSetMark | None


@dataclass(frozen=True, slots=True)
class ItemTitles:
    """The titles of the draft and the published version of an item; None for a version that does not exist."""

    key: ItemKey
    draft: str | None
    published: str | None


@dataclass(frozen=True, slots=True)
class CollectionLabel:
    """A collection as items show it. ``code`` is its local slug."""

    code: str
    title: str


_TITLE_FIELDS = ("draft__version__title", "published__version__title")
_ENTITY_FIELDS = ("id", "can_stand_alone", "created", "created_by__username")
VERSION_FIELDS = ("id", "version_num", "title", "created", "created_by__username")
_DRAFT_FIELDS = tuple(f"draft__version__{name}" for name in VERSION_FIELDS)
_PUBLISHED_FIELDS = tuple(f"published__version__{name}" for name in VERSION_FIELDS)
_PUBLISH_LOG = "published__publish_log_record__publish_log"
_LOG_FIELDS = (f"{_PUBLISH_LOG}__published_at", f"{_PUBLISH_LOG}__published_by__username")
_DIGEST_FIELDS = (
    "draft__draft_log_record__dependencies_hash_digest",
    "published__publish_log_record__dependencies_hash_digest",
)
_STATUS_FIELDS = (
    *_ENTITY_FIELDS,
    *NAME_FIELDS,
    *_DRAFT_FIELDS,
    *_PUBLISHED_FIELDS,
    *_LOG_FIELDS,
    *_DIGEST_FIELDS,
    *MARK_FIELDS,
)


def item_statuses(
    learning_package_pk: int, entity_pks: Iterable[int], *, library_key: LibraryLocatorV2
) -> dict[int, ItemStatus]:
    """
    Compute the status of items.

    Args:
        learning_package_pk: the learning package of the items; entities of others are left out.
        entity_pks: pks of publishable entities, deleted ones too.
        library_key: the library that owns the learning package.

    Returns: entity pk -> status.
    """
    statuses: dict[int, ItemStatus] = {}
    for part in in_parts(set(entity_pks)):
        entities = PublishableEntity.objects.filter(learning_package_id=package_id(learning_package_pk), id__in=part)
        for row in entities.values(*_STATUS_FIELDS):
            key = key_of(library_key, *(row[name] for name in NAME_FIELDS))
            if key is not None:
                statuses[row["id"]] = _status(key, row)
    return statuses


def item_titles(
    learning_package_pk: int, entity_pks: Iterable[int], *, library_key: LibraryLocatorV2
) -> dict[int, ItemTitles]:
    """Read the titles of items. This costs much less than their status, and a container may have thousands of items."""
    titles: dict[int, ItemTitles] = {}
    for part in in_parts(set(entity_pks)):
        entities = PublishableEntity.objects.filter(learning_package_id=package_id(learning_package_pk), id__in=part)
        for pk, draft, published, *name in entities.values_list("id", *_TITLE_FIELDS, *NAME_FIELDS):
            if (key := key_of(library_key, *name)) is not None:
                titles[pk] = ItemTitles(key, draft, published)
    return titles


def _status(key: ItemKey, row: dict[str, Any]) -> ItemStatus:
    draft = _version(row, _DRAFT_FIELDS)
    published = _version(row, _PUBLISHED_FIELDS)
    last_published, last_published_by = (row[name] for name in _LOG_FIELDS)
    pk, can_stand_alone, created, created_by = (row[name] for name in _ENTITY_FIELDS)
    return ItemStatus(
        pk=pk,
        key=key,
        can_stand_alone=can_stand_alone,
        created=created,
        created_by=created_by,
        draft=draft,
        published=published,
        last_published=last_published,
        last_published_by=last_published_by,
        has_unpublished_changes=_differ(draft, published, *(row[name] or "" for name in _DIGEST_FIELDS)),
        last_change_set=mark_of([row[name] for name in MARK_FIELDS]),
    )


def _version(row: dict[str, Any], fields: Collection[str]) -> VersionStatus | None:
    pk, *values = (row[name] for name in fields)
    return VersionStatus(pk, *values) if pk is not None else None


def _differ(
    draft: VersionStatus | None, published: VersionStatus | None, draft_digest: str, published_digest: str
) -> bool:
    """
    Return whether draft and published state differ in an item or anywhere below it.

    The versions tell about the item itself. The digests of the log records that touched the two branches last tell
    about everything below: a digest is made of the versions and digests of the live children, down to the leaves.
    (Learning Core's ``contains_unpublished_changes`` answers in the same way for one container.)
    """
    if draft is None or published is None:
        return draft is not published
    return draft.pk != published.pk or draft_digest != published_digest


def tag_counts(object_ids: Collection[str]) -> dict[str, int]:
    """Count tags of objects, with the ancestors of hierarchical tags. Objects without tags are left out."""
    counts: dict[str, int] = {}
    for part in in_parts(object_ids):
        counts.update(tagging_api.get_object_tag_counts(",".join(part), count_implicit=True))
    return counts


def collections_of(entity_pk: int) -> tuple[CollectionLabel, ...]:
    """Return the enabled collections that an item is in, in the order of their creation."""
    rows = CollectionModel.objects.filter(entities=entity_pk, enabled=True).order_by("id")
    return tuple(CollectionLabel(*row) for row in rows.values_list("collection_code", "title"))
