"""
Finds the static files that other static files name: pages, style sheets and scripts.

A file is searched while it is cataloged, so that it is read once. Only names that are names of other static files
count, so a text that looks like a name does no harm. Sizes and numbers are bounded.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Final
from urllib.parse import unquote

__all__ = ["NameCollector", "links_between", "may_name_files", "resolved_links"]

_SUFFIXES: Final = (".css", ".htm", ".html", ".js", ".mjs", ".svg")
_MOST_BYTES: Final = 1024**2
"""How much of one file is searched."""
_MOST_NAMES: Final = 2_000
"""How many names of one file count."""
_NAME: Final = re.compile(r"""["'(=]\s{0,3}([^"'()<>\s?#=]{1,200}\.[A-Za-z0-9]{1,8})(?=["')\s?#>])""")
_STATIC: Final = "/static/"


def may_name_files(path: str) -> bool:
    """Return whether a file may name other files, by its suffix."""
    return path.lower().endswith(_SUFFIXES)


class NameCollector:
    """Passes the content of a file on, and keeps what is needed to find names in it."""

    def __init__(self) -> None:
        self._content = bytearray()

    def through(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        """Yield the chunks unchanged."""
        for chunk in chunks:
            self._content += chunk[: _MOST_BYTES - len(self._content)]
            yield chunk

    def names(self) -> tuple[str, ...]:
        """Return what looks like a name of a file."""
        return names_in(self._content)


def names_in(content: bytes | bytearray) -> tuple[str, ...]:
    """Return what looks like a name of a file in the content of a file."""
    names: dict[str, None] = {}
    for match in _NAME.finditer(content[:_MOST_BYTES].decode(errors="replace")):
        names[match[1]] = None
        if len(names) >= _MOST_NAMES:
            break
    return tuple(names)


def links_between(contents: Iterable[tuple[str, bytes]], paths: Collection[str]) -> dict[str, tuple[str, ...]]:
    """Map each static file to the other static files that it names; see ``resolved_links``."""
    names: dict[str, tuple[str, ...]] = {}
    for path, content in contents:
        names[path] = names_in(content)
    return resolved_links(names, paths)


def resolved_links(names: Mapping[str, Collection[str]], paths: Collection[str]) -> dict[str, tuple[str, ...]]:
    """
    Map each static file to the other static files that it names.

    Args:
        names: path of a static file -> what looks like names in it. They are relative to the folder of the file, or
            begin with ``/static/``.
        paths: all static files, relative to ``static/``.
    """
    known = set(paths)
    found: dict[str, tuple[str, ...]] = {}
    for path, candidates in names.items():
        targets = dict.fromkeys(target for name in candidates if (target := _target(path, unquote(name))) in known)
        targets.pop(path, None)
        if targets:
            found[path] = tuple(targets)
    return found


def _target(path: str, name: str) -> str:
    if name.startswith(_STATIC):
        return name.removeprefix(_STATIC)
    return posixpath.normpath(posixpath.join(posixpath.dirname(path), name))
