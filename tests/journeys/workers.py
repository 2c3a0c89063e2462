"""Sites of their own whose jobs are done by real workers, with a broker in files; and what their databases hold."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, Final

from tests.sites import PROJECT, Environment, give_database, site_environment

VOLATILE: Final = frozenset(
    {
        "uuid",
        "job_uuid",
        "task_id",
        "created",
        "modified",
        "updated",
        "changed_at",
        "published_at",
        "finished",
        "heartbeat",
        "lease",
        "attempts",
        "file",
        "plan_id",
    }
)
"""Columns that differ between two runs: times, random ids, and what tells of the attempts."""


def prepare(folder: Path, *commands: Sequence[str]) -> None:
    """Make a site with the roles of openedx-authz, and run commands of ``manage.py``."""
    give_database(folder)
    for command in commands:
        finished = manage(folder, *command)
        assert finished.returncode == 0, finished.stderr


def environment(site: Path) -> Environment:
    return site_environment(site, PYTHONHASHSEED="0")  # sets in the same order, so rows have the same ids


def run(site: Path, *command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603
        [sys.executable, *command],
        cwd=PROJECT,
        env=environment(site),
        capture_output=True,
        text=True,
        check=False,
        timeout=600,  # for a machine with much else to do
    )


def manage(site: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return run(site, "manage.py", *arguments)


def work(site: Path, task: str, die_at: int = 0) -> subprocess.CompletedProcess[str]:
    """Let a worker take one message; see ``killed_worker``."""
    return run(site, "-m", "tests.journeys.killed_worker", task, str(die_at))


def a_copy(prepared: Path, name: str) -> Path:
    return Path(shutil.copytree(prepared, prepared.parent / name))


def rows(site: Path) -> dict[str, Any]:
    """Every row of the content, the courses and the jobs of a site, without what is volatile."""
    with closing(sqlite3.connect(site / "studio.sqlite3")) as connection:
        connection.row_factory = sqlite3.Row
        tables = [
            name
            for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            if name.startswith(("openedx_content_", "content_libraries_", "user_tasks_"))
            and not name.startswith("content_libraries_search")
        ]
        return {
            name: [
                {column: row[column] for column in row.keys() if column not in VOLATILE}  # noqa: SIM118
                for row in connection.execute(f"SELECT * FROM {name} ORDER BY 1")  # noqa: S608
            ]
            for name in tables
        }
