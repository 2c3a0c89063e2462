"""An import whose process is killed leaves the library as it was, and can simply be run again."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.sites import PROJECT, give_database, site_environment

pytestmark = pytest.mark.slow

DEMO = PROJECT / "studio" / "demo" / "course"
LIBRARY = "lib:DemoX:welcome"


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, str]:
    """A site of its own on a SQLite file, with one empty library."""
    site = tmp_path_factory.mktemp("site")
    variables = site_environment(site, CELERY_TASK_ALWAYS_EAGER="true")
    give_database(site)
    run([sys.executable, "manage.py", "create_library", LIBRARY, "--title", "Welcome"], variables).check_returncode()
    return variables


def run(command: list[str], environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True, text=True, check=False)  # noqa: S603


def run_import(environment: Mapping[str, str], die_at: int) -> subprocess.CompletedProcess[str]:
    return run([sys.executable, "-m", "tests.journeys.killed_import", str(DEMO), LIBRARY, str(die_at)], environment)


def rows(environment: Mapping[str, str]) -> dict[str, int]:
    """How many rows each table has that an import of content writes to."""
    with sqlite3.connect(Path(environment["STUDIO_DATA_DIR"]) / "studio.sqlite3") as connection:
        tables = [
            name
            for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            if name.startswith(("openedx_content_", "content_libraries_"))
        ]
        return {name: connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in tables}  # noqa: S608


def test_killed_at_any_point_it_changes_nothing_and_the_next_run_does_all(environment: Mapping[str, str]) -> None:
    before = rows(environment)
    for die_at in (1, 20, 40):
        killed = run_import(environment, die_at)
        assert killed.returncode == -signal.SIGKILL, killed.stderr
        assert rows(environment) == before
    finished = run_import(environment, 0)
    assert finished.returncode == 0, finished.stderr
    assert int(finished.stdout) > 40, "the points above have to be inside of the import"
    assert rows(environment)["openedx_content_publishableentity"] == 61
