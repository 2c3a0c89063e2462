"""
Measures how much processor time and memory a command needs before it does anything.

Each command runs several times, in a process of its own. The least time counts, because other work on the machine only
adds to it.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

PROJECT: Final = Path(__file__).resolve().parents[1]
ROUNDS: Final = 7
COMMANDS: Final = {
    "help of a bare project": ["-m", "django", "help", "--commands"],
    "create_library": ["manage.py", "create_library", "nonsense", "--title", "T"],
    "publish_library": ["manage.py", "publish_library", "nonsense"],
    "reindex_studio": ["manage.py", "reindex_studio", "nonsense"],
    "import_course": ["manage.py", "import_course", "nowhere", "nonsense"],
    "check": ["manage.py", "check"],
}


def measure(arguments: list[str], environment: dict[str, str]) -> tuple[float, float]:
    """Return seconds of processor time, and the peak of memory in MB."""
    process = subprocess.Popen(  # noqa: S603
        [sys.executable, *arguments],
        cwd=PROJECT,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    _pid, _status, usage = os.wait4(process.pid, 0)
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def main() -> None:
    with TemporaryDirectory() as folder:
        environment = {**os.environ, "STUDIO_DATA_DIR": folder}
        for name, arguments in COMMANDS.items():
            runs = [measure(arguments, environment) for _ in range(ROUNDS)]
            seconds, megabytes = (min(values) for values in zip(*runs, strict=True))
            sys.stdout.write(f"{name:24} {seconds:5.2f} s {megabytes:5.0f} MB\n")


if __name__ == "__main__":
    main()
