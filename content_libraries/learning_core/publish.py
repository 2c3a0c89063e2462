"""Publishes and discards drafts, set-wise, with the same rows that Learning Core's own functions write."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import models, transaction
from django.utils.translation import gettext as _
from openedx_content.models_api import LearningPackage

from ..errors import NotFoundError
from ..upstream.openedx_core import (
    Draft,
    DraftChangeLog,
    DraftChangeLogRecord,
    PublishableEntityVersionDependency,
    Published,
    PublishLog,
    PublishLogRecord,
)
from .branches import DRAFT, PUBLISHED, announce
from .conflicts import integrity_explained
from .rows import in_parts, insert, upsert_pointers
from .side_effects import finish_log


@dataclass(frozen=True, slots=True)
class _Pointers:
    """Draft and published version of an entity; None for a version that does not exist."""

    entity_pk: int
    draft_version_pk: int | None
    published_version_pk: int | None

    @property
    def differ(self) -> bool:
        return self.draft_version_pk != self.published_version_pk


def publish(
    learning_package_pk: int,
    entity_pks: Collection[int] | None,
    *,
    author_pk: int | None,
    with_contents: bool = True,
    message: str = "",
    at: datetime | None = None,
) -> int | None:
    """
    Publish entities in one publish log.

    Args:
        learning_package_pk: the learning package of the entities.
        entity_pks: the entities to publish; None for all entities that differ from their published versions.
        author_pk: the user who publishes; None for the site itself.
        with_contents: also publish changed descendants of the entities. Otherwise other people's drafts inside of the
            entities stay drafts.
        message: goes into the log.
        at: time of the publish log; now if None.

    Returns: pk of the publish log; None if nothing differed and so nothing was written.
    """
    with integrity_explained(), transaction.atomic():
        lock_package(learning_package_pk)
        direct = _changed(learning_package_pk) if entity_pks is None else _pointers(learning_package_pk, entity_pks)
        contents = _contained(learning_package_pk, direct) if with_contents else []
        below = [item for item in contents if item.differ]
        if not below and not any(item.differ for item in direct):
            return None
        log = PublishLog.objects.create(
            learning_package_id=learning_package_pk,
            message=message,
            published_at=at or datetime.now(UTC),
            published_by_id=author_pk,
        )
        _publish_records(log, direct, below)
        finish_log(PUBLISHED, log)
        announce(PUBLISHED, log)
        return log.pk


def discard(learning_package_pk: int, *, author_pk: int | None, at: datetime | None = None) -> int | None:
    """
    Set every draft back to its published version.

    Items that were never published become soft-deleted.

    Returns: pk of the draft change log; None when no draft differed.
    """
    changed = _changed(learning_package_pk)
    return move_drafts(
        learning_package_pk,
        {item.entity_pk: item.published_version_pk for item in changed},
        author_pk=author_pk,
        at=at,
    )


def move_drafts(
    learning_package_pk: int,
    versions: Mapping[int, int | None],
    *,
    author_pk: int | None,
    at: datetime | None = None,
) -> int | None:
    """
    Set drafts to other versions of the same items, in one draft change log.

    Args:
        learning_package_pk: the learning package of the entities.
        versions: entity pk -> version pk; None deletes (softly).
        author_pk: the user who does it; None for the site itself.
        at: time of the change log; now if None.

    Returns: pk of the draft change log; None if every draft already had its target version.
    """
    with integrity_explained(), transaction.atomic():
        lock_package(learning_package_pk)
        moved = [
            item
            for item in _pointers(learning_package_pk, versions)
            if item.draft_version_pk != versions[item.entity_pk]
        ]
        if not moved:
            return None
        log = DraftChangeLog.objects.create(
            learning_package_id=learning_package_pk, changed_at=at or datetime.now(UTC), changed_by_id=author_pk
        )
        write_draft_records(log, [(item.entity_pk, item.draft_version_pk, versions[item.entity_pk]) for item in moved])
        return log.pk


def publish_versions(log: PublishLog, versions: Mapping[int, int | None]) -> int | None:
    """
    Save a publish log that sets published versions, whatever the drafts are, and complete and announce it.

    Args:
        log: an unsaved log. The caller has locked its learning package.
        versions: entity pk -> version pk; None for no published version.

    Returns: pk of the log; None if nothing differed and so nothing was written.
    """
    items = [
        _Pointers(item.entity_pk, versions[item.entity_pk], item.published_version_pk)
        for item in _pointers(log.learning_package_id, versions)
    ]
    moved = [item for item in items if item.differ]
    if not moved:
        return None
    log.save()
    _publish_records(log, moved, ())
    finish_log(PUBLISHED, log)
    announce(PUBLISHED, log)
    return log.pk


def write_draft_records(log: DraftChangeLog, changes: Collection[tuple[int, int | None, int | None]]) -> None:
    """
    Write the records of a draft change log, move the drafts, and complete and announce the log.

    Args:
        log: a new log without records.
        changes: entity pk, old version pk, new version pk; one for each entity.
    """
    records = [
        DraftChangeLogRecord(draft_change_log=log, entity_id=entity_pk, old_version_id=old, new_version_id=new)
        for entity_pk, old, new in changes
    ]
    insert(records, read_back=DRAFT.records(log), natural_key=lambda record: record.entity_id)
    upsert_pointers(
        [
            Draft(entity_id=record.entity_id, version_id=record.new_version_id, draft_log_record=record)
            for record in records
        ],
        ["version", "draft_log_record"],
    )
    finish_log(DRAFT, log)
    announce(DRAFT, log)


def changed_drafts(learning_package_pk: int, entity_pks: Collection[int] | None = None) -> dict[int, int | None]:
    """
    Map entities whose draft and published version differ to the pk of their published version.

    Looks at all entities of the package if ``entity_pks`` is None.
    """
    items = _changed(learning_package_pk) if entity_pks is None else _pointers(learning_package_pk, entity_pks)
    return {item.entity_pk: item.published_version_pk for item in items if item.differ}


def current_drafts(learning_package_pk: int, entity_pks: Collection[int]) -> dict[int, int]:
    """Map entity pks to the pk of their draft version. Deleted entities are left out."""
    pointers = _pointers(learning_package_pk, entity_pks)
    return {item.entity_pk: item.draft_version_pk for item in pointers if item.draft_version_pk is not None}


def lock_package(learning_package_pk: int) -> LearningPackage:
    """
    Make set-wise writers of one learning package wait for each other until the transaction ends.

    Raises NotFoundError if another process has just deleted the package.
    """
    package = LearningPackage.objects.select_for_update().filter(id=learning_package_pk).first()
    if package is None:
        raise NotFoundError(_("This was deleted just now."))
    return package


def _publish_records(log: PublishLog, direct: Collection[_Pointers], below: Collection[_Pointers]) -> None:
    direct_pks = {item.entity_pk for item in direct}
    items = [*direct, *(item for item in below if item.entity_pk not in direct_pks)]
    records = [
        PublishLogRecord(
            publish_log=log,
            entity_id=item.entity_pk,
            old_version_id=item.published_version_pk,
            new_version_id=item.draft_version_pk,
            direct=item.entity_pk in direct_pks,
        )
        for item in items
    ]
    insert(records, read_back=PUBLISHED.records(log), natural_key=lambda record: record.entity_id)
    upsert_pointers(
        [
            Published(entity_id=record.entity_id, version_id=record.new_version_id, publish_log_record=record)
            for record in records
        ],
        ["version", "publish_log_record"],
    )


def _read_pointers(drafts: models.QuerySet[Draft, Any]) -> list[_Pointers]:
    rows = drafts.order_by("pk").values_list("pk", "version_id", "entity__published__version_id")
    return [_Pointers(*row) for row in rows]


def _changed(learning_package_pk: int) -> list[_Pointers]:
    drafts = Draft.objects.filter(entity__learning_package_id=learning_package_pk)
    with_unpublished_changes: models.QuerySet[Draft] = drafts.with_unpublished_changes()  # type: ignore[no-untyped-call]
    return _read_pointers(with_unpublished_changes.select_related(None))


def _pointers(learning_package_pk: int, entity_pks: Collection[int]) -> list[_Pointers]:
    return [
        item
        for part in in_parts(entity_pks)
        for item in _read_pointers(
            Draft.objects.filter(entity__learning_package_id=learning_package_pk, entity_id__in=part)
        )
    ]


def _contained(learning_package_pk: int, items: Collection[_Pointers]) -> list[_Pointers]:
    """Return everything that entities contain in draft, at any depth, whether it changed or not, level by level."""
    found: dict[int, _Pointers] = {}
    level = [item.draft_version_pk for item in items if item.draft_version_pk is not None]
    while level:
        children = {
            entity_pk
            for part in in_parts(level)
            for entity_pk in PublishableEntityVersionDependency.objects.filter(
                referring_version_id__in=part
            ).values_list("referenced_entity_id", flat=True)
        }
        fresh = _pointers(learning_package_pk, sorted(children - found.keys()))
        found.update({item.entity_pk: item for item in fresh})
        level = [item.draft_version_pk for item in fresh if item.draft_version_pk is not None]
    return list(found.values())
