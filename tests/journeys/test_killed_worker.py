"""A worker of an import is killed, the sweeper sends the job again, and the end is that of an undisturbed run."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.slow

POINTS = 20

PROJECT = Path(__file__).resolve().parents[2]
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
    for command in (
        ["migrate", "-v0"],
        ["load_policies"],
        ["create_library", LIBRARY, "--title", "Welcome"],
        ["shell", "-v0", "-c", START],
    ):
        finished = manage(folder, *command)
        assert finished.returncode == 0, finished.stderr
    return folder


@pytest.fixture(scope="module")
def undisturbed(prepared: Path) -> dict[str, Any]:
    """What an import leaves behind that nobody disturbs, and how many writing queries it has."""
    site = a_copy(prepared, "undisturbed")
    finished = work(site, 0)
    assert finished.returncode == 0, finished.stderr
    return {**rows(site), "writes": next(int(line) for line in finished.stdout.splitlines() if line.isdigit())}


def environment(site: Path) -> Mapping[str, str]:
    variables = {
        **os.environ,
        "STUDIO_DATA_DIR": str(site),
        "DJANGO_SETTINGS_MODULE": "studio.settings",
        "LOG_LEVEL": "ERROR",
        "C_FORCE_ROOT": "true",
        "PYTHONHASHSEED": "0",  # sets in the same order, so rows have the same ids
    }
    for name in ("DATABASE_URL", "CELERY_TASK_ALWAYS_EAGER", "CELERY_BROKER_URL"):
        variables.pop(name, None)
    return variables


def run(site: Path, *command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603
        [sys.executable, *command],
        cwd=PROJECT,
        env=environment(site),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def manage(site: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return run(site, "manage.py", *arguments)


def work(site: Path, die_at: int) -> subprocess.CompletedProcess[str]:
    return run(site, "-m", "tests.journeys.killed_worker", str(die_at))


def a_copy(prepared: Path, name: str) -> Path:
    return Path(shutil.copytree(prepared, prepared.parent / name))


VOLATILE = (
    "uuid",
    "created",
    "modified",
    "changed_at",
    "published_at",
    "finished",
    "heartbeat",
    "lease",
    "attempts",
    "file",
)


def rows(site: Path) -> dict[str, Any]:
    """Every row that an import writes, without times, random ids, and what tells of the attempts."""
    with sqlite3.connect(site / "studio.sqlite3") as connection:
        connection.row_factory = sqlite3.Row
        tables = [
            name
            for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            if name.startswith(("openedx_content_", "content_libraries_", "user_tasks_"))
            and not name.startswith("content_libraries_search")
        ]
        return {
            name: [
                {column: row[column] for column in row.keys() if column not in VOLATILE and column != "plan_id"}  # noqa: SIM118
                for row in connection.execute(f"SELECT * FROM {name} ORDER BY 1")  # noqa: S608
            ]
            for name in tables
        }


def assert_one_result(prepared: Path, undisturbed: dict[str, Any], die_at: int) -> None:
    site = a_copy(prepared, f"killed-at-{die_at}")
    killed = work(site, die_at)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    swept = manage(site, "shell", "-v0", "-c", SWEEP)
    assert swept.returncode == 0, swept.stderr
    if swept.stdout.strip() != "0":  # killed after the end of the job was written, there is nothing left to do
        finished = work(site, 0)
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
    command = [sys.executable, "-m", "tests.journeys.killed_worker", "7", "SIGSTOP"]
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
