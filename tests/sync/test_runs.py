"""Syncs of whole courses: by command, and in the background with progress, reports, cancel and retry."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.core.management import CommandError, call_command
from django.utils.timezone import now
from opaque_keys.edx.keys import CourseKey
from user_tasks.models import UserTaskStatus

from content_libraries import api
from content_libraries.actors import OPERATOR
from content_libraries.jobs.api import JobState
from content_libraries.sync.models import SyncRun
from content_libraries.sync.tasks import run_sync
from tests.conftest import CommitRunner, give_role
from tests.courses.building import key as course_block
from tests.courses.building import make_course

from .building import COURSE_KEY, ROOT, UNIT, Author, Shelf, block, child, edit

RUNS = "/api/content_library/v1/sync_runs/"


@pytest.fixture
def other(author: Author) -> CourseKey:
    """A second course of the author's."""
    key = make_course(api.course_key("course-v1:Org+Other+Run"))
    give_role(author.user, "course_staff", str(key))
    return key


def start(author: Author, **body: Any) -> dict[str, Any]:
    """Ask for a run; no worker has it yet."""
    response = author.client.post(RUNS, body, format="json")
    assert response.status_code == 201, response.json()
    return dict(response.json())


def work(run: dict[str, Any], author: Author) -> dict[str, Any]:
    """Let a worker have a run."""
    run_sync(run["uuid"])
    return dict(author.client.get(f"{RUNS}{run['uuid']}/").json())


def test_a_command_syncs_what_is_ready_in_one_change_set(
    author: Author, shelf: Shelf, capsys: pytest.CaptureFixture[str]
) -> None:
    section = author.create(shelf.key("sec1"), ROOT)
    text = author.create(shelf.key("t2"), UNIT)
    shelf.component("t1", title="New")
    shelf.component("t2", title="New")
    shelf.publish()
    call_command("sync_course", str(COURSE_KEY), "--dry-run", "--json")
    planned = json.loads(capsys.readouterr().out)
    assert block(text).title == "Text two"
    call_command("sync_course", str(COURSE_KEY), "--dry-run")
    assert "“Text two”: The library has a new version." in capsys.readouterr().out
    call_command("sync_course", str(COURSE_KEY), "--json")
    done = json.loads(capsys.readouterr().out)
    assert done == planned | {"dry_run": False}
    assert done["blocks"] == [str(text), str(section)]
    assert (block(text).title, block(child(section, 0, 0, 0)).title, author.ready()) == ("New", "New", [])
    call_command("sync_course", str(COURSE_KEY))
    assert "0 linked blocks to sync, 0 steps" in capsys.readouterr().out


def test_a_command_syncs_one_block_and_fails_for_one_that_is_not_linked(author: Author, shelf: Shelf) -> None:
    first, second = (author.create(shelf.key("t1"), UNIT) for _ in range(2))
    shelf.component("t1", title="New")
    shelf.publish()
    call_command("sync_course", str(COURSE_KEY), "--block", str(first))
    assert (block(first).title, block(second).title) == ("New", "Text one")
    with pytest.raises(CommandError, match="is not linked"):
        call_command("sync_course", str(COURSE_KEY), "--block", str(UNIT))


def test_broken_links_are_named_in_the_report_and_do_not_stop_the_others(author: Author, shelf: Shelf) -> None:
    text = author.create(shelf.key("t1"), UNIT)
    problem = author.create(shelf.key("p1"), UNIT)
    shelf.component("t1", title="New")
    shelf.delete("p1")
    shelf.publish()
    preview = author.client.post(
        "/api/content_library/v1/sync_previews/", {"course_key": str(COURSE_KEY)}, format="json"
    ).json()
    assert (preview["blocks"], [one["state"] for one in preview["skipped"]]) == ([str(text)], ["deleted"])
    run = work(start(author, course_keys=[str(COURSE_KEY)]), author)
    (course,) = run["courses"]
    assert (run["state"], course["report"]["blocks"]) == ("succeeded", [str(text)])
    assert course["report"]["skipped"][0]["usage_key"] == str(problem)
    assert block(text).title == "New"


def test_a_run_by_library_syncs_every_course_of_the_users_that_uses_it(
    author: Author, shelf: Shelf, other: CourseKey
) -> None:
    hidden = make_course(api.course_key("course-v1:Org+Hidden+Run"))
    parents = [UNIT, course_block("vertical", "unit", other), course_block("vertical", "unit", hidden)]
    blocks = [
        api.create_linked_block(parent, user=OPERATOR, upstream=shelf.key("t1"))[0].usage_key for parent in parents
    ]
    shelf.component("t1", title="New")
    shelf.publish()
    run = start(author, library_key=str(shelf.library.library_key))
    assert (run["state"], run["progress"], run["left_out"]) == ("waiting", 0, 1)
    run = work(run, author)
    assert (run["state"], run["progress"]) == ("succeeded", 1)
    assert {course["course_key"] for course in run["courses"]} == {str(COURSE_KEY), str(other)}
    assert [block(key).title for key in blocks] == ["New", "New", "Text one"]
    status = UserTaskStatus.objects.get(uuid=run["uuid"])
    assert (status.state, status.completed_steps, status.total_steps) == ("Succeeded", 3, 3)


def test_a_message_that_is_delivered_twice_does_the_work_once(author: Author, shelf: Shelf) -> None:
    text = author.create(shelf.key("t1"), UNIT)
    shelf.component("t1", title="New")
    shelf.publish()
    run = work(start(author, course_keys=[str(COURSE_KEY)]), author)
    version = block(text).version_num
    assert work(run, author)["finished"] == run["finished"]
    assert block(text).version_num == version


def test_a_run_starts_by_itself_when_the_request_commits(
    author: Author, shelf: Shelf, run_on_commit: CommitRunner
) -> None:
    author.create(shelf.key("t1"), UNIT)
    with run_on_commit():
        run = start(author, course_keys=[str(COURSE_KEY)])
    assert author.client.get(f"{RUNS}{run['uuid']}/").json()["state"] == "succeeded"
    assert author.client.get(RUNS).json()["count"] == 1


def test_a_run_that_is_canceled_changes_nothing_more(author: Author, shelf: Shelf) -> None:
    text = author.create(shelf.key("t1"), UNIT)
    shelf.component("t1", title="New")
    shelf.publish()
    run = start(author, course_keys=[str(COURSE_KEY)])
    canceled = author.client.delete(f"{RUNS}{run['uuid']}/").json()
    assert canceled["state"] == "canceled"
    assert work(run, author)["state"] == "canceled"
    assert block(text).title == "Text one"
    again = author.client.post(f"{RUNS}{run['uuid']}/retries/")
    assert again.status_code == 201
    assert work(again.json(), author)["state"] == "succeeded"
    assert block(text).title == "New"


def test_a_second_click_replaces_the_first(author: Author, shelf: Shelf) -> None:
    author.create(shelf.key("t1"), UNIT)
    first = start(author, course_keys=[str(COURSE_KEY)])
    start(author, course_keys=[str(COURSE_KEY)])
    assert work(first, author)["state"] == "canceled"


def test_what_fails_in_one_course_fails_that_course_only_and_can_be_retried(
    author: Author, shelf: Shelf, other: CourseKey
) -> None:
    far = course_block("vertical", "unit", other)
    text = author.create(shelf.key("t1"), UNIT)
    api.create_linked_block(far, user=OPERATOR, upstream=shelf.key("t1"))
    shelf.component("t1", title="New")
    shelf.publish()
    run = start(author, course_keys=[str(other), str(COURSE_KEY)])
    api.delete_course(other, user=OPERATOR)
    run = work(run, author)
    assert (run["state"], [course["is_failed"] for course in run["courses"]]) == ("partial", [True, False])
    assert str(other) in run["error"]
    assert block(text).title == "New"
    make_course(other)
    give_role(author.user, "course_staff", str(other))
    assert author.client.post(f"{RUNS}{run['uuid']}/retries/").status_code == 201


def test_a_run_whose_worker_died_is_finished_by_another(author: Author, shelf: Shelf) -> None:
    text = author.create(shelf.key("t1"), UNIT)
    shelf.component("t1", title="New")
    shelf.publish()
    run = start(author, course_keys=[str(COURSE_KEY)])
    SyncRun.objects.update(
        state=JobState.RUNNING, lease=UUID(run["uuid"]), attempts=1, heartbeat=now() - timedelta(hours=1)
    )
    assert api.sweep_jobs() == 1
    assert author.client.get(f"{RUNS}{run['uuid']}/").json()["state"] == "succeeded"
    assert block(text).title == "New"


def test_who_may_start_and_see_runs(
    author: Author, shelf: Shelf, other: CourseKey, stranger: Any, api_client: Any
) -> None:
    run = start(author, course_keys=[str(COURSE_KEY)])
    client = api_client(stranger)
    assert client.get(f"{RUNS}{run['uuid']}/").status_code == 404
    assert client.delete(f"{RUNS}{run['uuid']}/").status_code == 404
    assert client.post(RUNS, {"course_keys": [str(COURSE_KEY)]}, format="json").status_code == 403
    assert client.post(RUNS, {"library_key": str(shelf.library.library_key)}, format="json").status_code == 403
    for body in ({}, {"course_keys": ["nonsense"]}, {"library_key": str(shelf.library.library_key)}):
        assert author.client.post(RUNS, body, format="json").status_code == 400
    assert author.client.post(f"{RUNS}{run['uuid']}/retries/").status_code == 400


def test_local_changes_survive_a_run(author: Author, shelf: Shelf) -> None:
    text = author.create(shelf.key("t1"), UNIT)
    edit(text, display_name="Mine")
    shelf.component("t1", title="New")
    shelf.publish()
    work(start(author, course_keys=[str(COURSE_KEY)]), author)
    assert (block(text).title, author.ready()) == ("Mine", [])


def test_a_run_does_what_its_preview_showed_or_nothing(author: Author, shelf: Shelf, other: CourseKey) -> None:
    text = author.create(shelf.key("t1"), UNIT)
    shelf.component("t1", title="Two")
    shelf.publish()
    shown = author.preview_course()["fingerprint"]
    body = {"course_keys": [str(COURSE_KEY)], "fingerprint": shown}
    run = start(author, **body)
    shelf.component("t1", title="Three")
    shelf.publish()
    (course,) = work(run, author)["courses"]
    assert (course["is_failed"], "changed since this was shown" in course["error"]) == (True, True)
    assert block(text).title == "Text one"
    for response in (
        author.client.post(RUNS, body, format="json"),
        author.client.post(f"{RUNS}{run['uuid']}/retries/"),
    ):
        assert (response.status_code, response.json()["error_code"]) == (409, "preview_outdated")
    response = author.client.post(RUNS, {**body, "course_keys": [str(COURSE_KEY), str(other)]}, format="json")
    assert (response.status_code, list(response.json()["developer_message"])) == (400, ["fingerprint"])
    body["fingerprint"] = author.preview_course()["fingerprint"]
    assert work(start(author, **body), author)["state"] == "succeeded"
    assert block(text).title == "Three"
