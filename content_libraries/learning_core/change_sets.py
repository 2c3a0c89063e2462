"""
Reads change sets: draft change logs and publish logs, with their names (ADR 0045).

Each log is one change set. The number of queries depends neither on the number of logs nor on their sizes.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any
from uuid import UUID

from django.db.models import BooleanField, Case, Count, F, IntegerField, Min, Q, QuerySet, Value, When
from openedx_content.models_api import (
    DraftChangeLog,
    DraftSideEffect,
    PublishableEntity,
    PublishLog,
    PublishSideEffect,
)

from .branches import DRAFT, PUBLISHED, Branch
from .data import ChangeKind, ChangeSetFigures, ChangeSetFilter, ChangeSetLog, ChangeSetRecord, PublishFigures
from .ids import package_id
from .models import ChangeSetName
from .packages import UNPUBLISHED_DELETE

_IS_SIDE_EFFECT = Case(
    When(old_version=F("new_version"), then=Value(value=True)), default=Value(value=False), output_field=BooleanField()
)
_BRANCHES: Mapping[str, Branch] = {branch.name: branch for branch in (DRAFT, PUBLISHED)}
_PLAIN: Mapping[str, ChangeKind] = {DRAFT.name: ChangeKind.EDIT, PUBLISHED.name: ChangeKind.PUBLISH}
_NAME_FIELDS = tuple(f"change_set_name__{name}" for name in ("kind", "source_key", "job_uuid", "undoes"))


def count_change_sets(learning_package_pk: int, wanted: ChangeSetFilter) -> int:
    """Count the change sets of a learning package, in two queries."""
    return _drafts(learning_package_pk, wanted).count() + _publishes(learning_package_pk, wanted).count()


def count_by_period(
    learning_package_pk: int, bounds: Sequence[datetime], *, entity_pk: int | None = None
) -> list[tuple[int, int]]:
    """
    Count the draft change logs and the publish logs of periods, in two queries.

    Args:
        bounds: the beginning of each period, in order, and the end of the last one.
        entity_pk: only logs with a record of this entity.
    """
    wanted = ChangeSetFilter(entity_pk=entity_pk, since=bounds[0], until=bounds[-1])
    drafts = _drafts(learning_package_pk, wanted).aggregate(**_period_counts("changed_at", bounds))
    publishes = _publishes(learning_package_pk, wanted).aggregate(**_period_counts("published_at", bounds))
    return [(drafts[name], publishes[name]) for name in drafts]


def publish_figures(learning_package_pk: int) -> PublishFigures:
    """Count the entities of a package by how far they are published, in one query that passes over all of them."""
    is_live = Q(draft__version__isnull=False)
    was_published = Q(published__version__isnull=False)
    figures = PublishableEntity.objects.filter(learning_package_id=package_id(learning_package_pk)).aggregate(
        unchanged=Count("pk", filter=is_live & was_published & Q(published__version=F("draft__version"))),
        changed=Count("pk", filter=is_live & was_published & ~Q(published__version=F("draft__version"))),
        new=Count("pk", filter=is_live & Q(published__version=None)),
        deleted=Count("pk", filter=UNPUBLISHED_DELETE),
    )
    return PublishFigures(**figures)


def list_change_sets(learning_package_pk: int, wanted: ChangeSetFilter, *, start: int, stop: int) -> list[ChangeSetLog]:
    """Read some of the change sets of a learning package, newest first, in three queries."""
    drafts = _drafts(learning_package_pk, wanted).annotate(at=F("changed_at"), published=_number(0), log=F("pk"))
    publishes = _publishes(learning_package_pk, wanted).annotate(
        at=F("published_at"), published=_number(1), log=F("pk")
    )
    columns = ("at", "published", "log")
    rows = (
        drafts.order_by()
        .values_list(*columns)
        .union(publishes.order_by().values_list(*columns), all=True)
        .order_by("-at", "-published", "-log")[start:stop]
    )
    order = [(PUBLISHED.name if published else DRAFT.name, pk) for _at, published, pk in rows]
    found = {
        (log.branch, log.pk): log
        for log in (
            *_draft_logs(DraftChangeLog.objects.filter(pk__in=_pks(order, DRAFT.name))),
            *_publish_logs(PublishLog.objects.filter(pk__in=_pks(order, PUBLISHED.name))),
        )
    }
    return [found[place] for place in order if place in found]


def find_change_set(uuid: UUID) -> ChangeSetLog | None:
    """Find a change set by its uuid. Returns None if it does not exist."""
    found = _draft_logs(DraftChangeLog.objects.filter(uuid=uuid)) or _publish_logs(PublishLog.objects.filter(uuid=uuid))
    return found[0] if found else None


def change_set_of(branch: str, log_pk: int) -> ChangeSetLog:
    """Read the change set that is a log of a branch. The log has to exist."""
    if branch == DRAFT.name:
        return _draft_logs(DraftChangeLog.objects.filter(pk=log_pk))[0]
    return _publish_logs(PublishLog.objects.filter(pk=log_pk))[0]


def undone_by(uuids: Collection[UUID]) -> dict[UUID, UUID]:
    """Map change sets to the newest change set that undoes them, in one query. Sets that none undoes are left out."""
    rows = ChangeSetName.objects.filter(undoes__in=list(uuids)).order_by("pk")
    return {
        undone: draft_uuid or publish_uuid
        for undone, draft_uuid, publish_uuid in rows.values_list(
            "undoes", "draft_change_log__uuid", "publish_log__uuid"
        )
    }


def change_set_uuid(draft_change_log_pk: int | None) -> UUID | None:
    """Return the uuid of the change set that is a draft change log; None without a log."""
    return DraftChangeLog.objects.filter(pk=draft_change_log_pk).values_list("uuid", flat=True).first()


def change_set_figures(logs: Collection[ChangeSetLog]) -> dict[tuple[str, int], ChangeSetFigures]:
    """Map (branch, pk) of logs to what is in them, in at most four queries. Logs without records are left out."""
    figures: dict[tuple[str, int], ChangeSetFigures] = {}
    for branch in _BRANCHES.values():
        pks = [log.pk for log in logs if log.branch == branch.name]
        if pks:
            figures.update({(branch.name, pk): found for pk, found in _figures(branch, pks).items()})
    return figures


def count_change_set_records(log: ChangeSetLog) -> int:
    """Count the records of a change set."""
    return _records(log).count()


def change_set_records(log: ChangeSetLog, *, start: int, stop: int) -> list[ChangeSetRecord]:
    """Read some records of a change set in one query: first the items that changed themselves, then side effects."""
    branch = _BRANCHES[log.branch]
    direct = F("direct") if branch is PUBLISHED else Value(None, output_field=BooleanField(null=True))
    rows = (
        _records(log)
        .annotate(is_side_effect=_IS_SIDE_EFFECT, asked_for=direct)
        .order_by("is_side_effect", "pk")
        .values_list(
            "pk",
            "entity_id",
            "old_version__title",
            "new_version__title",
            "old_version__version_num",
            "new_version__version_num",
            "is_side_effect",
            "asked_for",
        )[start:stop]
    )
    return [
        ChangeSetRecord(pk, entity_pk, (old_title if new_title is None else new_title) or "", *rest)
        for pk, entity_pk, old_title, new_title, *rest in rows
    ]


def change_set_effects(log: ChangeSetLog, record_pks: Collection[int]) -> dict[int, list[int]]:
    """
    Read which containers records affected, one level up, in one query.

    Returns: pk of a record -> entity pks; records that affected nothing are left out.
    """
    model = DraftSideEffect if log.branch == DRAFT.name else PublishSideEffect
    effects: dict[int, list[int]] = {}
    rows = model.objects.filter(cause_id__in=list(record_pks)).order_by("pk")
    for cause_pk, entity_pk in rows.values_list("cause_id", "effect__entity_id"):
        effects.setdefault(cause_pk, []).append(entity_pk)
    return effects


def _period_counts(at: str, bounds: Sequence[datetime]) -> dict[str, Count]:
    return {
        f"period_{number}": Count("pk", filter=Q(**{f"{at}__gte": start, f"{at}__lt": end}), distinct=True)
        for number, (start, end) in enumerate(pairwise(bounds))
    }


def _number(value: int) -> Value:
    return Value(value, output_field=IntegerField())


def _pks(places: Sequence[tuple[str, int]], branch: str) -> list[int]:
    return [pk for name, pk in places if name == branch]


def _drafts(learning_package_pk: int, wanted: ChangeSetFilter) -> QuerySet[DraftChangeLog]:
    logs = DraftChangeLog.objects.filter(learning_package_id=package_id(learning_package_pk))
    if wanted.kind is ChangeKind.EDIT:
        logs = logs.filter(Q(change_set_name=None) | Q(change_set_name__kind=wanted.kind))
    elif wanted.kind is not None:
        logs = logs.filter(change_set_name__kind=wanted.kind)
    return logs.filter(_conditions(wanted, at="changed_at", author="changed_by"))


def _publishes(learning_package_pk: int, wanted: ChangeSetFilter) -> QuerySet[PublishLog]:
    logs = PublishLog.objects.filter(learning_package_id=package_id(learning_package_pk))
    if wanted.kind is ChangeKind.PUBLISH:
        logs = logs.filter(Q(change_set_name=None) | Q(change_set_name__kind=wanted.kind))
    elif wanted.kind is ChangeKind.UNDO:
        logs = logs.filter(change_set_name__kind=wanted.kind)
    elif wanted.kind is not None:
        return logs.none()
    return logs.filter(_conditions(wanted, at="published_at", author="published_by"))


def _conditions(wanted: ChangeSetFilter, *, at: str, author: str) -> Q:
    values = {
        f"{author}__username": wanted.username,
        "records__entity_id": wanted.entity_pk,
        f"{at}__gte": wanted.since,
        f"{at}__lt": wanted.until,
    }
    return Q(**{name: value for name, value in values.items() if value is not None})


def _draft_logs(logs: QuerySet[DraftChangeLog]) -> list[ChangeSetLog]:
    return _logs(
        DRAFT,
        logs.values_list("pk", "uuid", "learning_package_id", "changed_at", "changed_by__username", *_NAME_FIELDS),
    )


def _publish_logs(logs: QuerySet[PublishLog]) -> list[ChangeSetLog]:
    return _logs(
        PUBLISHED,
        logs.values_list("pk", "uuid", "learning_package_id", "published_at", "published_by__username", *_NAME_FIELDS),
    )


def _logs(branch: Branch, rows: QuerySet[Any, Any]) -> list[ChangeSetLog]:
    return [
        ChangeSetLog(
            branch=branch.name,
            pk=pk,
            uuid=uuid,
            learning_package_pk=learning_package_pk,
            at=at,
            username=username,
            kind=ChangeKind(kind) if kind else _PLAIN[branch.name],
            source_key=source_key or "",
            job_uuid=job_uuid,
            undoes=undoes,
        )
        for pk, uuid, learning_package_pk, at, username, kind, source_key, job_uuid, undoes in rows
    ]


def _records(log: ChangeSetLog) -> QuerySet[Any, Any]:
    branch = _BRANCHES[log.branch]
    return branch.record_model._default_manager.filter(**{f"{branch.log_field}_id": log.pk})


def _figures(branch: Branch, log_pks: Collection[int]) -> dict[int, ChangeSetFigures]:
    records = branch.record_model._default_manager
    asked_for = Q(direct=True) if branch is PUBLISHED else Q(pk__in=[])
    rows = list(
        records.filter(**{f"{branch.log_field}_id__in": list(log_pks)})
        .annotate(is_side_effect=_IS_SIDE_EFFECT)
        .order_by()
        .values(f"{branch.log_field}_id")
        .annotate(
            changes=Count("pk", filter=Q(is_side_effect=False)),
            side_effects=Count("pk", filter=Q(is_side_effect=True)),
            asked_for=Count("pk", filter=asked_for),
            first_change=Min("pk", filter=Q(is_side_effect=False)),
            first_asked_for=Min("pk", filter=asked_for),
        )
        .values_list(
            f"{branch.log_field}_id", "changes", "side_effects", "asked_for", "first_change", "first_asked_for"
        )
    )
    first = {log_pk: asked or change for log_pk, *_counts, change, asked in rows}
    titles = {
        pk: values
        for pk, *values in records.filter(pk__in=[pk for pk in first.values() if pk is not None]).values_list(
            "pk", "old_version__title", "new_version__title"
        )
    }
    figures = {}
    for log_pk, changes, side_effects, asked, *_firsts in rows:
        old_title, new_title = titles.get(first[log_pk], (None, None))
        figures[log_pk] = ChangeSetFigures(
            changes=changes,
            side_effects=side_effects,
            subjects=asked or changes,
            title=(old_title if new_title is None else new_title) or "",
            created=old_title is None and new_title is not None,
            deleted=new_title is None and old_title is not None,
        )
    return figures
