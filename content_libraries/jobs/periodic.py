"""Periodic tasks that Celery beat starts. Late messages expire, and only one process works at a task at a time."""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import uuid4

from celery import Task, shared_task

from .models import PeriodicTurn

logger = logging.getLogger(__name__)

MINUTE: Final = 60
HOUR: Final = 3600
_PERIODS_OF_A_TURN: Final = 5
"""The owner of a turn counts as dead after so many periods. Two processes may do any periodic task at the same time."""


def periodic_task(name: str, *, seconds: int) -> Callable[[Callable[[], int]], Task[[], int]]:
    """
    Make a periodic task of a function without arguments, which returns how much work it found.

    A message expires if no worker takes it within the period, because the next message has the same work. A worker
    returns 0 if another one is at the same task.

    Args:
        name: name of the task, as in the beat schedule (``plugin_settings``).
        seconds: the period.
    """

    def decorate(work: Callable[[], int]) -> Task[[], int]:
        @functools.wraps(work)
        def work_in_turn() -> int:
            with turn(name, timedelta(seconds=_PERIODS_OF_A_TURN * seconds)) as is_ours:
                return work() if is_ours else 0

        # A message is not repeated at once after a worker died, because the next one comes soon.
        return shared_task(name=name, expires=seconds, acks_late=False, ignore_result=True)(work_in_turn)

    return decorate


@contextmanager
def turn(task_name: str, lasting: timedelta) -> Iterator[bool]:
    """
    Yield whether this process has the turn to do a periodic task.

    The turn ends with the block.

    Args:
        lasting: how long other processes leave the task to this process. If this process is killed, nobody does the
            task until then.
    """
    now, owner = datetime.now(UTC), uuid4()
    PeriodicTurn.objects.get_or_create(task_name=task_name, defaults={"owned_until": now})
    turns = PeriodicTurn.objects.filter(task_name=task_name)
    if not turns.filter(owned_until__lte=now).update(owner=owner, owned_until=now + lasting):
        logger.info("Another process is at %s.", task_name)
        yield False
        return
    try:
        yield True
    finally:
        turns.filter(owner=owner).update(owner=None, owned_until=datetime.now(UTC))
