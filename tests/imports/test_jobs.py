"""Jobs: what survives what (wire: imports-jobs)."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.storage import default_storage
from django.db import connection
from django.db.models.signals import post_save
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import now
from opaque_keys.edx.keys import UsageKey
from openedx_content.models_api import DraftChangeLog, PublishableEntity, PublishLog
from user_tasks.models import UserTaskStatus
from user_tasks.tasks import purge_old_user_tasks

from content_libraries import api
from content_libraries.actors import OPERATOR
from content_libraries.errors import NotAllowedError
from content_libraries.imports.models import ImportJob, ModulestoreMigration, StoredPlan
from content_libraries.jobs.api import JobState
from content_libraries.libraries.models import ContentLibrary
from tests.brokers import broker_in
from tests.conftest import CommitRunner, MemberFactory
from tests.learning_core.dump import dump

from .conftest import Start, Upload, legacy_archive, work

pytestmark = pytest.mark.django_db


def at_query(number: int, act: Callable[[], object]) -> Any:
    """Do something just before the worker's NUMBERth writing query after the plan was stored."""
    count = 0

    def wrapper(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        nonlocal count
        if sql.startswith(("INSERT", "UPDATE")):
            count += 1
            if count == number:
                act()
        return execute(sql, params, many, context)

    return connection.execute_wrapper(wrapper)


def test_a_job_imports_what_was_asked_for_and_says_so(upload: Upload, start: Start) -> None:
    job = start(upload(), publish=True)
    assert (job.state, job.task_status.state if job.task_status else "") == ("waiting", "Pending")
    job = work(job.uuid)
    assert job.state == JobState.SUCCEEDED
    status = UserTaskStatus.objects.get(uuid=job.uuid)
    assert (status.state, status.completed_steps, status.total_steps) == ("Succeeded", 11, 11)
    migration = job.migrations.get()
    assert not migration.is_failed
    assert migration.report["counts"] == {"sections": 1, "subsections": 1, "units": 1, "components": 2}
    assert PublishLog.objects.count() == 1


@pytest.mark.parametrize(("name", "kind"), [("course", "course"), ("library", "legacy library")])
def test_the_steps_name_the_kind_of_the_source(
    upload: Upload, start: Start, tmp_path: Path, name: str, kind: str
) -> None:
    path = legacy_archive(tmp_path, '<problem url_name="p"/>') if name == "library" else None
    job = start(upload(path))
    with CaptureQueriesContext(connection) as queries:
        work(job.uuid)
    shown = {name for query in queries for name in re.findall(r"Importing [^(]*(?=[(]0[)])", query["sql"])}
    assert shown == {f"Importing {kind} "}


def test_a_commit_tells_the_worker(upload: Upload, start: Start, run_on_commit: CommitRunner) -> None:
    with run_on_commit():
        job = start(upload())
    job.refresh_from_db()
    assert job.state == JobState.SUCCEEDED


def test_without_a_broker_a_job_waits_for_the_sweeper(
    upload: Upload, start: Start, run_on_commit: CommitRunner, tmp_path: Path
) -> None:
    with broker_in(tmp_path / "gone"), run_on_commit():
        job = start(upload())
    job.refresh_from_db()
    assert job.state == JobState.WAITING
    ImportJob.objects.filter(pk=job.pk).update(created=now() - timedelta(hours=1))
    assert api.sweep_jobs() == 1
    job.refresh_from_db()
    assert job.state == JobState.SUCCEEDED


def test_a_message_that_is_delivered_twice_does_the_work_once(
    upload: Upload, start: Start, library: ContentLibrary
) -> None:
    job = start(upload(), on_repeat=api.OnRepeat.FORK)
    work(job.uuid)
    before = dump(library.learning_package_id or 0)
    assert work(job.uuid).state == JobState.SUCCEEDED
    assert dump(library.learning_package_id or 0) == before
    assert UserTaskStatus.objects.get(uuid=job.uuid).state == "Succeeded"


def test_a_message_that_comes_while_a_worker_is_at_it_does_nothing(upload: Upload, start: Start) -> None:
    job = start(upload())
    with at_query(5, lambda: work(job.uuid)):
        assert work(job.uuid).state == JobState.SUCCEEDED
    assert DraftChangeLog.objects.count() == 1
    assert ImportJob.objects.get().attempts == 1


class PowerCutError(Exception):
    """The worker is gone."""


def die() -> None:
    raise PowerCutError


@pytest.mark.parametrize("die_at", [20, 30])
def test_a_worker_that_dies_leaves_the_library_alone_and_the_next_one_does_the_rest(
    upload: Upload, start: Start, library: ContentLibrary, die_at: int
) -> None:
    job = start(upload(), upload(run="2"))
    with pytest.raises(PowerCutError), at_query(die_at, die):
        work(job.uuid)
    ImportJob.objects.filter(pk=job.pk).update(heartbeat=now() - timedelta(hours=1))
    assert work(job.uuid).state == JobState.SUCCEEDED
    assert PublishableEntity.objects.count() == 10
    assert DraftChangeLog.objects.count() == 2


def test_the_sweeper_sends_what_a_dead_worker_left(upload: Upload, start: Start) -> None:
    job = start(upload())
    ImportJob.objects.filter(pk=job.pk).update(
        state=JobState.RUNNING, lease=job.uuid, attempts=1, heartbeat=now() - timedelta(hours=1)
    )
    assert api.sweep_jobs() == 1
    job.refresh_from_db()
    assert (job.state, job.attempts) == (JobState.SUCCEEDED, 2)


def test_the_sweeper_sends_a_job_whose_message_was_lost(upload: Upload, start: Start) -> None:
    job = start(upload())
    assert api.sweep_jobs() == 0
    ImportJob.objects.filter(pk=job.pk).update(created=now() - timedelta(hours=1))
    assert api.sweep_jobs() == 1
    job.refresh_from_db()
    assert job.state == JobState.SUCCEEDED


def test_a_job_that_kills_its_workers_fails_in_the_end(upload: Upload, start: Start) -> None:
    job = start(upload())
    ImportJob.objects.filter(pk=job.pk).update(
        state=JobState.RUNNING, lease=job.uuid, attempts=3, heartbeat=now() - timedelta(hours=1)
    )
    api.sweep_jobs()
    job.refresh_from_db()
    assert job.state == JobState.FAILED
    status = UserTaskStatus.objects.get(uuid=job.uuid)
    assert status.state == "Failed"
    assert [(artifact.name, "broke off 3 times" in artifact.text) for artifact in status.artifacts.all()] == [
        ("Error", True)
    ]


def test_a_job_that_waits_is_canceled_at_once(upload: Upload, start: Start, staff: User) -> None:
    job = api.cancel_job(start(upload()).uuid, user=staff)
    assert job.state == JobState.CANCELED
    assert UserTaskStatus.objects.get(uuid=job.uuid).state == "Canceled"
    assert work(job.uuid).state == JobState.CANCELED
    assert PublishableEntity.objects.count() == 0


@pytest.mark.parametrize("cancel_at", [3, 8, 25])
def test_a_cancel_in_the_middle_leaves_nothing_half_done(
    upload: Upload, start: Start, staff: User, library: ContentLibrary, cancel_at: int
) -> None:
    before = dump(library.learning_package_id or 0)
    job = start(upload())
    with at_query(cancel_at, lambda: api.cancel_job(job.uuid, user=staff)):
        assert work(job.uuid).state == JobState.CANCELED
    assert dump(library.learning_package_id or 0) == before
    assert UserTaskStatus.objects.get(uuid=job.uuid).state == "Canceled"
    assert not ModulestoreMigration.objects.done().exists()


def test_sources_that_are_done_stay_when_the_rest_is_canceled(upload: Upload, start: Start, staff: User) -> None:
    job = start(upload(), upload(run="2"))

    def cancel(**_kwargs: object) -> None:
        if StoredPlan.objects.count() == 2:
            api.cancel_job(job.uuid, user=staff)

    post_save.connect(cancel, sender=StoredPlan)
    assert work(job.uuid).state == JobState.CANCELED
    post_save.disconnect(cancel, sender=StoredPlan)
    first, second = job.migrations.order_by("pk")
    assert (first.is_failed, first.error) == (False, "")
    assert (second.is_failed, second.error) == (True, "This import was canceled before it was done.")
    assert first.report["actions"] == {"create": 5}
    assert not second.block_migrations.exists()
    assert ModulestoreMigration.objects.done().get() == first


def test_a_cancel_after_the_end_changes_nothing(upload: Upload, start: Start, staff: User) -> None:
    job = work(start(upload()).uuid)
    assert api.cancel_job(job.uuid, user=staff).state == JobState.SUCCEEDED


def test_a_second_click_cancels_the_first(
    upload: Upload, start: Start, make_member: MemberFactory, library: ContentLibrary, run_on_commit: CommitRunner
) -> None:
    course = upload()
    other = make_member(library, "library_author")
    others = start(upload(user=other), user=other)
    first = start(course)
    with run_on_commit():
        second = start(course)
    states = dict(ImportJob.objects.values_list("pk", "state"))
    assert states == {others.pk: "waiting", first.pk: "canceled", second.pk: "succeeded"}


def test_a_source_that_fails_fails_alone(upload: Upload, start: Start) -> None:
    good, bad = upload(run="1"), upload(run="2")
    default_storage.delete(str(bad.file.name))
    with default_storage.open(str(bad.file.name), "wb") as file:
        file.write(b"no archive")
    job = work(start(good, bad).uuid)
    assert job.state == JobState.PARTIAL
    assert [migration.is_failed for migration in job.migrations.order_by("pk")] == [False, True]
    status = UserTaskStatus.objects.get(uuid=job.uuid)
    assert status.state == "Succeeded"
    assert "course-v1:O+C+2" in status.artifacts.get().text


def test_what_failed_can_be_tried_again_alone(upload: Upload, start: Start, staff: User, settings: Any) -> None:
    settings.MAX_BLOCKS_PER_CONTENT_LIBRARY = 5
    job = work(start(upload(run="1"), upload(run="2")).uuid)
    assert job.state == JobState.PARTIAL
    settings.MAX_BLOCKS_PER_CONTENT_LIBRARY = 50
    again = work(api.retry_job(job.uuid, user=staff).uuid)
    assert again.state == JobState.SUCCEEDED
    assert str(again.migrations.get().source.key) == "course-v1:O+C+2"
    assert PublishableEntity.objects.count() == 10


BETWEEN_STEPS = (1, 3, 5, 7, 11)
"""Writing queries where a worker goes to its next step, up to the one before the library is locked."""


@pytest.mark.parametrize("moment", BETWEEN_STEPS)
def test_a_library_that_is_deleted_midway_fails_the_job_and_says_so(
    upload: Upload, start: Start, library: ContentLibrary, staff: User, moment: int
) -> None:
    job = start(upload())
    with at_query(moment, lambda: api.delete_library(library.library_key, user=staff)):
        job = work(job.uuid)
    assert (job.state, job.error) == (JobState.FAILED, "The library “lib:O:lib” was deleted.")
    assert not StoredPlan.objects.exists()


@pytest.mark.parametrize("moment", BETWEEN_STEPS)
def test_a_permission_that_is_revoked_midway_stops_the_job(
    upload: Upload, start: Start, library: ContentLibrary, make_member: MemberFactory, moment: int
) -> None:
    author = make_member(library, "author")
    job = start(upload(user=author), user=author)
    with at_query(moment, library.permission_grants.filter(user=author).delete):
        job = work(job.uuid)
    assert job.state == JobState.FAILED
    assert "lacks the permission" in job.error
    assert PublishableEntity.objects.count() == 0


def test_who_may_not_publish_imports_without_publishing(
    upload: Upload, start: Start, library: ContentLibrary, make_member: MemberFactory
) -> None:
    contributor = make_member(library, "library_contributor")
    job = work(start(upload(user=contributor), user=contributor, publish=True).uuid)
    assert job.state == JobState.SUCCEEDED
    assert (DraftChangeLog.objects.count(), PublishLog.objects.count()) == (1, 0)


def test_somebody_elses_upload_is_not_imported(
    upload: Upload, start: Start, library: ContentLibrary, make_member: MemberFactory
) -> None:
    author = make_member(library, "library_author")
    with pytest.raises(NotAllowedError, match="not an author on the source"):
        start(upload(), user=author)
    assert not ImportJob.objects.exists()


def test_old_task_statuses_are_purged_and_the_reports_stay(upload: Upload, start: Start, settings: Any) -> None:
    job = work(start(upload()).uuid)
    settings.USER_TASKS_MAX_AGE = timedelta(0)
    purge_old_user_tasks()
    assert not UserTaskStatus.objects.exists()
    job.refresh_from_db()
    assert job.task_status is None
    assert job.migrations.get().report["counts"]["components"] == 2


# Runs that came before ---------------------------------------------------------------------------------------------


def test_neither_a_canceled_nor_a_failed_run_comes_between_two_others(
    upload: Upload, start: Start, staff: User, settings: Any
) -> None:
    course = upload()
    work(start(course).uuid)
    api.cancel_job(start(course).uuid, user=staff)
    with at_query(8, lambda: api.cancel_job(running.uuid, user=staff)):
        running = start(course)
        work(running.uuid)
    settings.MAX_BLOCKS_PER_CONTENT_LIBRARY = 1
    assert work(start(course, on_repeat=api.OnRepeat.FORK).uuid).state == JobState.FAILED
    del settings.MAX_BLOCKS_PER_CONTENT_LIBRARY
    assert work(start(course).uuid).migrations.get().report["actions"] == {"skip": 5}
    assert PublishableEntity.objects.count() == 5


def test_what_is_only_under_way_canceled_or_failed_is_not_imported(
    upload: Upload, start: Start, staff: User, settings: Any
) -> None:
    course = upload()
    settings.MAX_BLOCKS_PER_CONTENT_LIBRARY = 1
    work(start(course).uuid)
    del settings.MAX_BLOCKS_PER_CONTENT_LIBRARY
    api.cancel_job(start(course).uuid, user=staff)
    start(course)
    assert not ModulestoreMigration.objects.done().exists()
    plan = api.plan_source(api.library_key("lib:O:lib"), user=staff, source_key=course.key)[0]
    assert plan.changes is None
    assert {block.action for block in plan.blocks} == {api.Action.CREATE}


def test_maps_and_forwards_follow_the_newest_run_whatever_came_before(
    upload: Upload, start: Start, staff: User, library: ContentLibrary
) -> None:
    """Skip, fork, update, another library, forwarded there, and forwarded back."""
    other = api.create_library(user=OPERATOR, org="O", slug="other", title="Other")
    course = upload()

    def run(target: ContentLibrary, on_repeat: api.OnRepeat, **options: Any) -> dict[str, int]:
        wanted = api.ImportOptions(level=api.Level.SECTION, on_repeat=on_repeat, **options)
        job = api.start_imports(target.library_key, user=staff, sources=[api.SourceRequest(course.key, wanted)])
        actions: dict[str, int] = work(job.uuid).migrations.get().report["actions"]
        return actions

    assert run(library, api.OnRepeat.SKIP) == {"create": 5}
    assert run(library, api.OnRepeat.FORK) == {"fork": 5}
    h1_1 = api.component_key("lb:O:lib:html:h1_1")
    api.set_olx(h1_1, user=OPERATOR, olx="<html>edited</html>")
    assert run(library, api.OnRepeat.UPDATE) == {"update": 1, "keep": 4}
    assert "edited" not in api.get_olx(h1_1, user=OPERATOR)
    assert run(other, api.OnRepeat.SKIP) == {"create": 5}
    assert run(other, api.OnRepeat.SKIP, forward=True) == {"skip": 5}
    assert forwarded_to() == {("lib:O:other", "xblock.v1:html:h1"), ("lib:O:other", "v1")}
    assert run(library, api.OnRepeat.UPDATE, forward=True) == {"keep": 5}
    assert forwarded_to() == {("lib:O:lib", "xblock.v1:html:h1_1"), ("lib:O:lib", "v1_1")}


def forwarded_to() -> set[tuple[str, str]]:
    """Library and item that references to a text and a unit of the course lead to."""
    keys = [
        f"block-v1:O+C+1+type@{block_type}+block@{name}" for block_type, name in (("html", "h1"), ("vertical", "v1"))
    ]
    found = api.get_forwarding_for_blocks([UsageKey.from_string(key) for key in keys]).values()
    return {(row.overall_migration.target.package_ref, row.target.entity_ref) for row in found if row.target}


def test_a_job_plans_again_when_the_library_changed_between_its_workers(
    upload: Upload, start: Start, library: ContentLibrary, staff: User
) -> None:
    job = start(upload())
    with pytest.raises(PowerCutError), at_query(20, die):
        work(job.uuid)
    api.create_component(library.library_key, user=OPERATOR, block_type="html", component_code="h1")
    assert work(job.uuid).state == JobState.SUCCEEDED
    assert api.get_item(api.component_key("lb:O:lib:html:h1_1"), user=OPERATOR).display_name == "h1"
