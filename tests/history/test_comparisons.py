"""Comparisons of two states of an item over HTTP (wire: own-comparisons)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from content_libraries import api
from tests.conftest import ClientFactory, LibraryFactory, give_role
from tests.content.client import LibraryClient
from tests.courses.building import COURSE_KEY, PROBLEM, UNIT, make_course

from .client import HistoryClient

URL = "/api/content_library/v1/comparisons/"
SETS = "/api/content_library/v1/change_sets/"
UNKNOWN = "7d0a3c1e-5b0f-4a55-9d0b-0f6f0c8b1f7a"


def post(client: LibraryClient, body: Mapping[str, Any]) -> Any:
    return client.http.post(URL, body, format="json")


def compare(client: LibraryClient, item: str, **body: Any) -> Any:
    return client.ok(post(client, {"item_key": client.key(item) if ":" in item and "+" not in item else item, **body}))


def versions(client: LibraryClient, item: str, before: Any, after: Any) -> Any:
    return compare(client, item, before={"version": before}, after={"version": after})


def newest_set(client: LibraryClient, **query: Any) -> str:
    found = client.ok(client.http.get(SETS, {"library_key": client.lib_key, **query}))["results"]
    uuid: str = found[0]["uuid"]
    return uuid


def save(client: LibraryClient, name: str, olx: str) -> None:
    client.ok(client.http.post(client.url(name, "olx/"), {"olx": olx}, format="json"))


def test_two_versions_of_a_component_differ_in_settings_text_and_olx(bob: HistoryClient) -> None:
    bob.create("problem:p")
    save(bob, "problem:p", '<problem display_name="Old" weight="1"><p>One cat</p></problem>')
    save(bob, "problem:p", '<problem display_name="New"><p>One dog</p></problem>')
    found = versions(bob, "problem:p", 2, 3)
    assert [(found[side]["version"], found[side]["title"]) for side in ("before", "after")] == [(2, "Old"), (3, "New")]
    assert (found["after"]["item_key"], found["after"]["item_type"]) == (bob.key("problem:p"), "problem")
    assert found["after"]["created_by"] == "Bob"
    difference = found["difference"]
    assert difference["settings"] == [
        {"name": "display_name", "before": "Old", "after": "New"},
        {"name": "weight", "before": "1", "after": None},
    ]
    assert difference["text"]["lines"][-2:] == ["-<p>One cat</p>", "+<p>One dog</p>"]
    assert {"kind": "removed", "text": "cat"} in difference["text"]["words"][0]["parts"]
    assert difference["olx"]["lines"][-1] == '+<problem display_name="New"><p>One dog</p></problem>'
    assert difference["title"] == {"changed": True, "before": "Old", "after": "New"}


def test_files_are_added_and_removed(bob: HistoryClient) -> None:
    bob.create("html:h")
    file = SimpleUploadedFile("a.txt", b"A")
    bob.ok(bob.http.put(bob.url("html:h", "assets/static/a.txt"), {"content": file}, format="multipart"))
    found = versions(bob, "html:h", 1, "draft")["difference"]["files"]
    assert [(file["path"], file["size"]) for file in found["added"]] == [("static/a.txt", 1)]
    assert versions(bob, "html:h", "draft", 1)["difference"]["files"]["removed"] == found["added"]


def test_draft_and_published_children_differ_in_place_and_title(bob: HistoryClient) -> None:
    for name in "abc":
        bob.create(f"problem:{name}")
        bob.rename(f"problem:{name}", name)
    bob.create("unit:u", title="Unit", children=["problem:a", "problem:b"])
    bob.publish_all()
    bob.edit_children("patch", "unit:u", "problem:c", "problem:b")
    bob.rename("problem:b", "B")
    children = versions(bob, "unit:u", "published", "draft")["difference"]["children"]
    a, b, c = (bob.key(f"problem:{name}") for name in "abc")
    assert (children["before"], children["after"]) == ([a, b], [c, b])
    assert children["added"] == [{"usage_key": c, "index": 0}]
    assert children["removed"] == [{"usage_key": a, "index": 0}]
    assert children["renamed"] == [{"usage_key": b, "before": "b", "after": "B"}]


def test_two_publishes_are_compared_as_they_were(bob: HistoryClient) -> None:
    bob.create("problem:p")
    bob.rename("problem:p", "Problem")
    bob.create("unit:u", title="Unit", children=["problem:p"])
    bob.publish_all()
    first = newest_set(bob, kind="publish")
    bob.rename("problem:p", "New")
    bob.publish_all()
    second = newest_set(bob, kind="publish")
    bob.rename("problem:p", "Later")
    bob.publish_all()
    found = compare(bob, "unit:u", before={"publish_log": first}, after={"publish_log": second})
    assert [found[side]["version"] for side in ("before", "after")] == [2, 2]
    assert found["difference"]["children"]["renamed"] == [
        {"usage_key": bob.key("problem:p"), "before": "Problem", "after": "New"}
    ]


def test_a_change_set_is_compared_with_what_was_before(bob: HistoryClient) -> None:
    bob.create("problem:p")
    bob.rename("problem:p", "Old")
    bob.rename("problem:p", "New")
    uuid = newest_set(bob)
    bob.rename("problem:p", "Newer")
    found = compare(bob, "problem:p", change_set=uuid)
    assert found["difference"]["title"] == {"changed": True, "before": "Old", "after": "New"}
    same = compare(bob, "problem:p", before={"after_change_set": uuid}, after={"version": 3})
    assert same["difference"]["title"]["changed"] is False


def test_what_was_created_or_deleted_is_compared_with_nothing(bob: HistoryClient) -> None:
    bob.create("problem:p")
    created = newest_set(bob)
    found = compare(bob, "problem:p", change_set=created)
    assert (found["before"]["version"], found["after"]["version"]) == (None, 1)
    bob.delete("problem:p")
    found = compare(bob, "problem:p", change_set=newest_set(bob))
    assert (found["before"]["version"], found["after"]["version"]) == (1, None)
    assert versions(bob, "problem:p", 1, "draft")["after"] == {
        "item_key": bob.key("problem:p"),
        "item_type": "problem",
        "version": None,
        "title": None,
        "created": None,
        "created_by": None,
    }


def test_a_set_that_did_not_touch_the_item_changed_nothing(bob: HistoryClient) -> None:
    bob.create("problem:p", title="Old")
    bob.create("problem:other")
    difference = compare(bob, "problem:p", change_set=newest_set(bob))["difference"]
    assert (difference["title"]["changed"], difference["olx"]["changed"]) == (False, False)


def test_blocks_of_courses_are_compared(bob: HistoryClient, staff: User) -> None:
    make_course()
    api.publish_course(COURSE_KEY, user=staff)
    api.edit_block(PROBLEM, user=staff, settings={"display_name": "New"})
    found = versions(bob, str(PROBLEM), "published", "draft")["difference"]
    assert [row["name"] for row in found["settings"]] == ["display_name"]
    renamed = versions(bob, str(UNIT), "published", "draft")["difference"]["children"]["renamed"]
    assert [(row["usage_key"], row["after"]) for row in renamed] == [(str(PROBLEM), "New")]


def test_a_library_item_is_compared_with_a_block_of_its_type(bob: HistoryClient) -> None:
    make_course()
    bob.create("problem:p")
    body = {
        "before": {"item_key": bob.key("problem:p"), "version": "draft"},
        "after": {"item_key": str(PROBLEM), "version": "draft"},
    }
    assert bob.ok(post(bob, body))["after"]["item_key"] == str(PROBLEM)
    body["after"]["item_key"] = str(UNIT)
    assert list(bob.ok(post(bob, body), 400)) == ["after"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "before"),
        ({"item_key": "<p>", "before": {"version": 1}}, "before"),
        ({"item_key": "<p>", "before": {"version": 1}, "after": {}}, "after"),
        ({"item_key": "<p>", "before": {"version": 1}, "after": {"version": 1, "publish_log": UNKNOWN}}, "after"),
        ({"item_key": "<p>", "before": {"version": 1}, "after": {"version": "latest"}}, "after"),
        ({"item_key": "<p>", "before": {"version": 1}, "after": {"version": [2]}}, "after"),
        ({"item_key": "<p>", "before": {"version": 0}, "after": {"version": 1}}, "before"),
        ({"item_key": "<p>", "before": {"version": 1}, "after": {"version": 2**40}}, "after"),
        ({"item_key": "<p>", "before": {"version": 1}, "after": {"version": 99}}, "after"),
        ({"item_key": "<p>", "before": {"publish_log": UNKNOWN}, "after": {"version": 1}}, "before"),
        ({"item_key": "<p>", "before": {"version": 1, "x": 1}, "after": {"version": 1}}, "before"),
        ({"before": {"version": 1}, "after": {"version": 1}}, "before"),
        ({"item_key": "<p>", "change_set": UNKNOWN}, "before"),
        ({"item_key": "<p>", "change_set": "x"}, "change_set"),
        ({"change_set": UNKNOWN}, "item_key"),
        ({"item_key": "nonsense", "change_set": UNKNOWN}, "item_key"),
        ({"item_key": "<p>", "change_set": UNKNOWN, "before": {"version": 1}}, "before"),
        ({"item_key": "<p>", "change_set": UNKNOWN, "x": 1}, "x"),
    ],
)
def test_bad_requests_name_the_field(bob: HistoryClient, body: dict[str, Any], field: str) -> None:
    bob.create("problem:p")
    sent = body | ({"item_key": bob.key("problem:p")} if body.get("item_key") == "<p>" else {})
    assert list(bob.ok(post(bob, sent), 400)) == [field]


def test_an_edit_is_no_publish(bob: HistoryClient) -> None:
    bob.create("problem:p")
    body = {"item_key": bob.key("problem:p"), "before": {"publish_log": newest_set(bob)}, "after": {"version": 1}}
    assert list(bob.ok(post(bob, body), 400)) == ["before"]


def test_both_sides_need_view(
    bob: HistoryClient, make_library: LibraryFactory, make_user: Any, api_client: ClientFactory
) -> None:
    other = HistoryClient(make_library(slug="other"), bob.http)
    for client in (bob, other):
        client.create("problem:p")
    user = make_user("reader")
    give_role(user, "library_user", bob.lib_key)
    reader = HistoryClient(bob.library, api_client(user))
    mine, theirs = ({"item_key": client.key("problem:p"), "version": 1} for client in (bob, other))
    assert post(reader, {"before": mine, "after": mine}).status_code == 200
    assert post(reader, {"before": mine, "after": theirs}).status_code == 403
    assert post(reader, {"before": theirs, "after": mine}).status_code == 403
    # A set of another library is as unknown as one that does not exist.
    hidden = newest_set(other)
    answers = [
        post(reader, {"item_key": bob.key("problem:p"), "change_set": uuid}).content.decode().replace(uuid, "")
        for uuid in (hidden, UNKNOWN)
    ]
    assert answers[0] == answers[1]


def test_the_number_of_queries_does_not_depend_on_the_number_of_children(bob: HistoryClient) -> None:
    def queries(count: int) -> int:
        names = [f"problem:q{count}x{number}" for number in range(count)]
        for name in names:
            bob.create(name)
        bob.create(f"unit:u{count}", children=names)
        with CaptureQueriesContext(
            connection,
        ) as captured:
            versions(bob, f"unit:u{count}", 1, "draft")
        return len(captured)

    queries(1)
    assert queries(2) == queries(9)
