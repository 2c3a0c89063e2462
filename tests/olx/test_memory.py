"""Memory does not grow with an archive."""

from __future__ import annotations

import os
import tarfile
import tempfile
import tracemalloc
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from content_libraries.olx.api import iter_static_files, read_archive, write_folder

from .builders import course_members

FILE_BYTES = 4 * 1024**2
FILES = 50


def large_zip(path: Path) -> None:
    content = os.urandom(FILE_BYTES)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for name, text in course_members():
            archive.writestr(name, text)
        for number in range(FILES):
            archive.writestr(f"course/static/{number}.bin", content)


def large_tar(path: Path) -> None:
    content = os.urandom(FILE_BYTES)
    file = path.with_suffix(".bin")
    file.write_bytes(content)
    with tarfile.open(path, "w") as archive:
        for name, text in course_members():
            member = path.with_suffix(".txt")
            member.write_bytes(text)
            archive.add(member, name)
        for number in range(FILES):
            archive.add(file, f"course/static/{number}.bin")


@pytest.fixture
def roomy_path() -> Iterator[Path]:
    """Return a folder that goes away with the test; those of pytest stay for three runs."""
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


@pytest.mark.parametrize("make", [large_zip, large_tar])
def test_an_archive_of_200_mb_is_read_in_a_few(roomy_path: Path, make: Callable[[Path], None]) -> None:
    path = roomy_path / "archive"
    make(path)
    assert path.stat().st_size > FILES * FILE_BYTES
    tracemalloc.start()
    try:
        tree = read_archive(path)
        assert len(tree.static_files) == FILES
        assert tracemalloc.get_traced_memory()[1] < 5 * 1024**2

        tracemalloc.reset_peak()
        for _ in iter_static_files(path, [file.path for file in tree.static_files], folder=tree.folder):
            pass
        assert tracemalloc.get_traced_memory()[1] < 4 * FILE_BYTES

        tracemalloc.reset_peak()
        write_folder(tree, roomy_path / "written", path)
        assert tracemalloc.get_traced_memory()[1] < 5 * 1024**2
    finally:
        tracemalloc.stop()
