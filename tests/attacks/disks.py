"""Disks and storages that run out of space."""

from __future__ import annotations

import errno
import io
import resource
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from io import RawIOBase
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import Storage

from content_libraries.upstream.openedx_core import get_storage


@contextmanager
def no_file_larger_than(size: int) -> Iterator[None]:
    """In the block, the system lets this process write so many bytes into a file, and refuses the next ones."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@contextmanager
def tiny_disk(folder: Path, size: str) -> Iterator[Path]:
    """A disk of its own at a folder, such as ``1m``. Skips where this user may not mount any."""
    folder.mkdir(parents=True, exist_ok=True)
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
    if subprocess.run(mount, check=False, capture_output=True).returncode:  # noqa: S603
        pytest.skip("this user may not mount a disk")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)  # noqa: S603, S607


def fill(folder: Path) -> Path:
    """Fill a disk to its last byte. Returns the file that does."""
    filler = folder / "filler"
    with filler.open("wb", buffering=0) as file:
        for size in (64 * 1024, 1):
            with pytest.raises(OSError, match="No space left"):
                _write_for_ever(file, b"\0" * size)
    return filler


def _write_for_ever(file: RawIOBase, data: bytes) -> None:
    while True:
        file.write(data)


class PluggedInStorage(Storage):
    """
    A storage as hosts plug one in, which is no folder for Django.

    It gives another name to a file whose name is taken, and writes a file where it will be. ``quota`` is how many bytes
    a file may have at most.
    """

    quota: int | None = None

    def __init__(self, location: str) -> None:
        self.folder = Path(location)

    def _open(self, name: str, _mode: str = "rb") -> File[bytes]:
        return File(io.BytesIO((self.folder / name).read_bytes()), name)

    def _save(self, name: str, content: File[Any]) -> str:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            for chunk in content.chunks():
                file.write(chunk[: self.quota])
                if self.quota is not None and len(chunk) > self.quota:
                    raise OSError(errno.EDQUOT, "Disk quota exceeded")
        return name

    def exists(self, name: str) -> bool:
        return (self.folder / name).exists()

    def size(self, name: str) -> int:
        return (self.folder / name).stat().st_size

    def delete(self, name: str) -> None:
        (self.folder / name).unlink(missing_ok=True)

    def listdir(self, path: str) -> tuple[list[str], list[str]]:
        entries = list((self.folder / path).iterdir())
        return [e.name for e in entries if e.is_dir()], [e.name for e in entries if e.is_file()]


@contextmanager
def media_in(backend: str, **options: Any) -> Iterator[Storage]:
    """In the block, Learning Core keeps its files there."""
    before = settings.OPENEDX_LEARNING
    settings.OPENEDX_LEARNING = {"MEDIA": {"BACKEND": backend, "OPTIONS": options}}
    get_storage.cache_clear()
    try:
        yield get_storage()
    finally:
        settings.OPENEDX_LEARNING = before
        get_storage.cache_clear()
