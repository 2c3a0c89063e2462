"""Opens backups of Moodle courses. They are read in ``..moodle``."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from ..moodle.course_tree import BackupSource
from .base import SourceFormat, reading_limits

_SUFFIX: Final = ".mbz"


def _is_backup(path: Path) -> bool:
    return path.suffix.lower() == _SUFFIX


def _open(path: Path) -> BackupSource:
    return BackupSource(path, reading_limits())


FORMAT: Final = SourceFormat(
    name="moodle", origin=Path, detect=_is_backup, open=_open, suffixes=(_SUFFIX,), kind="moodle"
)
