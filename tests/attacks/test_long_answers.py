"""Libraries of long texts, so that one small search is answered with hundreds of megabytes, or takes minutes."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any, Final

import pytest
from django.contrib.auth.models import User

from content_libraries import conf
from content_libraries.search.engine import index_name
from content_libraries.search.engines.embedded import EmbeddedEngine
from content_libraries.search.facade.access import facade_access
from content_libraries.search.fitting import MAX_LISTED, MAX_TEXT, fitted
from content_libraries.search.tokens import make_token
from tests.conftest import ClientFactory, LibraryFactory
from tests.search.facade.conftest import SearchClient

KEY: Final = "lib:Org:long"
MANY: Final = 24
ALL: Final = MANY + 2
ROOM: Final = 300_000
NEEDED: Final = 1_500
"""What a hit takes of which only keys are left."""

MARK: Final = "<" + "m" * 98 + ">"
SHOWN: Final = (
    pytest.param({}, id="plain"),
    pytest.param({"attributesToHighlight": ["*"]}, id="marked", marks=pytest.mark.slow),
    pytest.param({"attributesToHighlight": ["*"], "highlightPreTag": MARK, "highlightPostTag": MARK}, id="long-marks"),
    pytest.param(
        {"attributesToCrop": ["*"], "cropLength": 100_000_000, "cropMarker": MARK}, id="cropped", marks=pytest.mark.slow
    ),
)


def document(number: int, text: str, **more: Any) -> dict[str, Any]:
    return {
        "id": f"d{number}",
        "usage_key": f"lb:Org:long:html:d{number}",
        "type": "library_block",
        "block_type": "html",
        "block_id": f"d{number}",
        "context_key": KEY,
        "org": "Org",
        "access_id": 1,
        "display_name": f"Title {number}",
        "breadcrumbs": [{"display_name": "Long"}],
        "modified": number,
        "content": {"html_content": text},
        "description": text,
        "published": {"display_name": f"Title {number}", "description": text},
        **more,
    }


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The folder of an index of long texts."""
    folder = tmp_path_factory.mktemp("long") / "search"
    engine = EmbeddedEngine(folder)
    engine.prepare()
    names = {"child_usage_keys": [f"lb:Org:long:html:{'k' * 50}{n}" for n in range(10_000)]}
    names["child_display_names"] = ["a " * 200] * 10_000
    texts = ["a " * 100_000, "\U0001f600 a " * 30_000, "a" * 99_000 + " b", "&" * 99_000 + " a"]
    long = [document(number, texts[number % len(texts)]) for number in range(MANY)]
    long += [document(MANY, "a", type="library_container", content=names, published={"content": names})]
    engine.update([fitted(each) for each in [*long, document(MANY + 1, "a short text")]])
    return str(folder)


@pytest.fixture(autouse=True)
def _long_texts(index: str, settings: Any) -> None:
    settings.CONTENT_LIBRARIES_SEARCH_INDEX_DIR = index
    settings.CONTENT_LIBRARIES_SEARCH_ANSWER_BYTES = ROOM


def asked(path: str, body: object) -> Any:
    access = facade_access()
    assert access is not None
    return SearchClient(make_token(access, {})).post(path, body)


@pytest.mark.parametrize("shown", SHOWN)
def test_hits_share_the_room_of_an_answer(shown: Mapping[str, Any]) -> None:
    query = {"q": "a", "limit": 1_000, "sort": ["modified:desc"], **shown}
    alone = asked(f"indexes/{index_name()}/search", query)
    together = asked("multi-search", {"queries": [{"indexUid": index_name(), **query, "limit": 100}] * 20})
    lengths = [len(alone.content), len(together.content)]
    assert lengths[0] < ROOM + NEEDED * ALL
    assert lengths[1] < ROOM + NEEDED * 20 * ALL
    keys = {f"lb:Org:long:html:d{number}" for number in range(ALL)}
    for result in (alone.json(), *together.json()["results"]):
        assert {hit["usage_key"] for hit in result["hits"]} == keys


def test_what_is_short_stays_whole() -> None:
    hits = asked(f"indexes/{index_name()}/search", {"limit": 1_000, "sort": ["modified:desc"]}).json()["hits"]
    (short, container, *long) = hits
    is_whole = short == document(MANY + 1, "a short text")
    assert is_whole
    names, keys = container["content"]["child_display_names"], container["content"]["child_usage_keys"]
    assert 0 < len(names) == len(keys) < MAX_LISTED
    assert all(len(hit["description"]) > 100 for hit in long)


def test_a_page_of_long_texts_is_whole(settings: Any) -> None:
    del settings.CONTENT_LIBRARIES_SEARCH_ANSWER_BYTES
    query = {"q": "a", "attributesToHighlight": ["description"], "filter": "block_id = d0"}
    response = asked(f"indexes/{index_name()}/search", query)
    length = len(response.content)
    assert length < conf.SEARCH_ANSWER_BYTES.value
    (hit,) = response.json()["hits"]
    assert len(hit["description"]) == MAX_TEXT
    assert hit["_formatted"]["description"].startswith("<em>a</em> <em>a</em>")


@pytest.mark.django_db
@pytest.mark.parametrize("q", ["a", "b", ""])
def test_excerpts_have_a_length(api_client: ClientFactory, make_library: LibraryFactory, staff: User, q: str) -> None:
    make_library("long", org="Org")
    response = api_client(staff).get("/api/content_library/v1/search/", {"q": q, "page_size": "100"})
    assert response.status_code == 200
    length = len(response.content)
    assert length < ALL * 10_000
    excerpts = [hit["excerpt"] for hit in response.json()["results"]]
    assert excerpts
    if q:
        assert all("<mark>" in excerpt for excerpt in excerpts)


def test_lists_of_documents_have_a_length() -> None:
    children = {"child_usage_keys": ["k"] * 10_000, "child_display_names": ["n"] * 10_000}
    content = fitted({"id": "d", "content": children})["content"]
    assert [len(listed) for listed in content.values()] == [MAX_LISTED, MAX_LISTED]
    assert all(len(one) == len(other) for one, other in pairwise(content.values()))
