"""Pages of find and replace, and of settings of many items."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from content_libraries.content import api as content
from content_libraries.history import api as history
from content_libraries.history.tasks import bulk_edit
from content_libraries.keys import LibraryUsageLocatorV2
from content_libraries.libraries.models import ContentLibrary
from tests.conftest import give_role
from tests.courses.building import key as block_of
from tests.courses.building import make_course

from .conftest import BOOSTED, HTMX, MOST_BYTES, MOST_QUERIES, Browse, Cost
from .test_changes import make_text, olx, shown, write

pytestmark = pytest.mark.django_db

REPLACE = "/libraries/lib:CL-TEST:lib1/replace/"
SETTINGS = "/libraries/lib:CL-TEST:lib1/bulk-settings/"
WORDS = {"find": "words", "replace": "texts", "match_case": "on"}


def preview(client: Client, given: Mapping[str, str], url: str = REPLACE, status: int = 200) -> str:
    response = client.post(url, given, headers=BOOSTED)
    assert response.status_code == status
    return response.content.decode()


def fingerprint(page: str) -> str:
    found = re.search(r'name="fingerprint" value="(\w+)"', page)
    assert found
    return found[1]


def make_problem(library: ContentLibrary, user: User, code: str = "p1") -> LibraryUsageLocatorV2:
    made = content.create_component(library.library_key, user=user, block_type="problem", component_code=code)
    assert isinstance(made.key, LibraryUsageLocatorV2)
    return made.key


def test_each_change_is_shown_before_it_is_made_and_can_be_undone(
    library: ContentLibrary, author: User, browse: Browse
) -> None:
    key = make_text(library, author)
    client = browse(author)
    assert "A preview appears here" in shown(client, REPLACE)
    page = preview(client, WORDS)
    assert "+&lt;p&gt;old texts" in page
    assert "<strong>1</strong> item changes" in page
    assert 'value="words"' in page
    assert "old words" in olx(key, author)
    given = {**WORDS, "fingerprint": fingerprint(page), "apply": "1"}
    page = client.post(REPLACE, given, headers=BOOSTED, follow=True).content.decode()
    assert "1 item is changed." in page
    assert "Edited 1 item in bulk" in page
    assert "old texts" in olx(key, author)
    undo = re.search(r'action="(/changes/[^"]+/undo/)"', page)
    assert undo
    client.post(undo[1], headers=BOOSTED)
    assert "old words" in olx(key, author)


def test_only_chosen_items_change(library: ContentLibrary, author: User, browse: Browse) -> None:
    key, _other = make_text(library, author, "t1"), make_text(library, author, "t2")
    client = browse(author)
    page = preview(client, {**WORDS, "item_keys": str(key)})
    assert "<strong>1</strong> item changes" in page
    assert "Nothing would change." in preview(client, {**WORDS, "block_types": "problem"})
    assert f">\n{key}</textarea>" in shown(client, f"{REPLACE}?item_keys={key}")


def test_a_setting_of_all_problems_is_set(library: ContentLibrary, author: User, browse: Browse) -> None:
    key = make_problem(library, author)
    client = browse(author)
    given = {"setting": "max_attempts", "value": "3", "block_types": "problem"}
    page = preview(client, given, SETTINGS)
    assert "max_attempts" in page
    assert "<ins>3</ins>" in page
    client.post(SETTINGS, {**given, "fingerprint": fingerprint(page), "apply": "1"}, headers=BOOSTED)
    assert 'max_attempts="3"' in olx(key, author)


@pytest.mark.parametrize(
    ("url", "given", "field"),
    [
        (REPLACE, {"find": ""}, "find"),
        (REPLACE, {"find": "(", "regex": "on"}, "find"),
        (REPLACE, {"find": "x", "item_keys": "nonsense"}, "item_keys"),
        (SETTINGS, {"setting": ""}, "setting"),
    ],
)
def test_bad_input_is_kept_with_words_at_its_field(
    library: ContentLibrary, author: User, browse: Browse, url: str, given: dict[str, str], field: str
) -> None:
    make_problem(library, author)
    for more in ({}, {"apply": "1"}):
        page = preview(browse(author), {**given, "query": "kept", **more}, url, 400)
        assert f'id="id_{field}_error"' in page
        assert 'value="kept"' in page


def test_a_setting_that_no_item_has_is_refused_in_words(library: ContentLibrary, author: User, browse: Browse) -> None:
    make_text(library, author)
    page = preview(browse(author), {"setting": "max_attempts", "value": "3"}, SETTINGS, 400)
    assert 'role="alert"' in page
    assert 'value="max_attempts"' in page


def test_what_changed_after_the_preview_is_shown_again(library: ContentLibrary, author: User, browse: Browse) -> None:
    key = make_text(library, author)
    client = browse(author)
    seen = fingerprint(preview(client, WORDS))
    write(key, author, "later words")
    page = preview(client, {**WORDS, "fingerprint": seen, "apply": "1"}, status=409)
    assert "Items were changed since the preview." in page
    assert "later texts" in page
    assert "later words" in olx(key, author)


def test_a_large_edit_is_made_by_a_worker_and_watched(
    library: ContentLibrary, author: User, stranger: User, browse: Browse, settings: Any
) -> None:
    settings.CONTENT_LIBRARIES_BULK_EDIT_MAX_AT_ONCE = 1
    key, _other = make_text(library, author, "t1"), make_text(library, author, "t2")
    client = browse(author)
    response = client.post(REPLACE, {**WORDS, "apply": "1"}, headers=BOOSTED)
    url = response["Location"]
    assert "Waiting for a worker" in shown(client, url)
    assert shown(browse(stranger), url, 404)
    job = history.list_bulk_edits(user=author)[0]
    bulk_edit(str(job.uuid))
    part = client.get(f"{url}progress/", headers=HTMX).content.decode()
    assert "Succeeded" in part
    assert "every 1s" not in part
    assert "See what changed" in part
    assert "old texts" in olx(key, author)


def test_a_worker_is_stopped_and_asked_again(
    library: ContentLibrary, author: User, browse: Browse, settings: Any
) -> None:
    settings.CONTENT_LIBRARIES_BULK_EDIT_MAX_AT_ONCE = 0
    key = make_text(library, author)
    client = browse(author)
    url = client.post(REPLACE, {**WORDS, "apply": "1"}, headers=BOOSTED)["Location"]
    page = client.post(f"{url}cancel/", headers=BOOSTED, follow=True).content.decode()
    assert "Canceled" in page
    again = client.post(f"{url}retry/", headers=BOOSTED)["Location"]
    assert again != url
    assert "Waiting for a worker" in shown(client, again)
    assert "old words" in olx(key, author)


def test_a_contributor_edits_and_a_reader_does_not(
    library: ContentLibrary, contributor: User, reader: User, browse: Browse
) -> None:
    key = make_text(library, contributor)
    assert "old texts" in preview(browse(contributor), WORDS)
    client = browse(reader)
    for response in (client.get(REPLACE), client.post(REPLACE, {**WORDS, "apply": "1"})):
        assert response.status_code == 403
    assert "old words" in olx(key, contributor)


def test_courses_are_edited_and_undone_in_the_same_way(staff: User, stranger: User, browse: Browse) -> None:
    course_key = make_course()
    give_role(stranger, "course_staff", str(course_key))
    client = browse(stranger)
    url = f"/courses/{course_key}/bulk-settings/"
    given = {"setting": "display_name", "value": "Renamed", "item_keys": str(block_of("problem", "p"))}
    page = preview(client, given, url)
    given |= {"fingerprint": fingerprint(page), "apply": "1"}
    page = client.post(url, given, headers=BOOSTED, follow=True).content.decode()
    assert "1 item is changed." in page
    assert "Edited 1 item in bulk" in shown(client, f"/courses/{course_key}/changes/")
    undo = re.search(r'action="(/changes/[^"]+/undo/)"', page)
    assert undo
    assert "Undid the changes of 1 item." in client.post(undo[1], headers=BOOSTED, follow=True).content.decode()


def test_a_preview_stays_small_and_cheap(library: ContentLibrary, author: User, browse: Browse, cost: Cost) -> None:
    client = browse(author)
    cost(client, REPLACE)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            page = preview(client, WORDS)
        assert len(page.encode()) <= MOST_BYTES
        assert len(captured) <= MOST_QUERIES
        return len(captured)

    make_text(library, author, "a1", "words " * 5_000)
    few = queries()
    for number in range(30):
        make_text(library, author, f"t{number}", "words\n" * 500)
    assert queries() == few


def test_a_large_selection_is_previewed_in_part_and_edited_whole(
    library: ContentLibrary, author: User, browse: Browse, settings: Any
) -> None:
    settings.CONTENT_LIBRARIES_BULK_EDIT_MAX_AT_ONCE = 1
    keys = [make_text(library, author, code) for code in ("t1", "t2")]
    client = browse(author)
    page = preview(client, WORDS)
    assert "Your selection has 2 items." in page
    assert "<strong>1</strong> item changes" in page
    job = client.post(REPLACE, {**WORDS, "fingerprint": fingerprint(page), "apply": "1"}, headers=BOOSTED)
    assert job.status_code == 302
    (uuid,) = re.findall(r"bulk-edits/([0-9a-f-]+)/", job["Location"])
    bulk_edit.run(uuid)
    assert all("texts" in olx(key, author) for key in keys)
