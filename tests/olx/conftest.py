"""Real exports that others made; see the README beside them."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from .builders import CourseFolder, Files, files_in_folder

BESIDE_THE_CHECKOUT = Path(__file__).resolve().parents[3] / "shared" / "data"


@pytest.fixture
def real_archive() -> Callable[[str], Path]:
    """Return a function that finds an archive by name; without the data it skips, in CI it fails."""
    folder = Path(os.environ.get("CONTENT_LIBRARIES_DATA") or BESIDE_THE_CHECKOUT)

    def find(name: str) -> Path:
        path = folder / name
        if not path.exists():
            reason = f"{name} is not in {folder}: set CONTENT_LIBRARIES_DATA to the folder that has it"
            if os.environ.get("CI"):
                pytest.fail(reason)
            pytest.skip(reason)
        return path

    return find


@pytest.fixture
def course_folder(tmp_path: Path) -> CourseFolder:
    """Return a function that writes a course of one unit, with more or other files, and gives its folder."""

    def write(files: Files) -> Path:
        return files_in_folder(tmp_path / "course", files)

    return write
