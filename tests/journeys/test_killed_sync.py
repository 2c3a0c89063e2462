"""A worker is killed while it syncs courses; another one finishes, and the end is that of an undisturbed run."""

from __future__ import annotations

import json
import shutil
import signal
from pathlib import Path
from typing import Any

import pytest

from .workers import a_copy, manage, prepare, rows, work

pytestmark = pytest.mark.slow

POINTS = 3
TASK = "content_libraries.sync.run"

START = """
from django.contrib.auth import get_user_model
from content_libraries import api
user = get_user_model().objects.create_superuser("admin", "admin@example.com", "x")
library = api.create_library(user=user, org="Org", slug="lib", title="Library")
def write(version):
    texts = [
        api.ComponentWrite("html", f"t{number}", f"Text {version}", f"<html><![CDATA[{version}]]></html>")
        for number in range(3)
    ]
    order = sorted(range(3), reverse=version == 2)
    unit = api.ContainerWrite("unit", "u", f"Unit {version}", tuple(f"xblock.v1:html:t{number}" for number in order))
    api.write_items(user, library, components=texts, containers=[unit])
    api.publish_all(library.library_key, user=user)
write(1)
courses = [api.course_key(f"course-v1:Org+Course+{number}") for number in range(2)]
for key in courses:
    api.create_course(key, user=user, display_name="Course")
    section = api.create_block(api.get_structure(key, user=user).root, user=user, block_type="chapter", block_id="s")
    subsection = api.create_block(section.usage_key, user=user, block_type="sequential", block_id="s")
    api.create_linked_block(subsection.usage_key, user=user, upstream="lct:Org:lib:unit:u")
write(2)
api.start_run(user=user, courses=courses)
"""

SWEEP = """
from datetime import timedelta
from django.utils.timezone import now
from content_libraries import api
from content_libraries.sync.models import SyncRun
LONG_AGO = now() - timedelta(hours=1)
SyncRun.objects.update(created=LONG_AGO, heartbeat=LONG_AGO, sent=None)
print(api.sweep_jobs())
"""

SEND_AGAIN = """
from content_libraries.sync.models import SyncRun
from content_libraries.sync.tasks import run_sync
run_sync.delay(str(SyncRun.objects.get().uuid))
"""


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data of a site with two courses to sync and a run whose message waits in the broker."""
    folder = tmp_path_factory.mktemp("site") / "prepared"
    prepare(folder, ["shell", "-v0", "-c", START])
    return folder


@pytest.fixture(scope="module")
def undisturbed(prepared: Path) -> dict[str, Any]:
    """What a run leaves behind that nobody disturbs, and how many writing queries it has."""
    site = a_copy(prepared, "undisturbed")
    finished = work(site, TASK)
    assert finished.returncode == 0, finished.stderr
    return {**rows(site), "writes": next(int(line) for line in finished.stdout.splitlines() if line.isdigit())}


def test_the_undisturbed_run_did_all(undisturbed: dict[str, Any]) -> None:
    (run,) = undisturbed["content_libraries_syncrun"]
    assert run["state"] == "succeeded", json.dumps(run)
    courses = undisturbed["content_libraries_syncruncourse"]
    assert [json.loads(course["report"])["steps"] for course in courses] == [{"take": 4, "reorder": 1}] * 2
    assert {link["version_synced"] for link in undisturbed["content_libraries_courselink"]} == {2}


@pytest.mark.parametrize("point", range(POINTS))
def test_killed_at_any_point_the_end_is_the_same_row_by_row(
    prepared: Path, undisturbed: dict[str, Any], point: int
) -> None:
    """The first point is the first writing query, the last one the last; the others lie evenly between."""
    die_at = 1 + point * (undisturbed["writes"] - 1) // (POINTS - 1)
    site = a_copy(prepared, f"killed-at-{die_at}")
    killed = work(site, TASK, die_at)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    swept = manage(site, "shell", "-v0", "-c", SWEEP)
    assert swept.returncode == 0, swept.stderr
    if swept.stdout.strip() != "0":  # killed after the end of the run was written, there is nothing left to do
        finished = work(site, TASK)
        assert finished.returncode == 0, finished.stderr
    left = rows(site)
    for table in left:
        assert left[table] == undisturbed[table], (table, die_at)
    shutil.rmtree(site)


def test_a_message_that_is_delivered_twice_does_the_work_once(prepared: Path, undisturbed: dict[str, Any]) -> None:
    site = a_copy(prepared, "delivered-twice")
    work(site, TASK)
    again = manage(site, "shell", "-v0", "-c", SEND_AGAIN)
    assert again.returncode == 0, again.stderr
    finished = work(site, TASK)
    assert finished.returncode == 0, finished.stderr
    assert int(next(line for line in finished.stdout.splitlines() if line.isdigit())) <= 1  # it asks for the run
    left = rows(site)
    for table in left:
        assert left[table] == undisturbed[table], table
