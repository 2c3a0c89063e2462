"""
Meilisearch fails in every way while authors write: writes are answered, and nothing is lost (wire: search-upkeep).

The server stands in for Meilisearch, over HTTP.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import pytest
from rest_framework.test import APIClient

from content_libraries.search import receivers
from content_libraries.search.api import catch_up, check_index, index_lag, rebuild
from content_libraries.search.models import SearchCheckpoint
from content_libraries.search.tasks import catch_up_search, sweep_search

from .building import Shelf, documents
from .meilisearch_server import KEY, Meilisearch, serving

type Committing = Callable[[], AbstractContextManager[Any]]
type Fault = Callable[[Meilisearch, Any], AbstractContextManager[None]]


@pytest.fixture
def server(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Meilisearch]:
    """The site searches with Meilisearch. Workers do not run; what is left to them is left to the sweep."""
    with serving() as server:
        settings.MEILISEARCH_ENABLED = True
        settings.MEILISEARCH_URL = server.url
        settings.MEILISEARCH_API_KEY = KEY
        monkeypatch.setattr(receivers, "WAITING_SECONDS", 0.2)
        monkeypatch.setattr(catch_up_search, "delay", lambda _pk: None)
        yield server


@contextmanager
def refused(server: Meilisearch, settings: Any) -> Iterator[None]:
    settings.MEILISEARCH_URL = "http://127.0.0.1:9"  # the port of "discard", where nobody listens
    yield
    settings.MEILISEARCH_URL = server.url


@contextmanager
def silent(server: Meilisearch, _settings: Any) -> Iterator[None]:
    server.is_silent = True
    yield
    server.is_silent = False
    server.wake.set()


@contextmanager
def slow(server: Meilisearch, _settings: Any) -> Iterator[None]:
    server.is_stuck = True
    yield
    server.is_stuck = False


@contextmanager
def full(server: Meilisearch, _settings: Any) -> Iterator[None]:
    server.is_full = True
    yield
    server.is_full = False


@contextmanager
def losing_the_index(server: Meilisearch, _settings: Any) -> Iterator[None]:
    server.indexes.clear()
    yield
    server.indexes.clear()


def everything_an_author_does(shelf: Shelf, run_on_commit: Committing) -> None:
    with run_on_commit():
        shelf.write("p4", title="New")
    with run_on_commit():
        shelf.write("p1", title="Edited")
    with run_on_commit():
        shelf.rename("unit1", "Renamed")
    with run_on_commit():
        shelf.delete("p3")
    with run_on_commit():
        shelf.publish("p1")
    with run_on_commit():
        shelf.collect("spring", "p2", "unit1")


@pytest.mark.parametrize("fault", [refused, silent, slow, full, losing_the_index])
def test_nothing_is_lost_whatever_the_engine_does(
    fault: Fault, server: Meilisearch, settings: Any, shelf: Shelf, run_on_commit: Committing
) -> None:
    shelf.write("p1", "p2", "p3", unit1=["p1", "p2"])
    catch_up(shelf.pk)
    assert len(documents()) == 4

    with fault(server, settings):
        everything_an_author_does(shelf, run_on_commit)

    catch_up(shelf.pk)
    assert index_lag().behind == 0
    assert check_index() == []
    assert shelf.found("p1")["display_name"] == "Edited"
    assert shelf.found("p1")["publish_status"] == "published"
    assert shelf.found("p2")["collections"]["key"] == ["spring"]
    assert shelf.found("p2")["units"]["display_name"] == ["Renamed"]
    assert shelf.key("p3") not in documents()
    found = documents()
    rebuild()
    assert documents() == found


@pytest.mark.parametrize("fault", [refused, silent, slow, full])
def test_a_write_over_http_is_answered_as_ever(
    fault: Fault,
    server: Meilisearch,
    settings: Any,
    shelf: Shelf,
    staff: Any,
    api_client: Any,
    run_on_commit: Committing,
) -> None:
    catch_up(shelf.pk)
    client: APIClient = api_client(staff)
    url = f"/api/libraries/v2/{shelf.library.library_key}/blocks/"

    with fault(server, settings), run_on_commit():
        answer = client.post(url, {"block_type": "problem", "definition_id": "p9"}, format="json")
        assert answer.status_code == 200

    catch_up(shelf.pk)
    assert shelf.key("p9") in documents()


def test_a_write_waits_for_a_slow_engine_half_a_second_and_no_longer(
    server: Meilisearch, settings: Any, shelf: Shelf, run_on_commit: Committing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()
    catch_up_was_left: list[int] = []
    monkeypatch.setattr(catch_up_search, "delay", catch_up_was_left.append)
    catch_up(shelf.pk)
    slept: list[float] = []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        time.sleep(seconds)

    monkeypatch.setattr("meilisearch.task.sleep", sleep)

    with slow(server, settings), run_on_commit():
        shelf.write("p1")

    assert 0 < sum(slept) <= receivers.WAITING_SECONDS == 0.5
    assert catch_up_was_left == [shelf.pk]
    assert "too long" in SearchCheckpoint.objects.get().last_error


def test_the_sweep_says_so_when_the_engine_does_not_answer(
    server: Meilisearch, settings: Any, shelf: Shelf, caplog: pytest.LogCaptureFixture
) -> None:
    with refused(server, settings):
        assert sweep_search() == 0
        assert "cannot be used" in index_lag().error

    assert "does not answer" in caplog.text


def test_a_change_of_many_items_is_one_request(
    server: Meilisearch, shelf: Shelf, run_on_commit: Committing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(receivers, "WAITING_SECONDS", 60.0)
    catch_up(shelf.pk)
    server.requests.clear()

    with run_on_commit():
        shelf.write(*(f"p{number}" for number in range(400)))

    assert server.requests.count(("POST", "/indexes/{uid}/documents")) == 1
    assert len(server.requests) <= 5
