"""Documents that an engine does not take hold up no others: they are found by their titles, and named until mended."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from content_libraries.search.api import catch_up, check_index, index_lag, rebuild, refusals
from content_libraries.search.engine import SearchEngineError
from content_libraries.search.models import MAX_REFUSED, SearchCheckpoint
from content_libraries.search.tasks import sweep_search
from studio.operations import health

from .building import Shelf, documents
from .engines import WatchedEngine
from .meilisearch_server import KEY, Meilisearch, serving

type Committing = Callable[[], AbstractContextManager[Any]]


@pytest.fixture
def server(settings: Any) -> Iterator[Meilisearch]:
    """The site searches with Meilisearch."""
    with serving() as server:
        settings.MEILISEARCH_ENABLED = True
        settings.MEILISEARCH_URL = server.url
        settings.MEILISEARCH_API_KEY = KEY
        yield server


@pytest.fixture
def client(client: Client) -> Client:
    health.remembered.clear()
    return client


def reindex(*arguments: str) -> str:
    output = StringIO()
    call_command("reindex_studio", *arguments, stdout=output)
    return output.getvalue()


def told_by_readyz(client: Client, bearer: str = "for-operators") -> Any:
    health.remembered.clear()
    answer = client.get("/readyz", headers={"Authorization": f"Bearer {bearer}"})
    return answer.json()["checks"]["search"]


@pytest.fixture(params=["embedded", "meilisearch", "meilisearch, with an error of its own"])
def refuses(request: pytest.FixtureRequest) -> set[str]:
    """Usage keys of what the engine of the site does not take."""
    if request.param == "embedded":
        engine: WatchedEngine = request.getfixturevalue("engine")
        return engine.refuses
    server: Meilisearch = request.getfixturevalue("server")
    server.refusal = "invalid_request" if request.param == "meilisearch" else "internal"
    return server.refuses


def test_all_others_are_found_and_it_is_found_by_its_title(
    shelf: Shelf, refuses: set[str], caplog: pytest.LogCaptureFixture
) -> None:
    refuses |= {shelf.key("p3"), shelf.key("p7")}
    shelf.write(*(f"p{number}" for number in range(9)), unit1=["p3"])

    with caplog.at_level(logging.WARNING):
        catch_up(shelf.pk)

    found = documents()
    assert len(found) == 10
    assert "content" not in found[shelf.key("p3")]
    assert found[shelf.key("p3")]["display_name"] == "P3"
    assert found[shelf.key("p4")]["content"]["capa_content"] == "Text of p4"
    assert shelf.key("p3") in caplog.text
    assert index_lag().behind == 0
    assert sweep_search() == 0


def test_it_is_named_until_it_is_mended(shelf: Shelf, refuses: set[str], client: Client, settings: Any) -> None:
    settings.METRICS_TOKEN = "for-operators"
    refuses |= {shelf.key("p1")}
    shelf.write("p1", "p2")
    catch_up(shelf.pk)

    assert [refusal.usage_key for refusal in refusals()] == [shelf.key("p1")]
    assert told_by_readyz(client)["refused"] == [shelf.key("p1")]
    assert told_by_readyz(client)["ok"]
    (finding,) = check_index(repair=True)
    assert (finding.subject, finding.repaired) == (shelf.key("p1"), False)
    assert "found by its title only" in finding.message
    with pytest.raises(CommandError):
        call_command("check_libraries", stdout=StringIO())

    refuses.clear()
    shelf.write("p1", title="Mended")
    catch_up(shelf.pk)

    assert refusals() == []
    assert check_index() == []
    assert told_by_readyz(client)["refused"] == []
    assert "content" in shelf.found("p1")


def test_strangers_learn_no_key(shelf: Shelf, refuses: set[str], client: Client, settings: Any) -> None:
    settings.METRICS_TOKEN = "for-operators"
    refuses |= {shelf.key("p1")}
    shelf.write("p1")
    catch_up(shelf.pk)

    assert told_by_readyz(client, bearer="guessed")["refused"] is None
    assert shelf.key("p1") not in client.get("/readyz").content.decode()


def test_it_is_forgotten_with_the_item(shelf: Shelf, refuses: set[str]) -> None:
    refuses |= {shelf.key("p1")}
    shelf.write("p1", "p2")
    catch_up(shelf.pk)
    shelf.delete("p1")
    catch_up(shelf.pk)

    assert refusals() == []
    assert documents().keys() == {shelf.key("p2")}


def test_a_rebuild_goes_on_and_names_it(shelf: Shelf, refuses: set[str]) -> None:
    refuses |= {shelf.key("p1")}
    shelf.write("p1", "p2")
    for arguments in (["--full"], ["--full", str(shelf.library.library_key)], []):
        assert shelf.key("p1") in reindex(*arguments)
        assert len(documents()) == 2
    (refused,) = json.loads(reindex("--json"))["refused"]
    assert refused["usage_key"] == shelf.key("p1")
    assert refused["is_by_title"]

    refuses.clear()
    rebuild()
    assert refusals() == []
    assert "content" in shelf.found("p1")


def test_what_is_refused_with_its_title_too_is_left_out(shelf: Shelf, engine: WatchedEngine) -> None:
    shelf.write("p1", "p2")
    catch_up(shelf.pk)
    engine.refuses |= {shelf.key("p1")}
    engine.refuses_titles |= {shelf.key("p1")}
    shelf.write("p1", title="Worse")
    catch_up(shelf.pk)

    assert documents().keys() == {shelf.key("p2")}
    (refusal,) = refusals()
    assert not refusal.is_by_title
    (finding,) = check_index()
    assert "not found" in finding.message


def test_an_engine_that_takes_nothing_has_failed(shelf: Shelf, server: Meilisearch) -> None:
    catch_up(shelf.pk)
    shelf.write(*(f"p{number}" for number in range(100)))
    server.is_full = True
    with pytest.raises(SearchEngineError):
        catch_up(shelf.pk)
    assert refusals() == []
    assert index_lag().behind == 1
    server.is_full = False
    catch_up(shelf.pk)
    assert len(documents()) == 100


def test_a_few_calls_find_the_one_and_many_refused_ones_end_the_search(shelf: Shelf, server: Meilisearch) -> None:
    names = [f"p{number}" for number in range(400)]
    shelf.write(*names)
    server.refuses |= {shelf.key("p17")}
    catch_up(shelf.pk)
    assert len(documents()) == 400
    assert server.requests.count(("POST", "/indexes/{uid}/documents")) < 25

    server.refuses |= set(map(shelf.key, names))
    server.requests.clear()
    shelf.write(*names, title="All of them")
    catch_up(shelf.pk)
    assert {document["display_name"] for document in documents().values()} == {"All of them"}
    assert server.requests.count(("POST", "/indexes/{uid}/documents")) < 250
    assert SearchCheckpoint.objects.get().refused_count == MAX_REFUSED


def test_a_document_that_is_too_large_for_the_server_is_found_by_its_title(shelf: Shelf, server: Meilisearch) -> None:
    server.payload_limit = 2_000
    shelf.write("p1", "p2", unit1=["p1"] * 200)
    catch_up(shelf.pk)
    assert documents().keys() == {shelf.key("p1"), shelf.key("p2"), shelf.key("unit1")}
    assert [refusal.usage_key for refusal in refusals()] == [shelf.key("unit1")]
