"""
Keeps the index up to date.

Learning Core's logs are the queue. A checkpoint says how far the index has followed them; ``catch_up`` makes the
documents of everything that changed since then. It runs right after every write, in the same process. If the engine
fails, the checkpoint stays, and the next write, the task or the sweep does the work.

No lock is held while documents are made and sent: a slow engine must not hold up other writes. One process at a time
has the turn to catch up with a library, and others wait a moment for it. If a turn ends too early, it is unknown which
process sent the newer documents. So the process that notices it moves the checkpoint back to where it began, and
starts again.
"""

from __future__ import annotations

import uuid
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import batched
from typing import Final

from django.utils.translation import gettext as _

from ..learning_core import api as learning_core
from ..learning_core.api import NO_LOGS, LogMark
from .affected import NO_CHANGE, NOTHING, Affected, Change, affected_since, next_to_fill
from .checkpoints import (
    begin_filling,
    end_turn,
    let_others_in,
    log_mark,
    move_back,
    move_forward,
    note_for_spare,
    start_over,
    wait_for_turn,
)
from .engine import MAX_BATCH, Document, SearchEngine, SearchEngineError, current_engine
from .models import SearchAccess, SearchCheckpoint
from .places import Place, documents_of, place_of, titles
from .sending import Refusal, send_documents

ATTEMPTS: Final = 5
"""How often a step is repeated because another catch-up was faster."""

_followed: Final[deque[tuple[str, str, int]]] = deque(maxlen=1000)
"""Logs that this process has followed: index, kind of log, pk."""


class ContestedError(SearchEngineError):
    """Others keep changing the library while its documents are made."""

    code = "search_contested"


@dataclass(frozen=True, slots=True)
class CaughtUp:
    """
    The result of a catch-up.

    Args:
        updated, deleted: numbers of documents.
        postponed: whether documents are left to do, because there were more than allowed.
    """

    updated: int = 0
    deleted: int = 0
    postponed: bool = False

    def __add__(self, other: CaughtUp) -> CaughtUp:
        return CaughtUp(self.updated + other.updated, self.deleted + other.deleted, self.postponed or other.postponed)


type AfterStep = Callable[[CaughtUp], None]
"""Called after each write to the index with the results so far. An exception ends the catch-up."""


def catch_up(
    learning_package_pk: int,
    *,
    change: Change = NO_CHANGE,
    at_most: int | None = None,
    is_spare: bool = False,
    after_step: AfterStep | None = None,
) -> CaughtUp:
    """
    Bring the documents of a library or course up to date with its content, or remove them if it is gone.

    Args:
        learning_package_pk: its learning package. Packages that belong to neither are ignored.
        change: the latest change, as far as an event reports it.
        at_most: postpone changes that affect more documents than this.
        is_spare: whether to update the spare index, and not the index in use.

    Returns: the result. Raises SearchEngineError if the engine fails. Remaining work is remembered.
    """
    turn = uuid.uuid4().hex
    following = _Following(_engine(is_spare=is_spare), is_spare, turn, at_most, after_step or (lambda _done: None))
    try:
        return _catch_up_in_turn(learning_package_pk, change, following)
    finally:
        end_turn(learning_package_pk, turn)


@dataclass(frozen=True, slots=True)
class _Following:
    """Options of one call of ``catch_up``, which describes them."""

    engine: SearchEngine
    is_spare: bool
    turn: str
    at_most: int | None
    after_step: AfterStep


def _engine(*, is_spare: bool) -> SearchEngine:
    engine = current_engine()
    return engine.spare() if is_spare else engine


def _catch_up_in_turn(learning_package_pk: int, change: Change, following: _Following) -> CaughtUp:
    engine, is_spare, done, lost = following.engine, following.is_spare, CaughtUp(), 0
    while lost < ATTEMPTS:
        place = place_of(learning_package_pk)
        if place is None:
            return _forget(learning_package_pk, following)
        if not is_spare:
            note_for_spare(learning_package_pk, context_key=place.context_key, change=change)
        checkpoint = wait_for_turn(
            learning_package_pk, context_key=place.context_key, turn=following.turn, change=change, is_spare=is_spare
        )
        try:
            index_id = engine.prepare()
            if _began_to_fill(checkpoint, index_id=index_id, title=place.title):
                continue
            step = _next_step(checkpoint, _unless_followed(change, index_id), following.at_most)
            written = _write(engine, place, step.affected)
        except SearchEngineError as error:
            move_back(checkpoint, change=change, error=error.message)
            raise
        if step.is_too_much:
            move_back(checkpoint, change=change)
            return done + CaughtUp(postponed=True)
        if move_forward(
            checkpoint,
            until=step.until,
            filling_after=step.filling_after,
            sent_ids=written.ids,
            refused=written.refused,
        ):
            done, change, lost = done + written.done, NO_CHANGE, 0
            _followed.extend(_marks(step.until, index_id))
            following.after_step(done)
            if step.is_last:
                return done + CaughtUp(postponed=step.postpones)
            let_others_in(learning_package_pk, following.turn)
        else:
            move_back(checkpoint, change=change)
            lost += 1
    raise ContestedError(
        _("Learning package %(pk)s is changing too fast to be indexed now.") % {"pk": learning_package_pk}
    )


def packages_behind(*, is_spare: bool = False) -> list[int]:
    """
    Find the learning packages whose documents are outdated, in a constant number of queries.

    Args:
        is_spare: whether to look at the spare index, and not at the index in use.

    Packages of deleted libraries and courses come first, because another one with the same key may exist again.
    Raises SearchEngineError if the engine fails.
    """
    return list(points_behind(_engine(is_spare=is_spare).prepare(), is_spare=is_spare))


def points_behind(index_id: str | None, *, is_spare: bool = False) -> dict[int, LogMark]:
    """
    Find how far the index has followed the learning packages whose documents are outdated.

    Args:
        index_id: identity of the index; None if the engine does not say. Packages in no index are found anyway.

    Returns: learning package pk -> the point in its logs up to which it was followed, in the order of
        ``packages_behind``.
    """
    known = titles()
    newest = learning_core.newest_logs(known.keys())
    checkpoints = {row.learning_package_pk: row for row in SearchCheckpoint.objects.filter(is_spare=is_spare)}
    behind = [
        *sorted(checkpoints.keys() - known.keys()),
        *(
            pk
            for pk, title in sorted(known.items())
            if _is_behind(checkpoints.get(pk), newest.get(pk, NO_LOGS), index_id, title)
        ),
    ]
    return {pk: log_mark(checkpoints[pk]) if pk in checkpoints else NO_LOGS for pk in behind}


def _is_behind(checkpoint: SearchCheckpoint | None, newest: LogMark, index_id: str | None, title: str) -> bool:
    return (
        checkpoint is None
        or _is_about_other_documents(checkpoint, checkpoint.index_id if index_id is None else index_id, title)
        or checkpoint.filling_after is not None
        or log_mark(checkpoint) != newest
        or any(checkpoint.pending.values())
    )


def _is_about_other_documents(checkpoint: SearchCheckpoint, index_id: str, title: str) -> bool:
    return (checkpoint.index_id, checkpoint.title) != (index_id, title)


def _began_to_fill(checkpoint: SearchCheckpoint, *, index_id: str, title: str) -> bool:
    """
    Begin to fill the index anew if it has another identity, or if the title that every document shows has changed.
    """
    if not _is_about_other_documents(checkpoint, index_id, title):
        return False
    until = _newest_logs(checkpoint.learning_package_pk)
    begin_filling(checkpoint, until=until, index_id=index_id, title=title)
    return True


def _unless_followed(change: Change, index_id: str) -> Change:
    """
    Leave out the log of an event if this process has followed it already.

    A transaction that writes a draft change log and a publish log is announced by two events, and the first finds
    both logs. Only logs that were the newest of a step are remembered, because these have certainly been read.
    """
    marks = _marks(change.log, index_id)
    return replace(change, log=NO_LOGS) if marks and all(mark in _followed for mark in marks) else change


def _marks(log: LogMark, index_id: str) -> list[tuple[str, str, int]]:
    pks = {"draft": log.draft_change_log_pk, "publish": log.publish_log_pk}
    return [(index_id, kind, pk) for kind, pk in pks.items() if pk]


@dataclass(frozen=True, slots=True)
class _Step:
    """
    One write to the index.

    Args:
        affected: the documents to write.
        until, filling_after: where the checkpoint will be afterwards.
        postpones: whether filling has to be left for later, because it would be more than is allowed now.
        is_too_much: whether the changes alone, without filling, are more than is allowed now.
    """

    affected: Affected
    until: LogMark
    filling_after: int | None
    postpones: bool = False
    is_too_much: bool = False

    @property
    def is_last(self) -> bool:
        return self.postpones or self.filling_after is None


def _next_step(checkpoint: SearchCheckpoint, change: Change, at_most: int | None) -> _Step:
    """Return the next write: the changes in the logs, and the next part of filling if it is not finished."""
    # The end of the logs is read first: documents that are made later are at least as new.
    until = _newest_logs(checkpoint.learning_package_pk)
    affected = affected_since(checkpoint, until=until, change=change)
    if at_most is not None and len(affected) > at_most:
        return _Step(NOTHING, until, checkpoint.filling_after, is_too_much=True)
    filling, filling_after = next_to_fill(checkpoint, limit=MAX_BATCH)
    if at_most is not None and (filling_after is not None or len(affected | filling) > at_most):
        return _Step(affected, until, checkpoint.filling_after, postpones=True)
    return _Step(affected | filling, until, filling_after)


def _newest_logs(learning_package_pk: int) -> LogMark:
    return learning_core.newest_logs([learning_package_pk]).get(learning_package_pk, NO_LOGS)


@dataclass(slots=True)
class _Written:
    """The result of one step: numbers, ids of sent and removed documents, and documents that the engine refused."""

    done: CaughtUp = field(default_factory=CaughtUp)
    ids: set[str] = field(default_factory=set)
    refused: dict[str, Refusal] = field(default_factory=dict)


def _write(engine: SearchEngine, place: Place, affected: Affected) -> _Written:
    """Send the documents, in as few calls as there are full batches."""
    written = _Written()
    waiting: list[Document] = []
    gone: list[str] = []

    def send(documents: list[Document]) -> None:
        written.refused |= send_documents(engine, documents)
        written.ids.update(document["id"] for document in documents)
        written.done += CaughtUp(updated=len(documents))

    for documents in documents_of(place, affected):
        waiting.extend(documents.live)
        gone.extend(documents.gone)
        while len(waiting) >= MAX_BATCH:
            send(waiting[:MAX_BATCH])
            del waiting[:MAX_BATCH]
    if waiting:
        send(waiting)
    for ids in batched(gone, MAX_BATCH):
        engine.delete(ids)
    written.ids.update(gone)
    written.done += CaughtUp(deleted=len(gone))
    return written


def _forget(learning_package_pk: int, following: _Following) -> CaughtUp:
    """Remove the documents of a library or course that is gone, if there ever were any."""
    checkpoints = SearchCheckpoint.objects.filter(is_spare=following.is_spare)
    checkpoint = checkpoints.filter(learning_package_pk=learning_package_pk).first()
    if checkpoint is None:
        return CaughtUp()
    try:
        following.engine.prepare()
        following.engine.delete_context(str(checkpoint.context_key))
    except SearchEngineError as error:
        move_back(checkpoint, change=NO_CHANGE, error=error.message)
        raise
    namesakes = checkpoints.filter(context_key=checkpoint.context_key).exclude(pk=checkpoint.pk)
    anew = list(namesakes.values_list("learning_package_pk", flat=True))
    # If it was created anew with the same key, its documents have just been removed too.
    start_over(namesakes)
    if not anew and not following.is_spare:
        SearchAccess.objects.filter(context_key=checkpoint.context_key).delete()
    checkpoint.delete()
    return sum((catch_up(pk, is_spare=following.is_spare) for pk in anew), CaughtUp())
