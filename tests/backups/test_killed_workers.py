"""Workers that are killed while they back up or restore: the library is unchanged or complete, and the job goes on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.db import connection, transaction
from django.utils.timezone import now
from openedx_content.models_api import DraftChangeLog, LearningPackage

from content_libraries import api
from content_libraries.backups.models import BackupJob, RestoreJob
from content_libraries.backups.tasks import back_up, restore
from content_libraries.backups.verifying.archives import read_archive
from content_libraries.jobs.api import JobState
from content_libraries.libraries.models import ContentLibrary

from .archives import Content, backed_up_to, canonical

pytestmark = pytest.mark.django_db

POINTS = range(10)


class Killed(BaseException):
    """Nothing catches this, as nothing catches SIGKILL."""


@contextmanager
def killed_at(number: int) -> Iterator[list[int]]:
    """Let the process die at a query. After it, only the database still does something: it rolls back."""
    count = [0]

    def execute(go_on: Callable[..., Any], sql: str, *rest: Any) -> Any:
        count[0] += 1
        if count[0] >= number and not sql.startswith(("ROLLBACK", "RELEASE")):
            raise Killed
        return go_on(sql, *rest)

    with connection.execute_wrapper(execute):
        yield count


def queries_of(work: Callable[[], object]) -> int:
    """How many queries the work takes, if nobody kills the worker."""
    with transaction.atomic(), killed_at(10**9) as count:
        work()
        transaction.set_rollback(True)
    return count[0]


def kill(model: type[BackupJob] | type[RestoreJob], uuid: object, work: Callable[[], object], point: int) -> None:
    """Kill the worker of a job at one of ten points, and let so much time pass that another one may take it."""
    at = 1 + queries_of(work) * point // len(POINTS)
    with pytest.raises(Killed), transaction.atomic(), killed_at(at):
        work()
    model._default_manager.filter(uuid=uuid).update(
        state=JobState.RUNNING, lease=uuid, attempts=1, heartbeat=now() - timedelta(hours=1)
    )


@pytest.fixture
def content(library: ContentLibrary) -> Content:
    content = Content(library)
    for number in range(3):
        content.component(f"c{number}", "1", {"static/a.png": bytes([number]) * 100})
    content.container("unit", "u1", content.ref("c0"), content.ref("c1"))
    content.publish()
    content.component("c0", "2")
    return content


@pytest.mark.parametrize("point", POINTS)
def test_a_backup(point: int, content: Content, staff: User, tmp_path: Path) -> None:
    job = api.start_backup(content.library.library_key, user=staff, origin="testserver")
    kill(BackupJob, job.uuid, lambda: back_up.run(str(job.uuid)), point)
    assert not BackupJob.objects.get().file
    back_up.run(str(job.uuid))
    done = BackupJob.objects.get()
    assert done.state == JobState.SUCCEEDED
    path = tmp_path / "job.zip"
    path.write_bytes(done.file.read())
    assert canonical(path) == canonical(backed_up_to(content.library, tmp_path / "a.zip", staff))


@pytest.mark.parametrize("point", POINTS)
def test_a_restore_into_a_library(point: int, content: Content, staff: User, tmp_path: Path) -> None:
    path = backed_up_to(content.library, tmp_path / "a.zip", staff)
    content.component("c0", "3")
    content.component("new")
    source = RestoreJob.objects.create(
        user=staff,
        purpose="verify",
        state="succeeded",
        result={"whole": True},
        file=ContentFile(path.read_bytes(), "a.zip"),
    )
    key = content.library.library_key
    plan = api.start_restore_plan(key, source.uuid, api.RestoreOptions(api.RestoreMode.REPLACE_ALL), user=staff)
    restore.run(str(plan.uuid))
    job = api.apply_restore_plan(plan.uuid, user=staff, origin="testserver", confirmed=str(key))
    before, logs = content.states(), DraftChangeLog.objects.count()
    kill(RestoreJob, job.uuid, lambda: restore.run(str(job.uuid)), point)
    assert (content.states(), DraftChangeLog.objects.count()) == (before, logs)
    restore.run(str(job.uuid))
    done = RestoreJob.objects.get(pk=job.pk)
    assert (done.state, done.error) == (JobState.SUCCEEDED, "")
    assert DraftChangeLog.objects.count() == logs + 1
    assert content.states()[content.ref("new")] == (None, None)
    assert content.states()[content.ref("c0")] == (4, 1)
    assert BackupJob.objects.filter(state=JobState.SUCCEEDED).count() == 1


@pytest.mark.parametrize("point", POINTS)
def test_a_restore_as_new_content(point: int, content: Content, staff: User, tmp_path: Path) -> None:
    path = backed_up_to(content.library, tmp_path / "a.zip", staff)
    job = api.start_restore(ContentFile(path.read_bytes(), "a.zip"), user=staff)
    packages = LearningPackage.objects.count()
    kill(RestoreJob, job.uuid, lambda: restore.run(str(job.uuid)), point)
    assert LearningPackage.objects.count() == packages
    restore.run(str(job.uuid))
    done = RestoreJob.objects.get()
    assert done.state == JobState.SUCCEEDED
    assert done.result is not None
    assert done.result["components"] == len(read_archive(path).entities) - 1
    assert LearningPackage.objects.count() == packages + 1
