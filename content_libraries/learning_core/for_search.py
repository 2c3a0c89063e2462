"""
Reads data for the search index: changes since a point in the logs, and the surroundings of many items at once.

The number of queries grows only by one for each ``IN_SIZE`` items.
"""

from __future__ import annotations

from collections.abc import Collection as AnyCollection
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import batched
from typing import Any

from django.db.models import Count, Max, Min, Q, QuerySet
from openedx_content.api import signals
from openedx_content.models_api import (
    Collection,
    CollectionPublishableEntity,
    ContainerVersion,
    DraftChangeLog,
    DraftChangeLogRecord,
    EntityListRow,
    PublishableEntity,
    PublishableEntityVersion,
    PublishLog,
    PublishLogRecord,
)

from .ids import entity_id, package_id
from .item_statuses import CollectionLabel
from .rows import in_parts
from .structure import BranchName

CollectionChangeData = signals.CollectionChangeData

COLLECTION_CHANGED = signals.COLLECTION_CHANGED
"""Learning Core's event after a collection was created, changed, deleted, or got other members."""

LEARNING_PACKAGE_UPDATED = signals.LEARNING_PACKAGE_UPDATED
"""Learning Core's event after title or description of a learning package changed."""

LEARNING_PACKAGE_DELETED = signals.LEARNING_PACKAGE_DELETED
"""Learning Core's event after a learning package was deleted."""


@dataclass(frozen=True, slots=True)
class LogMark:
    """A point in the logs of a learning package: the newest draft change log and publish log; 0 for none."""

    draft_change_log_pk: int = 0
    publish_log_pk: int = 0


NO_LOGS = LogMark()
"""The mark before the first log."""


@dataclass(frozen=True, slots=True)
class EntityChange:
    """
    One record of a draft change log or a publish log.

    Args:
        old_version_pk, new_version_pk: None where the entity was not there, or is deleted. Equal when only
            something below the entity changed.
        is_draft: whether it is of a draft change log.
    """

    entity_pk: int
    old_version_pk: int | None
    new_version_pk: int | None
    is_draft: bool

    @property
    def comes_or_goes(self) -> bool:
        return (self.old_version_pk is None) != (self.new_version_pk is None)


@dataclass(frozen=True, slots=True)
class CollectionState:
    """
    A collection and its size.

    Args:
        draft_count, published_count: how many members have a draft, and how many a published version.
    """

    code: str
    title: str
    description: str
    enabled: bool
    created: datetime
    modified: datetime
    draft_count: int
    published_count: int


def newest_logs(learning_package_pks: AnyCollection[int]) -> dict[int, LogMark]:
    """Find the newest logs of learning packages. Packages without logs are left out."""
    drafts: dict[int, int] = {}
    publishes: dict[int, int] = {}
    for part in in_parts(learning_package_pks):
        ids = [package_id(pk) for pk in part]
        drafts.update(_newest(DraftChangeLog.objects.filter(learning_package_id__in=ids)))
        publishes.update(_newest(PublishLog.objects.filter(learning_package_id__in=ids)))
    return {pk: LogMark(drafts.get(pk, 0), publishes.get(pk, 0)) for pk in drafts.keys() | publishes.keys()}


def _newest(logs: QuerySet[Any]) -> dict[int, int]:
    """Map learning package pks to the pk of the newest of the logs."""
    newest = logs.order_by().values("learning_package_id").annotate(newest=Max("id"))
    return {row["learning_package_id"]: row["newest"] for row in newest}


def oldest_change_after(marks: Mapping[int, LogMark]) -> datetime | None:
    """
    Find out when the first log after some points was written.

    Args:
        marks: learning package pk -> a point in its logs. Needs one query for each ``_MARKS`` of them.

    Returns: None if there is no such log.
    """
    oldest: list[datetime] = []
    for part in batched(marks.items(), _MARKS):
        drafts, publishes = Q(pk=None), Q(pk=None)
        for pk, mark in part:
            drafts |= Q(learning_package_id=package_id(pk), pk__gt=mark.draft_change_log_pk)
            publishes |= Q(learning_package_id=package_id(pk), pk__gt=mark.publish_log_pk)
        found = (
            DraftChangeLog.objects.filter(drafts).aggregate(oldest=Min("changed_at"))["oldest"],
            PublishLog.objects.filter(publishes).aggregate(oldest=Min("published_at"))["oldest"],
        )
        oldest.extend(moment for moment in found if moment is not None)
    return min(oldest, default=None)


_MARKS = 200


def entity_changes(learning_package_pk: int, *, after: LogMark, until: LogMark, late: LogMark) -> list[EntityChange]:
    """
    Read the records of the logs between two points.

    Args:
        after, until: the logs with higher numbers than ``after``, up to and including ``until``.
        late: numbers of two more logs, which may be lower than ``after``; 0 for no log. Logs get their numbers when
            they are begun: a log with a low number may be committed after a log with a high number.
    """
    draft_logs = Q(
        draft_change_log_id__gt=after.draft_change_log_pk, draft_change_log_id__lte=until.draft_change_log_pk
    )
    publish_logs = Q(publish_log_id__gt=after.publish_log_pk, publish_log_id__lte=until.publish_log_pk)
    draft_records = DraftChangeLogRecord.objects.filter(
        draft_logs | Q(draft_change_log_id=late.draft_change_log_pk),
        draft_change_log__learning_package_id=package_id(learning_package_pk),
    )
    publish_records = PublishLogRecord.objects.filter(
        publish_logs | Q(publish_log_id=late.publish_log_pk),
        publish_log__learning_package_id=package_id(learning_package_pk),
    )
    return [*_entity_changes(draft_records, is_draft=True), *_entity_changes(publish_records, is_draft=False)]


def _entity_changes(records: QuerySet[Any], *, is_draft: bool) -> Iterator[EntityChange]:
    for row in records.values("entity_id", "old_version_id", "new_version_id"):
        yield EntityChange(row["entity_id"], row["old_version_id"], row["new_version_id"], is_draft)


def entity_pks_after(learning_package_pk: int, after: int, *, limit: int) -> list[int]:
    """Return the next entities of a learning package in the order of their pks, also deleted ones."""
    entities = PublishableEntity.objects.filter(learning_package_id=package_id(learning_package_pk), id__gt=after)
    return list(entities.order_by("id").values_list("id", flat=True)[:limit])


def collection_codes_of(learning_package_pk: int) -> set[str]:
    """Return the codes of all collections of a learning package, also disabled ones."""
    collections = Collection.objects.filter(learning_package_id=package_id(learning_package_pk))
    return set(collections.values_list("collection_code", flat=True))


def children_with_other_parents(changes: Iterable[EntityChange]) -> set[int]:
    """
    Find the children whose draft containers, or whose containers' titles, have changed.

    These are children that a container got or lost, and all children of a container whose title changed, or which was
    deleted or restored.
    """
    pairs = {
        (change.old_version_pk, change.new_version_pk)
        for change in changes
        if change.is_draft and change.old_version_pk != change.new_version_pk
    }
    versions = _container_versions({pk for pair in pairs for pk in pair if pk is not None})
    affected: set[int] = set()
    for old_pk, new_pk in pairs:
        old_title, old_children = versions.get(old_pk, _NO_VERSION)
        new_title, new_children = versions.get(new_pk, _NO_VERSION)
        affected |= old_children ^ new_children if old_title == new_title else old_children | new_children
    return affected


_NO_VERSION: tuple[str | None, frozenset[int]] = (None, frozenset())


def _container_versions(
    version_pks: AnyCollection[int],
) -> dict[int | None, tuple[str | None, frozenset[int]]]:
    """Map version pks of containers to title and children. Versions of components are left out."""
    versions: dict[int, tuple[str, int]] = {}
    for part in in_parts(version_pks):
        rows = ContainerVersion.objects.filter(publishable_entity_version_id__in=part).values_list(
            "publishable_entity_version_id", "publishable_entity_version__title", "entity_list_id"
        )
        versions.update((pk, (title, list_pk)) for pk, title, list_pk in rows)
    children: dict[int, set[int]] = {}
    for part in in_parts({list_pk for _title, list_pk in versions.values()}):
        places = EntityListRow.objects.filter(entity_list_id__in=part)
        for list_pk, entity_pk in places.values_list("entity_list_id", "entity_id"):
            children.setdefault(list_pk, set()).add(entity_pk)
    return {pk: (title, frozenset(children.get(list_pk, ()))) for pk, (title, list_pk) in versions.items()}


def draft_parents_of(entity_pks: AnyCollection[int]) -> dict[int, list[int]]:
    """Map entity pks to the pks of the containers whose drafts hold them, each once, oldest first."""
    return parents_of(entity_pks, branch="draft")


def parents_of(entity_pks: AnyCollection[int], *, branch: BranchName) -> dict[int, list[int]]:
    """Map entity pks to the pks of the containers that hold them now, each once, oldest first."""
    version = "entity_list__container_versions__publishable_entity_version"
    parents: dict[int, list[int]] = {}
    for part in in_parts(entity_pks):
        places = EntityListRow.objects.filter(**{"entity_id__in": part, f"{version}__{branch}__isnull": False})
        for entity_pk, parent_pk in (
            places.order_by(f"{version}__entity_id").values_list("entity_id", f"{version}__entity_id").distinct()
        ):
            parents.setdefault(entity_pk, []).append(parent_pk)
    return parents


def version_titles(version_pks: AnyCollection[int]) -> dict[int, str]:
    """Map version pks to titles."""
    titles: dict[int, str] = {}
    for part in in_parts(version_pks):
        titles.update(PublishableEntityVersion.objects.filter(pk__in=part).values_list("pk", "title"))
    return titles


def _memberships_of(entity_pks: Iterable[int]) -> QuerySet[CollectionPublishableEntity]:
    """Return the rows that put entities into enabled collections."""
    return CollectionPublishableEntity.objects.filter(
        entity_id__in=[entity_id(pk) for pk in entity_pks], collection__enabled=True
    )


def collection_labels(entity_pks: AnyCollection[int]) -> dict[int, list[CollectionLabel]]:
    """Map entity pks to the enabled collections that they are in, oldest first."""
    labels: dict[int, list[CollectionLabel]] = {}
    for part in in_parts(entity_pks):
        rows = _memberships_of(part)
        for entity_pk, code, title in rows.order_by("collection_id").values_list(
            "entity_id", "collection__collection_code", "collection__title"
        ):
            labels.setdefault(entity_pk, []).append(CollectionLabel(code, title))
    return labels


def collection_codes_with(entity_pks: AnyCollection[int]) -> set[str]:
    """Return the codes of the enabled collections that any of the entities is in."""
    codes: set[str] = set()
    for part in in_parts(entity_pks):
        rows = _memberships_of(part)
        codes.update(rows.order_by().values_list("collection__collection_code", flat=True).distinct())
    return codes


def member_pks_of(learning_package_pk: int, collection_code: str) -> set[int]:
    """Return the pks of the entities in a collection."""
    rows = CollectionPublishableEntity.objects.filter(
        collection__learning_package_id=package_id(learning_package_pk),
        collection__collection_code=collection_code,
    )
    return set(rows.values_list("entity_id", flat=True))


def collection_states(learning_package_pk: int, codes: AnyCollection[str]) -> list[CollectionState]:
    """Read collections with their sizes, also disabled ones. Unknown codes are left out."""
    states: list[CollectionState] = []
    for part in in_parts(sorted(codes)):
        collections = Collection.objects.filter(
            learning_package_id=package_id(learning_package_pk), collection_code__in=part
        )
        counted = collections.order_by("collection_code").annotate(
            draft_count=Count("entities", filter=Q(entities__draft__version__isnull=False)),
            published_count=Count("entities", filter=Q(entities__published__version__isnull=False)),
        )
        states.extend(CollectionState(*row) for row in counted.values_list(*_COLLECTION_FIELDS))
    return states


_COLLECTION_FIELDS = (
    "collection_code",
    "title",
    "description",
    "enabled",
    "created",
    "modified",
    "draft_count",
    "published_count",
)
