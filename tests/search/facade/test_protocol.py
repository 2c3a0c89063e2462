"""What Meilisearch answers besides hits: errors, pages, marks and cuts, other origins (wire: search-http)."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from django.test import Client

from content_libraries.search.engine import current_engine
from content_libraries.search.facade.access import facade_access
from content_libraries.search.tokens import make_token

from .conftest import INDEX, SearchClient, token

SEARCH = f"indexes/{INDEX}/search"
FACET_SEARCH = f"indexes/{INDEX}/facet-search"

DOCUMENTS: list[dict[str, Any]] = [
    {
        "id": "lens",
        "type": "library_block",
        "usage_key": "lb:O:l:html:lens",
        "context_key": "lib:O:l",
        "org": "O",
        "access_id": 7,
        "display_name": "The Crème of lenses",
        "description": "One two three four five six seven eight lens ten eleven twelve thirteen fourteen fifteen.",
        "published": {"display_name": "Lens, the first", "description": "A lens"},
        "modified": 1.5,
        "last_published": None,
        "tags": {"taxonomy": ["Physics"], "level0": ["Physics > Éclairage"]},
    },
    {
        "id": "mirror",
        "type": "library_block",
        "usage_key": "lb:O:l:html:mirror",
        "context_key": "lib:O:l",
        "org": "O",
        "access_id": 7,
        "display_name": "Mirror",
        "description": "Reflects light",
        "modified": 2.0,
        "last_published": 2.0,
        "tags": {},
    },
]


@pytest.fixture
def asks() -> SearchClient:
    """Two documents are in the index."""
    engine = current_engine()
    engine.prepare()
    engine.update(DOCUMENTS)
    return SearchClient(token())


@pytest.mark.parametrize(
    ("path", "body", "status", "code"),
    [
        (SEARCH, {"filter": "display_name = x"}, 400, "invalid_search_filter"),
        (SEARCH, {"filter": "org ="}, 400, "invalid_search_filter"),
        (SEARCH, {"filter": 7}, 400, "invalid_search_filter"),
        (SEARCH, {"sort": ["org:asc"]}, 400, "invalid_search_sort"),
        (SEARCH, {"facets": ["display_name"]}, 400, "invalid_search_facets"),
        (SEARCH, {"limit": -1}, 400, "invalid_search_limit"),
        (SEARCH, {"highlightPreTag": "x" * 101}, 400, "invalid_search_highlight_pre_tag"),
        (SEARCH, {"highlightPostTag": "x" * 101}, 400, "invalid_search_highlight_post_tag"),
        (SEARCH, {"cropMarker": "x" * 101}, 400, "invalid_search_crop_marker"),
        (SEARCH, {"nonsense": 1}, 400, "bad_request"),
        (SEARCH, [], 400, "bad_request"),
        (FACET_SEARCH, {}, 400, "missing_facet_search_facet_name"),
        (FACET_SEARCH, {"facetName": "display_name"}, 400, "invalid_facet_search_facet_name"),
        ("multi-search", {"queries": [{"q": ""}]}, 400, "missing_index_uid"),
        ("multi-search", {"queries": [], "federation": {}}, 400, "invalid_multi_search_federation"),
        ("multi-search", {"queries": {}}, 400, "invalid_multi_search_queries"),
        ("indexes/other/search", {}, 403, "invalid_api_key"),
        ("indexes/other/documents", {}, 404, "not_found"),
    ],
)
def test_errors_have_the_shape_that_clients_read(
    asks: SearchClient, path: str, body: object, status: int, code: str
) -> None:
    answer = asks.post(path, body)

    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.content
    assert answer.json().keys() == {"message", "code", "type", "link"}
    assert answer.json()["type"] == ("auth" if status == 403 else "invalid_request")
    assert answer.json()["link"].endswith(f"#{code}")


def test_an_index_that_is_not_there(asks: SearchClient) -> None:
    access = facade_access()
    assert access is not None
    for_every_index = make_token(replace(access, index_name="*"), {})

    answer = SearchClient(for_every_index).post("indexes/other/search", {})

    assert (answer.status_code, answer.json()["code"]) == (404, "index_not_found")


def test_an_error_of_one_of_several_queries_says_which(asks: SearchClient) -> None:
    answer = asks.post("multi-search", {"queries": [{"indexUid": INDEX}, {"indexUid": INDEX, "filter": "a = b"}]})

    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_search_filter")
    assert ".queries[1]" in answer.json()["message"]


def test_callers_without_a_token_and_with_a_wrong_one(asks: SearchClient) -> None:
    nobody, wrong = SearchClient(None).post(SEARCH, {}), SearchClient("wrong").post(SEARCH, {})

    assert (nobody.status_code, nobody.json()["code"]) == (401, "missing_authorization_header")
    assert (wrong.status_code, wrong.json()["code"], wrong.json()["type"]) == (403, "invalid_api_key", "auth")


def test_other_methods_and_bodies_are_refused_in_the_same_shape(asks: SearchClient) -> None:
    headers = {"Authorization": f"Bearer {asks.token}"}
    got = Client().get(f"/meilisearch/{SEARCH}", headers=headers)
    form = Client().post(f"/meilisearch/{SEARCH}", {"q": "lens"}, headers=headers)
    broken = Client().post(f"/meilisearch/{SEARCH}", "{", content_type="application/json", headers=headers)

    assert (got.status_code, got["Allow"], got.json()["code"]) == (405, "POST", "method_not_allowed")
    assert (form.status_code, form.json()["code"]) == (415, "invalid_content_type")
    assert (broken.status_code, broken.json()["code"]) == (400, "malformed_payload")


def test_an_engine_that_fails_is_no_empty_answer(asks: SearchClient, settings: Any, tmp_path: Any) -> None:
    (tmp_path / "file").write_text("")
    settings.CONTENT_LIBRARIES_SEARCH_INDEX_DIR = str(tmp_path / "file")

    answer = asks.post(SEARCH, {"q": "lens"})

    assert (answer.status_code, answer.json()["type"]) == (503, "internal")


def test_the_formatted_document_is_the_whole_document(asks: SearchClient) -> None:
    hit = asks.search(q="lens", attributesToHighlight=["display_name", "description", "published"])["hits"][0]

    assert hit["_formatted"] == {
        **DOCUMENTS[0],
        "description": DOCUMENTS[0]["description"].replace("lens", "<em>lens</em>"),
        "display_name": "The Crème of <em>lens</em>es",
        "published": {"display_name": "<em>Lens</em>, the first", "description": "A <em>lens</em>"},
        "access_id": "7",
        "modified": "1.5",
    }
    assert {name: value for name, value in hit.items() if name != "_formatted"} == DOCUMENTS[0]


@pytest.mark.parametrize(
    ("asked", "description"),
    [
        ({"attributesToCrop": ["description"]}, "…five six seven eight lens ten eleven twelve thirteen fourteen…"),
        ({"attributesToCrop": ["description"], "cropLength": 3}, "…eight lens ten…"),
        ({"attributesToCrop": ["description:1"], "cropMarker": "(…)"}, "(…)lens(…)"),
        ({"attributesToCrop": ["*"], "cropLength": 2, "attributesToHighlight": ["*"]}, "…<em>lens</em> ten…"),
        ({"attributesToHighlight": ["title"]}, DOCUMENTS[0]["description"]),
    ],
)
def test_texts_are_cut_around_what_was_found(asks: SearchClient, asked: dict[str, Any], description: str) -> None:
    assert asks.search(q="lens", **asked)["hits"][0]["_formatted"]["description"] == description


def test_accents_and_case_and_beginnings_are_marked(asks: SearchClient) -> None:
    hit = asks.search(q="CREM", attributesToHighlight=["display_name"])["hits"][0]

    assert hit["_formatted"]["display_name"] == "The <em>Crèm</em>e of lenses"


def test_without_marks_and_cuts_there_is_no_formatted_document(asks: SearchClient) -> None:
    assert "_formatted" not in asks.search(q="lens")["hits"][0]


def test_an_order_that_is_asked_for_again_and_again_is_one(asks: SearchClient) -> None:
    orders = ["modified:desc", "modified:asc"] * 3_000
    assert [hit["id"] for hit in asks.search(sort=orders)["hits"]] == ["mirror", "lens"]


def test_pages_are_counted_exactly(asks: SearchClient) -> None:
    page = asks.search(q="", page=2, hitsPerPage=1, sort=["modified:asc"])

    assert [hit["id"] for hit in page["hits"]] == ["mirror"]
    assert (page["page"], page["hitsPerPage"], page["totalPages"], page["totalHits"]) == (2, 1, 2, 2)
    assert "estimatedTotalHits" not in page


def test_facets_are_in_alphabetical_order_with_the_ranges_of_numbers(asks: SearchClient) -> None:
    answer = asks.search(facets=["usage_key", "last_published", "access_id"])

    assert list(answer["facetDistribution"]["usage_key"]) == ["lb:O:l:html:lens", "lb:O:l:html:mirror"]
    assert answer["facetStats"]["access_id"] == {"min": 7, "max": 7}
    assert answer["facetStats"]["last_published"] == {"min": 2.0, "max": 2.0}


def test_a_search_among_facets_ignores_what_belongs_to_the_search_around_it(asks: SearchClient) -> None:
    around = {"attributesToHighlight": ["*"], "limit": 1, "offset": 3, "facets": ["org"], "sort": ["modified:asc"]}
    answer = asks.post(FACET_SEARCH, {"facetName": "tags.level0", "facetQuery": "ecl", **around})

    assert answer.json()["facetHits"] == [{"value": "Physics > Éclairage", "count": 1}]
    assert answer.json().keys() == {"facetHits", "facetQuery", "processingTimeMs"}


def test_browsers_of_other_origins_may_ask(asks: SearchClient, settings: Any) -> None:
    settings.CORS_ALLOWED_ORIGINS = ["https://apps.example.com"]
    url = f"/meilisearch/{SEARCH}"
    wanted = "authorization, content-type, x-meilisearch-client"
    asked = {"Origin": "https://apps.example.com", "Access-Control-Request-Method": "POST"}
    allowed = Client().options(url, headers={**asked, "Access-Control-Request-Headers": wanted})
    answer = asks.post(SEARCH, {}, Origin="https://apps.example.com")
    elsewhere = asks.post(SEARCH, {}, Origin="https://evil.example.com")

    assert allowed["Access-Control-Allow-Origin"] == "https://apps.example.com"
    assert set(wanted.split(", ")) <= set(allowed["Access-Control-Allow-Headers"].split(", "))
    assert answer["Access-Control-Allow-Origin"] == "https://apps.example.com"
    assert not elsewhere.has_header("Access-Control-Allow-Origin")


def test_json_that_is_no_text_is_refused(asks: SearchClient) -> None:
    body = json.dumps({"q": "x"}).replace("x", "\\ud800")
    headers = {"Authorization": f"Bearer {asks.token}"}
    answer = Client().post(f"/meilisearch/{SEARCH}", body, content_type="application/json", headers=headers)

    assert (answer.status_code, answer.json()["code"]) == (400, "malformed_payload")
