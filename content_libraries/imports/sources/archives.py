"""Opens archives and folders with OLX: courses and legacy libraries, as platforms export them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ... import site_language
from ...olx.api import OlxError, OlxTree, StaticFile, iter_static_files, read_archive
from .base import SourceFormat, reading_limits


@dataclass(frozen=True, slots=True)
class ArchiveSource:
    """An archive or a folder with OLX."""

    path: Path

    @property
    def name(self) -> str:
        return self.path.name

    def tree(self) -> OlxTree:
        """
        Read everything but the static files.

        The faults of blocks are in the language of the site, because plans keep them. Errors that refuse the archive
        are in the language of the user; if it is another one, the archive is read once more. Raises OlxError.
        """
        if not site_language.is_active():
            with site_language.active(), suppress(OlxError):
                return read_archive(self.path, limits=reading_limits())
        return read_archive(self.path, limits=reading_limits())

    def files(self, paths: Iterable[str], *, folder: str) -> Iterator[tuple[StaticFile, bytes]]:
        return iter_static_files(self.path, paths, folder=folder)


def _takes_all(_path: Path) -> bool:
    """Accept every file that no other format has detected, because reading it gives the best error message."""
    return True


FORMAT: Final = SourceFormat(
    name="olx", origin=Path, detect=_takes_all, open=ArchiveSource, suffixes=(".tar.gz", ".tgz", ".zip")
)
