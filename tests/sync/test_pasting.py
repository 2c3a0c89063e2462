"""Pasting into courses: of library items, which are linked, and of course blocks, which keep their links."""

from __future__ import annotations

import json
from typing import Any

import pytest
from opaque_keys.edx.keys import CourseKey, UsageKey
from openedx_authz import api as authz_api
from openedx_tagging import api as tagging_api

from content_libraries import api
from content_libraries.actors import OPERATOR
from tests.conftest import give_role
from tests.courses.building import key as course_block
from tests.courses.building import make_course

from .building import (
    COURSE_KEY,
    SECTION,
    SUBSECTION,
    UNIT,
    Author,
    Shelf,
    actions,
    block,
    body,
    child,
    children,
    edit,
    titles,
)

OTHER = api.course_key("course-v1:Org+Other+Run")
PICTURE = b"a picture"


@pytest.fixture
def other(author: Author) -> UsageKey:
    """The subsection of a second course of the author's."""
    key = make_course(OTHER)
    give_role(author.user, "course_staff", str(key))
    return course_block("sequential", "sub", key)


def copy(author: Author, key: object) -> None:
    if str(key).startswith("lct:"):
        response = author.client.post(f"/api/libraries/v2/containers/{key}/copy/")
    else:
        response = author.client.post("/api/content-staging/v1/clipboard/", {"usage_key": str(key)}, format="json")
    assert response.status_code == 200, response.json()


def try_paste(author: Author, parent: UsageKey, **more: Any) -> Any:
    body = {"parent_locator": str(parent), "staged_content": "clipboard", **more}
    return author.client.post("/xblock/", body, format="json")


def paste(author: Author, parent: UsageKey, **more: Any) -> dict[str, Any]:
    response = try_paste(author, parent, **more)
    assert response.status_code == 200, response.json()
    return dict(response.json())


def pasted(author: Author, parent: UsageKey, **more: Any) -> UsageKey:
    key: UsageKey = UsageKey.from_string(paste(author, parent, **more)["locator"])
    return key


def files(course_key: CourseKey) -> dict[str, bytes]:
    store = api.course_store()
    return dict(store.read_files(course_key, list(store.files(course_key))))


# From libraries --------------------------------------------------------------------------------------------------


def test_a_library_unit_is_linked_and_takes_the_next_update(author: Author, shelf: Shelf) -> None:
    copy(author, shelf.key("unit1"))
    answer = paste(author, SUBSECTION, index=0)
    unit = UsageKey.from_string(answer["locator"])
    assert (answer["upstreamRef"], answer["courseKey"]) == (shelf.key("unit1"), str(COURSE_KEY))
    assert children(SUBSECTION) == [unit, UNIT]
    assert titles([unit, *children(unit)]) == ["Unit one", "Text one", "Problem one"]
    links = [author.link(key) for key in (unit, *children(unit))]
    assert [(link["version_synced"], link["state"], link["top_level_parent_key"]) for link in links] == [
        (1, "ok", None),
        (1, "ok", str(unit)),
        (1, "ok", str(unit)),
    ]
    assert block(child(unit, 1)).settings["max_attempts"] == "3"
    shelf.component("t1", title="New")
    shelf.publish()
    assert author.ready() == [str(unit)]
    before = children(unit)
    author.sync(unit)
    assert (children(unit), titles(before)) == (before, ["New", "Problem one"])


def test_what_has_no_name_in_the_library_is_pasted_without_one(author: Author, shelf: Shelf) -> None:
    shelf.component("t1", title="t1")  # as imports title what has no name
    copy(author, shelf.key("t1"))
    text = UsageKey.from_string(paste(author, UNIT)["locator"])
    assert "display_name" not in block(text).settings


def test_a_name_that_is_equal_to_the_id_is_pasted(author: Author, shelf: Shelf) -> None:
    shelf.component("t1", title="t1", display_name="t1")
    copy(author, shelf.key("t1"))
    assert block(pasted(author, UNIT)).settings["display_name"] == "t1"
    shelf.container("unit1", "t1", title="unit1")
    copy(author, shelf.key("unit1"))
    assert block(pasted(author, SUBSECTION)).settings["display_name"] == "unit1"


def test_a_draft_is_pasted_as_it_was_copied(author: Author, shelf: Shelf) -> None:
    shelf.component("t1", title="Draft", body="<p>Draft</p>")
    copy(author, shelf.key("t1"))
    shelf.component("t1", title="Later", body="<p>Later</p>")
    text = pasted(author, UNIT)
    assert (titles([text]), body(text)) == (["Draft"], "<p>Draft</p>")
    link = author.link(text)
    assert (link["version_synced"], link["version_available"], link["ready_to_sync"]) == (1, 1, False)
    assert (link["upstream_name"], block(text).settings["upstream_data"]) == ("Draft", "<p>Draft</p>")
    shelf.publish()
    assert author.ready() == [str(text)]


def test_what_was_never_published_has_no_version_available(author: Author, shelf: Shelf) -> None:
    shelf.component("t9", title="New")
    copy(author, shelf.key("t9"))
    link = author.link(pasted(author, UNIT))
    assert (link["version_synced"], link["version_available"], link["state"]) == (None, None, "unpublished")
    shelf.publish()
    assert [row["version_synced"] for row in author.links(ready_to_sync="true")] == [None]


def test_a_pasted_draft_is_offered_what_is_published_next_and_nothing_before(author: Author, shelf: Shelf) -> None:
    shelf.component("t1", title="Draft", body='<img src="/static/a.png">', files={"a.png": PICTURE})
    shelf.component("t9", title="New")
    shelf.container("unit1", "t9", "t1", title="Draft unit")
    copy(author, shelf.key("unit1"))
    unit = pasted(author, SUBSECTION)
    assert ([author.link(key)["version_synced"] for key in (unit, *children(unit))], author.ready()) == (
        [1, None, 1],
        [],
    )
    shelf.component("t1", title="Next", body='<img src="/static/a.png">', files={"a.png": b"another"})
    shelf.publish()
    assert author.ready() == [str(unit)]
    assert {reason for action, reason, _title in actions(author.preview(unit)) if action == "take"} == {"new_version"}
    path = f"static/components/html/{child(unit, 1).block_id}/a.png"
    assert author.sync(unit)["static_file_notices"]["new_files"] == [path]
    assert (titles([unit, *children(unit)]), files(COURSE_KEY)[path]) == (["Draft unit", "New", "Next"], b"another")
    assert author.ready() == []


def test_files_of_a_component_become_the_blocks_own(author: Author, shelf: Shelf) -> None:
    shelf.component("t1", title="T", body='<img src="/static/a.png">', files={"a.png": PICTURE})
    copy(author, shelf.key("t1"))
    answer = paste(author, UNIT)
    text = UsageKey.from_string(answer["locator"])
    path = f"static/components/html/{text.block_id}/a.png"
    assert answer["static_file_notices"] == {"new_files": [path], "conflicting_files": [], "error_files": []}
    assert (files(COURSE_KEY)[path], body(text)) == (PICTURE, f'<img src="/{path}">')


def test_transcripts_of_a_pasted_video_are_those_of_a_synced_one(author: Author, shelf: Shelf) -> None:
    sjson = json.dumps({"start": [0], "end": [1000], "text": ["Hello"]}).encode()
    names = json.dumps({"uk": "uk_subs_abc.srt.sjson", "fr": "broken.srt.sjson"})
    stored = {"subs_abc.srt.sjson": sjson, "uk_subs_abc.srt.sjson": sjson, "broken.srt.sjson": b"no JSON"}
    shelf.component("v1", title="Video", sub="abc", transcripts=names, files=stored)
    shelf.container("unit1", "v1", title="Unit one")
    shelf.publish()
    synced = author.create(shelf.key("v1"), UNIT)
    copy(author, shelf.key("unit1"))
    (video,) = children(pasted(author, SUBSECTION))

    def shown(key: UsageKey) -> tuple[str, dict[str, bytes]]:
        text = block(key).settings["transcripts"]
        found = {lang: files(COURSE_KEY)[f"static/{name}"] for lang, name in json.loads(text).items()}
        return text.replace(key.block_id, "ID"), found

    assert shown(video) == shown(synced)
    assert shown(video)[1]["en"].startswith(b"0\n00:00:00,000 --> ")
    assert "sub" not in block(video).settings
    notices = author.sync(UsageKey.from_string(author.link(video)["top_level_parent_key"]))["static_file_notices"]
    assert notices == {"new_files": [], "conflicting_files": [], "error_files": []}


def test_tags_of_what_is_linked_by_a_paste_are_the_librarys(author: Author, shelf: Shelf) -> None:
    taxonomy = tagging_api.create_taxonomy("Subjects", export_id="subjects")
    tagging_api.add_tag_to_taxonomy(taxonomy, "a")
    tagging_api.tag_object(shelf.key("t1"), taxonomy, ["a"])
    copy(author, shelf.key("unit1"))
    text = child(pasted(author, SUBSECTION), 0)
    assert [(tag.value, tag.is_copied) for tag in tagging_api.get_object_tags(str(text))] == [("a", True)]


def test_the_same_component_twice_becomes_two_blocks(author: Author, shelf: Shelf) -> None:
    shelf.container("unit1", "t1", "t1", title="Unit one")
    copy(author, shelf.key("unit1"))
    first, second = children(pasted(author, SUBSECTION))
    assert first != second
    assert [author.link(key)["upstream_ref"] for key in (first, second)] == [shelf.key("t1")] * 2


# From courses ----------------------------------------------------------------------------------------------------


def test_a_customized_structure_keeps_its_links_in_another_course(
    author: Author, shelf: Shelf, other: UsageKey
) -> None:
    shelf.component("t1", title="Text one", body='<img src="/static/a.png">', files={"a.png": PICTURE})
    shelf.publish()
    unit = author.create(shelf.key("unit1"), SUBSECTION)
    edit(unit, display_name="Mine")
    copy(author, unit)
    api.delete_block(unit, user=OPERATOR)
    answer = paste(author, other)
    new = UsageKey.from_string(answer["locator"])
    text = child(new, 0)
    path = f"static/components/html/{text.block_id}/a.png"
    assert (answer["upstreamRef"], answer["static_file_notices"]["new_files"]) == (shelf.key("unit1"), [path])
    assert (files(OTHER)[path], body(text)) == (PICTURE, f'<img src="/{path}">')
    links = [author.link(key) for key in (new, text)]
    assert [link["top_level_parent_key"] for link in links] == [None, str(new)]
    assert (links[0]["downstream_customized"], links[0]["upstream_name"]) == (["display_name"], "Mine")
    shelf.component("t1", title="New", body="<p>New</p>")
    shelf.publish()
    author.sync(new)
    assert (titles([new, text]), body(text)) == (["Mine", "New"], "<p>New</p>")


def test_a_block_without_a_link_remembers_what_it_was(author: Author, other: UsageKey) -> None:
    api.write_course_file(COURSE_KEY, "static/a.png", PICTURE, user=OPERATOR)
    api.write_course_file(OTHER, "static/b.png", b"theirs", user=OPERATOR)
    api.write_course_file(COURSE_KEY, "static/b.png", PICTURE, user=OPERATOR)
    text = child(UNIT, 0)
    edit(text, text='<img src="/static/a.png"><img src="/static/b.png">')
    copy(author, text)
    answer = paste(author, other)
    new = UsageKey.from_string(answer["locator"])
    assert "upstreamRef" not in answer
    assert answer["static_file_notices"]["new_files"] == ["static/a.png"]
    assert answer["static_file_notices"]["conflicting_files"] == ["static/b.png"]
    assert (block(new).settings["copied_from_block"], body(new)) == (str(text), body(text))


def test_a_pasted_video_gets_an_id_of_its_own(author: Author) -> None:
    api.create_block(UNIT, user=OPERATOR, block_type="video", block_id="v", settings={"edx_video_id": "vid"})
    copy(author, course_block("video", "v"))
    assert block(pasted(author, UNIT)).settings["edx_video_id"] not in {"", "vid"}


# Refusals --------------------------------------------------------------------------------------------------------


def test_what_cannot_be_pasted_is_refused_and_nothing_changes(author: Author, shelf: Shelf) -> None:
    before = children(SUBSECTION)
    assert try_paste(author, SUBSECTION).status_code == 400  # the clipboard is empty
    subsection = author.create(shelf.key("sub1"), SECTION)
    copy(author, shelf.key("unit1"))
    refused = try_paste(author, subsection)
    assert (refused.status_code, refused.json()["error_code"]) == (400, "linked_structure")
    assert try_paste(author, course_block("sequential", "gone")).status_code == 404
    assert try_paste(author, SUBSECTION, staged_content="else").status_code == 400
    assert (children(SUBSECTION), len(children(subsection))) == (before, 2)


def test_who_may_not_copy_from_the_library_any_more_pastes_nothing(author: Author, shelf: Shelf) -> None:
    copy(author, shelf.key("unit1"))
    authz_api.unassign_role_from_user(author.user.username, "library_user", str(shelf.library.library_key))
    assert try_paste(author, SUBSECTION).status_code == 403
