"""A site of its own with one library, a job that imports the demo course, and workers that a test starts and kills."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from tests.sites import PROJECT, give_database

from . import workers

DEMO: Final = PROJECT / "studio" / "demo" / "course"
LIBRARY: Final = "lib:DemoX:welcome"
ITEMS: Final = 61

_START: Final = f"""
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

_SWEEP: Final = """
from datetime import timedelta
from django.utils.timezone import now
from content_libraries import api
from content_libraries.imports.models import ImportJob
LONG_AGO = now() - timedelta(hours=1)
ImportJob.objects.update(created=LONG_AGO, heartbeat=LONG_AGO, sent=None)
print(api.sweep_jobs())
"""

_TASK: Final = "content_libraries.imports.run"


@dataclass(frozen=True, slots=True)
class ImportingSite:
    """
    A site on a SQLite file.

    Args:
        folder: everything that the site keeps.
        variables: what its processes are told besides.
    """

    folder: Path
    variables: Mapping[str, str] = field(default_factory=dict)

    def prepare(self) -> None:
        """Make the database and an empty library."""
        give_database(self.folder)
        self.manage("create_library", LIBRARY, "--title", "Welcome")

    def copy(self, name: str) -> ImportingSite:
        """The same site in another folder."""
        return replace(self, folder=workers.a_copy(self.folder, name))

    def start_import(self) -> None:
        """Let somebody start an import; its message waits in the broker."""
        self.script(_START)

    def sweep(self) -> int:
        """Look for jobs as if they and the last sign of their worker were old. Returns how many were sent again."""
        return int(self.script(_SWEEP))

    def script(self, text: str) -> str:
        """Run Python in the site; what it prints."""
        return self.manage("shell", "-v0", "-c", text)

    def manage(self, *arguments: str) -> str:
        finished = self.run("manage.py", *arguments)
        assert finished.returncode == 0, finished.stderr
        return finished.stdout

    def work(self, die_at: int) -> subprocess.CompletedProcess[str]:
        """Let a worker take a message; see ``killed_worker``."""
        return self.run(*self.worker(die_at))

    def worker(self, die_at: int, by: str = "SIGKILL") -> list[str]:
        """The arguments of such a worker."""
        return ["-m", "tests.journeys.killed_worker", _TASK, str(die_at), by]

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(  # noqa: S603
            [sys.executable, *command],
            cwd=PROJECT,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )

    @property
    def environment(self) -> Mapping[str, str]:
        return {**workers.environment(self.folder), **self.variables}

    def rows(self) -> dict[str, Any]:
        """Every row that an import writes, without what is volatile."""
        return workers.rows(self.folder)
