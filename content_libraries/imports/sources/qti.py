"""Opens packages of QTI 2.x. They are read in ``..qti_packages``."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from ..qti_packages.package import PackageSource, is_package
from .base import SourceFormat, reading_limits


def _is_package(path: Path) -> bool:
    return path.suffix.lower() == ".zip" and is_package(path)


def _open(path: Path) -> PackageSource:
    return PackageSource(path, reading_limits())


FORMAT: Final = SourceFormat(name="qti", origin=Path, detect=_is_package, open=_open, kind="qti")
"""The format has no suffix of its own: every ``.zip`` can be uploaded already."""
