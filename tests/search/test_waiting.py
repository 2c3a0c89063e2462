"""The answer to a write does not wait long for the index, whatever keeps it busy."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta
from fcntl import LOCK_EX, LOCK_UN, flock
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from content_libraries.search import checkpoints
from content_libraries.search.engines.embedded import EmbeddedEngine
from content_libraries.search.models import SearchCheckpoint
from content_libraries.search.receivers import WAITING_SECONDS
from content_libraries.search.tasks import sweep_search
from content_libraries.search.waiting import patience, waiting_at_most

from .building import Shelf, documents

type Committing = Callable[[], AbstractContextManager[Any]]


class Clock:
    """Time that passes only while somebody sleeps."""

    def __init__(self) -> None:
        self.slept = 0.0

    def monotonic(self) -> float:
        return self.slept

    def sleep(self, seconds: float) -> None:
        self.slept += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(time, "monotonic", clock.monotonic)
    monkeypatch.setattr(time, "sleep", clock.sleep)
    return clock


@pytest.fixture
def delayed(monkeypatch: pytest.MonkeyPatch, settings: Any) -> list[int]:
    """What was left to workers, which do not run in this test."""
    left: list[int] = []

    def send(arguments: tuple[int], *_arguments: Any, **_options: Any) -> None:
        left.append(arguments[0])

    monkeypatch.setattr("content_libraries.search.tasks.catch_up_search.apply_async", send)
    return left


@contextmanager
def somebody_writing_to_the_index(settings: Any) -> Iterator[None]:
    with (Path(settings.CONTENT_LIBRARIES_SEARCH_INDEX_DIR) / "lock").open("w") as lock_file:
        flock(lock_file, LOCK_EX)
        yield
        flock(lock_file, LOCK_UN)


def test_a_write_does_not_wait_for_other_writers_of_the_index(
    shelf: Shelf, settings: Any, clock: Clock, delayed: list[int], run_on_commit: Committing
) -> None:
    with run_on_commit():
        shelf.write("p1")
    clock.slept = 0.0

    with somebody_writing_to_the_index(settings), run_on_commit():
        shelf.write("p2")

    assert WAITING_SECONDS <= clock.slept <= WAITING_SECONDS + 0.1
    assert documents().keys() == {shelf.key("p1")}
    assert delayed == [shelf.pk]
    sweep_search()
    assert delayed == [shelf.pk, shelf.pk]


def test_a_write_does_not_wait_for_the_turn_of_others(
    shelf: Shelf, clock: Clock, delayed: list[int], run_on_commit: Committing
) -> None:
    with run_on_commit():
        shelf.write("p1")
    SearchCheckpoint.objects.update(turn="somebody", turn_ends=timezone.now() + timedelta(minutes=1))
    clock.slept = 0.0

    with run_on_commit():
        shelf.write("p2")

    assert WAITING_SECONDS <= clock.slept <= WAITING_SECONDS + 0.1
    assert delayed == [shelf.pk]


def test_workers_wait_longer_than_writes(clock: Clock) -> None:
    assert patience(EmbeddedEngine.patience) == EmbeddedEngine.patience > WAITING_SECONDS
    assert patience(checkpoints.PATIENCE_SECONDS) == checkpoints.PATIENCE_SECONDS > WAITING_SECONDS

    with waiting_at_most(0.5):
        clock.sleep(0.2)
        assert patience(5.0) == pytest.approx(0.3)
        clock.sleep(1.0)
        assert patience(5.0) == 0.0
    assert patience(5.0) == 5.0
