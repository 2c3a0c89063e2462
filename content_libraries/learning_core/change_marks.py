"""Tells which change set changed the drafts of items last, from the record that each draft points to (ADR 0045)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import F, Q
from openedx_content.models_api import DraftChangeLogRecord, PublishableEntity

from .data import ChangeKind
from .ids import entity_id
from .rows import in_parts


@dataclass(frozen=True, slots=True)
class ChangeSetMark:
    """
    A change set as items show it.

    Args:
        uuid: the draft change log.
        kind: what the user did; an edit if the log has no name.
        user: a username; None for the site itself, or for a user who is gone.
        created: time of the change.
    """

    uuid: UUID
    kind: ChangeKind
    user: str | None
    created: datetime


_LOG: Final = "draft__draft_log_record__draft_change_log"
MARK_FIELDS: Final = (
    f"{_LOG}__uuid",
    f"{_LOG}__change_set_name__kind",
    f"{_LOG}__changed_by__username",
    f"{_LOG}__changed_at",
)
"""Fields of ``PublishableEntity`` that hold the last change set of its draft; ``mark_of`` takes their values."""


def mark_of(values: Sequence[Any]) -> ChangeSetMark | None:
    """Make the mark of the values of ``MARK_FIELDS``; None where the draft points to no record."""
    uuid, kind, user, created = values
    return None if uuid is None else ChangeSetMark(uuid, ChangeKind(kind or ChangeKind.EDIT), user, created)


def last_own_change(entity_pk: int) -> ChangeSetMark | None:
    """Read which change set changed the draft of an item itself last: edited, moved, deleted or restored it."""
    records = DraftChangeLogRecord.objects.filter(entity_id=entity_id(entity_pk)).filter(
        Q(old_version=None) | Q(new_version=None) | ~Q(old_version=F("new_version"))
    )
    fields = [name.removeprefix("draft__draft_log_record__") for name in MARK_FIELDS]
    values = records.order_by("-pk").values_list(*fields).first()
    return None if values is None else mark_of(values)


def last_change_sets(entity_pks: Iterable[int]) -> dict[int, ChangeSetMark]:
    """
    Read which change sets changed the drafts of items last, or something below the items, in one query.

    Returns: entity pk -> change set; items whose draft points to no record are left out.
    """
    return {
        pk: mark
        for part in in_parts(set(entity_pks))
        for pk, *values in PublishableEntity.objects.filter(id__in=part).values_list("id", *MARK_FIELDS)
        if (mark := mark_of(values)) is not None
    }
