"""A worker of an import is killed, the sweeper sends the job again, and the end is that of an undisturbed run."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from .workers import PROJECT, a_copy, environment, manage, prepare, rows, work

pytestmark = pytest.mark.slow

POINTS = 20

TASK = "content_libraries.imports.run"
DEMO = PROJECT / "studio" / "demo" / "course"
LIBRARY = "lib:DemoX:welcome"

START = f"""
import tarfile, io
from django.contrib.auth import get_user_model
from django.core.files.base import ContentFile
from content_libraries import api
user = get_user_model().objects.create_superuser("admin", "admin@example.com", "x")
packed = io.BytesIO()
with tarfile.open(fileobj=packed, mode="w:gz") as archive:
    archive.add({str(DEMO)!r}, "course")
key = api.library_key({LIBRARY!r})
upload = api.upload_source(key, user=user, file=ContentFile(packed.getvalue(), name="demo.tar.gz"))
options = api.ImportOptions(level=api.Level.SECTION, make_collection=True, forward=True)
api.start_imports(key, user=user, sources=[api.SourceRequest(upload.key, options)], publish=True)
"""

SWEEP = """
from datetime import timedelta
from django.utils.timezone import now
from content_libraries import api
from content_libraries.imports.models import ImportJob
ImportJob.objects.update(heartbeat=now() - timedelta(hours=1))
print(api.sweep_jobs())
"""


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data of a site with an empty library and a job whose message waits in the broker."""
    folder = tmp_path_factory.mktemp("site") / "prepared"
    prepare(folder, ["create_library", LIBRARY, "--title", "Welcome"], ["shell", "-v0", "-c", START])
    return folder


@pytest.fixture(scope="module")
def undisturbed(prepared: Path) -> dict[str, Any]:
    """What an import leaves behind that nobody disturbs, and how many writing queries it has."""
    site = a_copy(prepared, "undisturbed")
    finished = work(site, TASK)
    assert finished.returncode == 0, finished.stderr
    return {**rows(site), "writes": next(int(line) for line in finished.stdout.splitlines() if line.isdigit())}


def assert_one_result(prepared: Path, undisturbed: dict[str, Any], die_at: int) -> None:
    site = a_copy(prepared, f"killed-at-{die_at}")
    killed = work(site, TASK, die_at)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    swept = manage(site, "shell", "-v0", "-c", SWEEP)
    assert swept.returncode == 0, swept.stderr
    if swept.stdout.strip() != "0":  # killed after the end of the job was written, there is nothing left to do
        finished = work(site, TASK)
        assert finished.returncode == 0, finished.stderr
    left = rows(site)
    for table in left:
        assert left[table] == undisturbed[table], (table, die_at)
    shutil.rmtree(site)


def test_the_undisturbed_run_did_all(undisturbed: dict[str, Any]) -> None:
    (job,) = undisturbed["content_libraries_importjob"]
    assert job["state"] == "succeeded", json.dumps(job)
    assert len(undisturbed["openedx_content_publishableentity"]) == 61


@pytest.mark.parametrize("point", range(POINTS))
def test_killed_at_any_point_the_end_is_the_same_row_by_row(
    prepared: Path, undisturbed: dict[str, Any], point: int
) -> None:
    """The first point is the first writing query, the last one the last; the others lie evenly between."""
    last = undisturbed["writes"]
    assert_one_result(prepared, undisturbed, 1 + point * (last - 1) // (POINTS - 1))


LOOK_AND_CANCEL = """
from content_libraries import api
from content_libraries.imports.models import ImportJob
job = ImportJob.objects.get()
print(job.task_status.state)
api.cancel_job(job.uuid, user=job.user)
"""


def test_while_a_worker_is_at_it_others_see_its_state_and_can_cancel(prepared: Path) -> None:
    site = a_copy(prepared, "canceled")
    command = [sys.executable, "-m", "tests.journeys.killed_worker", TASK, "7", "SIGSTOP"]
    with subprocess.Popen(command, cwd=PROJECT, env=environment(site), stdout=subprocess.DEVNULL) as worker:  # noqa: S603
        _pid, status = os.waitpid(worker.pid, os.WUNTRACED)
        assert os.WIFSTOPPED(status)
        looked = manage(site, "shell", "-v0", "-c", LOOK_AND_CANCEL)
        worker.send_signal(signal.SIGCONT)
        assert worker.wait(timeout=60) == 0
    assert "Migrating legacy content (0): Loading legacy content" in looked.stdout
    left = rows(site)
    assert [job["state"] for job in left["content_libraries_importjob"]] == ["canceled"]
    assert [task["state"] for task in left["user_tasks_usertaskstatus"]] == ["Canceled"]
    assert left["openedx_content_publishableentity"] == []
