"""Reads what an undo of a change set or a restore of earlier versions would move. Constant queries for any number."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from django.db.models import F, Max, Q, QuerySet
from openedx_content.models_api import (
    DraftChangeLogRecord,
    EntityListRow,
    PublishableEntity,
    PublishableEntityVersion,
    PublishLogRecord,
)

from .branches import DRAFT, PUBLISHED
from .data import ChangeSetLog, LaterChange, NumberedVersion, SetChange
from .ids import package_id
from .rows import in_parts
from .structure import VERSIONS_OF_ROW, children_of


def set_changes(log: ChangeSetLog) -> list[SetChange]:
    """Read the items that a change set itself changed, in one query, in the order of the records."""
    pointer = f"entity__{log.branch}__version_id"
    fields = (
        "entity_id",
        "old_version_id",
        "new_version_id",
        pointer,
        "old_version__version_num",
        "new_version__version_num",
        "old_version__title",
        "new_version__title",
    )
    rows: QuerySet[Any, Any] = _records(log.branch).filter(_of(log)).order_by("pk")
    return [
        SetChange(*row, title=(old_title if new_title is None else new_title) or "")
        for *row, old_title, new_title in rows.values_list(*fields)
        if row[1] != row[2]
    ]


def latest_changes(branch: str, entity_pks: Collection[int]) -> dict[int, LaterChange]:
    """Map items to their latest own change on a branch, in two queries for many items."""
    log, at, author = (
        ("draft_change_log", "changed_at", "changed_by")
        if branch == DRAFT.name
        else ("publish_log", "published_at", "published_by")
    )
    found: dict[int, LaterChange] = {}
    for part in in_parts(entity_pks):
        own = _records(branch).filter(entity_id__in=part).exclude(Q(old_version=F("new_version")))
        newest = own.order_by().values("entity_id").annotate(newest=Max("pk")).values_list("newest", flat=True)
        rows = _records(branch).filter(pk__in=list(newest))
        fields = ("entity_id", f"{log}__{author}__username", f"{log}__{at}", f"{log}__uuid")
        found.update((pk, LaterChange(*rest)) for pk, *rest in rows.values_list(*fields))
    return found


def child_pks_of(version_pks: Iterable[int]) -> dict[int, frozenset[int]]:
    """Map versions of containers to their children. Versions without children are left out."""
    return {
        version_pk: frozenset(child.entity_pk for child in children)
        for version_pk, children in children_of(version_pks).items()
    }


def ordered_child_pks_of(version_pks: Iterable[int]) -> dict[int, list[int]]:
    """Map versions of containers to their children, in order. Versions without children are left out."""
    return {
        version_pk: [child.entity_pk for child in children] for version_pk, children in children_of(version_pks).items()
    }


def drafts_after(draft_change_log_pk: int, entity_pks: Collection[int]) -> dict[int, int | None]:
    """
    Read which drafts items had right after a draft change log; None for a deleted item.

    Items that did not exist then are left out.
    """
    found: dict[int, int | None] = {}
    for part in in_parts(entity_pks):
        records = DraftChangeLogRecord.objects.filter(entity_id__in=part, draft_change_log_id__lte=draft_change_log_pk)
        newest = records.order_by().values("entity_id").annotate(newest=Max("pk")).values_list("newest", flat=True)
        rows = DraftChangeLogRecord.objects.filter(pk__in=list(newest))
        found.update(rows.values_list("entity_id", "new_version_id"))
    return found


def log_that_made(version_pk: int) -> int | None:
    """Return the pk of the draft change log in which a version first became the draft; None if it is not known."""
    records = DraftChangeLogRecord.objects.filter(new_version_id=version_pk).exclude(old_version=F("new_version"))
    return records.order_by("pk").values_list("draft_change_log_id", flat=True).first()


def places_before_deletion(entity_pk: int) -> dict[int, list[int]]:
    """
    Read where an item stood when its draft was deleted last.

    Only containers that changed in the same draft change log are known. Returns: entity pk of a container -> entity pks
    of the children that it had before, in order; empty if the item was not deleted, or if its place is not known.
    """
    deletions = DraftChangeLogRecord.objects.filter(entity_id=entity_pk, new_version=None).exclude(old_version=None)
    log_pk = deletions.order_by("-pk").values_list("draft_change_log_id", flat=True).first()
    changes = DraftChangeLogRecord.objects.filter(draft_change_log_id=log_pk).exclude(old_version=F("new_version"))
    holders = EntityListRow.objects.filter(
        **{"entity_id": entity_pk, f"{VERSIONS_OF_ROW}__in": changes.exclude(old_version=None).values("old_version_id")}
    )
    containers: dict[int, int] = dict(holders.values_list(VERSIONS_OF_ROW, f"{VERSIONS_OF_ROW}__entity_id"))
    children = children_of(containers)
    return {containers[pk]: [child.entity_pk for child in found] for pk, found in children.items()}


def find_version_of(entity_pk: int, version_num: int) -> NumberedVersion | None:
    """Find a version of an item by its number. Returns None if it does not exist."""
    versions = PublishableEntityVersion.objects.filter(entity__id=entity_pk, version_num=version_num)
    row = versions.values_list("id", "version_num", "title").first()
    return None if row is None else NumberedVersion(*row)


def named_versions(version_pks: Iterable[int]) -> dict[int, NumberedVersion]:
    """Map version pks to their numbers and titles."""
    found: dict[int, NumberedVersion] = {}
    for part in in_parts(set(version_pks)):
        rows = PublishableEntityVersion.objects.filter(id__in=part).values_list("id", "version_num", "title")
        found.update((row[0], NumberedVersion(*row)) for row in rows)
    return found


def draft_version_pks(learning_package_pk: int, entity_pks: Collection[int] | None = None) -> Mapping[int, int | None]:
    """Map the items of a learning package, or some of them, to the pk of their draft; None for deleted ones."""
    entities = PublishableEntity.objects.filter(learning_package_id=package_id(learning_package_pk))
    if entity_pks is None:
        return dict(entities.values_list("id", "draft__version_id"))
    found: dict[int, int | None] = {}
    for part in in_parts(entity_pks):
        found.update(entities.filter(id__in=part).values_list("id", "draft__version_id"))
    return found


def _records(branch: str) -> QuerySet[Any, Any]:
    records: QuerySet[Any, Any] = (
        DraftChangeLogRecord.objects.all() if branch == DRAFT.name else PublishLogRecord.objects.all()
    )
    return records


def _of(log: ChangeSetLog) -> Q:
    return Q(**{f"{DRAFT.log_field if log.branch == DRAFT.name else PUBLISHED.log_field}_id": log.pk})
