"""
Sites of their own, for tests that start processes: what such a process is told, and a database and content for it.

Migrating and loading the demo take many seconds, so each is done once in a run of tests.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

DATABASE: Final = "studio.sqlite3"
PROJECT: Final = Path(__file__).resolve().parents[1]

PASSWORD: Final = "correct horse battery staple"
"""Of every user of the demo."""

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
    shutil.copyfile(_migrated() / DATABASE, site / DATABASE)


def give_demo(site: Path) -> None:
    """Put all that ``make run`` prepares into the folder of a new site."""
    shutil.copytree(_template("demo", _prepare_demo), site, dirs_exist_ok=True)


def _migrated() -> Path:
    return _template("migrated", _migrate)


def _migrate(folder: Path) -> None:
    _manage(folder, "migrate", "-v0")
    _manage(folder, "load_policies")


def _prepare_demo(folder: Path) -> None:
    give_database(folder)
    _manage(folder, "prepare_studio")


def _template(name: str, make: Callable[[Path], None]) -> Path:
    """A site that nobody uses. The processes of a parallel run share it: the first one makes it."""
    folder = Path(os.environ["STUDIO_DATA_DIR"]) / name
    folder.mkdir(exist_ok=True)
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        ready = folder.with_suffix(".ready")
        if not ready.exists():
            make(folder)
            ready.touch()
    return folder


def _manage(folder: Path, *command: str) -> None:
    environment = site_environment(folder, DEMO_PASSWORD=PASSWORD)
    subprocess.run([sys.executable, "manage.py", *command], cwd=PROJECT, env=environment, check=True)  # noqa: S603
