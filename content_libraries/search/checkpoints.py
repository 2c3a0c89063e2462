"""
The checkpoints: read, moved forward, moved back.

Every move counts the revision of the row up. So whoever read the row before somebody else moved it cannot
move it forward any more.
"""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from ..keys import LibraryLocatorV2
from ..learning_core.api import LogMark
from .affected import Change
from .models import SearchCheckpoint, nothing_pending


def read_checkpoint(learning_package_pk: int, *, library_key: LibraryLocatorV2) -> SearchCheckpoint:
    """Find the checkpoint of a learning package, or make one of which nothing is done yet."""
    checkpoint, _created = SearchCheckpoint.objects.get_or_create(
        learning_package_pk=learning_package_pk, defaults={"context_key": library_key}
    )
    return checkpoint


def begin_filling(checkpoint: SearchCheckpoint, *, until: LogMark, index_id: str, title: str) -> None:
    """
    Record that everything has to be put into the index, unless somebody else has just done so.

    Args:
        until: where the logs end now. What they tell is part of everything.
        index_id, title: the index to fill, and the title that the documents will have.
    """
    _move(checkpoint, until, index_id=index_id, title=title, filling_after=0)


def move_forward(checkpoint: SearchCheckpoint, *, until: LogMark, filling_after: int | None) -> bool:
    """
    Record that the documents up to a point are in the index.

    Args:
        checkpoint: as it was read before the documents were made.
        until: the logs that were followed.
        filling_after: the last entity that was filled in, None when all are.

    Returns: False, having done nothing, if somebody else has moved the checkpoint since it was read.
    """
    return _move(checkpoint, until, filling_after=filling_after)


def move_back(checkpoint: SearchCheckpoint, *, change: Change, error: str = "") -> None:
    """
    Record that what was begun is not done, so that whoever comes next does it.

    Args:
        checkpoint: as it was read at the beginning.
        change: what the logs after the checkpoint do not tell.
        error: what went wrong; "" when nothing did.
    """
    with transaction.atomic():
        # The row is made again if it was deleted with its library: documents may have come after that.
        row, _created = SearchCheckpoint.objects.select_for_update().get_or_create(
            learning_package_pk=checkpoint.learning_package_pk,
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
        if _state(row) != before:
            row.revision += 1
            row.save()


def start_over(checkpoints: QuerySet[SearchCheckpoint]) -> None:
    """Record that nothing of these packages is in any index."""
    checkpoints.update(index_id="", revision=F("revision") + 1)


def log_mark(checkpoint: SearchCheckpoint) -> LogMark:
    """The logs up to which the index is complete."""
    return LogMark(checkpoint.draft_change_log_pk, checkpoint.publish_log_pk)


def _move(checkpoint: SearchCheckpoint, until: LogMark, **fields: Any) -> bool:
    unmoved = SearchCheckpoint.objects.filter(pk=checkpoint.pk, revision=checkpoint.revision)
    return bool(
        unmoved.update(
            draft_change_log_pk=until.draft_change_log_pk,
            publish_log_pk=until.publish_log_pk,
            pending=nothing_pending(),
            last_error="",
            updated=timezone.now(),
            revision=F("revision") + 1,
            **fields,
        )
    )


def _state(row: SearchCheckpoint) -> tuple[object, ...]:
    return log_mark(row), row.filling_after, row.index_id, row.pending, row.last_error


def _earliest(row_pk: int, checkpoint_pk: int, late_log_pk: int) -> int:
    """The log after which all logs have to be read again; a late one is among them."""
    return min(row_pk, checkpoint_pk, late_log_pk - 1) if late_log_pk else min(row_pk, checkpoint_pk)


def _least(first: int | None, second: int | None) -> int | None:
    """The lesser of two points of filling. None is the end."""
    return min((point for point in (first, second) if point is not None), default=None)
