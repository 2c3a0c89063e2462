"""The search index in the Django admin: how far it is, and making it anew."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from content_libraries.search.models import SearchCheckpoint
from content_libraries.search.tasks import catch_up_search, reindex_search
from tests.conftest import UserFactory
from tests.courses.building import COURSE_KEY, make_course

from .building import Shelf, documents
from .engines import WatchedEngine

type Committing = Callable[[], AbstractContextManager[Any]]

URL = "/admin/content_libraries/searchcheckpoint/"
UP_TO_DATE = re.compile(r'field-is_up_to_date"><img [^>]*alt="(\w+)"')


@pytest.fixture(autouse=True)
def _content(shelf: Shelf, engine: WatchedEngine, run_on_commit: Committing) -> None:
    with run_on_commit():
        shelf.write("p1")
        make_course()


def test_it_shows_each_library_and_course_and_what_lags_behind(
    admin_client: Client, shelf: Shelf, engine: WatchedEngine, run_on_commit: Committing, monkeypatch: Any
) -> None:
    page = admin_client.get(URL).content.decode()
    assert "lib:CL-TEST:lib1" in page
    assert str(COURSE_KEY) in page
    assert "Everything is found as it is." in page
    assert UP_TO_DATE.findall(page) == ["True", "True"]

    monkeypatch.setattr(catch_up_search, "delay", lambda _pk: None)
    engine.is_down = True
    with run_on_commit():
        shelf.write("p1", title="Edited")
    page = admin_client.get(URL).content.decode()

    assert "The search engine does not work: The test has taken the engine down." in page
    assert "1 library or course has changes that are not found yet" in page
    assert sorted(UP_TO_DATE.findall(page)) == ["False", "True"]
    for state, keys in (
        ("behind", ["lib:CL-TEST:lib1"]),
        ("current", [str(COURSE_KEY)]),
        ("failed", ["lib:CL-TEST:lib1"]),
    ):
        rows = admin_client.get(URL, {"state": state}).context["cl"].result_list
        assert [str(row.context_key) for row in rows] == keys


def test_documents_are_made_anew_by_an_action(admin_client: Client, shelf: Shelf, engine: WatchedEngine) -> None:
    engine.clear()
    chosen = SearchCheckpoint.objects.get(context_key=COURSE_KEY)

    answer = admin_client.post(URL, {"action": "reindex", "_selected_action": [chosen.pk]}, follow=True)

    assert "Indexing in the background: course-v1:Org+Course+Run." in answer.content.decode()
    assert {document["context_key"] for document in documents().values()} == {str(COURSE_KEY)}


def test_the_whole_index_is_made_anew_by_an_action(admin_client: Client, engine: WatchedEngine) -> None:
    before = engine.prepare()
    chosen = SearchCheckpoint.objects.get(context_key=COURSE_KEY)

    admin_client.post(URL, {"action": "rebuild_index", "_selected_action": [chosen.pk]})

    assert engine.prepare() != before
    assert len(documents()) == 6


def test_without_a_broker_the_page_says_so(admin_client: Client, monkeypatch: Any) -> None:
    def refuse(_key: str) -> None:
        raise OSError("connection refused")

    monkeypatch.setattr(reindex_search, "delay", refuse)
    chosen = SearchCheckpoint.objects.get(context_key=COURSE_KEY)

    answer = admin_client.post(URL, {"action": "reindex", "_selected_action": [chosen.pk]}, follow=True)

    assert "No worker can be told about it: connection refused" in answer.content.decode()


def test_it_is_for_the_staff_of_the_api_and_nobody_edits(make_user: UserFactory, staff: User) -> None:
    client = Client()
    client.force_login(staff)
    chosen = SearchCheckpoint.objects.get(context_key=COURSE_KEY)

    assert "rebuild_index" in client.get(URL).content.decode()
    assert client.get(f"{URL}{chosen.pk}/change/").status_code == 200
    assert client.post(f"{URL}{chosen.pk}/change/", {"title": "x"}).status_code == 403
    assert client.post(f"{URL}{chosen.pk}/delete/", {"post": "yes"}).status_code == 403
    assert client.get(f"{URL}add/").status_code == 403
    client.force_login(make_user("author"))
    assert client.get(URL).status_code == 302
