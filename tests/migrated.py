"""A migrated database for sites of their own: migrating takes many seconds, so it is done once in a run of tests."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
from pathlib import Path

DATABASE = "studio.sqlite3"
PROJECT = Path(__file__).resolve().parents[1]


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
            environment = {
                **os.environ,
                "STUDIO_DATA_DIR": str(folder),
                "DJANGO_SETTINGS_MODULE": "studio.settings",
                "LOG_LEVEL": "ERROR",
            }
            environment.pop("DATABASE_URL", None)
            for command in (["migrate", "-v0"], ["load_policies"]):
                subprocess.run([sys.executable, "manage.py", *command], cwd=PROJECT, env=environment, check=True)  # noqa: S603
            (folder / "ready").touch()
    return folder
