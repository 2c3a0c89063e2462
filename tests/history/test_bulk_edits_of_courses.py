"""Bulk edits of courses: one change set, and the rules of linked blocks (wire: own-bulk-edits)."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from opaque_keys.edx.keys import UsageKey
from rest_framework.test import APIClient

from content_libraries import api
from content_libraries.actors import OPERATOR
from content_libraries.keys import course_key
from content_libraries.search import api as search
from tests.conftest import ClientFactory, UserFactory, give_role
from tests.courses.building import PROBLEM, TEXT, make_course
from tests.shared_worlds import module_db
from tests.sync.building import COURSE_KEY, ROOT, SUBSECTION, UNIT, Author, Shelf, block, child, edit
from tests.sync.conftest import (
    author,
    course,
    library,
    shared_author,
    shared_course,
    shared_library,
    shared_shelf,
    shared_staff,
    shelf,
    staff,
)

__all__ = [
    "author",
    "course",
    "library",
    "module_db",
    "shared_author",
    "shared_course",
    "shared_library",
    "shared_shelf",
    "shared_staff",
    "shelf",
    "staff",
]

PREVIEWS = "/api/content_library/v1/bulk_edit_previews/"
EDITS = "/api/content_library/v1/bulk_edits/"


def post(client: APIClient, url: str, status: int | None = None, **body: Any) -> Any:
    response = client.post(url, {"course_key": str(COURSE_KEY), **body}, format="json")
    assert response.status_code == (status or (201 if url == EDITS else 200)), response.content
    return response.json()


def keys(entries: list[Any]) -> list[str]:
    return [entry["item_key"] for entry in entries]


def test_texts_of_a_course_change_in_one_set(author: Author) -> None:
    body: dict[str, Any] = {"find": "H|A", "replace": "X", "regex": True}
    shown = post(author.client, PREVIEWS, **body)
    assert keys(shown["items"]) == [
        str(ROOT),
        str(block(SUBSECTION).usage_key.course_key.make_usage_key("chapter", "sec")),
        str(UNIT),
        str(TEXT),
    ]
    done = post(author.client, EDITS, **body, fingerprint=shown["fingerprint"])
    assert block(UNIT).olx == '<vertical display_name="X unit"/>'
    assert block(TEXT).olx == "<html><![CDATA[Xi]]></html>"
    found = author.client.get("/api/content_library/v1/change_sets/", {"course_key": str(COURSE_KEY)}).json()
    assert (found["results"][0]["uuid"], found["results"][0]["kind"]) == (done["change_set"], "bulk_edit")
    assert found["results"][0]["user"] == "author"


def test_settings_of_all_problems_below_a_block(author: Author) -> None:
    done = post(
        author.client, EDITS, settings={"max_attempts": 3}, item_keys=[str(SUBSECTION)], block_types=["problem"]
    )
    assert (done["changed_count"], done["left_alone"]) == (1, [])
    assert block(PROBLEM).settings["max_attempts"] == "3"
    post(author.client, EDITS, settings={"max_attempts": None})
    assert "max_attempts" not in block(PROBLEM).settings


def test_a_linked_block_records_its_local_changes(author: Author, shelf: Shelf) -> None:
    key = author.create(shelf.key("t1"), UNIT)
    post(author.client, EDITS, find="One", replace="Uno", match_case=False, item_keys=[str(key)])
    assert author.link(key)["downstream_customized"] == ["display_name", "data"]
    assert (block(key).title, block(key).settings["upstream"]) == ("Text Uno", shelf.key("t1"))
    shelf.component("t1", title="Text 1", body="<p>1</p>")
    shelf.publish()
    author.sync(key)
    assert block(key).title == "Text Uno"


def test_link_settings_are_no_texts(author: Author, shelf: Shelf) -> None:
    key = author.create(shelf.key("t1"), UNIT)
    shown = post(author.client, PREVIEWS, find="lib1", replace="lib2", item_keys=[str(key)])
    assert (shown["looked_at"], shown["changed_count"], shown["left_alone_count"]) == (1, 0, 0)


@pytest.fixture
def unit(author: Author, shelf: Shelf) -> UsageKey:
    return author.create(shelf.key("unit1"), SUBSECTION, category="vertical")


def test_a_part_of_a_linked_structure_is_left_alone_where_a_sync_would_undo_the_edit(
    author: Author, unit: UsageKey
) -> None:
    text, problem = child(unit, 0), child(unit, 1)
    edit(problem, display_name="Problem about One")
    done = post(author.client, EDITS, find="p1|One", replace="Uno", regex=True, item_keys=[str(unit)])
    assert keys(done["left_alone"]) == [str(problem)]
    assert done["left_alone"][0]["reason"].startswith(f"“{problem}” is part of a linked structure.")
    assert block(text).olx.count("Uno") == 1
    assert "Uno" not in block(problem).olx
    done = post(author.client, EDITS, settings={"max_attempts": 7}, item_keys=[str(unit)], block_types=["problem"])
    assert (done["changed_count"], block(problem).settings["max_attempts"]) == (1, "7")
    done = post(author.client, EDITS, settings={"rerandomize": "never"}, item_keys=[str(problem)])
    assert (done["change_set"], keys(done["left_alone"])) == (None, [str(problem)])


def test_blocks_are_found_by_a_search(author: Author) -> None:
    edit(TEXT, text="Nothing but acids")
    search.rebuild()
    shown = post(author.client, PREVIEWS, find="acids", replace="bases", query="acids")
    assert (shown["looked_at"], keys(shown["items"])) == (1, [str(TEXT)])


def test_an_outdated_preview_of_a_course_is_refused(author: Author) -> None:
    shown = post(author.client, PREVIEWS, settings={"weight": 2})
    edit(PROBLEM, display_name="New")
    post(author.client, EDITS, 409, settings={"weight": 2}, fingerprint=shown["fingerprint"])
    assert "weight" not in block(PROBLEM).settings


def test_a_course_has_no_collections_and_only_its_own_blocks(author: Author) -> None:
    body: dict[str, Any] = {"find": "a", "replace": "b"}
    assert "collection" in post(author.client, PREVIEWS, 400, **body, collection="x")
    other = course_key("course-v1:Org+Other+Run").make_usage_key("html", "t")
    assert "item_keys" in post(author.client, PREVIEWS, 400, **body, item_keys=[str(other)])
    gone = COURSE_KEY.make_usage_key("html", "gone")
    post(author.client, PREVIEWS, 404, **body, item_keys=[str(gone)])


def test_who_may_not_edit_the_course_is_refused(
    course: None, make_user: UserFactory, api_client: ClientFactory
) -> None:
    auditor = make_user("auditor")
    give_role(auditor, "course_auditor", str(COURSE_KEY))
    for user in (auditor, make_user("nobody")):
        for url in (PREVIEWS, EDITS):
            post(api_client(user), url, 403, find="a", replace="b")


def test_queries_do_not_depend_on_the_number_of_blocks(author: Author, shelf: Shelf) -> None:
    courses = {size: make_course(course_key(f"course-v1:Org+Of{size}+Run"), problems=size) for size in (60, 120)}
    for key in courses.values():
        api.create_linked_block(key.make_usage_key("vertical", "unit"), user=OPERATOR, upstream=shelf.key("t1"))
        give_role(author.user, "course_staff", str(key))
    counts = []
    for size, key in courses.items():
        body: dict[str, Any] = {"course_key": str(key), "settings": {"weight": 3}, "block_types": ["problem"]}
        post(author.client, PREVIEWS, **body)
        for url in (PREVIEWS, EDITS):
            with CaptureQueriesContext(connection) as queries:
                assert post(author.client, url, **body)["changed_count"] == size
            counts.append(len(queries))
    assert counts[:2] == counts[2:]
