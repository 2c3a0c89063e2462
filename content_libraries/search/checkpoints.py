"""
Reads and moves the checkpoints of the index, one process at a time.

A process takes a turn before it makes documents, and can move the checkpoint forward only while it has the turn. The
turn ends when the process is done, when another process has to move the checkpoint back, or after some time, in case
the process has died.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping
from dataclasses import asdict
from datetime import timedelta
from itertools import islice
from typing import Final

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from opaque_keys.edx.keys import LearningContextKey

from ..learning_core.api import LogMark
from .affected import NO_CHANGE, Change
from .engine import SearchEngineError
from .models import MAX_REFUSED, SearchCheckpoint, SearchRebuild, nothing_pending
from .sending import Refusal
from .waiting import patience

TURN: Final = timedelta(seconds=60)
"""How long a turn lasts at most. Making and writing one batch takes a small part of this time."""

PATIENCE_SECONDS: Final = 2.0
"""Seconds to wait for a turn, unless ``waiting.patience`` allows less."""

_POLL_SECONDS: Final = 0.02


class TurnTakenError(SearchEngineError):
    """Another process is updating the documents of the library, and has not finished in time."""

    code = "search_turn_taken"


def wait_for_turn(
    learning_package_pk: int, *, context_key: LearningContextKey, turn: str, change: Change, is_spare: bool
) -> SearchCheckpoint:
    """
    Wait for the turn to update the documents of a learning package.

    A process that has the turn keeps it.

    Args:
        is_spare: whether the documents are in the spare index.
        turn: a unique name for the turn.
        change: the change that needs the turn. If the turn does not come in time, the change is remembered.

    Returns: the checkpoint. Raises TurnTakenError when it takes too long.
    """
    deadline = time.monotonic() + patience(PATIENCE_SECONDS)
    while True:
        checkpoint, _created = SearchCheckpoint.objects.get_or_create(
            learning_package_pk=learning_package_pk, is_spare=is_spare, defaults={"context_key": context_key}
        )
        if _take_turn(checkpoint, turn):
            return SearchCheckpoint.objects.get(pk=checkpoint.pk)
        if time.monotonic() > deadline:
            move_back(checkpoint, change=change)
            raise TurnTakenError(_("Somebody else is indexing %(key)s.") % {"key": context_key})
        time.sleep(_POLL_SECONDS)


def end_turn(learning_package_pk: int, turn: str) -> None:
    """End a turn, so that other processes can take one."""
    SearchCheckpoint.objects.filter(learning_package_pk=learning_package_pk, turn=turn).update(turn="")


def let_others_in(learning_package_pk: int, turn: str) -> None:
    """End the turn for long enough that waiting processes notice."""
    end_turn(learning_package_pk, turn)
    time.sleep(2 * _POLL_SECONDS)


def _take_turn(checkpoint: SearchCheckpoint, turn: str) -> bool:
    now = timezone.now()
    free = Q(turn__in=("", turn)) | Q(turn_ends__lt=now)
    return bool(SearchCheckpoint.objects.filter(free, pk=checkpoint.pk).update(turn=turn, turn_ends=now + TURN))


def begin_filling(checkpoint: SearchCheckpoint, *, until: LogMark, index_id: str, title: str) -> None:
    """
    Record that everything has to be put into the index.

    Args:
        until: the present end of the logs. Their changes are part of everything.
        index_id, title: the index to fill, and the title that the documents will have.
    """
    _move(checkpoint, until, index_id=index_id, title=title, filling_after=0, refused={}, refused_count=0)


def move_forward(
    checkpoint: SearchCheckpoint,
    *,
    until: LogMark,
    filling_after: int | None,
    sent_ids: Collection[str] = (),
    refused: Mapping[str, Refusal] | None = None,
) -> bool:
    """
    Record that the documents up to a point are in the index.

    Args:
        checkpoint: as it was read before the documents were made.
        until: the logs that were followed.
        filling_after: the last entity that was filled in; None if all are.
        sent_ids: ids of the documents that were sent or removed.
        refused: the documents that the engine refused.

    Returns: False, having done nothing, if the turn has ended meanwhile.
    """
    named = {name: told for name, told in checkpoint.refused.items() if name not in sent_ids}
    named |= {name: asdict(refusal) for name, refusal in (refused or {}).items()}
    named = dict(islice(named.items(), MAX_REFUSED))
    return _move(checkpoint, until, filling_after=filling_after, refused=named, refused_count=len(named))


def refusals(context_key: LearningContextKey | None = None) -> list[Refusal]:
    """
    List the documents that the engine refuses, in the order of their keys.

    Args:
        context_key: one library or course; all of them if None.
    """
    rows = SearchCheckpoint.objects.filter(is_spare=False, refused_count__gt=0)
    if context_key is not None:
        rows = rows.filter(context_key=context_key)
    told = (Refusal(**refusal) for refused in rows.values_list("refused", flat=True) for refusal in refused.values())
    return sorted(told, key=lambda refusal: refusal.usage_key)


def move_back(checkpoint: SearchCheckpoint, *, change: Change, error: str = "") -> None:
    """
    Move a checkpoint back because its work was not finished, so that the next process does it.

    If this changes the checkpoint, the process that has the turn loses it.

    Args:
        checkpoint: as it was read at the beginning.
        change: changes that are not in the logs after the checkpoint.
        error: an error message, or "".
    """
    with transaction.atomic():
        # The row is made again if it was deleted with its library: documents may have been written after the deletion.
        row, _created = SearchCheckpoint.objects.select_for_update().get_or_create(
            learning_package_pk=checkpoint.learning_package_pk,
            is_spare=checkpoint.is_spare,
            defaults={"context_key": checkpoint.context_key},
        )
        before = _state(row)
        late = change.log
        row.draft_change_log_pk = _earliest(
            row.draft_change_log_pk, checkpoint.draft_change_log_pk, late.draft_change_log_pk
        )
        row.publish_log_pk = _earliest(row.publish_log_pk, checkpoint.publish_log_pk, late.publish_log_pk)
        row.filling_after = _least(row.filling_after, checkpoint.filling_after)
        if row.index_id != checkpoint.index_id:
            # The index was replaced meanwhile, and may hold documents that belonged into the old one.
            row.index_id = ""
        row.pending = {
            "entity_pks": sorted({*row.pending["entity_pks"], *checkpoint.pending["entity_pks"], *change.entity_pks}),
            "collection_codes": sorted(
                {
                    *row.pending["collection_codes"],
                    *checkpoint.pending["collection_codes"],
                    *change.collection_codes,
                }
            ),
        }
        row.last_error = error
        if change != NO_CHANGE or _state(row) != before:
            # The process with the turn may have read the logs before the change, and must not skip it.
            row.turn = ""
            row.save()


def note_for_spare(learning_package_pk: int, *, context_key: LearningContextKey, change: Change) -> None:
    """Remember a change for the spare index, if one is being filled."""
    if change == NO_CHANGE or not SearchRebuild.objects.exists():
        return
    checkpoint, _created = SearchCheckpoint.objects.get_or_create(
        learning_package_pk=learning_package_pk, is_spare=True, defaults={"context_key": context_key}
    )
    move_back(checkpoint, change=change)


def start_over(checkpoints: QuerySet[SearchCheckpoint]) -> None:
    """Record that no index holds anything of these packages."""
    checkpoints.update(index_id="", turn="")


def log_mark(checkpoint: SearchCheckpoint) -> LogMark:
    """Return the logs up to which the index is complete."""
    return LogMark(checkpoint.draft_change_log_pk, checkpoint.publish_log_pk)


def _move(checkpoint: SearchCheckpoint, until: LogMark, **fields: object) -> bool:
    in_turn = SearchCheckpoint.objects.filter(pk=checkpoint.pk, turn=checkpoint.turn)
    return bool(
        in_turn.update(
            draft_change_log_pk=until.draft_change_log_pk,
            publish_log_pk=until.publish_log_pk,
            pending=nothing_pending(),
            last_error="",
            updated=timezone.now(),
            **fields,
        )
    )


def _state(row: SearchCheckpoint) -> tuple[object, ...]:
    return log_mark(row), row.filling_after, row.index_id, row.pending, row.last_error


def _earliest(row_pk: int, checkpoint_pk: int, late_log_pk: int) -> int:
    """Return the log after which all logs have to be read again, so that a late log is among them."""
    return min(row_pk, checkpoint_pk, late_log_pk - 1) if late_log_pk else min(row_pk, checkpoint_pk)


def _least(first: int | None, second: int | None) -> int | None:
    """Return the lesser of two points of filling, where None is the end."""
    return min((point for point in (first, second) if point is not None), default=None)
