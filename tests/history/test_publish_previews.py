"""Publish previews over HTTP (wire: own-publish-previews)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from opaque_keys.edx.keys import UsageKey
from openedx_content.models_api import PublishLog
from rest_framework.test import APIClient

from content_libraries import api
from content_libraries.actors import OPERATOR
from content_libraries.learning_core import api as learning_core
from content_libraries.libraries.models import ContentLibrary
from tests.conftest import ClientFactory, LibraryFactory
from tests.courses.building import COURSE_KEY, UNIT, make_course

from .client import HistoryClient

URL = "/api/content_library/v1/publish_previews/"


def preview(client: HistoryClient, *names: str) -> Any:
    body: dict[str, Any] = {"library_key": client.lib_key}
    if names:
        body["item_keys"] = [client.key(name) for name in names]
    return client.ok(client.http.post(URL, body, format="json"))


def told(found: Mapping[str, Any]) -> dict[str, str]:
    """Short key of an item -> ``change reason``."""
    return {item["item_key"].split(":", 3)[3]: f"{item['change']} {item['reason']}" for item in found["items"]}


def recorded(library: ContentLibrary) -> dict[str, tuple[int | None, int | None]]:
    """The records of the newest publish log: key -> version numbers before and after."""
    log = PublishLog.objects.filter(learning_package_id=library.learning_package_id).latest("pk")
    records = list(log.records.values_list("entity_id", "old_version__version_num", "new_version__version_num"))
    package_pk = library.learning_package_id
    assert package_pk is not None
    keys = learning_core.item_keys(package_pk, [pk for pk, *_nums in records], library_key=library.library_key)
    return {str(keys[pk]): (old, new) for pk, old, new in records}


def previewed(found: Mapping[str, Any]) -> dict[str, tuple[int | None, int | None]]:
    return {item["item_key"]: (item["old_version"], item["new_version"]) for item in found["items"]}


def fill(bob: HistoryClient) -> None:
    """Two units with a problem in each, in one subsection; published, and changed in many ways since."""
    for name in ("problem:a", "problem:b", "problem:gone", "html:alone"):
        bob.create(name)
    bob.create("unit:u", children=["problem:a", "problem:gone"])
    bob.create("unit:v", children=["problem:b"])
    bob.create("subsection:s", children=["unit:u", "unit:v"])
    bob.publish_all()
    bob.rename("problem:a", "A")
    bob.rename("problem:b", "B")
    bob.delete("problem:gone")
    bob.create("problem:new")
    bob.add_children("unit:u", "problem:new")


SELECTIONS = {
    "a component": ["problem:a"],
    "a unit": ["unit:u"],
    "a unit and what is in it": ["unit:u", "problem:a"],
    "a subsection, itself unchanged": ["subsection:s"],
    "a deletion": ["problem:gone"],
    "something unchanged with something changed": ["html:alone", "problem:b"],
    "everything": [],
}


@pytest.mark.parametrize("names", SELECTIONS.values(), ids=SELECTIONS)
def test_a_publish_does_what_its_preview_says(bob: HistoryClient, library: ContentLibrary, names: list[str]) -> None:
    fill(bob)
    found = preview(bob, *names)
    assert library.learning_package_id is not None
    keys = [api.item_key(bob.key(name)) for name in names]
    pks = [item.pk for item in learning_core.find_items(library.learning_package_id, keys).values()] if names else None
    learning_core.publish(library.learning_package_id, pks, author_pk=None)
    assert previewed(found) == recorded(library)
    assert not found["is_empty"]
    again = preview(bob, *names)
    assert again["is_empty"]
    assert again["fingerprint"] == found["fingerprint"] or not names


def test_it_says_what_is_published_and_why(bob: HistoryClient) -> None:
    fill(bob)
    found = preview(bob, "unit:u")
    assert told(found) == {
        "unit:u": "changed asked_for",
        "problem:a": "changed needed",
        "problem:gone": "deleted needed",
        "problem:new": "created needed",
        "subsection:s": "contents affected",
    }
    assert found["counts"] == {"created": 1, "changed": 2, "deleted": 1, "contents": 1, "unchanged": 0}
    needed = {item["item_key"]: item["needed_by"] for item in found["items"]}
    assert needed[bob.key("problem:new")] == [bob.key("unit:u")]
    assert needed[bob.key("unit:u")] == []
    assert [left["item_key"] for left in found["left_out"]] == [bob.key("problem:b")]
    assert found["left_out_count"] == 1


def test_its_lists_have_pages(bob: HistoryClient) -> None:
    names = [f"problem:p{number}" for number in range(5)]
    for name in (*names, "html:x", "html:y"):
        bob.create(name)
    body = {"library_key": bob.lib_key, "item_keys": [bob.key(name) for name in names]}

    def page(**query: int) -> Any:
        address = f"{URL}?{'&'.join(f'{name}={value}' for name, value in query.items())}"
        return bob.http.post(address, body, format="json")

    pages = [bob.ok(page(page=number, page_size=2)) for number in (1, 2, 3, 4)]
    assert [len(found["items"]) for found in pages] == [2, 2, 1, 0]
    assert [len(found["left_out"]) for found in pages] == [2, 0, 0, 0]
    assert [item["item_key"] for found in pages for item in found["items"]] == body["item_keys"]
    assert {(found["num_pages"], found["item_count"], found["left_out_count"]) for found in pages} == {(3, 5, 2)}
    assert [found["page"] for found in pages] == [1, 2, 3, 4]
    assert len({found["fingerprint"] for found in pages}) == 1
    first = preview(bob, *names)
    assert (first["page"], first["num_pages"], len(first["items"])) == (1, 1, 5)
    for query, field in (({"page": 0}, "page"), ({"page_size": 1001}, "page_size")):
        answer = page(**query)
        assert (answer.status_code, list(answer.json())) == (400, [field])


def test_an_item_without_changes_is_unchanged(bob: HistoryClient) -> None:
    fill(bob)
    assert told(preview(bob, "html:alone")) == {"html:alone": "unchanged asked_for"}
    assert preview(bob, "html:alone")["is_empty"]


def test_whose_drafts_go_out_is_named(bob: HistoryClient, ann: HistoryClient) -> None:
    fill(bob)
    ann.rename("problem:a", "Half done")
    found = preview(bob, "unit:u")
    authors = {item["item_key"]: [author["username"] for author in item["authors"]] for item in found["items"]}
    assert authors[bob.key("problem:a")] == ["library_author", "Bob"]
    assert authors[bob.key("problem:new")] == ["Bob"]
    assert authors[bob.key("subsection:s")] == []
    assert [other["username"] for other in found["others"]] == ["library_author"]
    assert [other["username"] for other in preview(ann, "unit:u")["others"]] == ["Bob"]


def test_edits_that_were_taken_back_are_nobodys(bob: HistoryClient, ann: HistoryClient) -> None:
    fill(bob)
    ann.rename("html:alone", "Oops")
    ann.ok(ann.http.post(ann.url("html:alone", "discard/")), 200)
    bob.rename("html:alone", "Mine")
    [item] = preview(bob, "html:alone")["items"]
    assert [author["username"] for author in item["authors"]] == ["Bob"]


def test_the_fingerprint_changes_with_each_edit_below(bob: HistoryClient) -> None:
    fill(bob)
    before = preview(bob, "subsection:s")["fingerprint"]
    bob.rename("html:alone", "Elsewhere")
    assert preview(bob, "subsection:s")["fingerprint"] == before
    bob.rename("problem:b", "Newer")
    assert preview(bob, "subsection:s")["fingerprint"] != before


@pytest.fixture
def linked(library: ContentLibrary, bob: HistoryClient) -> UsageKey:
    """A block of a course that is linked to ``problem:a``, with a title of the course's own."""
    fill(bob)
    make_course()
    block = api.create_block(
        UNIT,
        user=OPERATOR,
        block_type="problem",
        block_id="linked",
        settings={"upstream": bob.key("problem:a"), "upstream_version": 1, "downstream_customized": ["display_name"]},
    )
    return block.usage_key


def test_course_blocks_that_will_be_offered_an_update_are_shown(bob: HistoryClient, linked: UsageKey) -> None:
    found = preview(bob, "unit:u")["course_updates"]
    assert found["course_count"] == found["block_count"] == 1
    assert found["blocks"] == [
        {
            "course_key": str(COURSE_KEY),
            "usage_key": str(linked),
            "upstream": bob.key("problem:a"),
            "version_synced": 1,
            "version_offered": 2,
            "customized": ["display_name"],
            "edited": False,
            "top_level": None,
        }
    ]
    assert preview(bob, "unit:v")["course_updates"]["block_count"] == 0
    bob.publish("unit:u")
    link = bob.ok(bob.http.get(f"/api/contentstore/v2/downstreams/{linked}"))
    assert (link["ready_to_sync"], link["version_available"]) == (True, 2)
    assert preview(bob)["course_updates"]["block_count"] == 0


def test_blocks_of_courses_that_the_user_may_not_view_are_counted(
    bob: HistoryClient, linked: UsageKey, reader: User, library: ContentLibrary, api_client: ClientFactory
) -> None:
    rita = HistoryClient(library, api_client(reader))
    found = preview(rita, "problem:a")["course_updates"]
    assert (found["blocks"], found["hidden_course_count"], found["hidden_block_count"]) == ([], 1, 1)


def test_bad_input_is_told_by_field(bob: HistoryClient, make_library: LibraryFactory) -> None:
    bob.create("problem:a")
    other = make_library("other")

    def refused(**body: Any) -> Any:
        return bob.ok(bob.http.post(URL, body, format="json"), 400)

    assert "library_key" in refused()
    assert "library_key" in refused(library_key="nonsense")
    assert "item_keys" in refused(library_key=bob.lib_key, item_keys=[])
    assert "item_keys" in refused(library_key=bob.lib_key, item_keys=["nonsense"])
    assert "item_keys" in refused(library_key=bob.lib_key, item_keys=[bob.key("problem:never")])
    assert "item_keys" in refused(library_key=str(other.library_key), item_keys=[bob.key("problem:a")])
    assert "color" in refused(library_key=bob.lib_key, color="red")
    assert bob.http.post(URL, {"library_key": "lib:CL-TEST:none"}, format="json").status_code == 404


def test_who_may_not_view_the_library_sees_no_preview(
    bob: HistoryClient, library: ContentLibrary, stranger: User, api_client: ClientFactory
) -> None:
    assert api_client(stranger).post(URL, {"library_key": bob.lib_key}, format="json").status_code == 403
    assert APIClient().post(URL, {"library_key": bob.lib_key}, format="json").status_code == 401


def test_a_preview_takes_the_same_queries_for_any_number_of_items(
    bob: HistoryClient, ann: HistoryClient, library: ContentLibrary
) -> None:
    assert library.learning_package_id is not None
    make_course()
    counts = []
    for size in (3, 30):
        names = [f"p{size}-{number}" for number in range(size)]
        learning_core.write_drafts(
            library.learning_package_id,
            components=[learning_core.ComponentWrite("problem", name, name, "<problem/>") for name in names],
            containers=[
                learning_core.ContainerWrite(
                    "unit", f"u{size}", "Unit", tuple(learning_core.component_ref("problem", name) for name in names)
                )
            ],
            author_pk=None,
        )
        for number in range(size):
            settings = {"upstream": bob.key(f"problem:{names[number]}"), "upstream_version": 0}
            api.create_block(UNIT, user=OPERATOR, block_type="problem", block_id=names[number], settings=settings)
        preview(bob, f"unit:u{size}")
        with CaptureQueriesContext(connection) as queries:
            found = preview(bob, f"unit:u{size}")
        assert found["item_count"] == size + 1
        assert found["course_updates"]["block_count"] == size
        counts.append(len(queries))
        bob.publish_all()
    assert counts[0] == counts[1], counts
