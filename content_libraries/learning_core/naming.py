"""
Names the logs that a user action writes (ADR 0045).

An api function opens ``named`` around its writes. Each log that is made within the block gets a row that says which
kind of action it was. Plain edits and publishes open nothing, and cost nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from uuid import UUID

from openedx_content.models_api import DraftChangeLog, PublishLog

from .data import ChangeKind
from .models import ChangeSetName


@dataclass(frozen=True, slots=True)
class _Name:
    kind: ChangeKind
    source_key: str
    job_uuid: UUID | None


_current: ContextVar[_Name | None] = ContextVar("content_libraries_change_set_name", default=None)


@contextmanager
def named(kind: ChangeKind, *, source_key: object = "", job_uuid: UUID | None = None) -> Iterator[None]:
    """
    Name the logs that are written within the block.

    Of nested blocks the outermost counts, because it is what the user did.

    Args:
        kind: the kind of the user action. Publish logs within the block are of the kind ``publish`` all the same.
        source_key: key of the course, library or item that the content comes from; blank if there is none.
        job_uuid: the job that does it; None if no job does.
    """
    if _current.get() is not None:
        yield
        return
    token = _current.set(_Name(kind, str(source_key), job_uuid))
    try:
        yield
    finally:
        _current.reset(token)


def name_log(log: DraftChangeLog | PublishLog) -> None:
    """Write the row of a new log, if it is made within a ``named`` block."""
    name = _current.get()
    if name is None:
        return
    ChangeSetName.objects.create(
        learning_package_id=log.learning_package_id,
        draft_change_log=log if isinstance(log, DraftChangeLog) else None,
        publish_log=log if isinstance(log, PublishLog) else None,
        kind=ChangeKind.PUBLISH if isinstance(log, PublishLog) else name.kind,
        source_key=name.source_key,
        job_uuid=name.job_uuid,
    )
