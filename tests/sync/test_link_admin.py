"""Links and conversions in the Django admin."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from opaque_keys.edx.keys import UsageKey

from content_libraries import api
from content_libraries.actors import OPERATOR
from content_libraries.sync.models import CourseLink, LegacyConversion, SyncRun
from tests.conftest import UserFactory

from .building import COURSE_KEY, SUBSECTION, UNIT, Author, Shelf, block, child, children, titles
from .legacy import add_legacy_block, migrate_legacy_library

URL = "/admin/content_libraries/courselink/"
CONVERSIONS = "/admin/content_libraries/legacyconversion/"


@pytest.fixture
def client(make_user: UserFactory) -> Client:
    client = Client()
    client.force_login(make_user("root", is_staff=True, is_superuser=True))
    return client


def listed(client: Client, **query: str) -> list[UsageKey]:
    page = client.get(URL, query)
    assert page.status_code == 200
    return [row.downstream_key for row in page.context["cl"].result_list]


def act(client: Client, action: str, keys: Iterable[UsageKey]) -> str:
    pks = list(CourseLink.objects.filter(downstream_key__in=list(keys)).values_list("pk", flat=True))
    return messages_of(client.post(URL, {"action": action, "_selected_action": pks}, follow=True))


def messages_of(page: Any) -> str:
    return " ".join(str(message) for message in page.context["messages"])


def test_links_are_listed_searched_and_filtered(client: Client, author: Author, shelf: Shelf) -> None:
    unit = author.create(shelf.key("unit1"), SUBSECTION)
    text = author.create(shelf.key("t2"), UNIT)
    parts = children(unit)
    shelf.component("t1", title="New")
    shelf.publish()
    shelf.delete("t2")
    shelf.publish()
    assert sorted(listed(client)) == sorted([unit, text, *parts])
    assert listed(client, state="deleted") == [text]
    assert listed(client, state="update") == [parts[0]]
    assert sorted(listed(client, ready="yes")) == sorted([unit, parts[0]])
    assert sorted(listed(client, level="part")) == sorted(parts)
    assert listed(client, is_container__exact="1") == [unit]
    assert listed(client, q=shelf.key("t2")) == [text]
    assert listed(client, q="nothing") == []


def test_links_can_only_be_looked_at(client: Client, author: Author, shelf: Shelf, make_user: UserFactory) -> None:
    author.create(shelf.key("t1"), UNIT)
    pk = CourseLink.objects.get().pk
    page = client.get(f"{URL}{pk}/change/")
    assert (page.status_code, 'name="_save"' in page.content.decode()) == (200, False)
    assert shelf.key("t1") in page.content.decode()
    assert client.get(f"{URL}add/").status_code == 403
    assert client.post(f"{URL}{pk}/delete/", {"post": "yes"}).status_code == 403
    anybody = Client()
    anybody.force_login(make_user("anybody"))
    assert anybody.get(URL).status_code == 302


def test_queries_do_not_grow_with_links(client: Client, author: Author, shelf: Shelf) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            listed(client)
        return len(captured)

    author.create(shelf.key("unit1"), SUBSECTION)
    queries()  # what a process learns once
    few = queries()
    for _number in range(3):
        author.create(shelf.key("unit1"), SUBSECTION)
    assert (len(listed(client)), queries()) == (12, few)


def test_who_deletes_a_library_is_told_which_courses_are_linked_to_it(
    client: Client, author: Author, shelf: Shelf
) -> None:
    library = shelf.library
    url = f"/admin/content_libraries/contentlibrary/{library.pk}/delete/"
    assert "linked to it" not in client.get(url).content.decode()
    author.create(shelf.key("unit1"), SUBSECTION)
    author.create(shelf.key("t2"), UNIT)
    told = f"2 blocks of {COURSE_KEY} are linked to it, and take no updates any more"
    assert told in client.get(url).content.decode()
    many = {"action": "delete_selected", "_selected_action": [library.pk]}
    assert told in client.post("/admin/content_libraries/contentlibrary/", many).content.decode()


def test_what_is_ready_is_synced_once_and_what_fails_is_named(client: Client, author: Author, shelf: Shelf) -> None:
    unit = author.create(shelf.key("unit1"), SUBSECTION)
    text = author.create(shelf.key("t2"), UNIT)
    for name in ("t1", "t2"):
        shelf.component(name, title="New")
    shelf.publish()
    shelf.delete("unit1")
    shelf.publish()
    other = author.create(shelf.key("p1"), UNIT)
    assert "1 linked block was synced" in act(client, "sync_selected", [text, other])
    assert (titles([text]), block(text).settings["upstream_version"]) == (["New"], "2")
    shown = act(client, "sync_selected", [child(unit, 0)])
    assert (f"Block {unit}" in shown, "not found" in shown) == (True, True)
    assert "Nothing of the selected is ready" in act(client, "sync_selected", [text])


def test_courses_of_links_are_synced_in_the_background(client: Client, author: Author, shelf: Shelf) -> None:
    text = author.create(shelf.key("t2"), UNIT)
    assert "1 course is being synced in the background" in act(client, "sync_courses", [text])
    assert [course.course_key for course in SyncRun.objects.get().courses.all()] == [COURSE_KEY]


def test_conversions_are_listed_and_undone(client: Client, course: None, tmp_path: Path) -> None:
    migrate_legacy_library(tmp_path, '<problem url_name="p"><p>1</p></problem>')
    (problem,) = children(add_legacy_block(UNIT, "bank", [("c1", "<problem><p>1</p></problem>")]))
    conversion = api.convert_legacy_blocks(COURSE_KEY, user=OPERATOR)
    page = client.get(CONVERSIONS, {"q": str(COURSE_KEY)})
    assert [row.pk for row in page.context["cl"].result_list] == [conversion.pk]
    assert client.get(f"{CONVERSIONS}{conversion.pk}/change/").status_code == 200
    wanted = {"action": "undo_selected", "_selected_action": [conversion.pk]}
    assert f"Undone: {conversion}." in messages_of(client.post(CONVERSIONS, wanted, follow=True))
    assert "upstream" not in block(problem).settings
    assert LegacyConversion.objects.get().undone is not None
    assert "undone already" in messages_of(client.post(CONVERSIONS, wanted, follow=True))
