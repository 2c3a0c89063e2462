"""Change sets in the Django admin: the list, the records, and what changed in one item."""

from __future__ import annotations

from html import unescape
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from content_libraries import api
from tests.courses.building import COURSE_KEY, PROBLEM, make_course

from .client import HistoryClient

URL = "/admin/content_libraries/changesetname/"


@pytest.fixture
def pages(client: Client, staff: User) -> Client:
    client.force_login(staff)
    return client


def summaries(pages: Client, **query: str) -> list[str]:
    return [entry.change_set.summary for entry in pages.get(URL, query).context["entries"]]


def newest(pages: Client, place: str) -> str:
    url: str = pages.get(URL, {"place": place}).context["entries"][0].url
    return url


def html(answer: Any) -> str:
    assert answer.status_code == 200
    return unescape(answer.content.decode())


def test_sets_are_found_by_place_kind_user_and_date(pages: Client, bob: HistoryClient, ann: HistoryClient) -> None:
    bob.create("problem:p")
    ann.rename("problem:p", "New")
    bob.publish_all()
    place = bob.lib_key
    assert summaries(pages) == []
    assert summaries(pages, place=place) == ["Published “New”", "Edited “New”", "Created “Blank Problem”"]
    assert summaries(pages, place=bob.key("problem:p"), kind="publish") == ["Published “New”"]
    assert summaries(pages, place=place, user="library_author") == ["Edited “New”"]
    assert len(summaries(pages, place=place, since="2020-01-01")) == 3
    assert summaries(pages, place=place, until="2020-01-01") == []


def test_sets_of_courses_and_their_blocks_are_found(pages: Client, bob: HistoryClient, staff: User) -> None:
    make_course()
    api.edit_block(PROBLEM, user=staff, settings={"display_name": "New"})
    assert summaries(pages, place=str(COURSE_KEY))[0] == "Edited “New”"
    assert summaries(pages, place=str(PROBLEM))[0] == "Edited “New”"


@pytest.mark.parametrize("query", [{"place": "nonsense"}, {"place": "lib:No:library"}, {"place": "lb:No:l:problem:p"}])
def test_an_unknown_place_is_an_error_of_the_form(pages: Client, query: dict[str, str]) -> None:
    answer = pages.get(URL, query)
    assert answer.context["form"].errors.keys() == {"place"}
    assert answer.status_code == 200


@pytest.mark.parametrize(
    "query", [{"kind": "x"}, {"since": "x"}, {"user": "x\0"}, {"page": "x"}, {"page": "99"}, {"until": "9999-12-31"}]
)
def test_other_values_never_break_the_page(pages: Client, bob: HistoryClient, query: dict[str, str]) -> None:
    assert pages.get(URL, {"place": bob.lib_key, **query}).status_code == 200


def test_a_set_is_read_with_its_records_and_side_effects(pages: Client, bob: HistoryClient) -> None:
    bob.create("problem:p")
    bob.create("unit:u", title="Unit", children=["problem:p"])
    bob.rename("problem:p", "&lt;b>New&lt;/b>")
    url = newest(pages, bob.lib_key)
    page = pages.get(url)
    assert [(entry.record.title, entry.record.is_side_effect) for entry in page.context["entries"]] == [
        ("<b>New</b>", False),
        ("Unit", True),
    ]
    assert "<b>New</b>" not in page.content.decode()
    assert "Something below it changed" in html(page)


def test_a_record_is_compared_with_what_was_before(pages: Client, bob: HistoryClient) -> None:
    bob.create("problem:p")
    bob.set_olx("problem:p", '<problem display_name="Old" weight="1">One cat</problem>')
    bob.set_olx("problem:p", '<problem display_name="New">One <b>dog</b></problem>')
    entry = pages.get(newest(pages, bob.lib_key)).context["entries"][0]
    page = pages.get(entry.url)
    assert {"-One cat", "+One <b>dog</b>", "weight"} <= set(_texts(page))
    assert "<b>dog</b>" not in page.content.decode()


def test_children_and_files_are_compared(pages: Client, bob: HistoryClient) -> None:
    bob.create("problem:p")
    bob.create("problem:q")
    bob.create("unit:u", title="Unit", children=["problem:p"])
    bob.edit_children("patch", "unit:u", "problem:q")
    page = html(pages.get(pages.get(newest(pages, bob.lib_key)).context["entries"][0].url))
    assert f"Added: {bob.key('problem:q')}" in page
    assert f"Removed: {bob.key('problem:p')}" in page


def test_what_is_unknown_is_not_found(pages: Client, bob: HistoryClient) -> None:
    bob.create("problem:p")
    unknown = f"{URL}sets/7d0a3c1e-5b0f-4a55-9d0b-0f6f0c8b1f7a/"
    known = newest(pages, bob.lib_key)
    for url in (unknown, f"{unknown}comparison/", f"{known}comparison/", f"{known}comparison/?item_key=lb:N:l:a:b"):
        assert pages.get(url).status_code == 404


def test_the_pages_are_for_staff(client: Client, bob: HistoryClient, author: User) -> None:
    client.force_login(author)
    assert client.get(URL).status_code == 302
    author.is_staff = True
    author.is_superuser = False
    author.save()
    assert client.get(URL).status_code == 200


def test_the_list_takes_a_constant_number_of_queries(pages: Client, bob: HistoryClient) -> None:
    counts = []
    for total in (3, 9):
        for number in range(total):
            bob.create(f"problem:p{total}x{number}")
        with CaptureQueriesContext(connection) as queries:
            pages.get(URL, {"place": bob.lib_key})
        counts.append(len(queries))
    assert counts[0] == counts[1]


def _texts(page: Any) -> list[str]:
    """The texts between the tags of a page."""
    assert page.status_code == 200
    return [unescape(part.partition(">")[2]) for part in page.content.decode().split("<")]
