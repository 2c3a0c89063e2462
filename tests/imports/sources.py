"""Small courses for the tests of this room, written where they are needed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from content_libraries.olx.api import OlxTree, read_archive


def write_course(folder: Path, outline: str, *, files: Mapping[str, bytes | str] | None = None, run: str = "1") -> Path:
    """
    Write a course folder.

    Args:
        folder: is made.
        outline: what is inside of ``<course>``; blocks may be written in place.
        files: further files, by path.
        run: the course's run, so that two courses can have the same blocks.
    """
    course = f'<course url_name="{run}" org="O" course="C" display_name="Course {run}">{outline}</course>'
    for path, content in {"course.xml": course, **(files or {})}.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content.encode() if isinstance(content, str) else content)
    return folder


def read_course(folder: Path, outline: str) -> OlxTree:
    """Read a course of this outline; see ``in_place``."""
    return read_archive(write_course(folder, in_place(outline)))


def in_place(outline: str) -> str:
    """Give named empty blocks a title, as they would else be pointers to files."""
    return re.sub(
        r'<(html|problem|vertical) url_name="(?!shared)([\w-]+)"/>', r'<\1 url_name="\2" display_name="\2"/>', outline
    )
