"""
Sites of their own, for tests that start processes: what such a process is told, and a database for it.

Migrating takes many seconds, so it is done once in a run of tests.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

DATABASE: Final = "studio.sqlite3"
PROJECT: Final = Path(__file__).resolve().parents[1]

GREEDY_BLOCKS: Final = PROJECT / "tests" / "greedy"
"""A folder with a package of blocks that take too much; see the README there."""

_OF_THE_TESTS: Final = ("DATABASE_URL", "CELERY_TASK_ALWAYS_EAGER", "CELERY_BROKER_URL")

type Environment = Mapping[str, str]


def site_environment(site: Path, **variables: str) -> Environment:
    """The environment of the processes of a site, which keeps everything in a folder and has jobs done by workers."""
    inherited = {name: value for name, value in os.environ.items() if name not in _OF_THE_TESTS}
    return {
        **inherited,
        "STUDIO_DATA_DIR": str(site),
        "DJANGO_SETTINGS_MODULE": "studio.settings",
        "LOG_LEVEL": "ERROR",
        "C_FORCE_ROOT": "true",  # Celery does not like the containers that tests run in
        **variables,
    }


def give_database(site: Path) -> None:
    """Put a database with all migrations and the roles of openedx-authz into the folder of a new site."""
    site.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(_template() / DATABASE, site / DATABASE)


def _template() -> Path:
    """A site that nobody uses. The processes of a parallel run share it: the first one makes it."""
    folder = Path(os.environ["STUDIO_DATA_DIR"]) / "migrated"
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "ready").exists():
            for command in (["migrate", "-v0"], ["load_policies"]):
                subprocess.run(  # noqa: S603
                    [sys.executable, "manage.py", *command], cwd=PROJECT, env=site_environment(folder), check=True
                )
            (folder / "ready").touch()
    return folder
