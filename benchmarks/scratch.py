"""A throw-away site to measure on, and a stopwatch that counts queries."""

from __future__ import annotations

import atexit
import gc
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


def start_site() -> None:
    """Set up Django on a new SQLite file. Call it before importing anything that needs Django."""
    os.environ["STUDIO_DATA_DIR"] = tempfile.mkdtemp(prefix="content-libraries-benchmark-")
    atexit.register(shutil.rmtree, os.environ["STUDIO_DATA_DIR"], ignore_errors=True)
    os.environ.pop("DATABASE_URL", None)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "studio.settings")
    os.environ.setdefault("CELERY_TASK_ALWAYS_EAGER", "true")
    os.environ.setdefault("LOG_LEVEL", "ERROR")
    import django  # noqa: PLC0415
    from django.core.management import call_command  # noqa: PLC0415

    django.setup()
    call_command("migrate", verbosity=0)
    call_command("load_policies", verbosity=0)


def shared_data() -> Path:
    """Return the folder with the real courses: CONTENT_LIBRARIES_DATA, or a folder beside the checkout."""
    configured = os.environ.get("CONTENT_LIBRARIES_DATA")
    return Path(configured) if configured else Path(__file__).resolve().parents[2] / "shared" / "data"


@dataclass(slots=True)
class Measurement:
    """Seconds of wall-clock time and of the processor's time for this process, and database queries."""

    name: str
    seconds: float = 0.0
    busy: float = 0.0
    queries: int = 0

    def __str__(self) -> str:
        return f"{self.name:55} {self.seconds:8.2f} s {self.busy:8.2f} s busy {self.queries:9,} queries"


@contextmanager
def measured(name: str) -> Iterator[Measurement]:
    """Measure what happens inside of the block."""
    from django.db import connection  # noqa: PLC0415

    measurement = Measurement(name)

    def count(execute: Callable[..., object], sql: str, params: object, many: bool, context: object) -> object:
        measurement.queries += 1
        return execute(sql, params, many, context)

    gc.collect()
    gc.freeze()  # what the other one has left is not searched for garbage
    start, busy = time.perf_counter(), time.process_time()
    with connection.execute_wrapper(count):
        yield measurement
    measurement.seconds, measurement.busy = time.perf_counter() - start, time.process_time() - busy
