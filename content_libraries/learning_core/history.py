"""
Reads the history of items: all records of the draft change logs and of the publish logs.

Learning Core's own history functions work with one item each, and divide draft records by time. This module reads the
records of many items at once, in the order of their logs. Callers divide them by versions.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import F, QuerySet
from openedx_content.models_api import (
    Draft,
    DraftChangeLogRecord,
    PublishableEntityVersion,
    PublishLogRecord,
)

from ..keys import ItemKey, LibraryLocatorV2
from .ids import entity_id
from .item_statuses import VERSION_FIELDS, VersionStatus
from .lookups import NAME_FIELDS, key_of
from .rows import in_parts


@dataclass(frozen=True, slots=True)
class DraftEdit:
    """
    The change of one item in one draft change log.

    Args:
        log_pk: the draft change log. Of the edits of one item, later ones have higher numbers.
        changed_at, changed_by: time and username of the author; None for the site itself.
        old_version_pk, old_version_num, old_title: the draft before; None if the item had no draft.
        new_version_pk, new_version_num, new_title: the draft afterwards; None if the item is deleted. The same version
            as before means that an item below it changed.
        digest: digest of the state of everything below the item afterwards; blank for components.
    """

    log_pk: int
    changed_at: datetime
    changed_by: str | None
    old_version_pk: int | None
    old_version_num: int | None
    old_title: str | None
    new_version_pk: int | None
    new_version_num: int | None
    new_title: str | None
    digest: str


@dataclass(frozen=True, slots=True)
class Publication:
    """
    The publication of one item in one publish log.

    Args:
        key, entity_pk: the item.
        record_pk: the record of the log.
        log_pk, log_uuid: the publish log. Later logs have higher numbers.
        published_at, published_by: time and username of the publisher; None for the site itself.
        direct: whether the user asked to publish the item itself; None in rows older than this column.
        title: the title at that time; for a deletion, the last title.
        new_version_pk: the version that was published; None for a deletion.
        digest: digest of the published state of everything below the item; blank for components.
    """

    key: ItemKey
    entity_pk: int
    record_pk: int
    log_pk: int
    log_uuid: UUID
    published_at: datetime
    published_by: str | None
    direct: bool | None
    title: str
    new_version_pk: int | None
    digest: str


_EDIT_FIELDS = (
    "draft_change_log_id",
    "draft_change_log__changed_at",
    "draft_change_log__changed_by__username",
    "old_version_id",
    "old_version__version_num",
    "old_version__title",
    "new_version_id",
    "new_version__version_num",
    "new_version__title",
    "dependencies_hash_digest",
)

_PUBLICATION_FIELDS = (
    "entity_id",
    "pk",
    "publish_log_id",
    "publish_log__uuid",
    "publish_log__published_at",
    "publish_log__published_by__username",
    "direct",
    "old_version__title",
    "new_version__title",
    "new_version_id",
    "dependencies_hash_digest",
)
_ENTITY_NAME_FIELDS = tuple(f"entity__{name}" for name in NAME_FIELDS)

_CHILDREN = "version__dependencies"
_LEVELS_BELOW = (
    _CHILDREN,
    f"{_CHILDREN}__draft__{_CHILDREN}",
    f"{_CHILDREN}__draft__{_CHILDREN}__draft__{_CHILDREN}",
)
"""Subsections, units and components of a section: nothing in a library is deeper."""


def descendant_pks(entity_pk: int) -> set[int]:
    """
    Find the items below an item in draft, at any depth, which publishing the item would publish, too.

    Deleted items are included, because they keep their places; items below a deleted one are not.
    """
    rows = Draft.objects.filter(entity_id=entity_id(entity_pk)).values_list(*_LEVELS_BELOW)
    return {pk for row in rows for pk in row if pk is not None}


def draft_edits(entity_pks: Collection[int]) -> dict[int, list[DraftEdit]]:
    """
    Read all draft edits of items.

    Returns entity pk -> edits, oldest first; items without edits are left out.
    """
    edits: dict[int, list[DraftEdit]] = {}
    for part in in_parts(entity_pks):
        records = DraftChangeLogRecord.objects.filter(entity_id__in=part).order_by("draft_change_log_id")
        for entity_pk, *values in records.values_list("entity_id", *_EDIT_FIELDS):
            edits.setdefault(entity_pk, []).append(DraftEdit(*values))
    return edits


def publications(
    entity_pks: Collection[int], *, library_key: LibraryLocatorV2, log_uuid: UUID | None = None
) -> list[Publication]:
    """
    Read all publications of items, or only the publications in one publish log, oldest first.

    Args:
        entity_pks: pks of publishable entities of one learning package.
        library_key: the library that owns the learning package.
        log_uuid: the publish log; all if None.
    """
    found: list[Publication] = []
    for part in in_parts(entity_pks):
        records = PublishLogRecord.objects.filter(entity_id__in=part)
        found += _publications(records if log_uuid is None else records.filter(publish_log__uuid=log_uuid), library_key)
    return sorted(found, key=lambda publication: publication.record_pk)


def publications_above(record_pks: Collection[int], *, library_key: LibraryLocatorV2) -> dict[int, list[Publication]]:
    """
    Find the containers through which items took part in a publish log.

    Side effects are not read, because they record only one of several ways to a container. The contents of a version
    never change.

    Args:
        record_pks: records of publish logs; see ``Publication``.
        library_key: the library that owns them.

    Returns: publish log pk -> publications of all ancestors of the items.
    """
    found: dict[int, Publication] = {}
    level: Collection[int] = record_pks
    child = "new_version__dependencies__publishlogrecord"
    while level:
        above: dict[int, Publication] = {}
        for part in in_parts(level):
            records = PublishLogRecord.objects.filter(
                **{f"{child}__in": part, "publish_log_id": F(f"{child}__publish_log_id")}
            )
            above.update((item.record_pk, item) for item in _publications(records.distinct(), library_key))
        level = above.keys() - found.keys()
        found.update(above)
    by_log: dict[int, list[Publication]] = {}
    for _record_pk, publication in sorted(found.items()):
        by_log.setdefault(publication.log_pk, []).append(publication)
    return by_log


def _publications(records: QuerySet[PublishLogRecord], library_key: LibraryLocatorV2) -> list[Publication]:
    found = []
    for row in records.values(*_PUBLICATION_FIELDS, *_ENTITY_NAME_FIELDS):
        key = key_of(library_key, *(row[name] for name in _ENTITY_NAME_FIELDS))
        if key is not None:
            found.append(
                Publication(
                    key=key,
                    entity_pk=row["entity_id"],
                    record_pk=row["pk"],
                    log_pk=row["publish_log_id"],
                    log_uuid=row["publish_log__uuid"],
                    published_at=row["publish_log__published_at"],
                    published_by=row["publish_log__published_by__username"],
                    direct=row["direct"],
                    title=row["old_version__title" if row["new_version_id"] is None else "new_version__title"] or "",
                    new_version_pk=row["new_version_id"],
                    digest=row["dependencies_hash_digest"],
                )
            )
    return found


def first_version(entity_pk: int) -> VersionStatus | None:
    """Return the oldest version of an item; None for an item without versions."""
    versions = PublishableEntityVersion.objects.filter(entity_id=entity_id(entity_pk)).order_by("version_num")
    row = versions.values_list(*VERSION_FIELDS).first()
    return None if row is None else VersionStatus(*row)
