"""Lists the formats that can be imported: the formats of this package, and the formats that other packages add."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final

from django.utils.translation import gettext as _

from ...errors import InvalidInputError, NotFoundError
from ...extensions import Extensions, load_extensions
from ...keys import CourseKey
from . import archives, cartridges, courses, moodle, qti, questions
from .base import NamedByFile, Origin, Source, SourceFormat
from .renamed import RenamedSource

type SourcePath = str | os.PathLike[str]

GROUP: Final = "content_libraries.import_sources"
"""The entry points by which packages add formats."""

BUILT_IN: Final[tuple[SourceFormat[Any], ...]] = (
    cartridges.FORMAT,
    moodle.FORMAT,
    qti.FORMAT,
    *questions.FORMATS,
    courses.FORMAT,
    archives.FORMAT,
)
"""The formats of this package, in the order in which they are asked. A new module of a format is added here."""


def source_format(origin: Origin) -> SourceFormat[Any]:
    """Return the format of a file, a folder or a key. Raises NotFoundError if no format reads it."""
    for each in _formats():
        if isinstance(origin, each.origin) and each.detect(origin):
            return each
    raise NotFoundError(_("Nothing on this site can read %(source)s.") % {"source": origin})


def open_source(origin: Origin) -> Source:
    """Return the source at a path, or of a key. Checks no permission. Raises NotFoundError if no format reads it."""
    return source_format(origin).open(origin)


def as_source(source: Source | SourcePath, *, key: CourseKey | None = None, file_name: str = "") -> Source:
    """
    Return the source at a path, or the given source itself.

    Args:
        key: import it under this key instead of its own.
        file_name: the name that the owner of the file knows, if the path has another one.
    """
    if isinstance(source, (str, os.PathLike)):
        source = open_source(Path(source))
    if file_name and isinstance(source, NamedByFile):
        source = source.named(file_name)
    return source if key is None else RenamedSource(source, key)


def upload_suffix(file_name: str) -> str:
    """Return the suffix by which a file can be uploaded. Raises InvalidInputError if no format has the suffix."""
    suffixes = upload_suffixes()
    for suffix in sorted(suffixes, key=len, reverse=True):
        if file_name.lower().endswith(suffix):
            return suffix
    text = _("“%(file)s” cannot be imported. Upload a file whose name ends in one of these: %(suffixes)s.")
    message = text % {"file": file_name, "suffixes": ", ".join(suffixes)}
    raise InvalidInputError(message, field="file", as_list=True)


def upload_suffixes() -> Sequence[str]:
    """Return the suffixes of the files that can be uploaded on this site."""
    return [suffix for each in _formats() for suffix in each.suffixes]


@cache
def added_formats() -> Extensions[SourceFormat[Any]]:
    """Load the formats that other packages read."""
    return load_extensions(GROUP, SourceFormat, taken=[each.name for each in BUILT_IN])


def _formats() -> Sequence[SourceFormat[Any]]:
    """Return all formats. Formats of other packages come first: the last format of this package takes every file."""
    return (*added_formats().found, *BUILT_IN)
