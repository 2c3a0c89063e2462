"""A clone without the real exports of others says which tests it leaves out, and why."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from .sites import PROJECT


def test_each_test_that_is_left_out_is_named_with_its_reason(tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "CI"}

    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "tests/olx/test_real_archives.py"],
        cwd=PROJECT,
        env=environment | {"CONTENT_LIBRARIES_DATA": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )

    (line,) = (line for line in done.stdout.splitlines() if "::test_the_demo_course " in line)
    assert line.startswith("SKIPPED")
    assert f"openedx-demo-course.tar.gz is not in {tmp_path}" in line
    assert "set CONTENT_LIBRARIES_DATA" in line
