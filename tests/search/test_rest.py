"""GET /api/content_library/v1/search/"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from openedx_tagging import api as tagging_api

from content_libraries.libraries.models import ContentLibrary
from content_libraries.search.api import catch_up, rebuild
from tests.conftest import ClientFactory, MemberFactory

from .building import Shelf

URL = "/api/content_library/v1/search/"

type Search = Callable[..., Any]


@pytest.fixture
def content(shelf: Shelf) -> Shelf:
    shelf.write("p1", "p2", unit1=["p1"])
    shelf.publish("p2")
    shelf.write("p3", title="Photosynthesis <script>")
    shelf.collect("spring", "p1", title="Spring term")
    catch_up(shelf.pk)
    return shelf


@pytest.fixture
def find(content: Shelf, api_client: ClientFactory, reader: User) -> Search:
    """Searches as a reader of the library, and gives the keys of what is found."""

    def find(**query: Any) -> list[str]:
        response = api_client(reader).get(URL, query)
        assert response.status_code == 200, response.content
        return [hit["usage_key"] for hit in response.json()["results"]]

    return find


def test_a_page_of_hits(content: Shelf, api_client: ClientFactory, reader: User) -> None:
    response = api_client(reader).get(URL, {"q": "text of p2"})

    assert response.status_code == 200
    assert response.json() == {
        "count": 1,
        "num_pages": 1,
        "current_page": 1,
        "start": 0,
        "next": None,
        "previous": None,
        "results": [
            {
                "display_name": "P2",
                "usage_key": "lb:CL-TEST:lib1:problem:p2",
                "type": "library_block",
                "block_type": "problem",
                "context_key": "lib:CL-TEST:lib1",
                "publish_status": "published",
                "license": "all-rights-reserved",
                "excerpt": "<mark>Text</mark> <mark>of</mark> <mark>p2</mark>",
            }
        ],
    }


def test_a_collection_has_neither_block_type_nor_publish_status(
    content: Shelf, api_client: ClientFactory, reader: User
) -> None:
    (hit,) = api_client(reader).get(URL, {"q": "spring", "type": "collection"}).json()["results"]

    assert hit["usage_key"] == "lib-collection:CL-TEST:lib1:spring"
    assert hit["block_type"] is None
    assert hit["publish_status"] is None


def test_filters(find: Search, content: Shelf) -> None:
    p1, p2, p3, unit1 = (content.key(code) for code in ("p1", "p2", "p3", "unit1"))

    assert set(find(type="library_block")) == {p1, p2, p3}
    assert set(find(type=["library_container", "collection"])) == {unit1, "lib-collection:CL-TEST:lib1:spring"}
    assert find(block_type="unit") == [unit1]
    assert find(publish_status="published") == [p2]
    assert set(find(publish_status=["published", "never"], block_type="problem")) == {p1, p2, p3}
    assert find(library="lib:CL-TEST:lib1", q="photosinthesis") == [p3]
    assert find(library="lib:CL-TEST:unknown") == []
    assert find(block_type="no-such-type") == []


def test_collections_and_tags(find: Search, content: Shelf) -> None:
    p1, p2 = content.key("p1"), content.key("p2")
    taxonomy = tagging_api.create_taxonomy("Location")
    for value, parent in (("Europe", None), ("France", "Europe"), ("Asia", None)):
        tagging_api.add_tag_to_taxonomy(taxonomy, value, parent)
    tagging_api.tag_object(p1, taxonomy, ["France", "Asia"])
    tagging_api.tag_object(p2, taxonomy, ["Europe"])
    rebuild(content.library.library_key)

    assert find(collection="spring") == [p1]
    assert set(find(collection=["spring", "autumn"])) == {p1}
    assert set(find(tag="Location")) == set(find(tag="Location > Europe")) == {p1, p2}
    assert find(tag="Location > Europe > France") == [p1]
    assert find(tag=["Location > Europe", "Location > Asia"]) == [p1]
    assert find(tag="Europe") == []


def test_a_chosen_order(find: Search, content: Shelf) -> None:
    p1, p2, p3 = (content.key(code) for code in ("p1", "p2", "p3"))

    assert find(type="library_block", ordering="display_name") == [p1, p2, p3]
    assert find(q="text", type="library_block", ordering="-display_name") == [p3, p2, p1]
    assert find(type="library_block", ordering="last_published")[0] == p2


def test_facets_count_everything_that_is_found(content: Shelf, api_client: ClientFactory, reader: User) -> None:
    asked: dict[str, Any] = {
        "facet": ["block_type", "publish_status", "tags.taxonomy"],
        "type": "library_block",
        "page_size": 1,
    }
    page = api_client(reader).get(URL, asked).json()

    assert len(page["results"]) == 1
    assert page["facets"] == {
        "block_type": {"problem": 3},
        "publish_status": {"never": 2, "published": 1},
        "tags.taxonomy": {},
    }


def test_without_words_the_latest_changes_come_first(find: Search, content: Shelf) -> None:
    content.write("p1", title="Latest")
    catch_up(content.pk)

    assert find(type="library_block")[0] == content.key("p1")


def test_titles_of_authors_are_no_markup(content: Shelf, api_client: ClientFactory, reader: User) -> None:
    content.write(unit2=["p3"])
    catch_up(content.pk)

    (hit,) = api_client(reader).get(URL, {"q": "script", "block_type": "unit"}).json()["results"]

    assert hit["excerpt"] == "Photosynthesis &lt;<mark>script</mark>&gt;"


def test_pages(find: Search, content: Shelf, api_client: ClientFactory, reader: User) -> None:
    content.write(*(f"q{number}" for number in range(23)))
    catch_up(content.pk)
    client = api_client(reader)

    first = client.get(URL, {"type": "library_block"}).json()
    last = client.get(URL, {"type": "library_block", "page": "3"}).json()

    assert (first["count"], first["num_pages"], len(first["results"])) == (26, 3, 10)
    assert "page=2" in first["next"]
    assert (last["start"], len(last["results"]), last["next"]) == (20, 6, None)
    assert len(find(type="library_block", page_size=26)) == 26
    beyond = client.get(URL, {"page": 4_000_000_000})
    assert (beyond.status_code, beyond.json()) == (404, {"detail": "Invalid page."})


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"type": "course"}, "type"),
        ({"publish_status": "draft"}, "publish_status"),
        ({"library": "course-v1:O+C+R"}, "library"),
        ({"library": "nonsense"}, "library"),
        ({"q": "x" * 501}, "q"),
        ({"block_type": "a b"}, "block_type"),
        ({"ordering": "title"}, "ordering"),
        ({"facet": "access_id"}, "facet"),
    ],
)
def test_bad_values_are_named(
    content: Shelf, api_client: ClientFactory, reader: User, query: dict[str, str], field: str
) -> None:
    response = api_client(reader).get(URL, query)

    assert response.status_code == 400
    assert list(response.json()) == [field]


def test_anonymous_callers_have_to_log_in(content: Shelf, api_client: ClientFactory) -> None:
    response = api_client().get(URL, {"q": "text"})

    assert response.status_code == 401
    assert response.has_header("WWW-Authenticate")


@pytest.mark.parametrize("query", [{}, {"q": "text"}, {"library": "lib:CL-TEST:lib1"}])
def test_a_stranger_finds_nothing(
    content: Shelf, api_client: ClientFactory, stranger: User, query: dict[str, str]
) -> None:
    response = api_client(stranger).get(URL, query)

    assert response.status_code == 200
    assert (response.json()["count"], response.json()["results"]) == (0, [])


@pytest.mark.parametrize(
    "role", ["library_admin", "library_author", "library_contributor", "library_user", "admin", "author", "read"]
)
def test_everybody_with_a_role_finds_content_of_that_library_only(
    content: Shelf,
    library: ContentLibrary,
    make_library: Any,
    make_member: MemberFactory,
    api_client: ClientFactory,
    role: str,
) -> None:
    other = Shelf(make_library("other"))
    other.write("p1")
    catch_up(other.pk)
    client = api_client(make_member(library, role))

    found = client.get(URL, {"q": "text", "page_size": "100"}).json()["results"]
    elsewhere = client.get(URL, {"library": "lib:CL-TEST:other"}).json()["results"]

    assert {hit["context_key"] for hit in found} == {"lib:CL-TEST:lib1"}
    assert elsewhere == []


def test_staff_finds_content_of_all_libraries(
    content: Shelf, make_library: Any, api_client: ClientFactory, staff: User
) -> None:
    other = Shelf(make_library("other"))
    other.write("p1")
    catch_up(other.pk)

    found = api_client(staff).get(URL, {"q": "text of p1", "type": "library_block"}).json()["results"]

    assert {hit["context_key"] for hit in found} == {"lib:CL-TEST:lib1", "lib:CL-TEST:other"}


def test_who_loses_a_role_finds_nothing_any_more(
    content: Shelf, library: ContentLibrary, make_member: MemberFactory, api_client: ClientFactory
) -> None:
    client = api_client(make_member(library, "read"))
    assert client.get(URL).json()["count"] > 0

    library.permission_grants.filter(access_level="read").delete()

    assert client.get(URL).json()["count"] == 0


def test_an_engine_that_fails_is_no_empty_library(
    content: Shelf, api_client: ClientFactory, reader: User, settings: Any, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    settings.CONTENT_LIBRARIES_SEARCH_INDEX_DIR = str(tmp_path / "file")

    response = api_client(reader).get(URL)

    assert response.status_code == 503
    assert "detail" in response.json()
