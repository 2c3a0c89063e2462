"""Sections, subsections and units: order, new and existing children, and undo."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from content_libraries.content import api as content
from content_libraries.keys import ItemKey, LibraryContainerLocator, container_key
from content_libraries.libraries.models import ContentLibrary
from content_libraries.search import api as search

from .conftest import BOOSTED, HTMX, Browse, Cost

pytestmark = pytest.mark.django_db

UNIT = container_key("lct:CL-TEST:lib1:unit:u1")
PAGE = f"/items/{UNIT}/"


@pytest.fixture(autouse=True)
def _index_of_its_own(settings: Any, tmp_path: Path) -> None:
    settings.CONTENT_LIBRARIES_SEARCH_INDEX_DIR = str(tmp_path / "search")


@pytest.fixture
def children(library: ContentLibrary, staff: User) -> list[ItemKey]:
    """Three texts in a unit, which is in a subsection."""
    key = library.library_key
    content.create_container(key, user=staff, container_type="unit", title="Unit One", container_code="u1")
    above = content.create_container(key, user=staff, container_type="subsection", title="Above", container_code="s1")
    content.append_children(container_key(str(above.key)), user=staff, child_keys=[UNIT])
    made = [
        content.create_component(key, user=staff, block_type="html", component_code=code).key
        for code in ("a", "b", "c")
    ]
    content.append_children(UNIT, user=staff, child_keys=made)
    return made


def order(user: User, key: LibraryContainerLocator = UNIT) -> list[ItemKey]:
    return [child.key for child in content.get_children(key, user=user)]


def undo(client: Client, page: str) -> None:
    """Press the button of the message on a page."""
    found = re.search(r'action="(/libraries/[^"]+/undo/[^"]+)"', page)
    assert found
    assert client.post(found[1]).status_code == 302


def test_children_are_shown_with_links_and_places(children: list[ItemKey], reader: User, browse: Browse) -> None:
    page = browse(reader).get(PAGE).content.decode()
    for key in children:
        assert f'href="/items/{key}/"' in page
    assert "Above" in page
    assert "draggable" not in page


@pytest.mark.parametrize(
    ("move", "expected"),
    [("1:up", [1, 0, 2]), ("1:down", [0, 2, 1]), ("0:up", [0, 1, 2]), ("2:down", [0, 1, 2]), ("1:out", [0, 2])],
)
def test_buttons_move_a_child(
    children: list[ItemKey], contributor: User, browse: Browse, move: str, expected: list[int]
) -> None:
    given = {"child": [str(key) for key in children], "move": move, "list_id": "0123abcd"}
    response = browse(contributor).post(f"{PAGE}order/", given, headers=HTMX)
    assert response.status_code == 200
    page = response.content.decode()
    assert "<html" not in page
    assert 'id="order-0123abcd"' in page  # so the focus finds its button again
    assert 'id="announcer"' in page
    assert order(contributor) == [children[index] for index in expected]


def test_dragging_saves_the_whole_order(children: list[ItemKey], contributor: User, browse: Browse) -> None:
    given = {"child": [str(key) for key in reversed(children)]}
    assert browse(contributor).post(f"{PAGE}order/", given).status_code == 302
    assert order(contributor) == list(reversed(children))


def test_an_order_of_an_older_list_is_refused_in_words(
    children: list[ItemKey], contributor: User, browse: Browse
) -> None:
    version = content.get_children_list(UNIT, user=contributor).version_num
    content.update_container(UNIT, user=contributor, title="Meanwhile")
    given = {"child": [str(children[0])], "version": str(version)}
    response = browse(contributor).post(f"{PAGE}order/", given, headers=HTMX)
    assert response.status_code == 409
    assert response["HX-Retarget"] == "#toasts"
    assert order(contributor) == children


@pytest.mark.parametrize("given", [{"child": ["nonsense"]}, {"child": [], "move": "7:up"}])
def test_odd_orders_change_nothing(
    children: list[ItemKey], contributor: User, browse: Browse, given: dict[str, Any]
) -> None:
    assert browse(contributor).post(f"{PAGE}order/", given).status_code in {400, 404}
    assert order(contributor) == children


def test_what_is_taken_out_comes_back(children: list[ItemKey], contributor: User, browse: Browse) -> None:
    client = browse(contributor)
    given = {"child": [str(key) for key in children], "move": "0:out"}
    page = client.post(f"{PAGE}order/", given, headers=HTMX).content.decode()
    assert order(contributor) == children[1:]
    undo(client, page)
    assert order(contributor) == children


def test_a_new_child_is_made_at_the_end(children: list[ItemKey], contributor: User, browse: Browse) -> None:
    client = browse(contributor)
    response = client.post(f"{PAGE}add-new/", {"type": "problem"}, headers=BOOSTED, follow=True)
    assert [key.block_type for key in order(contributor)[3:]] == ["problem"]  # type: ignore[union-attr]
    undo(client, response.content.decode())
    assert order(contributor) == children
    refused = client.post(f"{PAGE}add-new/", {"type": "section"}, headers=BOOSTED)
    assert refused.status_code == 400


def test_existing_content_is_found_and_added(children: list[ItemKey], contributor: User, browse: Browse) -> None:
    search.rebuild()
    client = browse(contributor)
    page = client.get(f"{PAGE}add/").content.decode()
    assert f'value="{children[0]}"' in page
    assert str(UNIT) + '"' not in page.split('<ul class="wb-plain">')[1]
    client.post(f"{PAGE}add/", {"child": [str(children[0])]})
    assert order(contributor) == [*children, children[0]]


def test_a_title_is_changed_and_taken_back(children: list[ItemKey], contributor: User, browse: Browse) -> None:
    client = browse(contributor)
    page = client.post(f"{PAGE}rename/", {"title": "New name"}, headers=BOOSTED, follow=True).content.decode()
    assert "New name" in page
    undo(client, page)
    assert content.get_item(UNIT, user=contributor).display_name == "Unit One"
    assert client.post(f"{PAGE}rename/", {"title": "x" * 1000}, headers=BOOSTED).status_code == 400


def test_a_deletion_shows_where_it_is_used_and_is_taken_back(
    children: list[ItemKey], contributor: User, browse: Browse
) -> None:
    client = browse(contributor)
    assert "Above" in client.get(f"{PAGE}delete/").content.decode()
    assert "Unit One" in client.get(f"/items/{children[0]}/delete/").content.decode()
    page = client.post(f"{PAGE}delete/", headers=BOOSTED, follow=True).content.decode()
    assert client.get(PAGE).status_code == 404
    undo(client, page)
    assert order(contributor) == children


def test_an_author_publishes_and_a_contributor_may_not(
    children: list[ItemKey], author: User, contributor: User, browse: Browse
) -> None:
    assert f'action="{PAGE}publish/"' not in browse(contributor).get(PAGE).content.decode()
    assert browse(contributor).post(f"{PAGE}publish/").status_code == 403
    assert "It is published." in browse(author).post(f"{PAGE}publish/", follow=True).content.decode()
    assert content.get_item(children[0], user=author).last_published is not None


@pytest.mark.parametrize("action", ["order", "rename", "add-new", "add", "delete", "publish"])
def test_readers_change_nothing(children: list[ItemKey], reader: User, browse: Browse, action: str) -> None:
    given = {"child": [str(children[0])], "type": "html", "title": "Mine"}
    assert browse(reader).post(f"{PAGE}{action}/", given).status_code == 403
    assert order(reader) == children


def test_the_number_of_queries_does_not_depend_on_the_number_of_children(
    children: list[ItemKey], staff: User, browse: Browse, cost: Cost
) -> None:
    few = cost(browse(staff), PAGE)
    more = [
        content.create_component(UNIT.lib_key, user=staff, block_type="html", component_code=f"n{number}").key
        for number in range(20)
    ]
    content.append_children(UNIT, user=staff, child_keys=more)
    assert cost(browse(staff), PAGE) == few
    cost(browse(staff), f"{PAGE}delete/")
    cost(browse(staff), f"{PAGE}children/")
