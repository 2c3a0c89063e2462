"""The interface of a source of imports, and the description of a format of sources."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol, runtime_checkable

from ... import conf
from ...errors import ConflictError
from ...keys import CourseKey
from ...olx.api import DEFAULT_LIMITS, Limits, OlxTree, StaticFile

type Origin = Path | CourseKey
"""The place of a source: a file or folder, or the key of a course of this site."""


class SourceChangedError(ConflictError):
    """A source has changed since the plan was made, or changes while it is read."""

    code = "source_changed"


class Source(Protocol):
    """Something that can be imported: a course or a legacy library."""

    @property
    def name(self) -> str:
        """Return the name that its owner knows, for messages."""

    def tree(self) -> OlxTree:
        """Read everything but the static files. Raises OlxError."""

    def files(self, paths: Iterable[str], *, folder: str) -> Iterator[tuple[StaticFile, bytes]]:
        """Yield static files, one in memory at a time. Raises OlxError if a file is missing."""


@runtime_checkable
class NamedByFile(Protocol):
    """A source whose key and title are made from the name of its file, because the content has none."""

    def named(self, file_name: str) -> Source:
        """Return the same source under the name that its owner knows; an upload is stored under another name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFormat[OriginT: Origin]:
    """
    A format of sources.

    Args:
        name: its unique name.
        origin: the class of what sources of the format are read from: Path, or the class of a key.
        detect: returns whether an origin of this class has the format. It looks at the name, and at the content as far
            as needed; it does not raise for content that it cannot read.
        open: returns the source; it may defer reading until the source is used.
        suffixes: suffixes of the names of files that can be uploaded, in lower case.
        kind: the kind of uploads, as a value of SourceKind; blank if the key tells whether an upload is a course or a
            legacy library.
    """

    name: str
    origin: type[OriginT]
    detect: Callable[[OriginT], bool]
    open: Callable[[OriginT], Source]
    suffixes: tuple[str, ...] = ()
    kind: str = ""


def reading_limits() -> Limits:
    """Return the limits for reading a source on this site."""
    return replace(DEFAULT_LIMITS, blocks=conf.IMPORT_MAX_BLOCKS.value)
