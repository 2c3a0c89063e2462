"""
Names the logs that a user action writes (ADR 0045).

An api function opens ``named`` around its writes. Each log that is made within the block gets a row that says which
kind of action it was. Plain edits and publishes open nothing, and cost nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from openedx_content.models_api import DraftChangeLog, PublishLog

from .data import ChangeKind
from .models import ChangeSetName


@dataclass(slots=True)
class ActionName:
    """
    The name of the user action that is under way.

    Args:
        kind, source_key, job_uuid, undoes: see ``named``.
        draft_change_log_pk: the draft change log that the action wrote last.
        pending: effects (``effects``) that wait for a draft change log.
    """

    kind: ChangeKind
    source_key: str
    job_uuid: UUID | None
    undoes: UUID | None
    draft_change_log_pk: int | None = None
    pending: list[Any] = field(default_factory=list)


_current: ContextVar[ActionName | None] = ContextVar("content_libraries_change_set_name", default=None)


@contextmanager
def named(
    kind: ChangeKind, *, source_key: object = "", job_uuid: UUID | None = None, undoes: UUID | None = None
) -> Iterator[None]:
    """
    Name the logs that are written within the block.

    Of nested blocks the outermost counts, because it is what the user did.

    Args:
        kind: the kind of the user action. Publish logs within the block are of the kind ``publish`` all the same,
            except for the undo of a publish.
        source_key: key of the course, library or item that the content comes from; blank if there is none.
        job_uuid: the job that does it; None if no job does.
        undoes: the change set that the action undoes; None if it is no undo of one.
    """
    if _current.get() is not None:
        yield
        return
    token = _current.set(ActionName(kind, str(source_key), job_uuid, undoes))
    try:
        yield
    finally:
        _current.reset(token)


def current_name() -> ActionName | None:
    """Return the name of the user action that is under way; None outside of ``named`` blocks."""
    return _current.get()


def name_log(log: DraftChangeLog | PublishLog) -> None:
    """Write the row of a new log, if it is made within a ``named`` block."""
    name = _current.get()
    if name is None:
        return
    ChangeSetName.objects.create(
        learning_package_id=log.learning_package_id,
        draft_change_log=log if isinstance(log, DraftChangeLog) else None,
        publish_log=log if isinstance(log, PublishLog) else None,
        kind=ChangeKind.PUBLISH if isinstance(log, PublishLog) and name.undoes is None else name.kind,
        source_key=name.source_key,
        job_uuid=name.job_uuid,
        undoes=name.undoes,
    )
    if isinstance(log, DraftChangeLog):
        name.draft_change_log_pk = log.pk
