"""Edits of blocks over REST keep to what the links of a course allow."""

from __future__ import annotations

from typing import Any

import pytest
from opaque_keys.edx.keys import UsageKey

from content_libraries import api
from content_libraries.actors import OPERATOR
from content_libraries.libraries.models import ContentLibrary
from content_libraries.sync.models import CourseLink
from tests.courses.building import TEXT

from .building import COURSE_KEY, SUBSECTION, UNIT, Author, Shelf

pytestmark = pytest.mark.django_db

OWN = "/api/content_library/v1/"


@pytest.fixture
def linked(author: Author, shelf: Shelf) -> UsageKey:
    """A unit that is linked to one with a text and a problem."""
    return author.create(shelf.key("unit1"), SUBSECTION)


def send(author: Author, method: str, usage_key: UsageKey, rest: str = "", body: Any = None) -> Any:
    return getattr(author.client, method)(f"{OWN}course_blocks/{usage_key}/{rest}", body, format="json")


def test_the_contents_of_a_linked_structure_are_not_changed(author: Author, linked: UsageKey) -> None:
    text, problem = children = api.get_block(linked, user=OPERATOR).children
    before = api.get_structure(COURSE_KEY, user=OPERATOR)
    new = {"parent": str(linked), "block_type": "html"}
    answers = [
        author.client.post(f"{OWN}courses/{COURSE_KEY}/blocks/", new, format="json"),
        send(author, "put", linked, "children/", {"children": [str(problem), str(text)]}),
        send(author, "post", TEXT, "moves/", {"parent": str(linked)}),
        send(author, "post", text, "moves/", {"parent": str(UNIT)}),
        send(author, "post", TEXT, "copies/", {"parent": str(linked)}),
        send(author, "delete", text),
        send(author, "patch", problem, body={"olx": "<problem><p>Mine</p></problem>"}),
    ]
    assert [answer.status_code for answer in answers] == [400] * len(answers)
    assert all("linked" in str(answer.json()) for answer in answers)
    assert api.get_structure(COURSE_KEY, user=OPERATOR) == before
    assert api.get_block(linked, user=OPERATOR).children == children


def test_what_a_course_may_change_counts_as_a_local_change(author: Author, linked: UsageKey) -> None:
    text = api.get_block(linked, user=OPERATOR).children[0]
    assert send(author, "patch", text, body={"settings": {"display_name": "Mine"}}).status_code == 200
    assert author.link(text)["downstream_customized"] == ["display_name"]
    assert (
        send(author, "put", UNIT, "children/", {"children": list(map(str, reversed(_children(UNIT))))}).status_code
        == 200
    )


def test_a_linked_structure_goes_and_is_copied_as_a_whole(author: Author, linked: UsageKey) -> None:
    copied = send(author, "post", linked, "copies/", {"parent": str(SUBSECTION)})
    assert copied.status_code == 201
    assert CourseLink.objects.count() == 6
    assert send(author, "delete", linked).status_code == 200
    assert set(CourseLink.objects.values_list("downstream_key", flat=True)) == {
        UsageKey.from_string(key) for key in copied.json()["keys"].values()
    }


def test_a_link_by_settings_opens_no_library(author: Author, linked: UsageKey) -> None:
    foreign = api.create_library(user=OPERATOR, org="CL-TEST", slug="secret", title="Secret")
    secret = Shelf(ContentLibrary.objects.get_by_key(foreign.library_key))
    secret.component("t9", body="<p>Secret</p>")
    secret.publish()
    link = secret.key("t9")
    new = {"parent": str(UNIT), "block_type": "html", "settings": {"upstream": link}}
    answers = [
        send(author, "patch", TEXT, body={"settings": {"upstream": link}}),
        send(author, "patch", TEXT, body={"olx": f'<html upstream="{link}"/>'}),
        send(author, "patch", linked, body={"settings": {"upstream": secret.key("unit9")}}),
        send(author, "patch", UNIT, body={"settings": {"source_library_id": "library-v1:O+L"}}),
        author.client.post(f"{OWN}courses/{COURSE_KEY}/blocks/", new, format="json"),
    ]
    assert [(answer.status_code, list(answer.json())) for answer in answers] == [(400, ["settings"])] * len(answers)
    assert author.try_sync(TEXT).status_code == 400  # it is not linked


def test_a_linked_block_may_be_sent_as_it_was_read(author: Author, linked: UsageKey) -> None:
    olx = send(author, "get", linked).json()["olx"]
    changed = olx.replace(' display_name="Unit one"', ' display_name="Mine"')
    assert send(author, "patch", linked, body={"olx": changed}).json()["title"] == "Mine"
    assert author.link(linked)["downstream_customized"] == ["display_name"]


def _children(usage_key: UsageKey) -> tuple[UsageKey, ...]:
    return api.get_block(usage_key, user=OPERATOR).children
