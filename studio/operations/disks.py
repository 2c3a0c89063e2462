"""Checks that there is space where this site writes files."""

from __future__ import annotations

import logging
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.core.files.storage import FileSystemStorage, default_storage

logger = logging.getLogger(__name__)

DATABASE: Final = "database"
_MEBIBYTE: Final = 2**20
_PROBE: Final = b"\0" * 64 * 1024


@dataclass(frozen=True, slots=True)
class Space:
    """
    The free space where the site writes.

    Args:
        free: free bytes of the disk with the least free space.
        low: names of folders on disks with less than ``FREE_SPACE_MB``.
        full: names of folders in which files cannot be written.
    """

    free: int | None
    low: tuple[str, ...]
    full: tuple[str, ...]


def folders() -> dict[str, Path]:
    """
    Map names to the folders of this machine where the site writes files.

    ``DATABASE`` is included for SQLite only, and files are left out if an object store keeps them.
    """
    media: Mapping[str, Any] = settings.OPENEDX_LEARNING["MEDIA"]
    broker: Mapping[str, Any] = settings.CELERY_BROKER_TRANSPORT_OPTIONS
    database: Mapping[str, Any] = settings.DATABASES["default"]
    file = Path(str(database["NAME"]))
    found: dict[str, Any] = {
        DATABASE: file.parent if database["ENGINE"].endswith("sqlite3") and file.is_file() else None,
        "files": media.get("OPTIONS", {}).get("location") if "FileSystemStorage" in media["BACKEND"] else None,
        "uploads": default_storage.location if isinstance(default_storage, FileSystemStorage) else None,
        "search": settings.CONTENT_LIBRARIES_SEARCH_INDEX_DIR,
        "broker": broker.get("data_folder_out"),
        "temporary": settings.FILE_UPLOAD_TEMP_DIR or tempfile.gettempdir(),
    }
    return {name: Path(folder) for name, folder in found.items() if folder and Path(folder).is_dir()}


def space_left() -> Space:
    """Ask each disk for its free space, and write a little into each folder, because quotas do not show otherwise."""
    free: dict[str, int] = {}
    full: list[str] = []
    for name, folder in folders().items():
        try:
            free[name] = shutil.disk_usage(folder).free
            _probe(folder)
        except OSError as error:
            logger.error("Nothing can be written into the folder of “%s”: %s", name, error)
            full.append(name)
    low = tuple(name for name, size in free.items() if size < settings.FREE_SPACE_MB * _MEBIBYTE)
    return Space(min(free.values(), default=None), low, tuple(full))


def _probe(folder: Path) -> None:
    with tempfile.TemporaryFile(dir=folder) as file:
        file.write(_PROBE)
        file.flush()
