"""
What any search engine has to do: the suite that a new engine has to pass (ADR 0013). One that needs no server has to
pass ``test_conditions.py``, too.

It runs on the engines in ``engines.LOCAL`` and on the Meilisearch engine: on a real Meilisearch if ``MEILISEARCH_URL``
(and ``MEILISEARCH_API_KEY``) name one, otherwise on a server that stands in for it. How well words are found and ranked
is each engine's own business; what is asked here about words is the least.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from content_libraries.search.engine import (
    MAX_BATCH,
    DocumentsRefusedError,
    OneOf,
    SearchEngine,
    SearchEngineError,
    SearchQuery,
    Sort,
)
from content_libraries.search.engines.meilisearch import MeilisearchEngine

from .engines import LOCAL
from .meilisearch_server import KEY, serving


@pytest.fixture(params=[*LOCAL, "meilisearch"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SearchEngine]:
    """An engine without an index."""
    if request.param in LOCAL:
        yield LOCAL[request.param](tmp_path / "index")
    elif url := os.environ.get("MEILISEARCH_URL"):
        name = f"test-{uuid.uuid4().hex}"
        real = MeilisearchEngine(url, api_key=os.environ.get("MEILISEARCH_API_KEY", ""), index_name=name)
        yield real
        for left in (real, real.spare()):
            left.prepare()
            left._wait(left._index().delete())
    else:
        with serving() as server:
            yield MeilisearchEngine(server.url, api_key=KEY, index_name="studio_content")


@pytest.fixture
def index(engine: SearchEngine) -> SearchEngine:
    """An engine with an empty index."""
    engine.prepare()
    return engine


def document(code: str, title: str = "Title", **fields: Any) -> dict[str, Any]:
    return {
        "id": code,
        "usage_key": f"lb:Org:lib:html:{code}",
        "block_id": code,
        "block_type": "html",
        "type": "library_block",
        "context_key": "lib:Org:lib",
        "display_name": title,
        "content": {"html_content": ""},
        **fields,
    }


def found(index: SearchEngine, q: str = "", **query: Any) -> list[str]:
    return [hit["id"] for hit in index.search(SearchQuery(q=q, **query)).hits]


def test_without_an_index_there_is_nothing_to_find(engine: SearchEngine) -> None:
    assert engine.search(SearchQuery(facets=["type"])).facets == {"type": {}}
    assert engine.count() == 0
    assert list(engine.documents_of("lib:Org:lib")) == []


def test_without_an_index_nothing_is_written(engine: SearchEngine) -> None:
    with pytest.raises(SearchEngineError):
        engine.delete_context("lib:Org:lib")


def test_a_document_comes_back_as_it_was_given(index: SearchEngine) -> None:
    given = document("a", title="Ünï", last_published=None, created=1.25, tags={}, n=3, nested={"x": [1, {"y": None}]})
    index.update([given])

    assert list(index.search(SearchQuery()).hits) == [given]
    assert list(index.documents_of("lib:Org:lib")) == [given]


def test_an_update_replaces_the_whole_document(index: SearchEngine) -> None:
    index.update([document("a", title="Old", tags={"level0": ["T > outdated"]}, published={"display_name": "Old"})])
    index.update([document("a", title="New")])

    assert found(index, "outdated") == []
    assert list(index.search(SearchQuery()).hits) == [document("a", title="New")]
    assert index.count() == 1


def test_words_are_found_in_titles_texts_tags_and_collections(index: SearchEngine) -> None:
    index.update(
        [
            document("title", title="Photosynthesis in plants"),
            document("text", content={"html_content": "about waterfalls"}),
            document("tag", tags={"taxonomy": ["Location"], "level0": ["Location > Europe"]}),
            document("collection", collections={"display_name": ["Spring term"], "key": ["s"]}),
            document("published", published={"display_name": "Former name"}),
        ]
    )

    for word, code in {
        "photosynthesis": "title",
        "waterfalls": "text",
        "Europe": "tag",
        "spring": "collection",
        "former": "published",
    }.items():
        assert found(index, word) == [code]
    assert found(index, "photosynthesis waterfalls") == []
    assert len(found(index, " ")) == 5


def test_conditions_all_have_to_hold_for_any_of_their_values(index: SearchEngine) -> None:
    index.update(
        [
            document("a", block_type="html", publish_status="never"),
            document("b", block_type="problem", publish_status="never"),
            document("c", block_type="problem", publish_status="published"),
            document("d", block_type="video", publish_status="never"),
        ]
    )
    types, states = OneOf("block_type", ["html", "problem"]), OneOf("publish_status", ["never"])

    assert sorted(found(index, conditions=[types])) == ["a", "b", "c"]
    assert sorted(found(index, conditions=[types, states])) == ["a", "b"]
    assert found(index, conditions=[OneOf("block_type", [])]) == []


def test_a_list_matches_when_any_of_its_elements_does(index: SearchEngine) -> None:
    index.update(
        [
            document("a", content={"problem_types": ["choiceresponse", "stringresponse"]}),
            document("b", collections={"display_name": ["X"], "key": ["x", "y"]}),
            document("c", breadcrumbs=[{"display_name": "Course"}, {"usage_key": "block-v1:s"}]),
            document("d", tags={"level1": ["Location > Europe > France"]}, access_id=7),
        ]
    )

    assert found(index, conditions=[OneOf("content.problem_types", ["stringresponse"])]) == ["a"]
    assert found(index, conditions=[OneOf("collections.key", ["y"])]) == ["b"]
    assert found(index, conditions=[OneOf("breadcrumbs.usage_key", ["block-v1:s"])]) == ["c"]
    assert found(index, conditions=[OneOf("tags.level1", ["Location > Europe > France"])]) == ["d"]
    assert found(index, conditions=[OneOf("access_id", [6, 7])]) == ["d"]


@pytest.mark.parametrize("name", ['say "hi"', "it's", "both \" and '", "back\\slash", "[a, b]", "a, b", "über"])
def test_values_of_conditions_may_hold_any_characters(index: SearchEngine, name: str) -> None:
    index.update([document("a", collections={"display_name": [name], "key": ["k"]}), document("b")])

    assert found(index, conditions=[OneOf("collections.display_name", ["x", name])]) == ["a"]


def test_only_allowed_contexts_are_searched(index: SearchEngine) -> None:
    index.update([document("a"), document("b", context_key="lib:Org:other")])

    assert found(index, context_keys=frozenset({"lib:Org:other"})) == ["b"]
    assert found(index, context_keys=frozenset()) == []
    assert sorted(found(index, context_keys=None)) == ["a", "b"]


@pytest.mark.parametrize("descending", [False, True])
def test_hits_come_in_a_chosen_order_and_those_without_the_attribute_last(
    index: SearchEngine, descending: bool
) -> None:
    index.update(
        [
            document("never", title="b", last_published=None),
            document("late", title="C", last_published=20.0),
            document("early", title="a", last_published=10.5),
        ]
    )
    by_time, by_title = ["early", "late"], ["early", "never", "late"]

    assert found(index, sort=[Sort("last_published", descending)]) == [*by_time[:: -1 if descending else 1], "never"]
    assert found(index, sort=[Sort("display_name", descending)]) == by_title[:: -1 if descending else 1]


def test_hits_are_counted_and_read_in_parts(index: SearchEngine) -> None:
    index.update([document(f"{number:02}", modified=number) for number in range(25)])
    order = [Sort("modified")]

    assert found(index, sort=order, limit=10, offset=20) == ["20", "21", "22", "23", "24"]
    assert index.search(SearchQuery(limit=0)).total == 25


def test_values_of_facets_are_counted(index: SearchEngine) -> None:
    index.update([document("a", block_type="problem"), document("b", block_type="problem"), document("c")])

    result = index.search(SearchQuery(limit=1, facets=["block_type", "publish_status"]))

    assert result.facets == {"block_type": {"problem": 2, "html": 1}, "publish_status": {}}


def test_documents_are_deleted_by_id_and_by_context(index: SearchEngine) -> None:
    index.update([document("a"), document("b"), document("c", context_key="lib:Org:other")])

    index.delete(["a", "unknown"])
    assert sorted(found(index)) == ["b", "c"]

    index.delete_context("lib:Org:lib")
    assert found(index) == ["c"]
    assert index.count() == 1


def test_all_documents_of_a_context_are_read(index: SearchEngine) -> None:
    many = [document(f"d{number}") for number in range(MAX_BATCH)]
    index.update(many)
    index.update([document("one-more"), document("other", context_key="lib:Org:other")])

    read = {item["id"]: item for item in index.documents_of("lib:Org:lib")}

    assert len(read) == MAX_BATCH + 1
    assert read["d7"] == document("d7")
    assert list(index.documents_of("lib:Org:unknown")) == []


def test_clearing_leaves_an_empty_index_with_another_identity(index: SearchEngine) -> None:
    before = index.prepare()
    index.update([document("a")])

    index.clear()

    assert index.count() == 0
    assert index.prepare() != before
    index.update([document("b")])
    assert found(index) == ["b"]


def test_the_identity_stays_while_documents_come_and_go(index: SearchEngine) -> None:
    before = index.prepare()
    index.update([document("a")])
    index.delete(["a"])

    assert index.prepare() == before


def test_a_batch_has_a_limit(index: SearchEngine) -> None:
    with pytest.raises(ValueError, match=str(MAX_BATCH)):
        index.update([document(str(number)) for number in range(MAX_BATCH + 1)])

    assert index.count() == 0


def test_the_spare_index_is_not_searched_until_it_is_used(index: SearchEngine) -> None:
    index.update([document("old")])
    spare = index.spare()
    identity = spare.prepare()
    spare.update([document("new"), document("other", context_key="lib:Org:other")])
    index.update([document("older")])
    assert sorted(found(index)) == ["old", "older"]
    assert sorted(item["id"] for item in spare.documents_of("lib:Org:lib")) == ["new"]
    assert identity not in (index.prepare(), "")

    index.use_spare()

    assert sorted(found(index)) == ["new", "other"]
    assert index.prepare() == identity
    assert index.spare().count() == 0
    index.update([document("newer", collections={"display_name": [], "key": ["k"]})])
    assert found(index, conditions=[OneOf("collections.key", ["k"])]) == ["newer"]


def test_the_spare_index_stays_until_it_is_used_or_cleared(index: SearchEngine) -> None:
    identity = index.spare().prepare()
    index.spare().update([document("new")])

    assert index.spare().prepare() == identity
    assert index.spare().count() == 1

    index.spare().clear()
    assert index.spare().count() == 0
    assert index.spare().prepare() != identity


def test_clearing_the_index_leaves_the_spare_one_alone(index: SearchEngine) -> None:
    index.spare().prepare()
    index.spare().update([document("new")])

    index.clear()
    index.use_spare()

    assert found(index) == ["new"]


def test_a_spare_index_can_be_used_where_there_is_no_index_yet(engine: SearchEngine) -> None:
    engine.spare().prepare()
    engine.spare().update([document("new")])

    engine.use_spare()

    assert found(engine) == ["new"]


def test_without_a_spare_index_none_is_used(index: SearchEngine) -> None:
    index.update([document("a")])

    with pytest.raises(SearchEngineError):
        index.use_spare()

    assert found(index) == ["a"]


def test_what_is_no_text_is_refused_and_holds_up_nothing_else(index: SearchEngine) -> None:
    with pytest.raises(DocumentsRefusedError):
        index.update([document("a"), document("b", title="half of a smile: \ud83d")])

    index.update([document("a"), document("c")])
    assert sorted(found(index)) == ["a", "c"]
