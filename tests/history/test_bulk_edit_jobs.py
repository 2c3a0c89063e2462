"""Bulk edits that workers make: started, watched, canceled, killed and tried again over HTTP."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from django.contrib.auth.models import User
from django.test import Client
from openedx_content.models_api import DraftChangeLog

from content_libraries.actors import OPERATOR
from content_libraries.errors import NotAllowedError
from content_libraries.history import api as history
from content_libraries.history.models import BulkEditJob
from content_libraries.history.tasks import bulk_edit
from content_libraries.jobs.api import JobState
from tests.conftest import UserFactory
from tests.content.client import LibraryClient
from tests.jobs.conftest import OutOfOrderError, before, break_down

from .client import HistoryClient

EDITS = "/api/content_library/v1/bulk_edits/"
LINKS: dict[str, Any] = {"find": "example.org", "replace": "example.com"}
PROBLEMS = ("problem:p1", "problem:p2", "problem:p3")


@pytest.fixture(scope="module", autouse=True)
def shared_world(shared_lib: LibraryClient) -> None:
    bob = HistoryClient.of(shared_lib)
    for name in PROBLEMS:
        bob.create(name)
        bob.set_olx(name, '<problem display_name="P"><p>example.org</p></problem>')


@pytest.fixture
def world(bob: HistoryClient) -> HistoryClient:
    """What Bob does in the library of all tests of this module."""
    return bob


def post(client: HistoryClient, status: int, **body: Any) -> Any:
    return client.ok(client.http.post(EDITS, {"library_key": client.lib_key, **body}, format="json"), status)


def preview(client: HistoryClient, query: str = "") -> Any:
    address = f"/api/content_library/v1/bulk_edit_previews/{query}"
    return client.ok(client.http.post(address, {"library_key": client.lib_key, **LINKS}, format="json"))


def start(client: HistoryClient, **body: Any) -> Any:
    return post(client, 202, background=True, **{**LINKS, **body})


def read(client: HistoryClient, job: Any) -> Any:
    return client.ok(client.http.get(f"{EDITS}{job['uuid']}/"))


def work(client: HistoryClient, job: Any) -> Any:
    bulk_edit(job["uuid"])
    return read(client, job)


def olx(client: HistoryClient) -> list[bool]:
    return ["example.com" in str(client.get(name, "olx/")["olx"]) for name in PROBLEMS]


def test_the_number_of_items_decides_who_makes_the_edit(world: HistoryClient, settings: Any) -> None:
    settings.CONTENT_LIBRARIES_BULK_EDIT_MAX_AT_ONCE = 2
    few = post(world, 201, **LINKS, item_keys=[world.key("problem:p1"), world.key("problem:p2")])
    assert few["changed_count"] == 2
    job = post(world, 202, **LINKS)
    assert (job["state"], job["progress"], job["result"], job["change_set"]) == ("waiting", 0, None, None)
    assert olx(world) == [True, True, False]
    done = work(world, job)
    assert (done["state"], done["progress"], done["result"]["changed_count"]) == ("succeeded", 1, 1)
    assert olx(world) == [True, True, True]


def test_a_job_makes_one_change_set_that_names_it_and_is_undone(world: HistoryClient, staff: User) -> None:
    job = start(world)
    logs = DraftChangeLog.objects.count()
    done = work(world, job)
    assert DraftChangeLog.objects.count() == logs + 1
    change_set = history.get_change_set(UUID(done["change_set"]), user=staff)
    assert (change_set.kind, str(change_set.job_uuid), change_set.changes) == ("bulk_edit", job["uuid"], 3)
    history.undo_change_set(change_set.uuid, user=staff)
    assert olx(world) == [False, False, False]


def test_delivered_twice_it_is_made_once(world: HistoryClient) -> None:
    job = start(world, find="example", replace="example.example")
    work(world, job)
    logs = DraftChangeLog.objects.count()
    work(world, job)
    assert DraftChangeLog.objects.count() == logs


def test_the_result_tells_what_was_left_alone(world: HistoryClient) -> None:
    world.create("html:t")
    done = work(world, post(world, 202, background=True, settings={"max_attempts": 3}))
    [alone] = done["result"]["left_alone"]
    assert (alone["item_key"], alone["problem"]) == (world.key("html:t"), "no_setting")
    assert done["result"]["fields_changed"] == [{"name": "max_attempts", "items": 3, "changes": 3}]


def test_an_edit_with_nothing_to_change_has_no_change_set(world: HistoryClient) -> None:
    done = work(world, start(world, find="nowhere"))
    assert (done["state"], done["change_set"], done["result"]["changed_count"]) == ("succeeded", None, 0)


def test_an_outdated_preview_fails_the_job_and_nothing_is_written(world: HistoryClient) -> None:
    shown = preview(world)
    job = start(world, fingerprint=shown["fingerprint"])
    world.set_olx("problem:p1", "<problem>example.org again</problem>")
    done = work(world, job)
    assert (done["state"], done["result"]) == ("failed", None)
    assert "changed since the preview" in done["error"]
    assert olx(world) == [False, False, False]


def test_a_preview_of_many_items_has_parts_and_the_edit_is_what_they_show(world: HistoryClient, settings: Any) -> None:
    settings.CONTENT_LIBRARIES_BULK_EDIT_MAX_AT_ONCE = 2

    def parts() -> list[Any]:
        return [preview(world, f"?part={number}") for number in (1, 2, 3)]

    shown = parts()
    assert [(part["part"], part["looked_at"], part["changed_count"]) for part in shown] == [
        (1, 2, 2),
        (2, 1, 1),
        (3, 0, 0),
    ]
    assert {(part["chosen_count"], part["num_parts"]) for part in shown} == {(3, 2)}
    keys = [item["item_key"] for part in shown for item in part["items"]]
    assert keys == [world.key(name) for name in PROBLEMS]
    [outdated] = {part["fingerprint"] for part in shown}
    world.set_olx("problem:p3", "<problem>Also example.org</problem>")
    failed = work(world, post(world, 202, **LINKS, fingerprint=outdated))
    assert "changed since the preview" in failed["error"]
    [current] = {part["fingerprint"] for part in parts()}
    assert current != outdated
    done = work(world, post(world, 202, **LINKS, fingerprint=current))
    assert (done["state"], done["result"]["changed_count"]) == ("succeeded", 3)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"find": "(", "replace": "", "regex": True}, "find"),
        ({"settings": {}}, "settings"),
        ({"find": "a", "replace": "b", "item_keys": ["lb:No:l:problem:p"]}, "item_keys"),
        ({"find": "a", "replace": "b", "background": "perhaps"}, "background"),
    ],
)
def test_what_is_wrong_with_a_request_is_told_before_there_is_a_job(
    world: HistoryClient, body: dict[str, Any], field: str
) -> None:
    assert field in post(world, 400, **{"background": True, **body})
    assert not BulkEditJob.objects.exists()


def test_a_waiting_job_is_canceled_and_tried_again(world: HistoryClient) -> None:
    job = start(world)
    url = f"{EDITS}{job['uuid']}/"
    assert world.ok(world.http.post(f"{url}retries/"), 400)
    assert world.ok(world.http.delete(url))["state"] == "canceled"
    assert work(world, job)["state"] == "canceled"
    assert olx(world) == [False, False, False]
    again = world.ok(world.http.post(f"{url}retries/"), 202)
    assert again["uuid"] != job["uuid"]
    assert work(world, again)["state"] == "succeeded"
    assert olx(world) == [True, True, True]
    assert world.ok(world.http.post(f"{EDITS}{again['uuid']}/retries/"), 400)


@pytest.mark.parametrize("moment", ["UPDATE user_tasks_usertaskstatus ", "INSERT INTO openedx_content_draftchangelog "])
def test_a_running_job_is_canceled_while_it_computes_and_while_it_writes(world: HistoryClient, moment: str) -> None:
    job = start(world)
    row = BulkEditJob.objects.filter(uuid=job["uuid"])
    with before(moment, lambda: row.filter(state=JobState.RUNNING).update(cancel_requested=True)):
        bulk_edit(job["uuid"])
    assert read(world, job)["state"] == "canceled"
    assert olx(world) == [False, False, False]


def test_a_worker_that_breaks_off_after_its_writes_leaves_nothing_behind(world: HistoryClient) -> None:
    job = start(world)
    with before("UPDATE content_libraries_bulkeditjob SET change_set", break_down), pytest.raises(OutOfOrderError):
        bulk_edit(job["uuid"])
    assert olx(world) == [False, False, False]
    assert (read(world, job)["state"], read(world, job)["change_set"]) == ("waiting", None)
    assert work(world, job)["state"] == "succeeded"
    assert olx(world) == [True, True, True]


def test_a_user_who_lost_the_right_meanwhile_changes_nothing(
    world: HistoryClient, ann: HistoryClient, author: User
) -> None:
    job = start(ann)
    author.is_active = False
    author.save()
    bulk_edit(job["uuid"])
    assert BulkEditJob.objects.get().state == JobState.FAILED
    assert olx(world) == [False, False, False]


def test_the_same_request_cancels_the_one_before_and_another_does_not(world: HistoryClient) -> None:
    first, other, same = start(world), start(world, replace="example.net"), start(world)
    assert [read(world, job)["state"] for job in (first, other, same)] == ["canceled", "waiting", "waiting"]


def test_users_see_their_own_jobs_and_staff_all(
    world: HistoryClient, ann: HistoryClient, make_user: UserFactory, staff: User
) -> None:
    job = start(ann)
    listed = ann.ok(ann.http.get(EDITS))
    assert [each["uuid"] for each in listed["results"]] == [job["uuid"]]
    assert read(world, job)["uuid"] == job["uuid"]  # Bob is staff
    assert world.ok(world.http.get(EDITS))["count"] == 0
    stranger = make_user("stranger")
    client = Client()
    client.force_login(stranger)
    for method in ("get", "delete"):
        assert getattr(client, method)(f"{EDITS}{job['uuid']}/").status_code == 404
    assert client.get(EDITS).json()["count"] == 0
    with pytest.raises(NotAllowedError):
        history.list_bulk_edits(user=OPERATOR)


def test_staff_watch_cancel_and_retry_jobs_in_the_admin(world: HistoryClient, staff: User) -> None:
    job = start(world)
    pages = Client()
    pages.force_login(staff)
    url = "/admin/content_libraries/bulkeditjob/"
    row = BulkEditJob.objects.get()
    assert world.lib_key in pages.get(url).content.decode()
    assert pages.get(f"{url}{row.pk}/change/").status_code == 200
    for action, state in (("cancel_selected", ["canceled"]), ("retry_selected", ["canceled", "waiting"])):
        pages.post(url, {"action": action, "_selected_action": [row.pk]})
        assert list(BulkEditJob.objects.order_by("pk").values_list("state", flat=True)) == state
    assert job["uuid"] == str(row.uuid)
