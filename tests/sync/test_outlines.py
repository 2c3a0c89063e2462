"""Outlines and lists of children show what is linked, and what can be done with it (wire: sync-endpoints)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, ClassVar
from urllib.parse import quote

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from opaque_keys.edx.keys import UsageKey

from content_libraries import api
from content_libraries.actors import OPERATOR
from content_libraries.courses.learning_core_store import LearningCoreStore
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
    assert list(shown) == [str(key) for key, _depth in api.get_structure(COURSE_KEY, user=OPERATOR).walk()]
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


def test_a_block_that_is_edited_while_the_course_is_read_stays_in_the_outline(author: Author, shelf: Shelf) -> None:
    author.create(shelf.key("sub1"), SECTION)
    before = [data["id"] for data in blocks_in(outline(author, ROOT))]
    waiting = [child(UNIT, 0), UNIT]

    def edit_before_the_texts(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        if waiting and sql.startswith("SELECT") and "blockdefinition" in sql:
            api.edit_block(waiting.pop(), user=OPERATOR, settings={"display_name": "Edited meanwhile"})
        return execute(sql, *rest)

    with connection.execute_wrapper(edit_before_the_texts):
        during = [data["id"] for data in blocks_in(outline(author, ROOT))]
    assert during == before
    assert not waiting


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


def test_the_page_of_a_course_shows_its_outline_and_opens_what_was_asked_for(author: Author, shelf: Shelf) -> None:
    unit = author.create(shelf.key("unit1"), SUBSECTION)
    shown = page("course_index", author, COURSE_KEY)
    assert (shown["course_structure"], shown["initial_state"]) == (outline(author, ROOT), None)
    opened = page("course_index", author, COURSE_KEY, show=str(unit))["initial_state"]
    assert opened == {"locator_to_show": str(unit), "expanded_locators": [str(unit), *map(str, children(unit))]}
    gone = COURSE_KEY.make_usage_key("vertical", "gone")
    assert page("course_index", author, COURSE_KEY, show=str(gone))["initial_state"] is None


def test_the_page_of_a_unit_shows_links_and_where_it_stands(author: Author, shelf: Shelf) -> None:
    subsection = author.create(shelf.key("sub1"), SECTION)
    unit, sibling = children(subsection)
    shown = page("container_handler", author, unit)
    assert shown["xblock"] == {"display_name": "Unit one", "display_type": "Unit", "category": "vertical"}
    assert shown["xblock_info"] == outline(author, unit, depth=1)
    assert shown["xblock_info"]["upstream_info"]["upstream_ref"] == shelf.key("unit1")
    assert shown["xblock_info"]["actions"]["childAddable"] is False
    assert (shown["is_unit_page"], shown["unit_block_id"]) == (True, unit.block_id)
    assert (shown["subsection_location"], shown["outline_url"]) == (str(subsection), f"/container/{ROOT}")
    assert [(step["title"], step["is_last"]) for step in shown["ancestor_xblocks"]] == [
        ("A section", False),
        ("Subsection one", True),
    ]
    assert shown["ancestor_xblocks"][1]["children"] == [
        {"url": f"/container/{key}", "display_name": title, "usage_key": str(key)}
        for key, title in ((unit, "Unit one"), (sibling, "Unit two"))
    ]
    above = page("container_handler", author, subsection)
    assert (above["is_unit_page"], above["unit_block_id"], above["subsection_location"]) == (False, None, None)


def page(kind: str, author: Author, key: object, **query: Any) -> dict[str, Any]:
    response = author.client.get(f"/api/contentstore/v1/{kind}/{quote(str(key))}", query)
    assert response.status_code == 200, response.json()
    return dict(response.json())


PAGES = (
    f"/xblock/outline/{quote(str(UNIT))}",
    f"/api/contentstore/v1/container_handler/{quote(str(UNIT))}",
    f"/api/contentstore/v1/course_index/{quote(str(COURSE_KEY))}",
)


@pytest.mark.parametrize("url", PAGES)
def test_strangers_see_no_outline(url: str, author: Author, stranger: User, api_client: ClientFactory) -> None:
    assert (api_client(stranger).get(url).status_code, api_client().get(url).status_code) == (403, 401)


def test_what_is_not_there_is_not_found(author: Author) -> None:
    gone = COURSE_KEY.make_usage_key("vertical", "gone")
    for path in ("/xblock/outline/", "/api/contentstore/v1/container_handler/"):
        assert author.client.get(f"{path}{quote(str(gone))}").status_code == 404
        assert author.client.get(f"{path}nonsense").status_code == 400
    assert author.client.get("/api/contentstore/v1/course_index/course-v1:No+Such+Course").status_code == 403
    assert author.client.get("/api/contentstore/v1/course_index/nonsense").status_code == 400


class BusyStore(LearningCoreStore):
    """A course in which a colleague deletes blocks as soon as somebody has read how the blocks stand."""

    doomed: ClassVar[list[UsageKey]] = []

    def structure(self, course_key: api.CourseKey, *, published: bool = False) -> api.CourseStructure:
        found = super().structure(course_key, published=published)
        while self.doomed:
            api.delete_block(self.doomed.pop(), user=OPERATOR)
        return found


def test_what_is_deleted_while_an_outline_is_read_is_left_out(author: Author, settings: Any) -> None:
    settings.CONTENT_LIBRARIES_COURSE_STORE = f"{__name__}.BusyStore"
    gone, *left = children(UNIT)
    BusyStore.doomed.append(gone)
    shown = outline(author, UNIT)
    assert BusyStore.doomed == []
    assert [data["id"] for data in blocks_in(shown)] == [str(UNIT), *map(str, left)]


def test_what_is_deleted_while_its_outline_is_read_is_not_found(author: Author, settings: Any) -> None:
    settings.CONTENT_LIBRARIES_COURSE_STORE = f"{__name__}.BusyStore"
    BusyStore.doomed.append(UNIT)
    assert author.client.get(PAGES[0]).status_code == 404
    assert BusyStore.doomed == []


def test_queries_do_not_grow_with_blocks_links_and_libraries(
    author: Author, shelf: Shelf, make_library: Callable[..., Any]
) -> None:
    def queries(call: Callable[[], object]) -> int:
        with CaptureQueriesContext(connection) as captured:
            call()
        return len(captured)

    def calls() -> list[int]:
        children_of_unit = f"/api/contentstore/v1/container/{quote(str(UNIT))}/children"
        return [
            queries(lambda url=url: author.client.get(url))
            for url in (f"/xblock/outline/{quote(str(ROOT))}", *PAGES, children_of_unit)
        ]

    author.create(shelf.key("t1"), UNIT)
    author.create(shelf.key("sub1"), SECTION)
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
