"""
Two things that happen at once, on a database that locks rows.

Each has a thread and a database connection of its own. Nothing is left to chance: the first one stands still before one
of its queries until the second one is done, or waits for a lock that the first one holds. Going through its queries one
by one shows every way in which the two can meet::

    for meeting in meetings():
        synced, edited = meeting.of(lambda: sync(…), lambda: edit(…))
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from threading import Event, Thread
from time import monotonic
from typing import Any, Final

import pytest
from django.db import connection, connections

from content_libraries.errors import ContentLibrariesError

needs_locks: Final = pytest.mark.skipif(
    connection.vendor == "sqlite", reason="SQLite has one writer at a time: make test-services races on the others"
)

PATIENCE_SECONDS: Final = 60
GLANCE_SECONDS: Final = 0.01

WAITS_FOR_A_LOCK: Final = {
    "mysql": "SELECT COUNT(*) FROM information_schema.innodb_trx WHERE trx_mysql_thread_id = %s"
    " AND trx_state = 'LOCK WAIT'",
    "postgresql": "SELECT COUNT(*) FROM pg_stat_activity WHERE pid = %s AND wait_event_type = 'Lock'",
}

type Action = Callable[[], Any]


class Racer(Thread):
    """
    Somebody who does one thing, with a connection of their own.

    Args:
        stop_before: number of the query before which they stand still until ``go`` is set; never if 0.
    """

    def __init__(self, action: Action, *, stop_before: int = 0) -> None:
        super().__init__(daemon=True)
        self.action = action
        self.stop_before = stop_before
        self.queries = 0
        self.has_connected, self.has_stopped_or_ended, self.has_ended, self.go = (Event() for _ in range(4))
        self.is_stopped = False
        self.session: int = 0
        self.result: Any = None
        self.failure: Exception | None = None

    def run(self) -> None:
        try:
            connection.ensure_connection()
            self.session = _session()
            self.has_connected.set()
            with connection.execute_wrapper(self._count):
                self.result = self.action()
        except ContentLibrariesError as refusal:
            self.result = refusal
        except Exception as failure:  # noqa: BLE001 - it is raised where the test waits for it
            self.failure = failure
        finally:
            connections.close_all()
            self.has_connected.set()
            self.has_ended.set()
            self.has_stopped_or_ended.set()

    def outcome(self) -> Any:
        """What the action returned, or how it was refused. Raises whatever else it raised."""
        assert self.has_ended.wait(PATIENCE_SECONDS), "nobody lets it go on"
        self.join()
        if self.failure is not None:
            raise self.failure
        return self.result

    def wait_until_it_ends_or_is_held_up(self) -> None:
        """By a row that somebody has locked, in most cases; what else may hold it up is given a while."""
        deadline = monotonic() + PATIENCE_SECONDS / 20
        while not (self.has_ended.wait(GLANCE_SECONDS) or self.waits_for_a_lock() or monotonic() > deadline):
            pass

    def waits_for_a_lock(self) -> bool:
        with connection.cursor() as cursor:
            cursor.execute(WAITS_FOR_A_LOCK[connection.vendor], [self.session])
            return bool(cursor.fetchone()[0])

    def _count(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        self.queries += 1
        if self.queries == self.stop_before:
            self.is_stopped = True
            self.has_stopped_or_ended.set()
            assert self.go.wait(PATIENCE_SECONDS)
        return execute(sql, params, many, context)


class Meeting:
    """One way in which two actions can meet: the first one stands still before one of its queries."""

    def __init__(self, query: int) -> None:
        self.query = query
        self.first_was_stopped = False

    def of(self, first: Action, second: Action) -> tuple[Any, Any]:
        """Let two actions meet. Returns what each returned, or how it was refused; raises what else they raise."""
        one = Racer(first, stop_before=self.query)
        one.start()
        assert one.has_stopped_or_ended.wait(PATIENCE_SECONDS)
        self.first_was_stopped = one.is_stopped
        other = Racer(second)
        other.start()
        assert other.has_connected.wait(PATIENCE_SECONDS)
        other.wait_until_it_ends_or_is_held_up()
        one.go.set()
        return one.outcome(), other.outcome()


def meetings(step: int = 24) -> Iterator[Meeting]:
    """Yield meetings before the first query of the first action, and each ``step`` further, until it has no more."""
    query = 1
    while True:
        meeting = Meeting(query)
        yield meeting
        if not meeting.first_was_stopped:
            return
        query += step


def _session() -> int:
    """What the database calls the connection of this thread."""
    raw: Any = connection.connection
    return int(raw.thread_id() if connection.vendor == "mysql" else raw.info.backend_pid)
