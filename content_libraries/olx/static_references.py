"""
Finds the static files that a block refers to.

Only exact references count: a path under ``/static/``, or an asset key. A file name that merely occurs in a text is not
a reference (wire: imports-content). The caller, who knows the types of blocks, passes names that a block gives without
a path, as a video does.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final
from urllib.parse import unquote

from .data import OlxBlock, StaticFile

__all__ = ["StaticNames", "missing_references", "references", "resolve_references"]

_ASSET_NAME_ILLEGAL: Final = re.compile(r"[^\w.%-]")
_REFERENCE: Final = re.compile(
    r"""
    (?P<quote>["'(]?)(?<![\w./:-])/static/
    | (?:src|href)\s{0,9}=\s{0,9}(?P<attribute_quote>["'])static/
    | asset-v1:[^\s"'()<>@\\]{1,255}@(?:asset|thumbnail)\+block@
    | /c4x/[^\s"'()<>/\\]{1,255}/[^\s"'()<>/\\]{1,255}/(?:asset|thumbnail)/
    """,
    re.VERBOSE,
)
_MAX_NAME_CHARS: Final = 1024
_MOST_LINKED: Final = 1_000
"""How many files one block brings through files that name others."""

_LIST: Final = re.compile(r"[\s,]")
_NAME_ENDS: Final = {
    '"': re.compile(r'["\\\r\n<>]'),
    "'": re.compile(r"['\\\r\n<>]"),
    "(": re.compile(r"""[()"'\\\s<>]"""),
    "": re.compile(r"""["'()\\\s<>]"""),
}


class StaticNames:
    """
    Static files by the names that texts call them.

    That is a file's path below ``static/``, or the path as the platform spells it in an asset key, with an
    underscore for each character that a key cannot have: ``/static/My_plan__1_.pdf`` is the file
    ``My plan (1).pdf``. Where that is ambiguous, the path wins, then the first in order.

    Names match across Unicode forms: archives from macOS hold ``é`` as two characters, texts as one. ``links`` maps
    paths of files to the paths of other files that they name.
    """

    def __init__(self, files: Iterable[StaticFile], links: Mapping[str, Sequence[str]] | None = None) -> None:
        self._links = links or {}
        ordered = sorted(files, key=lambda file: file.path)
        self._files: dict[str, StaticFile] = {file.path: file for file in ordered}
        for file in ordered:
            self._files.setdefault(_composed(file.path), file)
        for file in ordered:
            self._files.setdefault(_ASSET_NAME_ILLEGAL.sub("_", _composed(file.path)), file)

    def find(self, name: str) -> StaticFile | None:
        """Return the file with this name, or None."""
        return self._files.get(name) or self._files.get(_composed(name))

    def with_linked(self, found: Mapping[str, StaticFile]) -> dict[str, StaticFile]:
        """
        Return files by name, together with all files that they name, directly or through other files.

        Args:
            found: name -> file. A file that is named by another file gets its path as its name.
        """
        result = dict(found)
        known = {file.path for file in found.values()}
        pending = list(known)
        while pending and len(result) < _MOST_LINKED:
            for path in self._links.get(pending.pop(), ()):
                if path not in known and path in self._files:
                    known.add(path)
                    pending.append(path)
                    result.setdefault(path, self._files[path])
        return result


def references(
    block: OlxBlock, static_files: Iterable[StaticFile] | None = None, *, named: Iterable[str] = ()
) -> frozenset[str]:
    """
    Return the static files that a block's OLX refers to, as paths relative to ``static/``.

    With ``static_files`` the result has only paths of existing files; without, it has names as the OLX spells them,
    percent-decoded. For many blocks of one tree, use :func:`resolve_references`, which does not build an index each
    time. ``named`` are names that the block gives without a path.
    """
    if static_files is None:
        return frozenset(spellings[-1] for spellings in _spellings(block, named))
    return frozenset(file.path for file in resolve_references(block, StaticNames(static_files), named=named).values())


def resolve_references(block: OlxBlock, names: StaticNames, *, named: Iterable[str] = ()) -> dict[str, StaticFile]:
    """
    Return the static files that a block's OLX refers to, by the name that the OLX uses.

    The name may differ from the file's path (see :class:`StaticNames`); a file that is stored with the
    block must bear that name for the reference to hold. ``named`` are names that the block gives without a path.
    """
    found: dict[str, StaticFile] = {}
    for spellings in _spellings(block, named):
        for name in spellings:
            if (file := names.find(name)) is not None:
                found[name] = file
                break
    return found


def missing_references(block: OlxBlock, names: StaticNames, *, named: Iterable[str] = ()) -> tuple[str, ...]:
    """
    Return the names of static files that a block's OLX refers to, and that are not there.

    ``named`` are names that the block gives without a path. Addresses among them are no names of files.
    """
    files = (name for name in named if "://" not in name and not name.startswith("/"))
    missing = (
        spellings[-1] for spellings in _spellings(block, files) if not any(names.find(name) for name in spellings)
    )
    return tuple(dict.fromkeys(missing))


def _composed(name: str) -> str:
    return name if name.isascii() else unicodedata.normalize("NFC", name)


def _spellings(block: OlxBlock, named: Iterable[str]) -> Iterator[tuple[str, ...]]:
    """Yield each reference as the names that it may mean, the most literal first, the most likely last."""
    text = html.unescape(block.olx)
    for match in _REFERENCE.finditer(text):
        quote = match["quote"] or match["attribute_quote"] or ""
        name = text[match.end() : match.end() + _MAX_NAME_CHARS]
        name = _NAME_ENDS[quote].split(name, maxsplit=1)[0]
        plain = re.split(r"[?#]", name, maxsplit=1)[0]
        if not quote:
            plain = plain.rstrip(".,;:!]")
        if plain:
            # Without its quotes, a list as in srcset="/static/a.png 2x" ends a name at a space.
            first = _LIST.split(plain, maxsplit=1)[0]
            yield name, plain, first, unquote(first), unquote(plain)
    yield from ((name,) for name in named if name)
