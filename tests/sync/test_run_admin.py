"""Runs that sync whole courses, in the Django admin."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import now

from content_libraries import api
from content_libraries.sync.models import SyncRun
from content_libraries.sync.tasks import run_sync
from tests.courses.building import make_course

from .building import COURSE_KEY, UNIT, Author, Shelf

URL = "/admin/content_libraries/syncrun/"


@pytest.fixture
def pages(client: Client, staff: User) -> Client:
    client.force_login(staff)
    return client


@pytest.fixture
def run(author: Author, shelf: Shelf) -> SyncRun:
    """A run of the author's with something to do, which waits."""
    author.create(shelf.key("t1"), UNIT)
    shelf.component("t1", title="New")
    shelf.publish()
    return api.start_run(user=author.user, courses=[COURSE_KEY])


def test_runs_are_listed_in_a_constant_number_of_queries(pages: Client, author: Author, staff: User) -> None:
    counts = []
    for total in (2, 8):
        for number in range(SyncRun.objects.count(), total):
            api.start_run(user=staff, courses=[make_course(api.course_key(f"course-v1:Org+C{number}+R"))])
        with CaptureQueriesContext(connection) as queries:
            assert pages.get(URL).context["cl"].result_count == total
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_a_run_is_watched_to_its_end(pages: Client, run: SyncRun) -> None:
    watched = pages.get(f"{URL}{run.pk}/change/", follow=True).content.decode()
    assert 'data-finished="false"' in watched
    assert "Cancel</button>" in watched
    run_sync(str(run.uuid))
    part = pages.get(f"{URL}{run.uuid}/progress/").content.decode()
    assert 'data-finished="true"' in part
    assert str(COURSE_KEY) in part
    assert "Succeeded" in part


def test_one_that_waits_is_canceled_and_tried_again(pages: Client, run: SyncRun, staff: User) -> None:
    assert pages.get(f"{URL}{run.uuid}/cancel/").status_code == 405
    answer = pages.post(f"{URL}{run.uuid}/cancel/", follow=True).content.decode()
    assert "Canceled" in answer
    assert "This run was canceled before this course was done." in answer
    pages.post(f"{URL}{run.uuid}/retry/")
    assert SyncRun.objects.get(state="waiting").user == staff


def test_several_are_canceled_and_finished_ones_stay(pages: Client, run: SyncRun, staff: User) -> None:
    run_sync(str(run.uuid))
    other = api.start_run(user=staff, courses=[COURSE_KEY])
    answer = pages.post(URL, {"action": "cancel_selected", "_selected_action": [run.pk, other.pk]}, follow=True)
    assert f"Job {other}: canceled." in answer.content.decode()
    assert sorted(SyncRun.objects.values_list("state", flat=True)) == ["canceled", "succeeded"]
    answer = pages.post(URL, {"action": "cancel_selected", "_selected_action": [run.pk, other.pk]}, follow=True)
    assert "All of the selected jobs are finished." in answer.content.decode()
    answer = pages.post(URL, {"action": "retry_selected", "_selected_action": [run.pk, other.pk]}, follow=True)
    assert "Every course of this run is done." in answer.content.decode()
    assert SyncRun.objects.filter(state="waiting").count() == 1


@pytest.mark.parametrize(
    ("worker", "fields"),
    [
        ("none", {}),
        ("alive", {"state": "running", "heartbeat": timedelta(seconds=5)}),
        ("silent", {"state": "running", "heartbeat": timedelta(days=1)}),
    ],
)
def test_those_that_need_a_look_are_found(pages: Client, run: SyncRun, worker: str, fields: dict[str, Any]) -> None:
    if "heartbeat" in fields:
        fields = fields | {"heartbeat": now() - fields["heartbeat"]}
    SyncRun.objects.filter(pk=run.pk).update(**fields)
    found = {name: pages.get(URL, {"worker": name}).context["cl"].result_count for name in ("none", "alive", "silent")}
    assert found == {"none": 0, "alive": 0, "silent": 0} | {worker: 1}
    said = {"none": "none for", "alive": ">last heard of", "silent": "silent for too long: last heard of"}
    assert said[worker] in pages.get(URL).content.decode()


def test_runs_are_for_staff_and_nobody_writes_them(pages: Client, client: Client, run: SyncRun, author: Author) -> None:
    assert pages.get(f"{URL}add/").status_code == 403
    assert pages.post(f"{URL}{run.pk}/delete/", {"post": "yes"}).status_code == 403
    client.force_login(author.user)
    assert client.get(URL).status_code == 302
    assert client.get(f"{URL}{run.uuid}/progress/").status_code == 302
