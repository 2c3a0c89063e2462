"""The content of a library: search with facets, and new items."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from content_libraries.content import api as content
from content_libraries.libraries.models import ContentLibrary
from content_libraries.search import api as search

from .conftest import BOOSTED, HTMX, Browse, Cost

pytestmark = pytest.mark.django_db

CONTENT = "/libraries/lib:CL-TEST:lib1/"
NEW = "/libraries/lib:CL-TEST:lib1/items/new/"


@pytest.fixture(autouse=True)
def _index_of_its_own(settings: Any, tmp_path: Path) -> None:
    settings.CONTENT_LIBRARIES_SEARCH_INDEX_DIR = str(tmp_path / "search")


def shown(client: Client, query: str = "", **headers: Any) -> str:
    response = client.get(f"{CONTENT}{query}", **headers)
    assert response.status_code == 200
    return response.content.decode()


@pytest.fixture
def shelf(library: ContentLibrary, staff: User) -> None:
    """A unit, a problem that is in a collection, and a published text."""
    key = library.library_key
    content.create_container(key, user=staff, container_type="unit", title="Cells")
    problem = content.create_component(key, user=staff, block_type="problem", component_code="p")
    text = content.create_component(key, user=staff, block_type="html", component_code="t")
    content.set_olx(text.key, user=staff, olx='<html display_name="Mitosis"/>')  # type: ignore[arg-type]
    content.publish_item(text.key, user=staff)
    content.create_collection(key, user=staff, title="Biology")
    content.set_collections(problem.key, user=staff, collection_codes=["biology"])
    search.rebuild()


@pytest.mark.usefixtures("shelf")
def test_everything_is_listed_with_type_and_status(reader: User, browse: Browse) -> None:
    page = shown(browse(reader))
    for text in ("Cells", "Mitosis", "Biology", "Unit", "Never published", "Published"):
        assert text in page
    assert "New item" not in page


@pytest.mark.usefixtures("shelf")
@pytest.mark.parametrize(
    ("query", "found", "missing"),
    [
        ("?q=mitos", "Mitosis", ">Cells<"),
        ("?type=unit", ">Cells<", ">Mitosis<"),
        ("?type=unit&type=html", ">Mitosis<", ">Blank Problem<"),
        ("?status=published", ">Mitosis<", ">Cells<"),
        ("?collection=biology", ">Blank Problem<", ">Mitosis<"),
    ],
)
def test_the_search_is_in_the_url(reader: User, browse: Browse, query: str, found: str, missing: str) -> None:
    for headers in ({}, HTMX):
        page = shown(browse(reader), query, headers=headers)
        assert found in page
        assert missing not in page


@pytest.mark.usefixtures("shelf")
def test_chosen_facets_stay_chosen_even_if_nothing_is_found(reader: User, browse: Browse) -> None:
    page = shown(browse(reader), "?type=unit&q=nothing")
    assert 'value="unit" checked' in page
    assert "Nothing matches" in page


def test_an_empty_library_says_what_belongs_here(author: User, reader: User, browse: Browse) -> None:
    search.rebuild()
    assert f'href="{NEW}"' in shown(browse(author))
    assert NEW not in shown(browse(reader))


def test_a_search_that_is_off_is_told(reader: User, browse: Browse, settings: Any) -> None:
    settings.CONTENT_LIBRARIES_SEARCH_ENGINE = "off"
    assert "Search is not available at the moment." in shown(browse(reader))


@pytest.mark.parametrize("query", ["?page=99999999999", "?page=x", "?order=nonsense", "?status=nonsense", "?tag=a"])
def test_odd_parameters_do_no_harm(reader: User, browse: Browse, query: str) -> None:
    shown(browse(reader), query)


@pytest.mark.parametrize(("item_type", "title"), [("html", ""), ("unit", "Cells"), ("section", "Life")])
def test_an_item_is_created_and_shown(contributor: User, browse: Browse, item_type: str, title: str) -> None:
    response = browse(contributor).post(NEW, {"type": item_type, "title": title}, headers=BOOSTED, follow=True)
    assert response.status_code == 200
    assert "It is created, as a draft." in response.content.decode()
    assert title in response.content.decode()


def test_a_type_that_is_not_offered_is_refused(contributor: User, browse: Browse) -> None:
    response = browse(contributor).post(NEW, {"type": "nonsense", "title": "Kept"}, headers=BOOSTED)
    assert response.status_code == 400
    assert 'value="Kept"' in response.content.decode()


def test_readers_create_nothing(library: ContentLibrary, reader: User, browse: Browse) -> None:
    assert browse(reader).post(NEW, {"type": "unit", "title": "Mine"}).status_code == 403


def test_the_number_of_queries_does_not_depend_on_the_number_of_items(
    library: ContentLibrary, staff: User, browse: Browse, cost: Cost
) -> None:
    counts = []
    for numbers in (range(2), range(2, 60)):
        for number in numbers:
            content.create_component(library.library_key, user=staff, block_type="html", component_code=f"c{number}")
        search.rebuild()
        counts.append(cost(browse(staff), CONTENT))
    assert counts[0] == counts[1]
    assert "Page 2 of 2" in shown(browse(staff), "?page=2")
