"""The page on which changes of a library are published or discarded."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth.models import User
from django.test import Client

from content_libraries.content import api as content
from content_libraries.history import api as history
from content_libraries.libraries.models import ContentLibrary

from .conftest import BOOSTED, Browse, Cost
from .test_changes import make_text, newest, olx, shown, write

pytestmark = pytest.mark.django_db

PUBLISH = "/libraries/lib:CL-TEST:lib1/publish/"
DISCARD = "/libraries/lib:CL-TEST:lib1/discard/"


def fingerprint(client: Client, query: str = "") -> str:
    found = re.search(r'name="fingerprint" value="(\w+)"', shown(client, f"{PUBLISH}{query}"))
    assert found
    return found[1]


def unpublished(library: ContentLibrary, user: User) -> set[str]:
    return {change.key.usage_id for change in content.unpublished_changes(library.library_key, user=user)}  # type: ignore[union-attr]


def test_the_page_says_what_goes_out_and_whose_drafts(
    library: ContentLibrary, staff: User, author: User, browse: Browse
) -> None:
    make_text(library, author, "t1")
    content.publish_all(library.library_key, user=staff)
    make_text(library, staff, "t2")
    page = shown(browse(author), PUBLISH)
    assert "Published: 1, Changed since: 0, Not published yet: 1, Deleted, still published: 0" in page
    assert "Unpublished changes of other people go out, too:" in page
    assert "Bob, last change on" in page
    assert "<strong>1</strong> New" in page


def test_what_was_shown_is_published_and_can_be_taken_back(
    library: ContentLibrary, author: User, browse: Browse
) -> None:
    make_text(library, author)
    client = browse(author)
    response = client.post(PUBLISH, {"fingerprint": fingerprint(client)}, headers=BOOSTED, follow=True)
    page = response.content.decode()
    assert "Published “t1”" in page
    assert "Everything is published" in page
    client.post(f"/changes/{newest(library, author).uuid}/undo/", headers=BOOSTED)
    assert unpublished(library, author) == {"t1"}


def test_chosen_items_are_published_alone(library: ContentLibrary, author: User, browse: Browse) -> None:
    key, _other = make_text(library, author, "t1"), make_text(library, author, "t2")
    client = browse(author)
    page = shown(client, f"{PUBLISH}?item_keys={key}")
    assert "One item is chosen, with everything in it." in page
    assert "One item stays a draft" in page
    given = {"fingerprint": fingerprint(client, f"?item_keys={key}"), "item_keys": str(key)}
    assert client.post(PUBLISH, given, headers=BOOSTED).status_code == 302
    assert unpublished(library, author) == {"t2"}


def test_what_changed_after_the_preview_is_shown_again(library: ContentLibrary, author: User, browse: Browse) -> None:
    key = make_text(library, author)
    client = browse(author)
    seen = fingerprint(client)
    write(key, author, "later")
    response = client.post(PUBLISH, {"fingerprint": seen}, headers=BOOSTED)
    assert response.status_code == 409
    page = response.content.decode()
    assert "Items were changed since the preview." in page
    assert seen not in page
    assert unpublished(library, author) == {"t1"}


def test_who_may_not_publish_is_told_how_to_ask(library: ContentLibrary, contributor: User, browse: Browse) -> None:
    make_text(library, contributor)
    client = browse(contributor)
    page = shown(client, PUBLISH)
    assert "You may not publish here. Make a release" in page
    assert "Publish all" not in page
    plan = history.preview_publish(library.library_key, user=contributor)
    assert client.post(PUBLISH, {"fingerprint": plan.fingerprint}).status_code == 403
    assert unpublished(library, contributor) == {"t1"}


def test_a_reader_sees_the_preview_only(library: ContentLibrary, author: User, reader: User, browse: Browse) -> None:
    make_text(library, author)
    client = browse(reader)
    page = shown(client, PUBLISH)
    assert "t1" in page
    assert "Discard" not in page
    assert "release" not in page.split("<main")[1].split("wb-tabs")[1].split("</nav>")[1]
    assert client.post(DISCARD).status_code == 403


def test_changes_are_discarded_and_come_back(library: ContentLibrary, author: User, browse: Browse) -> None:
    key = make_text(library, author)
    content.publish_all(library.library_key, user=author)
    write(key, author, "new words")
    client = browse(author)
    page = client.post(DISCARD, headers=BOOSTED, follow=True).content.decode()
    assert "The changes are discarded." in page
    assert "old words" in olx(key, author)
    client.post(f"/changes/{newest(library, author).uuid}/undo/", headers=BOOSTED)
    assert "new words" in olx(key, author)
    client.post(DISCARD, {"item_keys": str(key)}, headers=BOOSTED)
    assert "old words" in olx(key, author)
    page = client.post(DISCARD, headers=BOOSTED, follow=True).content.decode()
    assert "There was nothing to discard." in page


def test_a_foreign_item_is_refused_in_words(library: ContentLibrary, staff: User, browse: Browse) -> None:
    page = shown(browse(staff), f"{PUBLISH}?item_keys=lb:CL-TEST:other:html:t1", 400)
    assert "Not all items are in lib:CL-TEST:lib1" in page


def test_the_cost_does_not_depend_on_the_number_of_items(
    library: ContentLibrary, author: User, browse: Browse, cost: Cost
) -> None:
    client = browse(author)
    make_text(library, author, "a1")
    few = cost(client, PUBLISH)
    for number in range(55):
        make_text(library, author, f"t{number}")
    assert cost(client, PUBLISH) == few
    assert "Page 2 of 2" in shown(client, f"{PUBLISH}?page=2")
