"""Opens files of questions: Moodle's XML and GIFT, and problems in Markdown. They are read in ``..questions``."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final

from ..questions.files import QuestionFile
from .base import SourceFormat, reading_limits


def _format(name: str, suffixes: tuple[str, ...]) -> SourceFormat[Path]:
    return SourceFormat(
        name=name,
        origin=Path,
        detect=_named(suffixes),
        open=partial(_open, name),
        suffixes=suffixes,
        kind="questions",
    )


def _named(suffixes: tuple[str, ...]) -> Callable[[Path], bool]:
    return lambda path: path.name.lower().endswith(suffixes) and not path.is_dir()


def _open(name: str, path: Path) -> QuestionFile:
    return QuestionFile(path, reading_limits(), name)


FORMATS: Final = (
    _format("moodle-xml", (".xml",)),
    _format("gift", (".gift", ".txt")),
    _format("markdown", (".md",)),
)
