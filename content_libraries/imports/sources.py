"""
Where imports read from.

A source gives a tree of blocks, and later the bytes of the static files that the plan needs. What the planner and the
writer know of a source is the protocol below; a store that keeps courses by their key becomes a source by giving the
same three things.
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
    """A source is not any more what was planned from, or changes while it is read."""

    code = "source_changed"


class Source(Protocol):
    """What an import reads."""

    @property
    def name(self) -> str:
        """What its owner calls it, for messages."""

    def tree(self) -> OlxTree:
        """Read everything but the static files. Raises OlxError."""

    def files(self, paths: Iterable[str], *, folder: str) -> Iterator[tuple[StaticFile, bytes]]:
        """Yield static files, one in memory at a time. Raises OlxError if one is not there any more."""


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
    """A source under another key than its own."""

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
    The source that a path, or already a source, stands for.

    Args:
        key: import it under this key instead of its own.
    """
    if isinstance(source, (str, os.PathLike)):
        path = Path(source)
        source = CartridgeSource(path, _limits()) if is_cartridge(path) else ArchiveSource(path)
    return source if key is None else RenamedSource(source, key)


def with_key(tree: OlxTree, key: CourseKey) -> OlxTree:
    """
    The same tree under another key, so that one archive can be imported as two courses.

    Raises InvalidInputError for the key of a library where the source is a course, and the other way round.
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
