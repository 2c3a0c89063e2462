"""
The two branches of Learning Core, draft and published, in one shape.

Both have pointers (the current version of each entity), logs, records of logs, and side effects between records. The
rules for the contents of a log are the same for both, so the same code writes them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.db import models, transaction
from openedx_content.models_api import LearningPackage

from ..upstream.openedx_core import (
    Draft,
    DraftChangeLog,
    DraftChangeLogRecord,
    DraftSideEffect,
    Published,
    PublishLog,
    PublishLogRecord,
    PublishSideEffect,
    signals,
)

type Log = DraftChangeLog | PublishLog
type Pointer = Draft | Published


@dataclass(frozen=True, slots=True)
class Branch:
    """
    Names of the models and fields of one branch.

    Args:
        name: ``draft`` or ``published``: the relation from an entity to its pointer.
        log_field: field of a record that refers to its log.
        record_field: field of a pointer that refers to the record that moved or touched it last.
    """

    name: str
    pointer_model: type[Draft] | type[Published]
    record_model: type[DraftChangeLogRecord] | type[PublishLogRecord]
    effect_model: type[DraftSideEffect] | type[PublishSideEffect]
    log_field: str
    record_field: str

    def records(self, log: Log) -> models.QuerySet[Any]:
        return self.record_model._default_manager.filter(**{self.log_field: log}).order_by("pk")


DRAFT = Branch(
    name="draft",
    pointer_model=Draft,
    record_model=DraftChangeLogRecord,
    effect_model=DraftSideEffect,
    log_field="draft_change_log",
    record_field="draft_log_record",
)

PUBLISHED = Branch(
    name="published",
    pointer_model=Published,
    record_model=PublishLogRecord,
    effect_model=PublishSideEffect,
    log_field="publish_log",
    record_field="publish_log_record",
)


_RECORD_FIELDS = (
    "entity_id",
    "old_version_id",
    "old_version__version_num",
    "new_version_id",
    "new_version__version_num",
)


def announce(branch: Branch, log: Log) -> None:
    """Send Learning Core's event for a log once the transaction commits, as its own API does."""
    package: LearningPackage = log.learning_package
    own_fields = ("direct",) if isinstance(log, PublishLog) else ()
    records = list(branch.records(log).values(*_RECORD_FIELDS, *own_fields))
    restored = _restored_entity_pks(log, records) if isinstance(log, DraftChangeLog) else frozenset()
    changes = [
        signals.ChangeLogRecordData(
            entity_id=record["entity_id"],
            old_version=record["old_version__version_num"],
            old_version_id=record["old_version_id"],
            new_version=record["new_version__version_num"],
            new_version_id=record["new_version_id"],
            direct=record.get("direct"),
            restored=record["entity_id"] in restored,
        )
        for record in records
    ]
    data: signals.DraftChangeLogEventData | signals.PublishLogEventData
    if isinstance(log, DraftChangeLog):
        signal, at, author_pk = signals.ENTITIES_DRAFT_CHANGED, log.changed_at, log.changed_by_id
        data = signals.DraftChangeLogEventData(draft_change_log_id=log.pk, changes=changes)
    else:
        signal, at, author_pk = signals.ENTITIES_PUBLISHED, log.published_at, log.published_by_id
        data = signals.PublishLogEventData(publish_log_id=log.pk, changes=changes)
    transaction.on_commit(
        partial(
            signal.send_event,
            time=at,
            learning_package=signals.LearningPackageEventData(id=package.id, title=package.title),
            changed_by=signals.UserAttributionEventData(user_id=author_pk),
            change_log=data,
        )
    )


def _restored_entity_pks(log: DraftChangeLog, records: Iterable[Mapping[str, object]]) -> frozenset[int]:
    """
    Return the entities that were restored from a deletion.

    They have no old version in this log, but records in older logs.
    """
    if not any(record["old_version_id"] is None and record["new_version_id"] is not None for record in records):
        return frozenset()
    appearing = DRAFT.records(log).filter(old_version=None).exclude(new_version=None).order_by()
    return frozenset(
        DraftChangeLogRecord.objects.filter(entity_id__in=appearing.values("entity_id"))
        .exclude(draft_change_log=log)
        .values_list("entity_id", flat=True)
    )
