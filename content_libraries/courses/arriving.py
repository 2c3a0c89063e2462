"""What blocks bring along when they come into a course as copies: files, and names that are theirs alone."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Final

from ..olx.api import root_tag, with_attributes
from .data import CourseFile
from .plans import PutFile

_NAMES_OUTSIDE: Final[Mapping[str, str]] = {"video": "edx_video_id"}
"""Type of a block -> attribute that names something outside of courses that belongs to one block alone."""


class ArrivingFiles:
    """
    Files that come into a course. What the course has already stays, whatever its content.

    Args:
        there: files of the course, by path.
    """

    def __init__(self, there: Mapping[str, CourseFile]) -> None:
        self.there = there
        self.new: dict[str, PutFile] = {}
        self.conflicts: dict[str, None] = {}
        """Paths at which the course has other files."""

    def add(self, path: str, digest: str, size: int) -> None:
        there = self.there.get(path)
        if there is None:
            self.new[path] = PutFile(path, digest, size)
        elif there.digest != digest:
            self.conflicts[path] = None


def as_new_use(olx: str) -> str:
    """The element of a copy, which names anew what it names outside of courses: that stays the original's."""
    name = _NAMES_OUTSIDE.get(root_tag(olx))
    return olx if name is None else with_attributes(olx, {name: str(uuid.uuid4())})
