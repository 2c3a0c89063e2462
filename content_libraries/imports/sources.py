"""
Sources of imports.

A source gives a tree of blocks, and later the bytes of the static files that the plan needs. Planning and writing use a
source only through the protocol ``Source``; any class that implements it can be imported from.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from django.utils.translation import gettext as _

from .. import conf
from ..errors import ConflictError, InvalidInputError
from ..keys import CourseKey
from ..olx.api import DEFAULT_LIMITS, Limits, OlxTree, StaticFile, iter_static_files, read_archive
from .cartridges.reading import CartridgeSource, is_cartridge

__all__ = ["ArchiveSource", "Source", "SourceChangedError", "SourcePath", "as_source", "with_key"]

type SourcePath = str | os.PathLike[str]


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


@dataclass(frozen=True, slots=True)
class ArchiveSource:
    """An archive or a folder with OLX."""

    path: Path

    @property
    def name(self) -> str:
        return self.path.name

    def tree(self) -> OlxTree:
        return read_archive(self.path, limits=_limits())

    def files(self, paths: Iterable[str], *, folder: str) -> Iterator[tuple[StaticFile, bytes]]:
        return iter_static_files(self.path, paths, folder=folder)


@dataclass(frozen=True, slots=True)
class RenamedSource:
    """A source that is imported under another key than its own."""

    source: Source
    key: CourseKey

    @property
    def name(self) -> str:
        return self.source.name

    def tree(self) -> OlxTree:
        return with_key(self.source.tree(), self.key)

    def files(self, paths: Iterable[str], *, folder: str) -> Iterator[tuple[StaticFile, bytes]]:
        return self.source.files(paths, folder=folder)


def as_source(source: Source | SourcePath, *, key: CourseKey | None = None) -> Source:
    """
    Return the source at a path, or the given source itself.

    Args:
        key: import it under this key instead of its own.
    """
    if isinstance(source, (str, os.PathLike)):
        path = Path(source)
        source = CartridgeSource(path, _limits()) if is_cartridge(path) else ArchiveSource(path)
    return source if key is None else RenamedSource(source, key)


def with_key(tree: OlxTree, key: CourseKey) -> OlxTree:
    """
    Return a tree under another key, so that one archive can be imported as two courses.

    Raises InvalidInputError if one of the keys is that of a library and the other that of a course.
    """
    if type(key) is not type(tree.context_key):
        raise InvalidInputError(
            _("“%(key)s” cannot be the key of this source: the archive holds %(own_key)s.")
            % {"key": key, "own_key": tree.context_key},
            field="source_key",
        )
    return replace(tree, context_key=key)


def _limits() -> Limits:
    return replace(DEFAULT_LIMITS, blocks=conf.IMPORT_MAX_BLOCKS.value)
