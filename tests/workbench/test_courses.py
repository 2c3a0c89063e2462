"""Courses on the pages of the workbench: the list, a course, and the review of updates from libraries."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from content_libraries.sync.tasks import run_sync
from tests.conftest import give_role
from tests.shared_worlds import module_db  # noqa: F401 - a fixture of this module, too
from tests.sync.building import COURSE_KEY, UNIT, Author, Shelf, body, child, edit
from tests.sync.conftest import (  # noqa: F401 - fixtures of this module, too
    author,
    course,
    library,
    shared_author,
    shared_course,
    shared_library,
    shared_shelf,
    shared_staff,
    shelf,
    staff,
)

from .conftest import BOOSTED, HTMX, Browse, Cost

pytestmark = pytest.mark.django_db

COURSE = f"/courses/{COURSE_KEY}/"


def shown(client: Client, url: str, **query: str) -> str:
    response = client.get(url, query)
    assert response.status_code == 200, response.content.decode()
    return response.content.decode()


def fingerprint_of(page: str) -> str:
    found = re.search(r'name="fingerprint" value="(\w+)"', page)
    assert found
    return found[1]


def decide(client: Client, url: str, outcome: str) -> Any:
    page = shown(client, url, outcome=outcome)
    return client.post(url, {"outcome": outcome, "fingerprint": fingerprint_of(page)}, follow=True)


@pytest.fixture
def client(author: Author, browse: Browse) -> Client:  # noqa: F811
    return browse(author.user)


@pytest.fixture
def edited(author: Author, shelf: Shelf) -> str:  # noqa: F811
    """The URL of the update of a Text that was changed in the course and in the library."""
    key = author.create(shelf.key("t2"), UNIT)
    edit(key, text="<p>Mine</p>")
    shelf.component("t2", title="Theirs", body="<p>Theirs</p>")
    shelf.publish()
    return f"{COURSE}updates/{key}/"


def key_in(url: str) -> Any:
    return child(UNIT, -1)


def test_the_course_lists_what_its_libraries_offer(client: Client, edited: str) -> None:
    assert str(COURSE_KEY) in shown(client, "/courses/")
    page = shown(client, COURSE)
    assert "1 update<" in page
    assert edited in page
    assert "Changed here" in page
    assert "from a library" in page


def test_an_update_is_reviewed_and_local_text_stays(client: Client, edited: str) -> None:
    page = shown(client, edited)
    assert "&lt;p&gt;Mine&lt;/p&gt;" in page
    assert "Theirs" in page
    response = decide(client, edited, "keep_local")
    assert "is settled." in response.content.decode()
    assert "Up to date" in response.content.decode()
    assert "Mine" in body(key_in(edited))


def test_an_author_can_take_the_text_of_the_library(client: Client, edited: str) -> None:
    decide(client, edited, "take_upstream")
    assert "Theirs" in body(key_in(edited))


def test_a_declined_update_is_not_offered_again(client: Client, edited: str) -> None:
    page = decide(client, edited, "decline").content.decode()
    assert "Up to date" in page
    assert "Mine" in body(key_in(edited))


def test_another_choice_shows_another_plan(client: Client, edited: str) -> None:
    part = client.get(edited, {"outcome": "decline"}, headers=HTMX).content.decode()
    assert "Decline the update" in part
    assert "<h1>" not in part


def test_what_the_author_has_not_seen_is_not_written(client: Client, edited: str, shelf: Shelf) -> None:  # noqa: F811
    fingerprint = fingerprint_of(shown(client, edited, outcome="take_upstream"))
    shelf.component("t2", title="Newer", body="<p>Newer</p>")
    shelf.publish()
    sent = {"outcome": "take_upstream", "fingerprint": fingerprint}
    response = client.post(edited, sent, headers=BOOSTED)
    assert response.status_code == 409
    assert 'role="alert"' in response.content.decode()
    assert "Mine" in body(key_in(edited))


def test_an_unlinked_block_keeps_its_content(client: Client, edited: str) -> None:
    page = client.post(f"{edited}unlink/", follow=True).content.decode()
    assert "Its content stays." in page
    assert "Mine" in body(key_in(edited))
    assert "Nothing of a library yet" in page


def test_all_updates_are_accepted_by_a_worker(client: Client, edited: str) -> None:
    page = shown(client, f"{COURSE}updates/")
    assert "What was changed in the course stays." in page
    response: Any = client.post(f"{COURSE}updates/", {"fingerprint": fingerprint_of(page)})
    (uuid,) = re.findall(r"runs/([0-9a-f-]+)/", response.url)
    assert "every 1s" in shown(client, response.url)
    run_sync(uuid)
    done = client.get(f"{response.url}progress/", headers=HTMX).content.decode()
    assert "Succeeded" in done
    assert "Show the course" in done
    assert "Mine" in body(key_in(edited))


def test_readers_of_a_course_change_nothing(edited: str, browse: Browse) -> None:
    user = User.objects.create_user("onlooker")
    assert browse(user).get(COURSE).status_code == 403
    give_role(user, "course_auditor", str(COURSE_KEY))
    client = browse(user)
    assert client.post(edited, {"outcome": "decline"}).status_code in {403, 404}
    assert client.post(f"{edited}unlink/").status_code in {403, 404}
    assert client.post(f"{COURSE}updates/", {"fingerprint": ""}).status_code == 403


def test_a_block_of_another_course_is_not_found(client: Client, edited: str) -> None:
    other = edited.replace(f"/courses/{COURSE_KEY}/", "/courses/course-v1:Org+Other+Run/")
    assert client.get(other).status_code in {403, 404}


def test_pages_cost_the_same_at_each_size(
    client: Client,
    author: Author,  # noqa: F811
    shelf: Shelf,  # noqa: F811
    cost: Cost,
) -> None:
    counts = []
    for size in (2, 12):
        for _number in range(size):
            author.create(shelf.key("t2"), UNIT)
        shelf.component("t2", title=f"New {size}", body=f"<p>{size}</p>")
        shelf.publish()
        url = f"{COURSE}updates/{child(UNIT, -1)}/"
        counts.append([cost(client, page) for page in (COURSE, f"{COURSE}updates/", url)])
    assert counts[0] == counts[1]
