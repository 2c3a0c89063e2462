"""A worker of an import is killed, the sweeper sends the job again, and the end is that of an undisturbed run."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from typing import Any

import pytest

from tests.sites import PROJECT

from .importing_site import ITEMS, ImportingSite

pytestmark = pytest.mark.slow

POINTS = 3


@pytest.fixture(scope="module")
def writes(undisturbed_run: tuple[int, dict[str, Any]]) -> int:
    return undisturbed_run[0]


def test_the_undisturbed_run_did_all(undisturbed: dict[str, Any]) -> None:
    (job,) = undisturbed["content_libraries_importjob"]
    assert job["state"] == "succeeded", json.dumps(job)
    assert len(undisturbed["openedx_content_publishableentity"]) == ITEMS


@pytest.mark.parametrize("point", range(POINTS))
def test_killed_at_any_point_the_end_is_the_same_row_by_row(
    prepared: ImportingSite, undisturbed: dict[str, Any], writes: int, point: int
) -> None:
    """The first point is the first writing query, the last one the last; the others lie evenly between."""
    die_at = 1 + point * (writes - 1) // (POINTS - 1)
    site = prepared.copy(f"killed-at-{die_at}")
    killed = site.work(die_at)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    if site.sweep():  # killed after the end of the job was written, there is nothing left to do
        finished = site.work(0)
        assert finished.returncode == 0, finished.stderr
    left = site.rows()
    for table in left:
        assert left[table] == undisturbed[table], (table, die_at)
    shutil.rmtree(site.folder)


LOOK_AND_CANCEL = """
from content_libraries import api
from content_libraries.imports.models import ImportJob
job = ImportJob.objects.get()
print(job.task_status.state)
api.cancel_job(job.uuid, user=job.user)
"""


def test_while_a_worker_is_at_it_others_see_its_state_and_can_cancel(prepared: ImportingSite) -> None:
    site = prepared.copy("canceled")
    command = [sys.executable, *site.worker(7, "SIGSTOP")]
    with subprocess.Popen(command, cwd=PROJECT, env=site.environment, stdout=subprocess.DEVNULL) as worker:  # noqa: S603
        _pid, status = os.waitpid(worker.pid, os.WUNTRACED)
        assert os.WIFSTOPPED(status)
        looked = site.script(LOOK_AND_CANCEL)
        worker.send_signal(signal.SIGCONT)
        assert worker.wait(timeout=60) == 0
    assert "Importing course (0): Loading content" in looked
    left = site.rows()
    assert [job["state"] for job in left["content_libraries_importjob"]] == ["canceled"]
    assert [task["state"] for task in left["user_tasks_usertaskstatus"]] == ["Canceled"]
    assert left["openedx_content_publishableentity"] == []
