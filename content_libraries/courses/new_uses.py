"""Helpers for copying blocks into a course: collects the files they need, and replaces names that must be unique."""

from __future__ import annotations

import uuid
from collections.abc import Mapping

from ..block_types.api import block_type
from ..olx.api import root_tag, with_attributes
from .data import CourseFile
from .plans import PutFile


class ArrivingFiles:
    """
    Collects the files that a course needs for new blocks. Files of the course are never replaced.

    Args:
        there: the files of the course, by path.
    """

    def __init__(self, there: Mapping[str, CourseFile]) -> None:
        self.there = there
        self.new: dict[str, PutFile] = {}
        self.conflicts: dict[str, None] = {}
        """Paths at which the course has a file with other content; an ordered set."""

    def add(self, path: str, digest: str, size: int) -> None:
        there = self.there.get(path)
        if there is None:
            self.new[path] = PutFile(path, digest, size)
        elif there.digest != digest:
            self.conflicts[path] = None


def as_new_use(olx: str) -> str:
    """
    Return the OLX of a copy with a new ID in place of an ID that only the original may use.

    A video, for example, gets a new ``edx_video_id``. Other types of blocks come back unchanged.
    """
    name = block_type(root_tag(olx)).unique_attribute
    return with_attributes(olx, {name: str(uuid.uuid4())}) if name else olx
