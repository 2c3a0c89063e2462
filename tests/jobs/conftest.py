"""Backups, which are the simplest jobs, workers that break off, and a broker that nobody listens to."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.utils.timezone import now

from content_libraries import api
from content_libraries.backups import tasks
from content_libraries.backups.models import BackupJob
from content_libraries.jobs.api import JobState
from content_libraries.libraries.models import ContentLibrary
from tests.brokers import Broker, broker_in

type StartBackup = Callable[[], BackupJob]


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    folder = tmp_path / "broker"
    folder.mkdir()
    with broker_in(folder) as broker:
        yield broker


@pytest.fixture
def start(library: ContentLibrary, staff: User) -> StartBackup:
    """Starts a backup; no worker is told, as nothing commits in a test."""
    return lambda: api.start_backup(library.library_key, user=staff, origin="localhost")


def work(job: BackupJob) -> BackupJob:
    """Deliver a job's message once, as a broker does."""
    tasks.back_up.run(str(job.uuid))
    return reread(job)


def reread(job: BackupJob) -> BackupJob:
    return BackupJob.objects.get(pk=job.pk)


def leave_behind(job: BackupJob, *, attempts: int = 1) -> None:
    """What a worker leaves behind that was killed long ago."""
    BackupJob.objects.filter(pk=job.pk).update(
        state=JobState.RUNNING, lease=job.uuid, attempts=attempts, heartbeat=now() - timedelta(hours=1), sent=None
    )


def before_it_packs(act: Callable[[], object]) -> AbstractContextManager[Any]:
    """Do something when a worker has begun a backup, and before it has an archive."""
    return before("FROM openedx_content_media ", act)


def before(text: str, act: Callable[[], object]) -> AbstractContextManager[Any]:
    """Do something before each query with a text in it, whatever the database puts around names."""

    def wrapper(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if text in sql.replace('"', "").replace("`", ""):
            act()
        return execute(sql, params, many, context)

    return connection.execute_wrapper(wrapper)


class OutOfOrderError(Exception):
    """Something that nobody expects."""


def break_down() -> None:
    raise OutOfOrderError("the spring is broken")
