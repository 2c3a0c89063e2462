"""Common Cartridges, which other learning platforms export. They are read in ``..cartridges``."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from ..cartridges.course_tree import CartridgeSource
from .base import SourceFormat, reading_limits

_SUFFIX: Final = ".imscc"


def _is_cartridge(path: Path) -> bool:
    return path.suffix.lower() == _SUFFIX


def _open(path: Path) -> CartridgeSource:
    return CartridgeSource(path, reading_limits())


FORMAT: Final = SourceFormat(
    name="cartridge", origin=Path, detect=_is_cartridge, open=_open, suffixes=(_SUFFIX,), kind="cartridge"
)
