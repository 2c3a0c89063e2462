"""The first pass over an archive. Texts are kept; of every other file, only path, size and digest are noted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from hashlib import blake2b
from pathlib import Path
from typing import Final

from ..translation import gettext
from .archives import files_of
from .data import Limits, StaticFile
from .errors import ArchiveTooLargeError, MissingFileError, NotACourseError
from .tags import TAGS_FILE

__all__ = ["Catalog", "folder_of", "read_catalog", "read_files"]

_TEXT_SUFFIXES: Final = (".xml", ".html", ".json")
_STATIC: Final = "static"
_ROOTS: Final = ("course.xml", "library.xml")


@dataclass(frozen=True, slots=True)
class Catalog:
    """
    The content of an archive. Paths are relative to ``folder``, which contains course.xml or library.xml.
    """

    folder: str
    files: Mapping[str, StaticFile]
    texts: Mapping[str, bytes]


def read_catalog(source: Path, limits: Limits) -> Catalog:
    """Read a whole archive once. Memory grows only with its texts, whose size is limited."""
    files: list[StaticFile] = []
    texts: dict[str, bytes] = {}
    left = limits.total_text_bytes
    for path, chunks in files_of(source, limits):
        if _is_text(path):
            texts[path] = _kept(path, chunks, min(left, limits.text_bytes))
            left -= len(texts[path])
            files.append(_noted(path, [texts[path]]))
        else:
            files.append(_noted(path, chunks))
    folder = _root_folder([file.path for file in files], source.name)
    below = {path: file for file in files if (path := _below(folder, file.path))}
    return Catalog(
        folder,
        {path: replace(file, path=path) for path, file in below.items()},
        {path: texts[file.path] for path, file in below.items() if file.path in texts},
    )


def folder_of(source: Path, limits: Limits) -> str:
    """Return the folder of course.xml or library.xml, by looking at names only."""
    return _root_folder([path for path, _ in files_of(source, limits)], source.name)


def read_files(
    source: Path, folder: str, wanted: Iterable[str], limits: Limits
) -> Iterator[tuple[str, Iterator[bytes]]]:
    """
    Yield path (relative to ``folder``) and content of the wanted files, in the order of the archive.

    Raises MissingFileError at the end if one was not there.
    """
    missing = set(wanted)
    for name, chunks in files_of(source, limits):
        if not missing:
            return
        path = _below(folder, name)
        if path in missing:
            missing.discard(path)
            yield path, chunks
    if missing:
        path = min(missing)
        raise MissingFileError(
            gettext("%(archive)s holds no file %(path)s: read the archive again.")
            % {"archive": source.name, "path": path},
            path,
        )


def _is_text(path: str) -> bool:
    *folders, name = path.split("/")
    return (name == TAGS_FILE or name.endswith(_TEXT_SUFFIXES)) and _STATIC not in folders


def _kept(path: str, chunks: Iterable[bytes], most: int) -> bytes:
    content = bytearray()
    for chunk in chunks:
        content += chunk
        if len(content) > most:
            raise ArchiveTooLargeError(
                gettext(
                    "%(path)s brings the texts of the archive above their limit: move large files to static/,"
                    " or split the course."
                )
                % {"path": path},
                path,
            )
    return bytes(content)


def _noted(path: str, chunks: Iterable[bytes]) -> StaticFile:
    digest = blake2b(digest_size=20)
    size = 0
    for chunk in chunks:
        digest.update(chunk)
        size += len(chunk)
    return StaticFile(path, size, digest.hexdigest())


def _root_folder(paths: Iterable[str], archive: str) -> str:
    """Return the folder of the root file that is nearest to the top. There must be exactly one such folder."""
    roots = [path for path in paths if path.rsplit("/", 1)[-1] in _ROOTS]
    nearest = min((path.count("/") for path in roots), default=0)
    candidates = sorted(path for path in roots if path.count("/") == nearest)
    if len(candidates) != 1:
        if candidates:
            text = gettext("%(archive)s holds %(found)s: pack one course or one legacy library as Studio exports it.")
        else:
            text = gettext(
                "%(archive)s holds neither a course.xml nor a library.xml: pack one course or one legacy library as"
                " Studio exports it."
            )
        raise NotACourseError(text % {"archive": archive, "found": ", ".join(candidates)}, archive)
    return candidates[0].rpartition("/")[0]


def _below(folder: str, path: str) -> str:
    """Return the path relative to the folder; "" if it is outside."""
    if not folder:
        return path
    return path.removeprefix(folder + "/") if path.startswith(folder + "/") else ""
