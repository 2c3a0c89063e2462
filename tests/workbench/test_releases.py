"""Pages of releases: asking, approving, scheduling, declining and reverting."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from django.contrib.auth.models import User
from django.test import Client

from content_libraries.content import api as content
from content_libraries.history import api as history
from content_libraries.libraries.models import ContentLibrary

from .conftest import BOOSTED, HTMX, Browse, Cost, text_of
from .test_changes import make_text, shown, write

pytestmark = pytest.mark.django_db

RELEASES = "/libraries/lib:CL-TEST:lib1/releases/"


def make_release(library: ContentLibrary, user: User, title: str = "Week one") -> UUID:
    return history.create_release(library.library_key, user=user, title=title).uuid


def fingerprint(client: Client, uuid: UUID) -> str:
    found = re.search(r'name="fingerprint" value="(\w+)"', shown(client, f"/releases/{uuid}/"))
    assert found
    return found[1]


def buttons(page: str) -> list[str]:
    """The labels of what the user can do."""
    return re.findall(r"<summary>(.+?)</summary>", page)


def do(client: Client, uuid: UUID, action: str, **given: str) -> str:
    response = client.post(f"/releases/{uuid}/{action}/", given, headers=BOOSTED, follow=True)
    assert response.status_code == 200
    return text_of(response)


def refused(client: Client, uuid: UUID, action: str, status: int = 400, **given: str) -> str:
    response = client.post(f"/releases/{uuid}/{action}/", given, headers=BOOSTED)
    assert response.status_code == status
    return text_of(response)


def test_a_release_is_made_of_chosen_items(library: ContentLibrary, contributor: User, browse: Browse) -> None:
    key, _other = make_text(library, contributor, "t1"), make_text(library, contributor, "t2")
    client = browse(contributor)
    page = shown(client, f"{RELEASES}new/?item_keys={key}")
    assert "t1" in page
    assert "t2" not in page
    given = {"title": "Week one", "description": "For Monday", "item_keys": str(key)}
    page = text_of(client.post(f"{RELEASES}new/", given, headers=BOOSTED, follow=True))
    assert "The release “Week one” is made." in page
    assert "For Monday" in page
    assert "Draft" in page
    assert "t2" not in page


def test_a_release_without_a_title_is_asked_for_it(library: ContentLibrary, author: User, browse: Browse) -> None:
    key = make_text(library, author)
    given = {"title": "", "description": "For Monday", "item_keys": str(key)}
    response = browse(author).post(f"{RELEASES}new/", given, headers=BOOSTED)
    assert response.status_code == 400
    page = response.content.decode()
    assert "For Monday" in page
    assert f'name="item_keys" value="{key}"' in page


def test_nothing_to_release_is_said_with_the_input_kept(library: ContentLibrary, author: User, browse: Browse) -> None:
    response = browse(author).post(f"{RELEASES}new/", {"title": "Week one"}, headers=BOOSTED)
    assert response.status_code == 400
    assert 'value="Week one"' in response.content.decode()
    assert "The library has no unpublished changes." in response.content.decode()


def test_a_contributor_requests_and_a_publisher_approves_and_reverts(
    library: ContentLibrary, contributor: User, author: User, browse: Browse
) -> None:
    make_text(library, contributor)
    uuid = make_release(library, contributor)
    asking, deciding = browse(contributor), browse(author)
    assert buttons(shown(asking, f"/releases/{uuid}/")) == [
        "Request publication",
        "Add a comment",
        "Cancel the release",
    ]
    assert "Requested" in do(asking, uuid, "request", reason="Needed on Monday")
    page = do(deciding, uuid, "comment", text="I look at it")
    assert "Needed on Monday" in page
    assert "I look at it" in page
    assert "Unpublished changes of other people go out, too:" in page
    assert buttons(page) == ["Approve", "Add a comment", "Decline", "Cancel the release"]
    page = do(deciding, uuid, "approve", fingerprint=fingerprint(deciding, uuid), comment="Good", when="now")
    assert "Published" in page
    assert buttons(page) == ["Add a comment", "Revert"]
    assert content.unpublished_changes(library.library_key, user=author) == []
    assert buttons(shown(asking, f"/releases/{uuid}/")) == ["Add a comment"]
    page = do(deciding, uuid, "revert", on_conflict="refuse")
    assert "Reverted" in page
    assert len(content.unpublished_changes(library.library_key, user=author)) == 1


def test_an_approved_release_waits_for_its_time(library: ContentLibrary, author: User, browse: Browse) -> None:
    make_text(library, author)
    uuid = make_release(library, author)
    client = browse(author)
    do(client, uuid, "request", reason="Please")
    seen = fingerprint(client, uuid)
    page = refused(client, uuid, "approve", fingerprint=seen, when="later", comment="Kept comment")
    assert "Choose a time." in page
    assert "Kept comment" in page
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")
    page = do(client, uuid, "approve", fingerprint=seen, when="later", publish_at=tomorrow)
    assert "Scheduled" in page
    page = refused(client, uuid, "schedule", publish_at="2001-01-01T10:00")
    assert "This time has passed." in page
    assert 'value="2001-01-01T10:00"' in page
    assert "Publish now" in buttons(page)


def test_a_release_that_is_declined_can_be_changed(
    library: ContentLibrary, contributor: User, author: User, browse: Browse
) -> None:
    make_text(library, contributor)
    uuid = make_release(library, contributor)
    asking, deciding = browse(contributor), browse(author)
    do(asking, uuid, "request", reason="Please")
    assert "This field is required." in refused(deciding, uuid, "decline", reason="")
    assert "Not like this" in do(deciding, uuid, "decline", reason="Not like this")
    assert f"/releases/{uuid}/change/" in shown(asking, f"/releases/{uuid}/")
    response = asking.post(f"/releases/{uuid}/change/", {"title": "Week two"}, headers=BOOSTED, follow=True)
    assert "Week two" in response.content.decode()
    assert "Canceled" in do(asking, uuid, "cancel", reason="")


def test_content_that_changed_since_the_preview_is_not_approved(
    library: ContentLibrary, author: User, browse: Browse
) -> None:
    key = make_text(library, author)
    uuid = make_release(library, author)
    client = browse(author)
    do(client, uuid, "request", reason="Please")
    seen = fingerprint(client, uuid)
    write(key, author, "later")
    page = refused(client, uuid, "approve", 409, fingerprint=seen, comment="Kept comment", when="now")
    assert "has changed since the preview" in page
    assert "Kept comment" in page
    assert seen not in page
    assert content.unpublished_changes(library.library_key, user=author)


def test_an_action_that_is_not_possible_any_more_is_refused_in_words(
    library: ContentLibrary, author: User, browse: Browse
) -> None:
    make_text(library, author)
    uuid = make_release(library, author)
    client = browse(author)
    assert "The release is draft now." in refused(client, uuid, "publish")
    assert "There is no release" in refused(client, UUID(int=1), "publish", 404)
    assert refused(client, uuid, "explode", 404)


def test_a_contributor_may_not_approve_and_a_reader_may_only_look(
    library: ContentLibrary, contributor: User, reader: User, browse: Browse
) -> None:
    make_text(library, contributor)
    uuid = make_release(library, contributor)
    history.request_release(uuid, user=contributor, reason="Please")
    seen = history.preview_release(uuid, user=contributor).fingerprint
    page = refused(browse(contributor), uuid, "approve", 403, fingerprint=seen, when="now")
    assert "lacks the permission" in page
    client = browse(reader)
    assert buttons(shown(client, f"/releases/{uuid}/")) == []
    assert "Choose items" not in shown(client, RELEASES)
    assert shown(client, f"{RELEASES}new/", 403)
    assert refused(client, uuid, "comment", 403, text="Hello")


def test_releases_are_listed_by_state(library: ContentLibrary, author: User, browse: Browse) -> None:
    client = browse(author)
    assert "No releases yet" in shown(client, RELEASES)
    make_text(library, author)
    make_release(library, author, "One")
    history.cancel_release(make_release(library, author, "Two"), user=author)
    page = client.get(f"{RELEASES}?state=canceled", headers=HTMX).content.decode()
    assert "Two" in page
    assert "One" not in page.replace("One release", "")
    assert "No release is in this state" in shown(client, f"{RELEASES}?state=held")


def test_the_cost_does_not_depend_on_the_number_of_items(
    library: ContentLibrary, author: User, browse: Browse, cost: Cost
) -> None:
    client = browse(author)

    def costs() -> list[int]:
        uuid = make_release(library, author)
        history.request_release(uuid, user=author, reason="Please")
        return [cost(client, url) for url in (RELEASES, f"/releases/{uuid}/", f"{RELEASES}new/")]

    make_text(library, author, "a1")
    few = costs()
    for number in range(55):
        make_text(library, author, f"t{number}")
        make_release(library, author)
    assert costs() == few
