"""Components of a library in a course: created, synced, declined, unlinked."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from opaque_keys.edx.keys import UsageKey
from openedx_content.models_api import Media
from openedx_tagging import api as tagging_api

from content_libraries import api
from content_libraries.actors import OPERATOR
from content_libraries.content.api import offered_block_types
from content_libraries.learning_core import api as learning_core
from content_libraries.sync.models import CourseLink
from tests.conftest import ClientFactory, CommitRunner, UserFactory, give_role

from .building import COURSE_KEY, SUBSECTION, UNIT, Author, Shelf, actions, block, body, children, edit, titles


def test_a_text_comes_from_the_library_with_its_title_and_body(author: Author, shelf: Shelf) -> None:
    key = author.create(shelf.key("t1"), UNIT, category="html")
    link = author.link(key)
    assert (block(key).title, body(key)) == ("Text one", "<p>One</p>")
    assert (link["upstream_ref"], link["version_synced"], link["ready_to_sync"]) == (shelf.key("t1"), 1, False)


def test_a_component_without_a_name_has_none_in_the_course(author: Author, shelf: Shelf) -> None:
    shelf.component("p1", title="p1")  # as imports title what has no name
    shelf.publish()
    key = author.create(shelf.key("p1"), UNIT)
    assert "display_name" not in block(key).settings
    assert author.link(key)["upstream_name"] is None
    edit(key, max_attempts="5")
    assert author.link(key)["downstream_customized"] == []
    shelf.component("p1", title="Named")
    shelf.publish()
    author.sync(key)
    assert block(key).title == "Named"
    edit(key, display_name="Mine")
    shelf.component("p1", title="p1")
    shelf.publish()
    author.sync(key)
    assert block(key).title == "Mine"
    author.sync(key, outcome="take_upstream")
    assert "display_name" not in block(key).settings


def test_a_name_that_is_equal_to_the_id_is_a_name(author: Author, shelf: Shelf) -> None:
    shelf.component("p1", title="p1", display_name="p1")
    shelf.publish()
    key = author.create(shelf.key("p1"), UNIT)
    assert (block(key).settings["display_name"], author.link(key)["upstream_name"]) == ("p1", "p1")
    author.sync(key)
    assert block(key).settings["display_name"] == "p1"
    author.unlink(key)
    assert author.relink(key, shelf.key("p1")).json()["upstream_name"] == "p1"


@pytest.mark.parametrize("code", ["noname", "noname_1"])
def test_a_component_whose_id_was_made_of_the_one_it_had_has_no_name(author: Author, shelf: Shelf, code: str) -> None:
    olx = "<html>Text</html>"
    write = learning_core.ComponentWrite("html", code, "NoName", olx)  # as an import with new IDs calls it
    learning_core.write_drafts(shelf.pk, components=[write], author_pk=None)
    shelf.publish()
    key = author.create(f"{shelf.key('t1').removesuffix('t1')}{code}", UNIT)
    assert "display_name" not in block(key).settings


def test_a_newer_version_is_offered_when_it_is_published_and_taken_by_a_sync(author: Author, shelf: Shelf) -> None:
    key = author.create(shelf.key("t1"), UNIT)
    shelf.component("t1", title="Text 1", body="<p>New</p>")
    assert not author.link(key)["ready_to_sync"]
    shelf.publish()
    assert author.link(key)["ready_to_sync"]
    assert author.ready() == [str(key)]
    synced = author.sync(key)
    assert (block(key).title, body(key)) == ("Text 1", "<p>New</p>")
    assert (synced["version_synced"], synced["ready_to_sync"], author.ready()) == (2, False, [])


def test_local_title_and_body_survive_a_sync(author: Author, shelf: Shelf) -> None:
    key = author.create(shelf.key("t1"), UNIT)
    edit(key, display_name="Mine", text="<p>Mine</p>")
    shelf.component("t1", title="Theirs", body="<p>Theirs</p>")
    shelf.publish()
    link = author.sync(key)
    assert (block(key).title, body(key)) == ("Mine", "<p>Mine</p>")
    assert (link["upstream_name"], sorted(link["downstream_customized"])) == ("Theirs", ["data", "display_name"])


def test_a_title_that_the_library_catches_up_with_stays_local(author: Author, shelf: Shelf) -> None:
    key = author.create(shelf.key("t1"), UNIT)
    edit(key, display_name="Title 2")
    for title in ("Title 2", "Title 3"):
        shelf.component("t1", title=title)
        shelf.publish()
        author.sync(key)
    assert (block(key).title, author.link(key)["upstream_name"]) == ("Title 2", "Title 3")


def test_taking_the_librarys_values_gives_up_what_was_changed_here(author: Author, shelf: Shelf) -> None:
    key = author.create(shelf.key("t1"), UNIT)
    edit(key, display_name="Mine", text="<p>Mine</p>")
    shelf.component("t1", title="Theirs", body="<p>Theirs</p>")
    shelf.publish()
    link = author.sync(key, override_customizations=True)
    assert (block(key).title, body(key), link["downstream_customized"]) == ("Theirs", "<p>Theirs</p>", [])


def test_fields_to_keep_survive_taking_the_librarys_values(author: Author, shelf: Shelf) -> None:
    key = author.create(shelf.key("t1"), UNIT)
    edit(key, display_name="Mine", text="<p>Mine</p>")
    link = author.sync(key, override_customizations=True, keep_custom_fields=["display_name"])
    assert (block(key).title, body(key)) == ("Mine", "<p>One</p>")
    assert link["downstream_customized"] == ["display_name"]


def test_clearing_a_title_is_a_local_change_and_setting_it_back_does_not_undo_that(
    author: Author, shelf: Shelf
) -> None:
    key = author.create(shelf.key("p1"), UNIT)
    edit(key, display_name=None)
    assert author.link(key)["downstream_customized"] == ["display_name"]
    edit(key, display_name="Problem one")
    assert author.link(key)["downstream_customized"] == ["display_name"]


def test_course_settings_come_along_once_and_are_the_courses_from_then_on(author: Author, shelf: Shelf) -> None:
    key = author.create(shelf.key("p1"), UNIT)
    assert block(key).settings["max_attempts"] == "3"
    edit(key, max_attempts="7", weight="2.0")
    shelf.component("p1", title="Problem one", max_attempts="1", weight="9.0", showanswer="always")
    shelf.publish()
    author.sync(key, override_customizations=True)
    settings = block(key).settings
    assert (settings["max_attempts"], settings["weight"], settings.get("showanswer")) == ("7", "2.0", None)


def test_a_site_may_say_which_more_settings_are_the_courses(author: Author, shelf: Shelf, settings: Any) -> None:
    settings.CONTENT_LIBRARIES_COURSE_SETTINGS_OF_BLOCKS = {"problem": ["rerandomize"]}
    key = author.create(shelf.key("p1"), UNIT)
    assert block(key).settings["rerandomize"] == "always"
    edit(key, rerandomize="never", markdown="mine")
    author.sync(key)
    assert (block(key).settings["rerandomize"], block(key).settings["markdown"]) == ("never", "one")


def test_other_settings_and_content_follow_the_library(author: Author, shelf: Shelf) -> None:
    key = author.create(shelf.key("p1"), UNIT)
    edit(key, rerandomize="never", matlab_api_key="mine", markdown="mine")
    assert ("take", "same_version", "Problem one") in actions(author.preview(key))
    author.sync(key)
    settings = block(key).settings
    assert (settings["rerandomize"], settings.get("matlab_api_key"), settings["markdown"]) == ("always", None, "one")


def test_a_text_has_no_settings_of_the_course_but_those_of_its_place(author: Author, shelf: Shelf) -> None:
    """The map of fields of a Text names its title and body only (section 2)."""
    shelf.component("t1", title="Text one", weight="1.0", due="2030-01-01T00:00:00Z", start="2030-01-01T00:00:00Z")
    shelf.publish()
    key = author.create(shelf.key("t1"), UNIT)
    edit(key, weight="2.0", due="2031-01-01T00:00:00Z", start="2031-01-01T00:00:00Z")
    author.sync(key)
    settings = block(key).settings
    assert (settings["weight"], settings["due"][:4], settings["start"][:4]) == ("1.0", "2030", "2031")


def test_what_a_sync_has_taken_back_never_returns(author: Author, shelf: Shelf) -> None:
    key = author.create(shelf.key("p1"), UNIT)
    edit(key, display_name="Mine", rerandomize="never")
    shelf.component("p1", title="Theirs", rerandomize="onreset")
    shelf.publish()
    author.decline(key)
    link = author.sync(key, override_customizations=True)
    assert (link["version_declined"], link["version_synced"]) == (2, 2)
    author.sync(key)
    author.unlink(key)
    assert (block(key).title, block(key).settings["rerandomize"]) == ("Theirs", "onreset")


def test_a_video_gets_an_id_of_its_own_and_keeps_it(author: Author, shelf: Shelf) -> None:
    shelf.component("v1", title="Video", body="<source src='a.mp4'/>", edx_video_id="theirs")
    shelf.publish()
    key = author.create(shelf.key("v1"), UNIT)
    video_id = block(key).settings["edx_video_id"]
    assert video_id not in {"", "theirs"}
    shelf.component("v1", title="Video", body="<source src='b.mp4'/>", edx_video_id="other")
    shelf.publish()
    author.sync(key)
    assert block(key).settings["edx_video_id"] == video_id
    assert "b.mp4" in block(key).olx


def test_a_declined_version_is_offered_again_when_a_newer_one_is_published(author: Author, shelf: Shelf) -> None:
    key = author.create(shelf.key("t1"), UNIT)
    shelf.component("t1", title="Two")
    shelf.publish()
    before = block(key).olx
    author.decline(key)
    link = author.link(key)
    assert (link["ready_to_sync"], link["version_declined"], link["version_synced"]) == (False, 2, 1)
    assert (link["state"], block(key).olx.replace(' upstream_version_declined="2"', "")) == ("declined", before)
    shelf.component("t1", title="Three")
    assert not author.link(key)["ready_to_sync"]
    shelf.publish()
    assert author.link(key)["ready_to_sync"]


def test_an_unlinked_block_keeps_its_content_and_knows_where_it_came_from(author: Author, shelf: Shelf) -> None:
    key = author.create(shelf.key("t1"), UNIT)
    edit(key, display_name="Mine")
    author.unlink(key)
    link = author.link(key)
    assert (block(key).title, body(key)) == ("Mine", "<p>One</p>")
    assert block(key).settings == {"display_name": "Mine", "copied_from_block": shelf.key("t1")}
    assert (link["upstream_ref"], link["ready_to_sync"], author.links()) == (None, False, [])
    assert "is not linked" in link["error_message"]
    edit(key, display_name="Other")
    assert author.link(key)["downstream_customized"] == []
    author.unlink(key)


def test_a_sync_with_nothing_new_writes_nothing(author: Author, shelf: Shelf) -> None:
    key = author.create(shelf.key("t1"), UNIT)
    version = block(key).version_num
    author.sync(key)
    assert block(key).version_num == version


def test_an_author_of_the_course_syncs_without_any_right_on_the_library(
    author: Author, shelf: Shelf, api_client: ClientFactory, make_user: UserFactory
) -> None:
    key = author.create(shelf.key("t1"), UNIT)
    shelf.component("t1", title="Two")
    shelf.publish()
    colleague = make_user("colleague")
    give_role(colleague, "course_staff", str(COURSE_KEY))
    other = Author(api_client(colleague), colleague)
    other.sync(key)
    assert block(key).title == "Two"
    response = other.try_create(shelf.key("t1"), UNIT)
    assert (response.status_code, "could not be loaded" in response.json()["error"]) == (400, True)


def test_what_a_preview_showed_is_what_the_sync_does_or_it_is_refused(author: Author, shelf: Shelf) -> None:
    key = author.create(shelf.key("t1"), UNIT)
    shelf.component("t1", title="Two")
    shelf.publish()
    seen = author.preview(key)
    shelf.component("t1", title="Three")
    shelf.publish()
    response = author.try_sync(key, fingerprint=seen["fingerprint"])
    assert (response.status_code, response.json()["error_code"]) == (400, "preview_outdated")
    assert block(key).title == "Text one"
    author.sync(key, fingerprint=author.preview(key)["fingerprint"])
    assert block(key).title == "Three"


def test_a_preview_tells_base_theirs_and_mine_of_each_setting_and_the_text(author: Author, shelf: Shelf) -> None:
    key = author.create(shelf.key("t1"), UNIT)
    edit(key, display_name="Mine")
    shelf.component("t1", title="Theirs", body="<p>Theirs</p>", editor="raw")
    shelf.publish()
    (take, keep) = author.preview(key)["steps"]
    rows = {row["name"]: row for row in take["detail"]["settings"]}
    sides = {"base": None, "theirs": "raw", "mine": None, "outcome": "raw"}
    assert rows["editor"] == {"name": "editor", "before": None, "after": "raw", **sides}
    assert rows["display_name"]["outcome"] == "Mine"
    assert {"-<p>One</p>", "+<p>Theirs</p>"} <= set(take["detail"]["text"]["lines"])
    assert (take["title"], take["upstream_title"]) == ("Mine", "Theirs")
    assert (keep["action"], keep["detail"]) == ("keep_local", {"fields": ["display_name"]})


def test_a_picture_comes_along_and_follows_the_library_until_the_author_replaces_it(
    author: Author, shelf: Shelf
) -> None:
    def publish(picture: bytes, text: str) -> None:
        shelf.component("t1", title="T", body=f'<img src="/static/a b.png"> {text}', files={"a b.png": picture})
        shelf.publish()

    publish(b"one", "1")
    key = author.create(shelf.key("t1"), UNIT)
    path = f"static/components/html/{key.block_id}/a b.png"
    assert api.read_course_file(COURSE_KEY, path, user=OPERATOR) == b"one"
    assert f'"/{path}"' in body(key)
    publish(b"one", "2")
    assert author.sync(key)["static_file_notices"]["new_files"] == []
    assert f'"/{path}"' in body(key)
    publish(b"two", "3")
    assert author.sync(key)["static_file_notices"]["new_files"] == [path]
    assert api.read_course_file(COURSE_KEY, path, user=OPERATOR) == b"two"
    api.write_course_file(COURSE_KEY, path, b"mine", user=OPERATOR)
    publish(b"three", "4")
    assert author.sync(key)["static_file_notices"]["conflicting_files"] == [path]
    assert api.read_course_file(COURSE_KEY, path, user=OPERATOR) == b"mine"


def test_a_picture_that_returns_to_the_library_returns_changed(author: Author, shelf: Shelf) -> None:
    def publish(files: dict[str, bytes]) -> None:
        shelf.component("t1", body='<img src="/static/a.png">', files=files)
        shelf.publish()

    publish({"a.png": b"one"})
    key = author.create(shelf.key("t1"), UNIT)
    path = f"static/components/html/{key.block_id}/a.png"
    publish({})
    author.sync(key)
    publish({"a.png": b"two"})
    assert author.sync(key)["static_file_notices"]["new_files"] == [path]
    assert api.read_course_file(COURSE_KEY, path, user=OPERATOR) == b"two"
    publish({})
    author.sync(key)
    api.write_course_file(COURSE_KEY, path, b"mine", user=OPERATOR)
    publish({"a.png": b"three"})
    assert author.sync(key)["static_file_notices"]["conflicting_files"] == [path]


def test_a_file_whose_bytes_are_lost_is_named_and_the_sync_goes_on(author: Author, shelf: Shelf) -> None:
    files = {"kept.png": b"kept", "lost.png": b"lost"}
    shelf.component("t1", title="T", body='<img src="/static/lost.png">', files=files)
    shelf.publish()
    medium = Media.objects.get(hash_digest=learning_core.media_digest(b"lost"))
    Path(medium.os_path() or "").unlink()
    response = author.try_create(shelf.key("t1"), UNIT).json()
    key = UsageKey.from_string(response["locator"])
    folder = f"static/components/html/{key.block_id}"
    assert response["static_file_notices"] == {
        "new_files": [f"{folder}/kept.png"],
        "conflicting_files": [],
        "error_files": [f"{folder}/lost.png"],
    }
    assert f"{folder}/lost.png" in body(key)
    lost = ("asset", "lost_file", "T")
    assert lost in actions(author.preview(key))
    medium.write_file(ContentFile(b"lost"))
    assert author.sync(key)["static_file_notices"]["new_files"] == [f"{folder}/lost.png"]
    assert lost not in actions(author.preview(key))


def test_transcripts_come_along_in_place_of_local_ones(author: Author, shelf: Shelf) -> None:
    def publish(text: bytes) -> None:
        shelf.component("v1", title="Video", transcripts='{"en": "en.srt"}', files={"en.srt": text})
        shelf.publish()

    publish(b"one")
    key = author.create(shelf.key("v1"), UNIT)
    name = f"components/video/{key.block_id}/en.srt"
    assert json.loads(block(key).settings["transcripts"]) == {"en": name}
    edit(key, transcripts='{"en": "mine.srt", "uk": "mine-uk.srt"}')
    publish(b"two")
    author.sync(key)
    assert json.loads(block(key).settings["transcripts"]) == {"en": name}
    assert api.read_course_file(COURSE_KEY, f"static/{name}", user=OPERATOR) == b"two"


def test_transcripts_of_older_videos_are_converted_and_named_by_language(author: Author, shelf: Shelf) -> None:
    def publish(text: str) -> None:
        sjson = json.dumps({"start": [0], "end": [1000], "text": [text]}).encode()
        files = {"subs_abc.srt.sjson": sjson, "uk_subs_abc.srt.sjson": sjson, "broken.srt.sjson": b"no JSON"}
        names = json.dumps({"uk": "uk_subs_abc.srt.sjson", "fr": "broken.srt.sjson"})
        shelf.component("v1", title="Video", sub="abc", transcripts=names, files=files)
        shelf.publish()

    def shown(key: UsageKey) -> dict[str, str]:
        names = json.loads(block(key).settings["transcripts"])
        read = {lang: api.read_course_file(COURSE_KEY, f"static/{name}", user=OPERATOR) for lang, name in names.items()}
        return {lang: data.decode() for lang, data in read.items()}

    publish("Hello")
    key = author.create(shelf.key("v1"), UNIT)
    srt = "0\n00:00:00,000 --> 00:00:01,000\n{}\n\n"
    assert shown(key) == {"en": srt.format("Hello"), "uk": srt.format("Hello"), "fr": "no JSON"}
    assert "sub" not in block(key).settings
    assert json.loads(block(key).settings["transcripts"])["en"] == f"components/video/{key.block_id}/subs_abc.srt"
    assert author.sync(key)["static_file_notices"]["new_files"] == []
    publish("Again")
    notices = author.sync(key)["static_file_notices"]
    assert (len(notices["new_files"]), notices["conflicting_files"]) == (2, [])
    assert shown(key)["en"] == srt.format("Again")


@pytest.mark.parametrize(
    "data",
    [b"[" * 100_000, json.dumps({"start": [0], "end": [1], "text": ["x" * 3_000_000]}).encode()],
    ids=["nested", "large"],
)
def test_a_transcript_that_would_take_too_long_to_convert_comes_along_as_it_is(
    author: Author, shelf: Shelf, data: bytes
) -> None:
    shelf.component("v1", title="Video", sub="abc", files={"subs_abc.srt.sjson": data})
    shelf.publish()
    key = author.create(shelf.key("v1"), UNIT)
    name = f"static/components/video/{key.block_id}/subs_abc.srt.sjson"
    assert api.read_course_file(COURSE_KEY, name, user=OPERATOR) == data


def test_files_that_a_video_names_come_along_and_belong_to_each_copy(author: Author, shelf: Shelf) -> None:
    def shown(key: UsageKey) -> list[bytes]:
        """The files that a block names, which are its own."""
        prefix = f"/static/components/video/{key.block_id}/"
        names = [block(key).settings[name] for name in ("thumbnail", "handout")]
        assert all(name.startswith(prefix) for name in names), names
        return [api.read_course_file(COURSE_KEY, name.removeprefix("/"), user=OPERATOR) for name in names]

    def publish(picture: bytes) -> None:
        files = {"poster.jpg": picture, "notes.pdf": b"notes"}
        shelf.component("v1", title="V", thumbnail="/static/poster.jpg", handout="/static/notes.pdf", files=files)
        shelf.publish()

    publish(b"one")
    key = author.create(shelf.key("v1"), UNIT)
    copy = api.duplicate_block(key, user=author.user).block.usage_key
    assert (shown(key), shown(copy)) == ([b"one", b"notes"], [b"one", b"notes"])
    publish(b"two")
    author.sync(key)
    assert (shown(key), shown(copy)) == ([b"two", b"notes"], [b"one", b"notes"])


def test_components_of_every_type_are_created_and_synced(author: Author, shelf: Shelf) -> None:
    types = [offered.block_type for offered in offered_block_types()]
    assert len(types) > 5

    refs = tuple(learning_core.component_ref(kind, "x") for kind in types)

    def publish(title: str) -> None:
        writes = [learning_core.ComponentWrite(kind, "x", title, f"<{kind}/>") for kind in types]
        unit = learning_core.ContainerWrite("unit", "unit9", "Unit", refs)
        learning_core.write_drafts(shelf.pk, components=writes, containers=[unit], author_pk=None)
        shelf.publish()

    publish("One")
    unit = author.create(shelf.key("unit9"), SUBSECTION)
    keys = children(unit)
    assert [key.block_type for key in keys] == types
    publish("Two")
    author.sync(unit)
    assert (children(unit), set(titles(keys)), author.ready()) == (keys, {"Two"}, [])


def test_a_local_body_keeps_its_own_references(author: Author, shelf: Shelf) -> None:
    key = author.create(shelf.key("t1"), UNIT)
    edit(key, text='<img src="/static/own.png">')
    shelf.component("t1", title="T", body='<img src="/static/new.png">', files={"new.png": b"new"})
    shelf.publish()
    notices = author.sync(key)["static_file_notices"]
    assert body(key) == '<img src="/static/own.png">'
    assert notices["new_files"] == [f"static/components/html/{key.block_id}/new.png"]


def test_tags_of_the_library_are_copied_kept_up_to_date_and_freed_with_the_link(author: Author, shelf: Shelf) -> None:
    taxonomy = tagging_api.create_taxonomy("Subjects", export_id="subjects")
    for value in ("a", "b", "own"):
        tagging_api.add_tag_to_taxonomy(taxonomy, value)
    tagging_api.tag_object(shelf.key("t1"), taxonomy, ["a"])
    key = author.create(shelf.key("t1"), UNIT)
    assert tags(key) == {"a": True}
    tagging_api.tag_object(str(key), taxonomy, ["a", "own"])
    tagging_api.tag_object(shelf.key("t1"), taxonomy, ["b"])
    author.sync(key)
    assert tags(key) == {"b": True, "own": False}
    author.unlink(key)
    assert tags(key) == {"b": False, "own": False}


def test_tags_are_freed_when_the_library_item_is_deleted(
    author: Author, shelf: Shelf, run_on_commit: CommitRunner
) -> None:
    taxonomy = tagging_api.create_taxonomy("Subjects", export_id="subjects")
    tagging_api.add_tag_to_taxonomy(taxonomy, "a")
    tagging_api.tag_object(shelf.key("t1"), taxonomy, ["a"])
    key = author.create(shelf.key("t1"), UNIT)
    with run_on_commit():
        shelf.delete("t1")
    assert tags(key) == {"a": False}


@pytest.mark.parametrize("count", [1, 12])
def test_a_deletion_of_many_items_looks_for_their_links_once(
    shelf: Shelf, run_on_commit: CommitRunner, count: int
) -> None:
    for number in range(count):
        shelf.component(f"t{100 + number}", title="New", body="")
    with CaptureQueriesContext(connection) as queries, run_on_commit():
        api.discard_all(shelf.library.library_key, user=OPERATOR)
    links = [query["sql"] for query in queries if CourseLink._meta.db_table in query["sql"]]
    assert len(links) == 1


def tags(key: UsageKey) -> dict[str, bool]:
    """Value of each tag of a block -> whether it is a copy."""
    return {tag.value: tag.is_copied for tag in tagging_api.get_object_tags(str(key))}


@pytest.mark.parametrize(
    "value",
    ["[" * 100_000, '["\\ud83d"]', "9" * 5_000, '{"type": [], "id": "\\u0000"}', "[1e999]", json.dumps([0] * 100_000)],
    ids=["brackets", "half a character", "a number", "nul", "infinity", "many"],
)
def test_what_a_block_says_of_its_link_may_be_anything(author: Author, shelf: Shelf, value: str) -> None:
    settings = (
        "upstream_version",
        "upstream_version_declined",
        "downstream_customized",
        "upstream_moved_files",
        "tags",
    )
    shelf.component("t1", title="Text one", body="<p>One</p>", tags=value)
    shelf.publish()
    key = author.create(shelf.key("t1"), UNIT, category="html")
    edit(key, **dict.fromkeys(settings, value))
    assert author.link(key)["upstream_ref"] == shelf.key("t1")
    shelf.component("t1", title="New", body="<p>New</p>", tags=value)
    shelf.publish()
    author.sync(key)
    assert body(key) == "<p>New</p>"
    assert block(key).settings["tags"] == value
