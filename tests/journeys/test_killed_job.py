"""
A worker is killed once, in a process that has a job and no broker.

``test_killed_worker`` does it at many points, with a broker, and compares row by row.
"""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.db import connection

from content_libraries import api
from content_libraries.actors import OPERATOR
from content_libraries.imports import tasks
from content_libraries.libraries.models import ContentLibrary
from tests.imports.conftest import course_archive
from tests.sites import PROJECT, site_environment

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.slow,
    pytest.mark.skipif(connection.vendor != "sqlite", reason="copies the test's database into a file"),
]

IN_THE_MIDDLE_OF_WRITING = 30


def work(site: Path, job_uuid: object, die_at: int) -> int:
    """Let another process do a job of a site; how it ended."""
    environment = site_environment(site, CELERY_TASK_ALWAYS_EAGER="true")
    command = [sys.executable, "-m", "tests.journeys.killed_job", str(job_uuid), str(die_at)]
    return subprocess.run(command, cwd=PROJECT, env=environment, check=False).returncode  # noqa: S603


def sizes(database: sqlite3.Connection) -> dict[str, int]:
    """How many rows there are in each table that an import writes to."""
    names = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    return {
        name: database.execute(f"SELECT count(*) FROM {name}").fetchone()[0]  # noqa: S608
        for name in names
        if name.startswith(("openedx_content_", "content_libraries_", "user_tasks_"))
        and not name.startswith("content_libraries_search")
    }


def test_a_killed_worker_leaves_the_library_alone_and_the_next_one_does_all(
    library: ContentLibrary, staff: User, tmp_path: Path
) -> None:
    api.load_course(course_archive(tmp_path / "course"), user=OPERATOR)
    request = api.SourceRequest(api.course_key("course-v1:O+C+1"), api.ImportOptions(level=api.Level.SECTION))
    job = api.start_imports(library.library_key, user=staff, sources=[request], publish=True)
    connection.ensure_connection()
    file = tmp_path / "studio.sqlite3"
    file.write_bytes(connection.connection.serialize())
    with closing(sqlite3.connect(file)) as database:
        before = sizes(database)
        assert work(tmp_path, job.uuid, IN_THE_MIDDLE_OF_WRITING) == -signal.SIGKILL
        assert sizes(database) == {**before, "content_libraries_storedplan": 1}
        database.execute("UPDATE content_libraries_importjob SET heartbeat = '2000-01-01 00:00:00'")
        database.commit()
        assert work(tmp_path, job.uuid, 0) == 0
        after = sizes(database)
    tasks.run_import.run(str(job.uuid))
    assert after == sizes(connection.connection)
    assert after["openedx_content_publishableentity"] > before["openedx_content_publishableentity"]
