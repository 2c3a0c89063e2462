"""Whose turn it is to use a process of blocks."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest

from content_libraries.errors import BusyError
from content_libraries.xblocks.processes.turns import Turn, Turns

SOON = 20.0
"""Longer than anything takes on a slow machine, and shorter than for ever."""


class Asker:
    """Somebody who wants a turn, and keeps it until told otherwise."""

    def __init__(self, turns: Turns, who: str) -> None:
        self.turns = turns
        self.who = who
        self.turn: Turn | None = None
        self.decided = threading.Event()
        self.may_end = threading.Event()
        self.thread = threading.Thread(target=self._ask)
        self.thread.start()

    def _ask(self) -> None:
        try:
            with self.turns.turn(self.who) as self.turn:
                self.decided.set()
                self.may_end.wait(SOON)
        except BusyError:
            self.decided.set()

    def runs(self) -> bool:
        """Whether it is their turn, once that has been decided."""
        assert self.decided.wait(SOON), f"{self.who} still waits"
        return self.turn is not None

    def has_to_make_room(self) -> bool:
        assert self.turn
        return self.turns.has_to_make_room(self.turn)

    def ends(self) -> None:
        self.may_end.set()
        self.thread.join(SOON)


class Queue:
    """The turns of a site, and those who have asked for some."""

    def __init__(self) -> None:
        self.turns = Turns()
        self.askers: list[Asker] = []

    def asks(self, who: str) -> Asker:
        asker = Asker(self.turns, who)
        self.askers.append(asker)
        return asker

    def waits(self, who: str) -> Asker:
        """Somebody who asks, and has to wait: they are in the queue when this returns."""
        before = len(self.turns._waiting)
        asker = self.asks(who)
        while len(self.turns._waiting) <= before:
            assert not asker.decided.wait(0.01), f"{who} need not wait"
        return asker


@pytest.fixture
def queue(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Iterator[Queue]:
    """Turns for two processes, where people wait patiently."""
    monkeypatch.setattr("content_libraries.xblocks.processes.turns.PATIENCE_SECONDS", SOON)
    settings.CONTENT_LIBRARIES_BLOCK_PROCESSES = 2
    settings.CONTENT_LIBRARIES_BLOCK_QUEUE = 3
    queue = Queue()
    yield queue
    for asker in queue.askers:
        asker.ends()


def test_one_user_never_has_all_processes(queue: Queue) -> None:
    first = queue.asks("greedy")
    assert first.runs()
    second = queue.waits("greedy")
    assert queue.asks("other").runs()
    first.ends()
    assert second.runs()


def test_where_there_is_one_process_everybody_has_it_in_turn(queue: Queue, settings: Any) -> None:
    settings.CONTENT_LIBRARIES_BLOCK_PROCESSES = 1
    first = queue.asks("one")
    assert first.runs()
    second = queue.waits("two")
    first.ends()
    assert second.runs()


def test_who_has_nothing_running_comes_before_who_came_first(queue: Queue, settings: Any) -> None:
    settings.CONTENT_LIBRARIES_BLOCK_PROCESSES = 3
    greedy = [queue.asks("greedy") for _ in range(2)]
    other = queue.asks("other")
    assert all(asker.runs() for asker in [*greedy, other])
    third = queue.waits("greedy")
    modest = queue.waits("modest")
    greedy[0].ends()
    assert modest.runs()
    other.ends()
    assert third.runs()


def test_a_full_queue_sends_away_whoever_has_most_in_it(queue: Queue) -> None:
    assert queue.asks("a").runs()
    assert queue.asks("b").runs()
    greedy = [queue.waits("greedy") for _ in range(3)]
    modest = queue.asks("modest")
    assert not greedy[2].runs()
    assert not queue.asks("greedy").runs()
    assert not modest.decided.is_set()
    assert not greedy[0].decided.is_set()


def test_nobody_waits_for_ever(queue: Queue, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("content_libraries.xblocks.processes.turns.PATIENCE_SECONDS", 0.05)
    first = queue.asks("a")
    assert first.runs()
    assert not queue.asks("a").runs()
    first.ends()
    assert queue.asks("a").runs()


def test_users_whose_blocks_were_stopped_leave_one_process_to_the_others(queue: Queue) -> None:
    for who in ("a", "b", "c"):
        queue.turns.suspect(who)
    first = queue.asks("a")
    assert first.runs()
    assert not queue.asks("b").runs()
    assert queue.asks("innocent").runs()
    first.ends()
    assert queue.asks("c").runs()


def test_of_slow_tasks_the_youngest_makes_room_for_who_waits(queue: Queue, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("content_libraries.xblocks.processes.turns.SLOW_SECONDS", 0.0)
    slow = [queue.asks(who) for who in ("a", "b")]
    assert all(asker.runs() for asker in slow)
    queue.waits("a")
    assert not any(asker.has_to_make_room() for asker in slow), "a has as much as anybody may have"
    quick = queue.waits("c")
    assert [asker.has_to_make_room() for asker in slow] == [False, True]
    slow[1].ends()
    assert quick.runs()


def test_quick_tasks_need_not_make_room(queue: Queue, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("content_libraries.xblocks.processes.turns.SLOW_SECONDS", SOON)
    running = [queue.asks(who) for who in ("a", "b")]
    assert all(asker.runs() for asker in running)
    queue.waits("c")
    assert not any(asker.has_to_make_room() for asker in running)


def test_an_error_gives_the_turn_back(queue: Queue) -> None:
    with pytest.raises(ZeroDivisionError), queue.turns.turn("a"):
        _ = 1 / 0
    assert queue.asks("a").runs()
