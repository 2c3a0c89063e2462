"""Publishes and discards drafts, set-wise, with the same rows that Learning Core's own functions write."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import UTC, datetime

from django.db import transaction
from django.utils.translation import gettext as _
from openedx_content.models_api import LearningPackage

from ..errors import NotFoundError
from ..upstream.openedx_core import (
    Draft,
    DraftChangeLog,
    DraftChangeLogRecord,
    Published,
    PublishLog,
    PublishLogRecord,
)
from .branches import DRAFT, PUBLISHED, announce
from .conflicts import integrity_explained
from .publish_plans import Pointers, PublishPlan, plan_publish, pointers
from .rows import insert, upsert_pointers
from .side_effects import finish_log


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
        plan = plan_publish(learning_package_pk, entity_pks, with_contents=with_contents)
        return publish_planned(plan, author_pk=author_pk, message=message, at=at)


def publish_planned(
    plan: PublishPlan, *, author_pk: int | None, message: str = "", at: datetime | None = None
) -> int | None:
    """
    Publish exactly the versions of a plan, in one publish log.

    The caller makes the plan in the same transaction, after ``lock_package``. See ``publish`` for the arguments.

    Returns: pk of the publish log; None if nothing differed and so nothing was written.
    """
    if plan.is_empty:
        return None
    with integrity_explained(), transaction.atomic():
        log = PublishLog.objects.create(
            learning_package_id=plan.learning_package_pk,
            message=message,
            published_at=at or datetime.now(UTC),
            published_by_id=author_pk,
        )
        _publish_records(log, plan)
        finish_log(PUBLISHED, log)
        announce(PUBLISHED, log)
        return log.pk


def discard(learning_package_pk: int, *, author_pk: int | None, at: datetime | None = None) -> int | None:
    """
    Set every draft back to its published version.

    Items that were never published become soft-deleted.

    Returns: pk of the draft change log; None when no draft differed.
    """
    changed = pointers(learning_package_pk, None)
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
            for item in pointers(learning_package_pk, versions)
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
        Pointers(item.entity_pk, versions[item.entity_pk], item.published_version_pk)
        for item in pointers(log.learning_package_id, versions)
    ]
    moved = [item for item in items if item.differ]
    if not moved:
        return None
    log.save()
    _publish_records(log, PublishPlan(log.learning_package_id, tuple(moved), (), {}))
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
    items = pointers(learning_package_pk, entity_pks)
    return {item.entity_pk: item.published_version_pk for item in items if item.differ}


def current_drafts(learning_package_pk: int, entity_pks: Collection[int]) -> dict[int, int]:
    """Map entity pks to the pk of their draft version. Deleted entities are left out."""
    items = pointers(learning_package_pk, entity_pks)
    return {item.entity_pk: item.draft_version_pk for item in items if item.draft_version_pk is not None}


def lock_package(learning_package_pk: int) -> LearningPackage:
    """
    Make set-wise writers of one learning package wait for each other until the transaction ends.

    Raises NotFoundError if another process has just deleted the package.
    """
    package = LearningPackage.objects.select_for_update().filter(id=learning_package_pk).first()
    if package is None:
        raise NotFoundError(_("This was deleted just now."))
    return package


def _publish_records(log: PublishLog, plan: PublishPlan) -> None:
    direct_pks = plan.asked_for_pks
    records = [
        PublishLogRecord(
            publish_log=log,
            entity_id=item.entity_pk,
            old_version_id=item.published_version_pk,
            new_version_id=item.draft_version_pk,
            direct=item.entity_pk in direct_pks,
        )
        for item in plan.items
    ]
    insert(records, read_back=PUBLISHED.records(log), natural_key=lambda record: record.entity_id)
    upsert_pointers(
        [
            Published(entity_id=record.entity_id, version_id=record.new_version_id, publish_log_record=record)
            for record in records
        ],
        ["version", "publish_log_record"],
    )
