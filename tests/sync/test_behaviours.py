"""Behaviours of the contract that have no better place; docs/reference/sync-behaviours.rst lists all of them."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from opaque_keys.edx.keys import CourseKey
from openedx_content.models_api import Media

from content_libraries import api
from content_libraries.actors import OPERATOR
from content_libraries.courses.api import CoursePermission, CourseRoleBackend
from content_libraries.learning_core import api as learning_core
from content_libraries.libraries.models import ContentLibrary
from content_libraries.sync.link.access import libraries_closed_to_syncs
from content_libraries.sync.models import CourseLink
from tests.conftest import ClientFactory, CommitRunner, LibraryFactory, UserFactory, give_role

from .building import COURSE_KEY, LINKS, SUBSECTION, UNIT, Author, Shelf, block, body, child, edit


class WithoutUpdates(CourseRoleBackend):
    """A site on which nobody has the rights of the course that libraries' updates need."""

    def permissions(self, user: User | AnonymousUser, course_key: CourseKey) -> frozenset[CoursePermission]:
        updates = {CoursePermission.MANAGE_LIBRARY_UPDATES, CoursePermission.VIEW_LIBRARY_UPDATES}
        return super().permissions(user, course_key) - updates


@pytest.fixture
def colleague(author: Author, shelf: Shelf, make_user: UserFactory, api_client: ClientFactory) -> Author:
    """May edit the course; has no role in the library."""
    user = make_user("colleague")
    give_role(user, "course_editor", str(COURSE_KEY))
    return Author(api_client(user), user)


@pytest.mark.parametrize("item", ["t1", "unit1"])
def test_without_the_right_of_the_course_the_library_is_asked(
    author: Author, shelf: Shelf, colleague: Author, settings: Any, item: str
) -> None:
    key = author.create(shelf.key(item), UNIT if item == "t1" else SUBSECTION)
    shelf.component("t1", title="New")
    shelf.publish()
    settings.CONTENT_LIBRARIES_COURSE_PERMISSION_BACKEND = f"{__name__}.{WithoutUpdates.__name__}"
    before = block(key).olx
    for response in (colleague.try_sync(key), colleague.try_decline(key)):
        assert response.status_code == 403
        assert "could not be loaded" in response.json()["developer_message"]
    assert (block(key).olx, colleague.link(key)["state"]) == (before, "inaccessible")
    give_role(colleague.user, "library_user", str(shelf.library.library_key))
    assert (colleague.link(key)["state"] == "inaccessible", colleague.try_sync(key).status_code) == (False, 200)


def test_rights_of_a_run_cost_the_same_for_one_library_and_for_many(
    colleague: Author, shelf: Shelf, make_library: LibraryFactory, settings: Any
) -> None:
    settings.CONTENT_LIBRARIES_COURSE_PERMISSION_BACKEND = f"{__name__}.{WithoutUpdates.__name__}"
    names = [str(make_library(f"lib{number}").library_key) for number in range(2, 9)]
    give_role(colleague.user, "library_user", names[0])

    def ask(asked: Collection[str]) -> tuple[frozenset[str], int]:
        with CaptureQueriesContext(connection) as queries:
            closed = libraries_closed_to_syncs(colleague.user, COURSE_KEY, [*asked, "lib:CL-TEST:absent"])
        return closed, len(queries)

    (one, cost), (many, cost_of_many) = ask(names[:1]), ask(names)
    assert (one, many) == (frozenset(), frozenset(names[1:]))
    assert cost == cost_of_many


COURSE_OWNED = {
    "attempts_before_showanswer_button": ("3", "5", "7"),
    "due": ('"2030-01-01T00:00:00Z"', '"2031-01-01T00:00:00Z"', '"2032-01-01T00:00:00Z"'),
    "force_save_button": ("true", "false", "true"),
    "graceperiod": ('"1 day"', '"2 days"', '"3 days"'),
    "grading_method": ("highest_score", "last_score", "first_score"),
    "max_attempts": ("3", "5", "7"),
    "show_correctness": ("always", "never", "past_due"),
    "show_reset_button": ("true", "false", "true"),
    "showanswer": ("always", "never", "finished"),
    "submission_wait_seconds": ("3", "5", "7"),
    "weight": ("1.0", "2.0", "3.0"),
}


def test_all_settings_that_are_the_courses_stay_the_courses(author: Author, shelf: Shelf) -> None:
    """They come along once, which the platform does not do; see product rule [D] of section 2."""

    def settings_of(number: int) -> dict[str, Any]:
        return {name: values[number] for name, values in COURSE_OWNED.items()}

    shelf.component("p1", title="P", use_latex_compiler="false", **settings_of(0))
    shelf.publish()
    key = author.create(shelf.key("p1"), UNIT)
    assert {name: block(key).settings[name] for name in COURSE_OWNED} == settings_of(0)
    edit(key, use_latex_compiler="true", **settings_of(1))
    shelf.component("p1", title="P", use_latex_compiler="false", **settings_of(2))
    shelf.publish()
    for sent in ({}, {"override_customizations": True}):
        link = author.sync(key, **sent)
        assert {name: block(key).settings[name] for name in COURSE_OWNED} == settings_of(1)
        assert (block(key).settings["use_latex_compiler"], link["downstream_customized"]) == ("false", [])


def test_looking_again_at_what_the_library_says_changes_nothing_else(author: Author, shelf: Shelf) -> None:
    key = author.create(shelf.key("t1"), UNIT)
    edit(key, display_name="Mine")
    shelf.component("t1", title="Theirs", body="<p>Theirs</p>")
    shelf.publish()
    link = author.relink(key, shelf.key("t1"), sync="false").json()
    assert (link["upstream_name"], link["version_synced"], link["ready_to_sync"]) == ("Theirs", 1, True)
    assert (block(key).title, body(key), link["downstream_customized"]) == ("Mine", "<p>One</p>", ["display_name"])


def test_transcripts_of_a_video_are_the_librarys_after_a_sync(author: Author, shelf: Shelf) -> None:
    def video(text: bytes) -> None:
        shelf.component(
            "v1", title="V", body="<source src='a.mp4'/>", transcripts='{"en": "en.srt"}', files={"en.srt": text}
        )
        shelf.publish()

    video(b"one")
    key = author.create(shelf.key("v1"), UNIT)
    name = f"components/video/{key.block_id}/en.srt"
    edit(key, transcripts='{"fr": "mine.srt"}')
    video(b"two")
    author.sync(key)
    assert name in block(key).settings["transcripts"]
    assert "mine.srt" not in block(key).settings["transcripts"]
    assert api.read_course_file(COURSE_KEY, f"static/{name}", user=OPERATOR) == b"two"


def test_a_file_that_the_storage_has_lost_is_named_and_the_rest_is_synced(
    author: Author, shelf: Shelf, settings: Any
) -> None:
    key = author.create(shelf.key("t1"), UNIT)
    shelf.component("t1", title="New", body="<p>New</p>", files={"lost.png": b"lost", "there.png": b"there"})
    shelf.publish()
    medium = Media.objects.get(hash_digest=learning_core.media_digest(b"lost"))
    Path(settings.OPENEDX_LEARNING["MEDIA"]["OPTIONS"]["location"], medium.path).unlink()
    folder = f"static/components/html/{key.block_id}"
    assert author.sync(key)["static_file_notices"] == {
        "new_files": [f"{folder}/there.png"],
        "conflicting_files": [],
        "error_files": [f"{folder}/lost.png"],
    }
    assert (block(key).title, author.link(key)["ready_to_sync"]) == ("New", False)


def test_a_sync_that_fails_half_way_leaves_the_course_untouched(author: Author, shelf: Shelf) -> None:
    unit = author.create(shelf.key("unit1"), SUBSECTION)
    before = {key: block(key).olx for key in (unit, child(unit, 0), child(unit, 1))}
    rows = list(CourseLink.objects.order_by("pk").values())
    shelf.component("t1", title="New")
    shelf.publish()

    def give_up(_synced: api.Synced) -> None:
        raise ConnectionError

    with pytest.raises(ConnectionError):
        api.sync_course(COURSE_KEY, user=author.user, settle=give_up)
    assert {key: block(key).olx for key in before} == before
    assert list(CourseLink.objects.order_by("pk").values()) == rows
    assert author.ready() == [str(unit)]


def test_the_key_of_a_library_block_is_no_downstream(author: Author, shelf: Shelf) -> None:
    for response in (
        author.client.get(f"{LINKS}{shelf.key('t1')}"),
        author.client.post(f"{LINKS}{shelf.key('t1')}/sync", {}, format="json"),
    ):
        assert response.status_code == 400
        assert "is not the key of a course block" in response.json()["developer_message"]


def test_a_library_that_is_restored_with_lower_numbers_offers_updates_again(
    author: Author, shelf: Shelf, staff: User, api_client: ClientFactory, run_on_commit: CommitRunner
) -> None:
    client, library_key = api_client(staff), str(shelf.library.library_key)
    with run_on_commit():
        backup = client.post(f"/api/libraries/v2/{library_key}/backup/").json()
    url = client.get(f"/api/libraries/v2/{library_key}/backup/", backup).json()["url"]
    archive = SimpleUploadedFile("l.zip", client.get(url).getvalue(), "application/zip")
    for title in ("Second", "Third"):
        shelf.component("t1", title=title)
        shelf.publish()
    text = author.create(shelf.key("t1"), UNIT)
    assert client.delete(f"/api/libraries/v2/{library_key}/").status_code == 200
    assert author.link(text)["state"] == "unknown_library"
    with run_on_commit():
        restore = client.post("/api/libraries/v2/restore/", {"file": archive}, format="multipart").json()
    pk = client.get("/api/libraries/v2/restore/", restore).json()["result"]["learning_package_id"]
    body = {"org": "CL-TEST", "slug": "lib1", "title": "Again", "description": "", "learning_package": pk}
    assert client.post("/api/libraries/v2/", body, format="json").status_code == 200
    give_role(author.user, "library_user", library_key)
    link = author.link(text)
    assert (link["version_synced"], link["version_available"], link["ready_to_sync"]) == (3, 1, True)
    assert author.try_decline(text).status_code == 204
    assert author.link(text)["ready_to_sync"] is False
    assert author.try_sync(text).status_code == 200
    assert block(text).title == "Text one"
    link = author.link(text)
    assert (link["version_synced"], link["ready_to_sync"]) == (1, False)
    restored = Shelf(ContentLibrary.objects.get(slug="lib1"))
    restored.component("t1", title="Fourth")
    restored.publish()
    assert author.link(text)["ready_to_sync"] is True
    assert author.try_decline(text).status_code == 204
    assert author.link(text)["ready_to_sync"] is False
