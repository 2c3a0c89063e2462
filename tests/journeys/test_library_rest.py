"""
A story for each page of the wire format of libraries, told over HTTP by the people who take part.

Each step is tested for itself where its room is tested; here is whether the steps fit together.
"""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from openedx_tagging import api as tagging_api

from content_libraries.libraries.models import ContentLibrary
from content_libraries.tagging import api as tagging
from tests.conftest import ClientFactory, LibraryFactory, UserFactory, give_role
from tests.content.client import ROOT, LibraryClient
from tests.courses.building import COURSE_KEY, UNIT, make_course
from tests.history.client import HistoryClient, asked_for, usernames

CLIPBOARD = "/api/content-staging/v1/clipboard/"


def test_section_2_a_library_from_its_creation_to_its_end(api_client: ClientFactory, staff: User) -> None:
    http = api_client(staff)
    body = {"org": "CL-TEST", "slug": "life", "title": "Life", "description": "", "license": "CC:4.0:BY"}
    created = http.post(ROOT, body, format="json")
    assert (created.status_code, created.json()["id"]) == (200, "lib:CL-TEST:life")
    url = f"{ROOT}lib:CL-TEST:life/"
    assert [found["title"] for found in http.get(ROOT, {"text_search": "lif"}).json()] == ["Life"]

    assert http.patch(url, {"title": "Lives", "allow_public_read": True}, format="json").json()["title"] == "Lives"
    seen = http.get(url).json()
    assert (seen["title"], seen["allow_public_read"], seen["can_edit_library"]) == ("Lives", True, True)
    assert (seen["num_blocks"], seen["has_unpublished_changes"], seen["last_published"]) == (0, False, None)

    assert (http.delete(url).status_code, http.get(url).status_code) == (200, 404)
    assert http.get(ROOT, {"text_search": "lif"}).json() == []


def test_section_3_a_team_that_changes(
    admin: HistoryClient, library: ContentLibrary, make_user: UserFactory, api_client: ClientFactory
) -> None:
    newcomer = LibraryClient(library, api_client(make_user("newcomer")))
    assert newcomer.http.get(newcomer.library_url()).status_code == 403

    team = admin.library_url("team/")
    admin.ok(admin.http.post(team, {"email": "newcomer@example.com", "access_level": "read"}, format="json"))
    assert newcomer.http.get(newcomer.library_url()).status_code == 200
    assert newcomer.http.post(newcomer.library_url("blocks/")).status_code == 403

    admin.ok(admin.http.put(f"{team}user/newcomer/", {"access_level": "author"}, format="json"))
    newcomer.create("html:welcome")
    newcomer.publish("html:welcome")

    admin.ok(admin.http.delete(f"{team}user/newcomer/"))
    assert newcomer.status_of("html:welcome") == 403
    assert admin.get("html:welcome")["published_by"] == "newcomer"


def test_section_4_a_component_is_written_illustrated_deleted_and_brought_back(
    writer: HistoryClient, publisher: HistoryClient, visitor: HistoryClient
) -> None:
    writer.create("problem:sum")
    olx = '<problem display_name="A sum"><p>1 + 1 = <img src="/static/sum.png"/></p></problem>'
    assert writer.set_olx("problem:sum", olx)["version_num"] == 2
    picture = {"content": SimpleUploadedFile("sum.png", b"PNG")}
    asset = writer.ok(writer.http.put(writer.url("problem:sum", "assets/static/sum.png"), picture, format="multipart"))
    shown: Any = visitor.http.get(asset["url"])
    assert b"".join(shown.streaming_content) == b"PNG"
    assert visitor.get("problem:sum", "olx/")["olx"] == olx
    assert visitor.get("problem:sum")["display_name"] == "A sum"

    assert writer.http.post(writer.url("problem:sum", "publish/")).status_code == 403
    publisher.publish("problem:sum")
    assert not visitor.is_changed("problem:sum")

    writer.delete("problem:sum")
    assert visitor.status_of("problem:sum") == 404
    writer.restore("problem:sum")
    assert visitor.get("problem:sum", "olx/")["olx"] == olx
    assert [file["path"] for file in visitor.get("problem:sum", "assets/")["files"]] == ["static/sum.png"]
    assert not visitor.is_changed("problem:sum")


def test_section_5_drafts_are_seen_above_published_and_discarded(
    writer: HistoryClient, publisher: HistoryClient, visitor: HistoryClient
) -> None:
    writer.create("html:text")
    writer.create("unit:u", children=["html:text"])
    writer.create("subsection:s", children=["unit:u"])
    writer.create("section:c", children=["subsection:s"])
    publisher.publish_all()

    everything = ("html:text", "unit:u", "subsection:s", "section:c")
    writer.rename("html:text", "Edited")
    assert [visitor.is_changed(name) for name in everything] == [True] * 4
    publisher.publish("section:c")
    assert [visitor.is_changed(name) for name in everything] == [False] * 4
    assert visitor.get("html:text")["published_display_name"] == "Edited"

    writer.rename("html:text", "Thrown away")
    writer.delete("unit:u")
    writer.discard_all()
    assert visitor.get("html:text")["display_name"] == "Edited"
    assert visitor.children("subsection:s") == ["unit:u"]


def test_section_6_containers_are_built_reordered_and_found_in_each_other(
    writer: HistoryClient, publisher: HistoryClient, visitor: HistoryClient
) -> None:
    for name in ("html:a", "html:b"):
        writer.create(name)
    writer.create("unit:u", "Unit", children=["html:a", "html:b", "html:a"])
    writer.create("unit:v", "Other unit", children=["html:a"])
    assert visitor.children("unit:u") == ["html:a", "html:b", "html:a"]
    publisher.publish("unit:u")

    writer.ok(writer.edit_children("patch", "unit:u", "html:b", "html:a"))
    assert visitor.children("unit:u") == ["html:b", "html:a"]
    assert visitor.children("unit:u", published=True) == ["html:a", "html:b", "html:a"]

    units = visitor.get("html:a", "hierarchy/")["units"]
    assert sorted(unit["display_name"] for unit in units) == ["Other unit", "Unit"]
    writer.delete("html:a")
    assert visitor.children("unit:u") == ["html:b"]
    writer.restore("html:a")
    assert visitor.children("unit:u") == ["html:b", "html:a"]


def test_section_7_a_collection_is_filled_deleted_and_brought_back(
    writer: HistoryClient, visitor: HistoryClient
) -> None:
    writer.create("html:a")
    writer.create("unit:u")
    assert writer.create_collection("Spring term", "html:a", "unit:u")["key"] == "spring-term"
    assert visitor.collections_of("html:a") == visitor.collections_of("unit:u") == ["spring-term"]

    writer.delete_collection("spring-term")
    assert visitor.collections_of("html:a") == []
    assert visitor.http.get(visitor.collection_url("spring-term")).status_code == 404
    assert writer.create_collection("Spring term")["key"] == "spring-term-1"

    writer.restore_collection("spring-term")
    assert visitor.collections_of("html:a") == ["spring-term"]
    listed = visitor.ok(visitor.http.get(visitor.library_url("collections/")))["results"]
    assert [collection["key"] for collection in listed] == ["spring-term", "spring-term-1"]


def test_section_8_history_tells_who_did_what(
    writer: HistoryClient, publisher: HistoryClient, visitor: HistoryClient
) -> None:
    writer.create("html:a", "A")
    writer.rename("html:a", "First")
    publisher.create("unit:u", "Unit", children=["html:a"])
    assert visitor.drafts("html:a") == ["renamed First", "created Text"]
    publisher.publish("unit:u")

    (group,) = visitor.groups("html:a")
    assert (group["published_by"], asked_for(group)) == ("library_author", ["Unit"])
    assert usernames(group) == ["library_contributor"]
    assert visitor.drafts("html:a") == []
    writer.rename("html:a", "Second")
    assert visitor.drafts("html:a") == ["renamed Second"]
    assert visitor.get("html:a", "creation_entry/")["contributor"]["username"] == "library_contributor"


def test_section_9_a_unit_goes_to_another_library(
    writer: HistoryClient, make_library: LibraryFactory, library: ContentLibrary, api_client: ClientFactory
) -> None:
    user = User.objects.get(username="library_contributor")
    target = make_library("target")
    target.permission_grants.create(user=user, access_level="author")
    there = LibraryClient(target, writer.http)

    writer.create("html:a")
    writer.create("unit:u", "Unit", children=["html:a", "html:a"])
    writer.ok(writer.http.post(writer.url("unit:u", "copy/")))
    assert writer.http.get(CLIPBOARD).json()["content"]["display_name"] == "Unit"

    pasted = there.ok(there.http.post(there.library_url("paste_clipboard/")))["id"]
    children: Any = there.ok(there.http.get(f"{ROOT}containers/{pasted}/children/"))
    assert len(children) == 2
    assert len({child["id"] for child in children}) == 1
    assert {child["id"].split(":")[2] for child in children} == {"target"}

    again = writer.ok(writer.http.post(writer.library_url("paste_clipboard/")))["id"]
    linked: Any = writer.ok(writer.http.get(f"{ROOT}containers/{again}/children/"))
    assert [child["id"] for child in linked] == [writer.key("html:a")] * 2


def test_section_9_a_unit_of_a_course_becomes_a_unit_of_the_library(
    writer: HistoryClient, publisher: HistoryClient, visitor: HistoryClient
) -> None:
    make_course()
    give_role(User.objects.get(username="library_contributor"), "course_editor", str(COURSE_KEY))
    copied = writer.ok(writer.http.post(CLIPBOARD, {"usage_key": str(UNIT)}, format="json"))
    assert (copied["content"]["status"], copied["source_context_title"]) == ("ready", "A course")
    pasted = writer.ok(writer.http.post(writer.library_url("paste_clipboard/")))
    unit = pasted["id"].split(":", 3)[3]
    text, problem = visitor.children(unit)
    assert (visitor.get(unit)["display_name"], visitor.get(problem)["display_name"]) == ("A unit", "P")

    publisher.publish(unit)
    assert visitor.children(unit, published=True) == [text, problem]
    writer.delete(unit)
    assert visitor.status_of(text) == 200


@pytest.mark.parametrize("name", ["html:a", "unit:u"])
def test_section_12_a_tag_is_seen_where_it_was_given(
    writer: HistoryClient, visitor: HistoryClient, library: ContentLibrary, name: str
) -> None:
    writer.create(name)
    taxonomy = tagging_api.create_taxonomy("Subjects", export_id="subjects")
    tagging.set_organizations(taxonomy, [library.org], all_orgs=False)
    tagging_api.add_tag_to_taxonomy(taxonomy, "Maths")

    url = f"/api/content_tagging/v1/object_tags/{writer.key(name)}/"
    body = {"tagsData": [{"taxonomy": taxonomy.pk, "tags": ["Maths"]}]}
    assert visitor.http.put(url, body, format="json").status_code == 403
    writer.ok(writer.http.put(url, body, format="json"))
    (given,) = visitor.ok(visitor.http.get(url)).values()
    assert [tag["value"] for tag in given["taxonomies"][0]["tags"]] == ["Maths"]
    assert visitor.get(name)["tags_count"] == 1
