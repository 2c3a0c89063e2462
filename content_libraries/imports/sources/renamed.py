"""Reads sources that are imported under another key than their own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from ...errors import InvalidInputError
from ...keys import CourseKey
from ...olx.api import OlxTree, StaticFile
from .base import Source


@dataclass(frozen=True, slots=True)
class RenamedSource:
    """A source that is imported under another key than its own, so that one archive can become two courses."""

    source: Source
    key: CourseKey

    @property
    def name(self) -> str:
        return self.source.name

    def tree(self) -> OlxTree:
        """
        Read everything but the static files.

        Raises OlxError, and InvalidInputError if one key is the key of a library and the other the key of a course.
        """
        tree = self.source.tree()
        if type(self.key) is not type(tree.context_key):
            raise InvalidInputError(
                _("“%(key)s” cannot be the key of this source: the archive holds %(own_key)s.")
                % {"key": self.key, "own_key": tree.context_key},
                field="source_key",
            )
        return replace(tree, context_key=self.key)

    def files(self, paths: Iterable[str], *, folder: str) -> Iterator[tuple[StaticFile, bytes]]:
        return self.source.files(paths, folder=folder)
