"""Finds the files of its course that a block refers to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ..block_types.api import resolve_references
from ..olx.api import StaticFile, StaticNames, parse_block
from .data import CourseFile

_STATIC: Final = "static/"


class CourseFileNames:
    """Finds the files of a course by the names that the OLX of its blocks uses."""

    def __init__(self, files: Mapping[str, CourseFile]) -> None:
        self._files = files
        self._names = StaticNames(
            StaticFile(path.removeprefix(_STATIC), file.size, file.digest)
            for path, file in files.items()
            if path.startswith(_STATIC)
        )

    def in_text(self, olx: str) -> dict[str, CourseFile]:
        """Return the files that the OLX of a block refers to, by ``static/NAME`` as the OLX spells the name."""
        found = resolve_references(parse_block(olx), self._names)
        return {f"{_STATIC}{name}": self._files[f"{_STATIC}{file.path}"] for name, file in found.items()}
