"""What is particular to the Meilisearch engine: its settings, its queue, its failures (wire: search-settings)."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from typing import Any

import pytest
from meilisearch import Client

from content_libraries.search.engine import EngineBusyError, SearchEngineError, SearchQuery, current_engine
from content_libraries.search.engines.embedded import EmbeddedEngine
from content_libraries.search.engines.meilisearch import MeilisearchEngine
from content_libraries.search.engines.meilisearch.index_settings import INDEX_SETTINGS
from content_libraries.search.waiting import waiting_at_most

from .meilisearch_server import DEFAULTS, KEY, KEY_UID, MASTER_KEY, Meilisearch, StoredIndex, serving

NAME = "studio_content"


@pytest.fixture
def server() -> Iterator[Meilisearch]:
    with serving() as server:
        yield server


@pytest.fixture
def engine(server: Meilisearch) -> MeilisearchEngine:
    return MeilisearchEngine(server.url, api_key=KEY, index_name=NAME)


def document(code: str, **fields: Any) -> dict[str, Any]:
    return {"id": code, "usage_key": code, "context_key": "lib:Org:lib", "display_name": code, **fields}


def writes(server: Meilisearch) -> list[str]:
    return [task.kind for task in server.tasks]


def test_a_new_index_has_the_settings_of_the_contract(engine: MeilisearchEngine, server: Meilisearch) -> None:
    engine.prepare()

    index = server.indexes[NAME]
    assert index.primary_key == "id"
    assert index.settings == {
        "distinctAttribute": "usage_key",
        "filterableAttributes": [
            "block_id",
            "block_type",
            "context_key",
            "usage_key",
            "org",
            "tags",
            "tags.taxonomy",
            "tags.level0",
            "tags.level1",
            "tags.level2",
            "tags.level3",
            "collections",
            "collections.display_name",
            "collections.key",
            "type",
            "access_id",
            "last_published",
            "content.problem_types",
            "publish_status",
            "license",
            "license_holder",
            "breadcrumbs.usage_key",
        ],
        "searchableAttributes": [
            "display_name",
            "block_id",
            "content",
            "description",
            "tags",
            "collections",
            "tags.taxonomy",
            "tags.level0",
            "tags.level1",
            "tags.level2",
            "tags.level3",
            "collections.display_name",
            "collections.key",
            "published.display_name",
            "published.description",
            "license_texts",
        ],
        "sortableAttributes": ["display_name", "created", "modified", "last_published"],
        "rankingRules": ["sort", "words", "typo", "proximity", "attribute", "exactness"],
    }


def test_an_index_that_another_process_makes_meanwhile_is_used(engine: MeilisearchEngine, server: Meilisearch) -> None:
    Client(server.url, KEY).create_index(NAME, {"primaryKey": "id"})  # done when the server comes to it

    engine.prepare()

    assert writes(server) == ["indexCreation", "indexCreation", "settingsUpdate"]
    engine.update([document("a")])
    assert engine.count() == 1


def test_settings_that_differ_are_applied_and_the_others_left_alone(
    engine: MeilisearchEngine, server: Meilisearch
) -> None:
    settings = {**DEFAULTS, **INDEX_SETTINGS, "rankingRules": ["words"], "sortableAttributes": ["created"]}
    server.indexes[NAME] = StoredIndex("2024-01-01T00:00:00Z", "id", settings, {"a": document("a")})

    engine.prepare()

    assert server.indexes[NAME].settings == {**DEFAULTS, **INDEX_SETTINGS}
    assert writes(server) == ["settingsUpdate"]
    assert engine.count() == 1


def test_settings_that_are_as_they_should_be_are_not_touched(engine: MeilisearchEngine, server: Meilisearch) -> None:
    server.indexes[NAME] = StoredIndex("2024-01-02T00:00:00Z", "id", {**DEFAULTS, **INDEX_SETTINGS})

    engine.prepare()
    engine.prepare()

    assert writes(server) == []
    assert server.requests.count(("GET", "/indexes/{uid}/settings")) == 1


def test_an_index_with_another_primary_key_is_made_anew(engine: MeilisearchEngine, server: Meilisearch) -> None:
    server.indexes[NAME] = StoredIndex("2024-01-03T00:00:00Z", "usage_key", {**DEFAULTS}, {"a": document("a")})

    engine.prepare()

    assert writes(server) == ["indexDeletion", "indexCreation", "settingsUpdate"]
    assert engine.count() == 0


def test_a_batch_is_one_request(engine: MeilisearchEngine, server: Meilisearch) -> None:
    engine.prepare()
    server.requests.clear()

    engine.update([document(str(number)) for number in range(1_000)])

    assert [route for method, route in server.requests if method == "POST"] == ["/indexes/{uid}/documents"]
    assert engine.count() == 1_000


def test_a_batch_that_is_too_large_is_sent_in_parts(engine: MeilisearchEngine, server: Meilisearch) -> None:
    engine.prepare()
    server.payload_limit = 4_000

    engine.update([document(str(number), content={"text": "x" * 1_000}) for number in range(10)])
    assert engine.count() == 10

    with pytest.raises(SearchEngineError, match="limit"):
        engine.update([document("huge", content={"text": "x" * 5_000})])


def test_an_index_is_replaced_by_a_swap_that_deletes_the_old_one(
    engine: MeilisearchEngine, server: Meilisearch
) -> None:
    engine.prepare()
    engine.spare().prepare()
    assert server.indexes.keys() == {NAME, f"{NAME}_new"}
    server.tasks.clear()

    engine.use_spare()

    assert writes(server) == ["indexSwap", "indexDeletion"]
    assert server.indexes.keys() == {NAME}


def test_a_server_that_is_not_there_is_an_error_of_the_engine() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}"
    engine = MeilisearchEngine(url, api_key=KEY, index_name=NAME)

    for call in (engine.prepare, lambda: engine.update([document("a")]), lambda: engine.search(SearchQuery())):
        with pytest.raises(SearchEngineError, match="cannot be used"):
            call()


@pytest.mark.parametrize("url", ["", "meilisearch", "no-scheme:7700", "http://"])
def test_an_address_that_is_none_is_an_error_of_the_engine(url: str) -> None:
    with pytest.raises(SearchEngineError):
        MeilisearchEngine(url, api_key=KEY, index_name=NAME).prepare()


def test_a_server_that_does_not_answer_is_not_waited_for(engine: MeilisearchEngine, server: Meilisearch) -> None:
    server.is_silent = True

    with pytest.raises(EngineBusyError), waiting_at_most(0.1):
        engine.prepare()


def test_a_queue_that_does_not_move_is_not_waited_for(engine: MeilisearchEngine, server: Meilisearch) -> None:
    engine.prepare()
    server.is_stuck = True

    with pytest.raises(EngineBusyError), waiting_at_most(0.1):
        engine.update([document("a")])

    server.is_stuck = False
    engine.update([document("b")])
    assert engine.count() == 2  # the first task was done, too, when its time came


def test_nothing_is_asked_when_the_time_is_up(engine: MeilisearchEngine, server: Meilisearch) -> None:
    with pytest.raises(EngineBusyError), waiting_at_most(0.0):
        engine.prepare()

    assert server.requests == []


def test_a_full_disk_is_an_error_of_the_engine(engine: MeilisearchEngine, server: Meilisearch) -> None:
    engine.prepare()
    server.is_full = True

    with pytest.raises(SearchEngineError, match="no more space left"):
        engine.update([document("a")])


def test_a_wrong_key_is_an_error_of_the_engine(server: Meilisearch) -> None:
    with pytest.raises(SearchEngineError, match="API key is invalid"):
        MeilisearchEngine(server.url, api_key="wrong", index_name=NAME).prepare()


def test_the_site_chooses_the_engine_with_the_settings_of_the_platform(settings: Any, server: Meilisearch) -> None:
    assert isinstance(current_engine(), EmbeddedEngine)

    settings.MEILISEARCH_ENABLED = True
    settings.MEILISEARCH_URL = server.url
    settings.MEILISEARCH_API_KEY = KEY
    settings.MEILISEARCH_INDEX_PREFIX = "campus_"
    engine = current_engine()

    assert isinstance(engine, MeilisearchEngine)
    engine.prepare()
    assert server.indexes.keys() == {"campus_studio_content"}
    settings.CONTENT_LIBRARIES_SEARCH_ENGINE = "content_libraries.search.engines.embedded.EmbeddedEngine"
    assert isinstance(current_engine(), EmbeddedEngine)


def test_the_key_of_the_site_signs_the_tokens_of_browsers(engine: MeilisearchEngine, server: Meilisearch) -> None:
    access = engine.browser_access()
    assert (access.url, access.index_name) == (server.url, NAME)
    assert (access.key_uid, access.key) == (KEY_UID, KEY)


def test_the_master_key_makes_one_that_may_only_search(server: Meilisearch, monkeypatch: pytest.MonkeyPatch) -> None:
    found = []
    for _process in range(2):
        monkeypatch.setattr("content_libraries.search.engines.meilisearch.engine._signing_keys", {})
        found.append(MeilisearchEngine(server.url, api_key=MASTER_KEY, index_name=NAME).browser_access())
    _key_of_the_site, made = server.keys
    assert (made["actions"], made["indexes"]) == (["search"], [NAME])
    assert {(access.key_uid, access.key) for access in found} == {(made["uid"], made["key"])}


def test_a_key_that_the_server_does_not_know_is_named(server: Meilisearch) -> None:
    with pytest.raises(SearchEngineError, match="API key is invalid"):
        MeilisearchEngine(server.url, api_key="wrong", index_name=NAME).browser_access()
