"""Fixtures of the olx room."""

from __future__ import annotations

from pathlib import Path

import pytest

from .builders import CourseFolder, Files, files_in_folder


@pytest.fixture
def course_folder(tmp_path: Path) -> CourseFolder:
    """Return a function that writes a course of one unit, with more or other files, and gives its folder."""

    def write(files: Files) -> Path:
        return files_in_folder(tmp_path / "course", files)

    return write
