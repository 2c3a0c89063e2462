"""Outlines and lists of children show what is linked, and what can be done with it (sync contract, section 10)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from opaque_keys.edx.keys import UsageKey

from content_libraries import api
from tests.conftest import ClientFactory, UserFactory, give_role

from .building import COURSE_KEY, ROOT, SECTION, SUBSECTION, UNIT, Author, Shelf, block, child, children


def outline(author: Author, key: UsageKey, **query: Any) -> dict[str, Any]:
    response = author.client.get(f"/xblock/outline/{quote(str(key))}", query)
    assert response.status_code == 200, response.json()
    return dict(response.json())


def blocks_in(data: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield data
    for part in data.get("child_info", {}).get("children", ()):
        yield from blocks_in(part)


def test_every_block_comes_with_its_link_and_with_what_can_be_done(author: Author, shelf: Shelf) -> None:
    subsection = author.create(shelf.key("sub1"), SECTION)
    shelf.component("t1", title="New")
    shelf.publish()
    shown = {data["id"]: data for data in blocks_in(outline(author, ROOT))}
    assert list(shown) == [str(key) for key, _depth in api.get_structure(COURSE_KEY, user=None).walk()]
    for key in (ROOT, SECTION, UNIT, child(UNIT, 0)):
        assert shown[str(key)]["upstream_info"]["upstream_ref"] is None
        assert shown[str(key)]["actions"]["unlinkable"] is None
    top, part = shown[str(subsection)], shown[str(child(subsection, 0))]
    assert top["upstream_info"] == {
        name: value for name, value in author.link(subsection).items() if name != "ready_to_sync_children"
    }
    assert (top["upstream_info"]["ready_to_sync"], part["upstream_info"]["ready_to_sync"]) == (True, False)
    assert (top["display_name"], top["category"], top["has_changes"]) == ("Subsection one", "sequential", True)
    free = {"childAddable": True, "deletable": True, "draggable": True, "duplicable": True, "unlinkable": None}
    assert top["actions"] == free | {"childAddable": False, "unlinkable": True}
    assert part["actions"] == free | {"childAddable": False, "unlinkable": False}
    assert shown[str(UNIT)]["actions"] == free
    assert shown[str(ROOT)]["actions"] == free | {"deletable": False, "draggable": False, "duplicable": False}


def test_an_unlinked_structure_can_be_unlinked_one_level_down(author: Author, shelf: Shelf) -> None:
    subsection = author.create(shelf.key("sub1"), SECTION)
    author.unlink(subsection)
    shown = {data["id"]: data["actions"]["unlinkable"] for data in blocks_in(outline(author, subsection))}
    unit = child(subsection, 0)
    assert (shown[str(subsection)], shown[str(unit)], shown[str(child(unit, 0))]) == (None, True, False)


def test_an_outline_ends_at_a_depth(author: Author) -> None:
    shown = outline(author, ROOT, depth=1)
    assert [data["id"] for data in blocks_in(shown)] == [str(ROOT), str(SECTION)]
    assert shown["child_info"]["children"][0]["child_info"] == {"children": []}
    response = author.client.get(f"/xblock/outline/{quote(str(ROOT))}", {"depth": "deep"})
    assert (response.status_code, list(response.json()["developer_message"])) == (400, ["depth"])


def test_children_say_whether_they_can_be_unlinked(author: Author, shelf: Shelf) -> None:
    subsection = author.create(shelf.key("sub1"), SECTION)

    def shown(key: UsageKey) -> list[bool | None]:
        answer = author.client.get(f"/api/contentstore/v1/container/{quote(str(key))}/children").json()
        return [part["actions"]["unlinkable"] for part in answer["children"]]

    assert (shown(SECTION), shown(subsection)) == ([None, True], [False, False])


def test_strangers_see_no_outline(author: Author, stranger: User, api_client: ClientFactory) -> None:
    assert api_client(stranger).get(f"/xblock/outline/{quote(str(UNIT))}").status_code == 403
    assert api_client().get(f"/xblock/outline/{quote(str(UNIT))}").status_code == 401


def test_what_is_not_there_is_not_found(author: Author) -> None:
    gone = COURSE_KEY.make_usage_key("vertical", "gone")
    assert author.client.get(f"/xblock/outline/{quote(str(gone))}").status_code == 404
    assert author.client.get("/xblock/outline/nonsense").status_code == 400


def test_queries_do_not_grow_with_blocks_links_and_libraries(
    author: Author, shelf: Shelf, make_library: Callable[..., Any]
) -> None:
    def queries(call: Callable[[], object]) -> int:
        with CaptureQueriesContext(connection) as captured:
            call()
        return len(captured)

    def calls() -> tuple[int, int]:
        url = f"/api/contentstore/v1/container/{quote(str(UNIT))}/children"
        return queries(lambda: outline(author, ROOT)), queries(lambda: author.client.get(url))

    author.create(shelf.key("t1"), UNIT)
    calls()  # what a process learns once
    few = calls()
    for number in range(2, 5):
        other = Shelf(make_library(f"lib{number}"))
        give_role(author.user, "library_user", str(other.library.library_key))
        other.component("t1", title="Text")
        other.publish()
        author.create(other.key("t1"), UNIT)
        author.create(shelf.key("sub1"), SECTION)
    assert calls() == few
    assert len(children(UNIT)) == 6
    assert block(SUBSECTION)


@pytest.mark.parametrize("role", ["course_auditor", "course_editor"])
def test_reviewers_and_editors_see_links(
    role: str, author: Author, shelf: Shelf, make_user: UserFactory, api_client: ClientFactory
) -> None:
    text = author.create(shelf.key("t1"), UNIT)
    user = make_user("reviewer")
    give_role(user, role, str(COURSE_KEY))
    shown = {data["id"]: data for data in blocks_in(outline(Author(api_client(user), user), UNIT))}
    assert shown[str(text)]["upstream_info"]["upstream_ref"] == shelf.key("t1")
