"""
The process that runs blocks: it does one task after the other, within limits, until the site closes the connection.
"""

from __future__ import annotations

import logging
import pickle
import resource
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from logging.handlers import QueueHandler
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Final, cast

from django.urls import set_script_prefix
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from edx_django_utils.cache import RequestCache  # type: ignore[import-untyped]

from ...errors import ContentLibrariesError
from .errors import AnswerTooLargeError, BlockProcessDiedError, TookTooMuchMemoryError
from .messages import Failure, LogLine, Question, Reply, Task, TaskResult, write_plain

logger = logging.getLogger(__name__)

_GRACE_SECONDS: Final = 2.0
"""How much later than the site a process ends itself: it matters only where the site is gone."""
_LOG_LINES: Final = 100
_LOG_CHARACTERS: Final = 10_000
_STATISTICS: Final = Path("/proc/self/statm")
_MEBIBYTE: Final = 1024 * 1024


class RemoteSite:
    """
    The site, as code in a block process sees it.

    A call of a method is sent to the site as a question. The site's reply is returned or raised.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def __getattr__(self, name: str) -> Callable[..., object]:
        return partial(self._ask, name)

    def _ask(self, method: str, *arguments: object, **keywords: object) -> object:
        self._connection.send_bytes(write_plain(Question(method, arguments, keywords)))
        reply: Reply = pickle.loads(self._connection.recv_bytes())  # noqa: S301 - from the site
        if reply.error is not None:
            raise reply.error
        return reply.value


class LogsToTheSite(QueueHandler):
    """Sends log records to the site, whose handlers know the request. Long lines, and lines beyond a limit, are cut."""

    lines_left = 0

    def enqueue(self, record: logging.LogRecord) -> None:
        if self.lines_left > 0:
            self.lines_left -= 1
            line = LogLine(record.name, record.levelno, record.getMessage()[:_LOG_CHARACTERS])
            cast(Connection, self.queue).send_bytes(write_plain(line))


def serve(connection: Connection, site: RemoteSite) -> None:
    """
    Do the tasks that come over a connection.

    Ends when the connection is closed, or when a task leaves too much memory or too many threads behind.

    Args:
        connection: the way to the site.
        site: the same, for the functions of the tasks.
    """
    logs = _log_to(connection)
    size = _address_space()
    is_last = False
    while not is_last:
        try:
            message = connection.recv_bytes()
        except EOFError:
            return
        task: Task = pickle.loads(message)  # noqa: S301 - from the site
        signal.setitimer(signal.ITIMER_REAL, task.seconds + _GRACE_SECONDS)  # ends the process
        logs.lines_left = _LOG_LINES
        outcome = _outcome(task, site)
        is_last = _address_space() > size + task.memory // 2 or threading.active_count() > 1
        connection.send_bytes(_packed(replace(outcome, is_last=is_last), task.answer_bytes))
        signal.setitimer(signal.ITIMER_REAL, 0)


def _outcome(task: Task, site: RemoteSite) -> TaskResult | Failure:
    _begin_anew(task)
    try:
        with _limited_memory(task.memory):
            return TaskResult(task.function(site, *task.arguments))
    except ContentLibrariesError as error:
        return Failure.of(error)
    except MemoryError:
        return Failure.of(
            TookTooMuchMemoryError(
                _("The component was stopped because it wanted more than %(limit)s MiB of memory.")
                % {"limit": task.memory // _MEBIBYTE}
            )
        )
    except Exception:  # a block may raise anything; expected errors are caught above
        logger.exception("%s failed.", task.function.__qualname__)
        return Failure.of(BlockProcessDiedError(_("The component could not be read because of an error.")))


def _packed(outcome: TaskResult | Failure, limit: int) -> bytes:
    message = write_plain(outcome)
    if len(message) <= limit:
        return message
    error = AnswerTooLargeError(
        _("What the component answers is larger than %(limit)s bytes.") % {"limit": f"{limit:,}"}
    )
    return write_plain(Failure.of(error, is_last=True))


def _begin_anew(task: Task) -> None:
    """Forget the last request, and take over the language, time zone and URL prefix of the next one."""
    RequestCache.clear_all_namespaces()
    timezone.activate(task.time_zone)
    set_script_prefix(task.script_prefix)
    if task.language:
        translation.activate(task.language)
    else:
        translation.deactivate_all()


@contextmanager
def _limited_memory(more: int) -> Iterator[None]:
    """Let allocations fail that would grow the process by more than this many bytes."""
    size = _address_space()
    before, most = resource.getrlimit(resource.RLIMIT_AS)
    is_lower = before != resource.RLIM_INFINITY and before < size + more
    if size and not is_lower:
        resource.setrlimit(resource.RLIMIT_AS, (size + more, most))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (before, most))


def _address_space() -> int:
    """Return the size of this process in bytes; 0 if the system does not report it."""
    try:
        return int(_STATISTICS.read_text().split()[0]) * resource.getpagesize()
    except FileNotFoundError:
        return 0


def _log_to(connection: Connection) -> LogsToTheSite:
    """Let all loggers log to the site and nowhere else, at the levels that they have."""
    logs = LogsToTheSite(cast(Any, connection))
    logging.root.handlers = [logs]
    for other in logging.root.manager.loggerDict.values():
        if isinstance(other, logging.Logger):
            other.handlers = []
            other.propagate = True
    return logs
