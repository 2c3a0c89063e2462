"""Runs a function where blocks may run."""

from __future__ import annotations

import atexit
import logging
import os
import threading
from collections.abc import Callable
from typing import Final

from django.urls import get_script_prefix
from django.utils import timezone
from django.utils.translation import get_language

from ... import conf
from .errors import BlockStoppedError, PreemptedError
from .messages import Failure, Task
from .pool import Pool, TaskSite

logger = logging.getLogger(__name__)

_MEBIBYTE: Final = 1024 * 1024


class _OfThisProcess:
    """The pool of this process. A fork begins without one."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pool: Pool | None = None

    def get(self) -> Pool:
        with self._lock:
            if self._pool is None:
                self._pool = Pool()
                atexit.register(self._pool.close)
            return self._pool

    def stop(self) -> None:
        with self._lock:
            if self._pool is not None:
                self._pool.close()
                atexit.unregister(self._pool.close)
                self._pool = None

    def forget(self) -> None:
        if self._pool is not None:
            self._pool.abandon()
            atexit.unregister(self._pool.close)
        self.__init__()  # type: ignore[misc]  # its lock may be held by a thread that the fork does not have


_pool = _OfThisProcess()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_pool.forget)


def run[T](function: Callable[..., T], *arguments: object, site: TaskSite, who: str, about: object) -> T:
    """
    Call a function in a process that ends if it takes too much time or memory, and return the result.

    With ``BLOCK_PROCESSES`` = 0 it is called here, without limits.

    Args:
        function: a function of a module. It gets the site, and then ``arguments``. It has no database.
        arguments: its arguments, which have to be picklable.
        site: replies to questions of the function. In the process, another object with the same methods forwards them.
        who: whose turn it takes; see ``turns``.
        about: the purpose, for the log.

    Raises this app's errors from the function, BlockStoppedError if it was stopped, and BusyError.
    """
    if not conf.BLOCK_PROCESSES.value:
        return function(site, *arguments)
    task = Task(
        function,
        arguments,
        language=get_language(),
        time_zone=timezone.get_current_timezone(),
        script_prefix=get_script_prefix(),
        seconds=conf.BLOCK_SECONDS.value,
        memory=conf.BLOCK_MEMORY_MIB.value * _MEBIBYTE,
        answer_bytes=conf.BLOCK_MESSAGE_BYTES.value,
    )
    try:
        outcome = _pool.get().do(task, site=site, who=who)
        if isinstance(outcome, Failure):
            raise outcome.as_error()
    except (BlockStoppedError, PreemptedError) as error:
        logger.warning("%s of %s: %s", function.__name__, about, error.message, exc_info=error.__cause__)
        raise
    value: T = outcome.value
    return value


def start() -> None:
    """Start the process that a first block would wait for, without waiting for it."""
    if conf.BLOCK_PROCESSES.value:
        _pool.get().start()


def stop() -> None:
    """End the processes of blocks of this process. The next block starts new ones."""
    _pool.stop()
