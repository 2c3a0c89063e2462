"""Errors, permissions, lists and counts of the endpoints."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from opaque_keys.edx.keys import CourseKey, UsageKey
from rest_framework.test import APIClient

from content_libraries import api
from content_libraries.actors import OPERATOR
from content_libraries.errors import NotFoundError
from content_libraries.sync.models import CourseLink
from tests.conftest import ClientFactory, LibraryFactory, UserFactory, give_role
from tests.courses.building import key as course_block
from tests.courses.building import make_course

from .building import (
    COURSE_KEY,
    LINKS,
    ROOT,
    SECTION,
    SUBSECTION,
    UNIT,
    Author,
    Shelf,
    block,
    body,
    child,
    children,
    edit,
    titles,
    write_unlinked,
)

TEXT = course_block("html", "t")
ABSENT = course_block("html", "absent")
OLDEST = "i4x://O/C/vertical/unit"


@pytest.mark.parametrize(
    ("upstream", "message"),
    [
        ("free text", "is malformed"),
        (str(COURSE_KEY), "is malformed"),
        (str(TEXT), "is malformed"),
        ("lb:CL-TEST:none:html:t1", "not found in the system"),
        ("lb:CL-TEST:lib1:html:none", "not found in the system"),
        ("lct:CL-TEST:lib1:unit:none", "Content type mismatch"),
        ("lb:CL-TEST:lib1:problem:p1", "Content type mismatch"),
    ],
)
def test_a_bad_reference_is_refused_and_the_block_stays_as_it_was(
    author: Author, shelf: Shelf, upstream: str, message: str
) -> None:
    before = block(TEXT).olx
    response = author.relink(TEXT, upstream)
    assert response.status_code == 400
    assert message in response.json()["developer_message"]["upstream_ref"]
    assert block(TEXT).olx == before


@pytest.mark.parametrize(
    ("upstream", "state", "message"),
    [
        ("free text", "malformed", "is malformed"),
        ("lb:CL-TEST:none:html:t1", "unknown_library", "not found in the system"),
        ("lb:CL-TEST:lib1:html:none", "deleted", "not found in the system"),
        ("lb:CL-TEST:lib1:html:t9", "unpublished", "could not be loaded"),
        ("lb:CL-TEST:lib1:problem:p1", "type_mismatch", "Content type mismatch"),
    ],
)
def test_a_broken_link_that_was_imported_is_named_everywhere_and_not_synced(
    author: Author, shelf: Shelf, upstream: str, state: str, message: str
) -> None:
    shelf.component("t9")
    api.edit_block(TEXT, user=OPERATOR, settings={"upstream": upstream, "upstream_version": 1})
    link = author.link(TEXT)
    assert (link["state"], link["upstream_ref"], link["ready_to_sync"]) == (state, upstream, False)
    assert message in link["error_message"]
    assert (link["version_available"], link["version_declined"], link["upstream_link"]) == (None, None, None)
    (row,) = author.links()
    assert (row["state"], row["upstream_version"] is None) == (state, state != "type_mismatch")
    before = block(TEXT).olx
    for response in (author.try_sync(TEXT), author.try_decline(TEXT)):
        assert response.status_code == 400
        assert message in str(response.json()["developer_message"])
    assert (block(TEXT).olx, author.ready()) == (before, [])


def test_a_malformed_link_is_counted_by_list_and_summary(author: Author, shelf: Shelf) -> None:
    author.create(shelf.key("t1"), UNIT)
    api.edit_block(TEXT, user=OPERATOR, settings={"upstream": "free text", "upstream_version": 1})
    entries = author.summary()
    assert [(entry["upstream_context_key"], entry["total_count"]) for entry in entries] == [
        ("", 1),
        (str(shelf.library.library_key), 1),
    ]
    assert sum(entry["total_count"] for entry in entries) == len(author.links())


def test_a_block_that_is_not_linked_says_so(author: Author, shelf: Shelf) -> None:
    link = author.link(TEXT)
    assert (link["upstream_ref"], link["state"]) == (None, "not_linked")
    for response in (author.try_sync(TEXT), author.try_decline(TEXT)):
        (message,) = response.json()["developer_message"]
        assert "is not linked" in message
    assert author.try_unlink(TEXT).status_code == 204


def test_linking_without_a_sync_notes_what_the_library_says_and_offers_the_update(author: Author, shelf: Shelf) -> None:
    response = author.relink(TEXT, shelf.key("t1"), sync="FALSE")
    assert response.status_code == 200
    link = response.json()
    assert (link["upstream_name"], link["version_synced"], link["version_available"]) == ("Text one", None, 1)
    assert (link["ready_to_sync"], body(TEXT)) == (True, "Hi")
    author.sync(TEXT)
    assert body(TEXT) == "<p>One</p>"


@pytest.mark.parametrize("sync", [False, True])
def test_linking_a_renamed_block_keeps_its_title(author: Author, shelf: Shelf, sync: bool) -> None:
    edit(TEXT, display_name="Mine")
    link = author.relink(TEXT, shelf.key("t1"), sync=sync).json()
    assert (link["downstream_customized"], link["upstream_name"]) == (["display_name"], "Text one")
    author.sync(TEXT)
    assert (titles([TEXT]), body(TEXT)) == (["Mine"], "<p>One</p>")


def test_an_edited_problem_is_listed_as_modified_until_a_sync_takes_the_edit_back(author: Author, shelf: Shelf) -> None:
    problem = author.create(shelf.key("p1"), UNIT)
    edit(problem, max_attempts="7")
    assert [row["downstream_is_modified"] for row in author.links()] == [False]
    edit(problem, markdown="mine")
    assert [row["downstream_is_modified"] for row in author.links()] == [True]
    author.sync(problem)
    assert [row["downstream_is_modified"] for row in author.links()] == [False]


def test_linking_to_another_item_forgets_what_counted_for_the_old_one(author: Author, shelf: Shelf) -> None:
    author.relink(TEXT, shelf.key("t1"), sync=True)
    edit(TEXT, display_name="Mine")
    for _ in range(3):
        shelf.component("t1")
    shelf.publish()
    author.decline(TEXT)
    link = author.relink(TEXT, shelf.key("t2")).json()
    assert (link["version_synced"], link["version_declined"], link["downstream_customized"]) == (None, None, [])
    assert link["ready_to_sync"]


@pytest.mark.parametrize("sent", [[], [1], "text", None, {}, {"upstream_ref": None}, {"upstream_ref": ""}])
def test_a_body_that_names_no_library_item_is_refused(author: Author, sent: object) -> None:
    response = author.client.put(f"{LINKS}{quote(str(TEXT))}", json.dumps(sent), content_type="application/json")
    assert response.status_code == 400, response.content
    assert author.link(TEXT)["upstream_ref"] is None


@pytest.mark.parametrize("sync", ["yes", 3, None])
def test_a_flag_that_is_none_is_refused(author: Author, shelf: Shelf, sync: object) -> None:
    response = author.relink(TEXT, shelf.key("t1"), sync=sync)
    assert (response.status_code, list(response.json()["developer_message"])) == (400, ["sync"])
    assert author.link(TEXT)["upstream_ref"] is None


def test_a_container_that_is_absent_and_a_library_that_is_closed_are_refused(
    author: Author, shelf: Shelf, make_library: LibraryFactory
) -> None:
    other = Shelf(make_library("other"))
    other.component("t1")
    other.publish()
    for key, upstream, message in (
        (UNIT, "lct:CL-TEST:lib1:unit:none", "not found in the system"),
        (TEXT, other.key("t1"), "could not be loaded"),
    ):
        response = author.relink(key, upstream, sync=True)
        assert (response.status_code, author.link(key)["upstream_ref"]) == (400, None)
        assert message in response.json()["developer_message"]["upstream_ref"]


def test_a_block_with_children_cannot_be_linked_to_a_component(author: Author, shelf: Shelf) -> None:
    response = author.relink(UNIT, shelf.key("t1"))
    assert response.status_code == 400
    assert len(children(UNIT)) == 2


@pytest.mark.parametrize("method", ["get", "put", "delete"])
def test_absent_and_hidden_blocks_look_the_same(
    author: Author, shelf: Shelf, api_client: ClientFactory, stranger: User, method: str
) -> None:
    hidden = getattr(api_client(stranger), method)(
        f"{LINKS}{quote(str(TEXT))}", {"upstream_ref": shelf.key("t1")}, format="json"
    )
    absent = getattr(author.client, method)(
        f"{LINKS}{quote(str(ABSENT))}", {"upstream_ref": shelf.key("t1")}, format="json"
    )
    assert hidden.status_code == absent.status_code == 404
    assert "not found" in hidden.json()["developer_message"]
    assert hidden.json()["developer_message"].replace(str(TEXT), "") == absent.json()["developer_message"].replace(
        str(ABSENT), ""
    )


def test_an_auditor_sees_how_links_stand_and_changes_nothing(
    author: Author, shelf: Shelf, api_client: ClientFactory, make_user: UserFactory
) -> None:
    key = author.create(shelf.key("t1"), UNIT)
    user = make_user("auditor")
    give_role(user, "course_auditor", str(COURSE_KEY))
    auditor = Author(api_client(user), user)
    assert (auditor.link(key)["state"], len(auditor.links()), len(auditor.summary())) == ("ok", 1, 1)
    assert auditor.try_sync(key).status_code == 404
    assert auditor.try_decline(key).status_code == 404
    assert auditor.try_unlink(key).status_code == 404
    assert auditor.try_create(shelf.key("t1"), UNIT).status_code == 403


@pytest.mark.parametrize("path", ["", "/sync"])
def test_what_is_no_key_of_a_course_block_is_a_bad_request(author: Author, shelf: Shelf, path: str) -> None:
    for key in ("nonsense", shelf.key("t1")):
        assert author.client.delete(f"{LINKS}{key}{path}").status_code == 400


def test_nobody_has_to_log_in_first(shelf: Shelf, course: None) -> None:
    assert APIClient().get(f"{LINKS}{quote(str(TEXT))}").status_code == 401


def test_who_lists_what(
    author: Author, shelf: Shelf, api_client: ClientFactory, stranger: User, make_user: UserFactory
) -> None:
    author.create(shelf.key("unit1"), SUBSECTION)
    assert api_client(stranger).get(LINKS, {"course_id": str(COURSE_KEY)}).status_code == 403
    assert api_client(stranger).get(LINKS, {"upstream_key": shelf.key("t1")}).status_code == 403
    assert api_client(stranger).get(f"{LINKS}{quote(str(COURSE_KEY))}/summary").status_code == 403
    assert author.client.get(LINKS).status_code == 403
    everybody = api_client(make_user("root", is_superuser=True)).get(LINKS)
    assert (everybody.status_code, everybody.json()["count"]) == (200, 3)


def test_filters_and_pages_of_the_list(author: Author, shelf: Shelf) -> None:
    section = author.create(shelf.key("sec1"), ROOT)
    text = author.create(shelf.key("t1"), UNIT)
    assert [len(author.links(item_type=kind)) for kind in ("all", "components", "containers")] == [8, 4, 4]
    shelf.component("t1", title="New")
    shelf.container("unit1", "t1", "p1", title="New")
    shelf.publish()
    assert len(author.links(ready_to_sync="True", item_type="components")) == 2
    assert {row["downstream_usage_key"] for row in author.links(ready_to_sync="true", item_type="containers")} == {
        str(section),
        str(child(section, 0, 0)),
    }
    assert author.ready() == [str(section), str(text)]
    assert len(author.links(ready_to_sync="false")) == 4
    page = author.client.get(LINKS, {"course_id": str(COURSE_KEY), "page_size": "3"}).json()
    assert (page["count"], page["num_pages"], page["current_page"], len(page["results"])) == (8, 3, 1, 3)
    assert (page["next_page_num"], page["previous_page_num"]) == (2, None)
    last = author.client.get(LINKS, {"course_id": str(COURSE_KEY), "page_size": "3", "page": "3"}).json()
    assert (last["next_page_num"], last["previous_page_num"]) == (None, 2)
    assert [row["upstream_type"] for row in author.links()] == ["component"] * 4 + ["container"] * 4
    row = author.links(upstream_key=shelf.key("t1"), item_type="containers")[0]
    assert (row["upstream_key"], row["upstream_context_title"], row["upstream_version"]) == (
        shelf.key("t1"),
        "Library One",
        2,
    )


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"course_id": "nonsense"}, "course_id"),
        ({"upstream_key": "nonsense"}, "upstream_key"),
        ({"ready_to_sync": "perhaps"}, "ready_to_sync"),
        ({"item_type": "blocks"}, "item_type"),
        ({"use_top_level_parents": "2"}, "use_top_level_parents"),
    ],
)
def test_a_filter_that_means_nothing_is_refused(author: Author, query: dict[str, str], field: str) -> None:
    response = author.client.get(LINKS, {"course_id": str(COURSE_KEY), **query})
    assert (response.status_code, list(response.json()["developer_message"])) == (400, [field])


def test_a_summary_counts_whole_structures_once(author: Author, shelf: Shelf, make_library: LibraryFactory) -> None:
    assert author.summary() == []
    author.create(shelf.key("sec1"), ROOT)
    author.create(shelf.key("t1"), UNIT)
    (entry,) = author.summary()
    assert (entry["total_count"], entry["ready_to_sync_count"]) == (2, 0)
    assert (entry["upstream_context_key"], entry["upstream_context_title"]) == ("lib:CL-TEST:lib1", "Library One")
    shelf.container("sub1", "unit1", title="New")
    shelf.publish("sub1")
    assert author.summary()[0]["ready_to_sync_count"] == 1
    shelf.container("sec1", "sub1", title="New")
    shelf.publish("sec1")
    (entry,) = author.summary()
    assert (entry["ready_to_sync_count"], entry["last_published_at"] is not None) == (1, True)


def test_a_summary_survives_items_that_are_not_published(author: Author, shelf: Shelf) -> None:
    settings = {"upstream": "lb:CL-TEST:other:html:t1", "upstream_version": 3}
    api.edit_block(TEXT, user=OPERATOR, settings=settings)
    assert author.summary() == [
        {
            "upstream_context_title": "",
            "upstream_context_key": "lib:CL-TEST:other",
            "ready_to_sync_count": 0,
            "total_count": 1,
            "last_published_at": None,
        }
    ]


def test_where_used_names_what_the_caller_may_see_and_counts_the_rest(author: Author, shelf: Shelf) -> None:
    other = make_course(api.course_key("course-v1:Org+Other+Run"))
    key = author.create(shelf.key("t1"), UNIT)
    hidden = course_block("vertical", "unit", other)
    for _ in range(2):
        api.create_linked_block(hidden, user=OPERATOR, upstream=shelf.key("t1"))
    rows = author.client.get(LINKS, {"upstream_key": shelf.key("t1"), "no_page": "1"}).json()
    assert [row["downstream_usage_key"] for row in rows] == [str(key)]
    usages = author.client.get("/api/content_library/v1/usages/", {"item": shelf.key("t1")}).json()
    assert usages == {
        "block_count": 3,
        "course_count": 2,
        "courses": [{"course_key": str(COURSE_KEY), "usage_keys": [str(key)]}],
        "hidden_course_count": 1,
        "hidden_block_count": 2,
        "counts": {shelf.key("t1"): 3},
    }
    counts = author.client.get("/api/content_library/v1/usages/", {"library": str(shelf.library.library_key)})
    assert counts.json() == {"counts": {shelf.key("t1"): 3}}


def test_children_of_a_container_come_with_their_links(author: Author, shelf: Shelf) -> None:
    unit = author.create(shelf.key("unit1"), SUBSECTION)
    shelf.component("t1", title="New")
    shelf.publish()
    url = f"/api/contentstore/v1/container/{quote(str(unit))}/children"
    answer = author.client.get(url, {"get_upstream_info": "true"}).json()
    assert (answer["display_name"], answer["is_published"], answer["can_paste_component"]) == ("Unit one", False, False)
    assert [part["name"] for part in answer["children"]] == ["Text one", "Problem one"]
    first = answer["children"][0]
    assert (first["upstream_link"]["upstream_ref"], first["actions"]["can_delete"]) == (shelf.key("t1"), False)
    assert [part["id"] for part in answer["upstream_ready_to_sync_children_info"]] == [str(child(unit, 0))]
    assert author.client.get(url).json()["upstream_ready_to_sync_children_info"] == []


def test_links_to_library_pages_exist_for_every_kind(author: Author, shelf: Shelf) -> None:
    section = author.create(shelf.key("sec1"), ROOT)
    library = "/library/lib:CL-TEST:lib1"
    keys = [section, child(section, 0), child(section, 0, 0), child(section, 0, 0, 0)]
    assert [author.link(key)["upstream_link"] for key in keys] == [
        f"{library}/sections/{shelf.key('sec1')}",
        f"{library}/subsections/{shelf.key('sub1')}",
        f"{library}/units/{shelf.key('unit1')}",
        f"{library}/components?usageKey={shelf.key('t1')}",
    ]


def test_a_refused_creation_leaves_nothing_behind(author: Author, shelf: Shelf) -> None:
    shelf.component("t9")
    before = children(UNIT)
    for item, parent, more in [
        ("nonsense", UNIT, {}),
        (shelf.key("t9"), UNIT, {}),
        (shelf.key("t1"), UNIT, {"category": "problem"}),
        (shelf.key("t1"), author.create(shelf.key("unit1"), SUBSECTION), {}),
    ]:
        response = author.try_create(item, parent, **more)
        assert (response.status_code, bool(response.json()["error"])) == (400, True)
    assert children(UNIT) == before


def test_a_place_behind_the_end_is_the_end(author: Author, shelf: Shelf) -> None:
    response = author.try_create(shelf.key("t1"), UNIT, index=10**30)
    assert response.status_code == 200
    assert str(children(UNIT)[-1]) == response.json()["locator"]


def test_links_survive_export_and_import_and_the_rows_are_made_anew(
    author: Author, shelf: Shelf, tmp_path: Path
) -> None:
    section = author.create(shelf.key("sec1"), ROOT)
    edit(child(section, 0, 0, 0), text="<p>Mine</p>")
    api.publish_course(COURSE_KEY, user=OPERATOR)
    api.export_course(COURSE_KEY, tmp_path / "course.tar.gz", user=OPERATOR)
    rerun = api.course_key("course-v1:Org+Course+Rerun")
    api.load_course(tmp_path / "course.tar.gz", user=OPERATOR, course_key=rerun)
    assert rows_of(rerun) == rows_of(COURSE_KEY)
    assert len(rows_of(rerun)) == 7
    shelf.component("t1", title="New", body="<p>New</p>")
    shelf.publish()
    api.sync_block(section.map_into_course(rerun), user=OPERATOR)
    text = child(section.map_into_course(rerun), 0, 0, 0)
    assert (block(text).title, body(text)) == ("New", "<p>Mine</p>")


def test_a_deleted_course_takes_its_links_along(author: Author, shelf: Shelf) -> None:
    author.create(shelf.key("unit1"), SUBSECTION)
    api.delete_course(COURSE_KEY, user=OPERATOR)
    assert not CourseLink.objects.exists()


def test_the_check_finds_and_repairs_rows_that_are_not_what_blocks_say(
    author: Author, shelf: Shelf, capsys: pytest.CaptureFixture[str]
) -> None:
    unit = author.create(shelf.key("unit1"), SUBSECTION)
    assert api.check_links(None, repair=False) == []
    CourseLink.objects.filter(downstream_key=unit).update(version_synced=9)
    CourseLink.objects.filter(downstream_key=child(unit, 0)).delete()
    CourseLink.objects.filter(downstream_key=child(unit, 1)).update(downstream_key=ABSENT)
    findings = api.check_links(None, repair=False)
    assert {finding.subject for finding in findings} == {
        str(key) for key in (unit, child(unit, 0), child(unit, 1), ABSENT)
    }
    call_command("check_libraries", "--repair")
    assert api.check_links(None, repair=False) == []
    assert author.link(unit)["version_synced"] == 1


def test_a_part_that_stands_elsewhere_too_outlives_its_structure(author: Author, shelf: Shelf) -> None:
    """As an import of a course may bring it."""
    subsection = author.create(shelf.key("sub1"), SECTION)
    unit = child(subsection, 0)
    write_unlinked(api.SetChildren(SUBSECTION, (UNIT, unit)))
    assert author.link(unit)["top_level_parent_key"] == str(subsection)
    api.delete_block(subsection, user=OPERATOR)
    assert [author.link(key)["top_level_parent_key"] for key in (unit, child(unit, 0))] == [None, None]
    assert api.check_links(None, repair=False) == []


def test_rows_change_their_time_only_when_something_changes(author: Author, shelf: Shelf) -> None:
    unit = author.create(shelf.key("unit1"), SUBSECTION)
    before = {row["downstream_usage_key"]: row["updated"] for row in author.links()}
    edit(child(unit, 1), max_attempts="5")
    api.rebuild_links(COURSE_KEY)
    assert {row["downstream_usage_key"]: row["updated"] for row in author.links()} == before


def rows_of(course_key: CourseKey) -> set[tuple[object, ...]]:
    """What the links of a course say, without the course."""
    return {
        (
            row.upstream_key,
            row.version_synced,
            row.downstream_key.block_id,
            row.top_level_parent_key.block_id if row.top_level_parent_key else None,
        )
        for row in CourseLink.objects.filter(course_key=course_key)
    }


@pytest.mark.parametrize(
    ("method", "url", "sent", "field"),
    [
        ("post", "/api/content_library/v1/sync_runs/", {"library_key": "nonsense"}, "library_key"),
        (
            "post",
            "/api/content_library/v1/sync_previews/",
            {"course_key": str(COURSE_KEY), "library_key": "nonsense"},
            "library_key",
        ),
        ("get", "/api/content_library/v1/usages/", {"library": "nonsense"}, "library"),
    ],
)
def test_what_is_no_key_of_a_library_is_a_bad_request(
    author: Author, method: str, url: str, sent: Any, field: str
) -> None:
    response = getattr(author.client, method)(url, sent, format="json")
    assert (response.status_code, list(response.json()["developer_message"])) == (400, [field])


@pytest.mark.parametrize("username", ["author", "staff"])
@pytest.mark.parametrize(
    ("method", "url", "sent"),
    [
        ("post", "/xblock/", {"parent_locator": OLDEST, "library_content_key": "lb:CL-TEST:lib1:html:t1"}),
        ("post", "/api/content_library/v1/sync_previews/", {"usage_key": OLDEST}),
    ],
)
def test_a_key_without_a_run_is_of_no_course(
    author: Author, staff: User, api_client: ClientFactory, username: str, method: str, url: str, sent: Any
) -> None:
    client = api_client(staff) if username == "staff" else author.client
    response = getattr(client, method)(url, sent, format="json")
    assert (response.status_code, response.json()["error_code"]) == (404, "not_found")


def test_nothing_is_found_by_a_key_without_a_run(author: Author) -> None:
    key = UsageKey.from_string(OLDEST)
    for user in (author.user, OPERATOR):
        with pytest.raises(NotFoundError):
            api.get_structure(key.course_key, user=user)
    assert not api.may_in_course(author.user, key.course_key, api.CoursePermission.VIEW)
