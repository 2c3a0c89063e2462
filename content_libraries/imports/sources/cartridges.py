"""Opens Common Cartridges, which other learning platforms export. They are read in ``..cartridges``."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from ..cartridges.course_tree import CartridgeSource
from ..questions.packages import manifest_head
from .base import SourceFormat, reading_limits

_SUFFIX: Final = ".imscc"
_MARKS: Final = (b"/imscc/", b"imsccv1p", b"IMS Common Cartridge")
"""Marks in the manifest that tell a cartridge from other ``.zip`` files."""


def _is_cartridge(path: Path) -> bool:
    suffix = path.suffix.lower()
    return suffix == _SUFFIX or (suffix == ".zip" and any(mark in manifest_head(path) for mark in _MARKS))


def _open(path: Path) -> CartridgeSource:
    return CartridgeSource(path, reading_limits())


FORMAT: Final = SourceFormat(
    name="cartridge", origin=Path, detect=_is_cartridge, open=_open, suffixes=(_SUFFIX,), kind="cartridge"
)
