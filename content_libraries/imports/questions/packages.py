"""Reads archives that are not OLX. Texts are kept in memory; of other files only path, size and digest."""

from __future__ import annotations

import posixpath
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Final
from zipfile import BadZipFile, ZipFile

from django.utils.translation import gettext as _

from ... import site_language
from ...olx.api import (
    ArchiveTooLargeError,
    Limits,
    MissingFileError,
    NotACourseError,
    OlxError,
    OlxTree,
    StaticFile,
    files_of,
)

MANIFEST: Final = "imsmanifest.xml"
"""The main file of cartridges and of packages of QTI."""

_HEAD_BYTES: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Package:
    """
    The content of an archive. Paths are relative to the folder of its main file.

    Args:
        folder: the folder, with a slash at its end; "" for the top.
        texts: path -> content, of texts.
        files: path -> file, of all files.
    """

    folder: str
    texts: Mapping[str, bytes]
    files: Mapping[str, StaticFile]


def read_package(path: Path, limits: Limits, *, main: str, is_text: Callable[[str], bool]) -> Package:
    """
    Read an archive once.

    Args:
        path: path of the archive.
        main: name of the file that every archive of the format has. If it is in several folders, the folder nearest to
            the top counts.
        is_text: returns whether the file at a path is kept in memory.

    Raises NotACourseError without such a file, and OlxError for anything unsafe, damaged or too large.
    """
    texts: dict[str, bytes] = {}
    files: dict[str, StaticFile] = {}
    remaining_bytes = limits.total_text_bytes
    for name, chunks in files_of(path, limits):
        digest, size, kept = blake2b(digest_size=20), 0, bytearray()
        is_kept = is_text(name)
        for chunk in chunks:
            digest.update(chunk)
            size += len(chunk)
            if is_kept:
                kept += chunk
                _check_size(len(kept), min(remaining_bytes, limits.text_bytes), name)
        if is_kept:
            remaining_bytes -= size
            texts[name] = bytes(kept)
        files[name] = StaticFile(name, size, digest.hexdigest())
    folder = folder_of(files, main, path.name)
    return Package(
        folder,
        {below: text for name, text in texts.items() if (below := _below(folder, name))},
        {
            below: StaticFile(below, file.size, file.digest)
            for name, file in files.items()
            if (below := _below(folder, name))
        },
    )


def read_for_plans(read: Callable[[], OlxTree]) -> OlxTree:
    """
    Read a source in the language of the site, because plans keep the sentences of the tree.

    Errors that refuse the source are for the user. If the user reads another language, the source is read once more to
    raise them in that language.
    """
    if not site_language.is_active():
        with site_language.active(), suppress(OlxError):
            return read()
    return read()


def folder_of(paths: Iterable[str], main: str, archive: str) -> str:
    """Return the folder of the main file that is nearest to the top. Raises NotACourseError if there is none."""
    found = [path for path in paths if posixpath.basename(path) == main]
    if not found:
        raise NotACourseError(
            _("%(archive)s holds no %(file)s: export it again.") % {"archive": archive, "file": main}, archive
        )
    nearest = min(found, key=lambda path: (path.count("/"), path))
    return nearest.removesuffix(main)


def read_files(
    path: Path, limits: Limits, wanted: Iterable[str], names_of: Callable[[str], Iterable[str]], *, archive: str
) -> Iterator[tuple[StaticFile, bytes]]:
    """
    Yield static files of an archive, one in memory at a time.

    Args:
        wanted: names of static files.
        names_of: returns the names that the file at a path in the archive has as a static file.
        archive: the name of the archive, for messages.

    Raises MissingFileError if a file is not there.
    """
    missing = set(wanted)
    for member, chunks in files_of(path, limits):
        names = missing.intersection(names_of(member))
        if not names:
            continue
        missing -= names
        content = b"".join(chunks)
        digest = blake2b(content, digest_size=20).hexdigest()
        for name in sorted(names):
            yield StaticFile(name, len(content), digest), content
    if missing:
        raise MissingFileError(
            _("%(archive)s holds no file %(file)s: upload it again.") % {"archive": archive, "file": min(missing)},
            min(missing),
        )


def manifest_head(path: Path) -> bytes:
    """Return the beginning of the manifest of a ``.zip``, which is near its top; empty if there is none."""
    try:
        with ZipFile(path) as archive:
            found = [name for name in archive.namelist() if posixpath.basename(name) == MANIFEST]
            if not found:
                return b""
            with archive.open(min(found, key=lambda name: (name.count("/"), name))) as file:
                return file.read(_HEAD_BYTES)
    except (BadZipFile, EOFError, NotImplementedError, OSError, RuntimeError, ValueError, zlib.error):
        return b""


def read_text_file(path: Path, limits: Limits) -> bytes:
    """Read a source that is one text file. Raises ArchiveTooLargeError, and NotACourseError if there is no file."""
    try:
        with path.open("rb") as file:
            data = file.read(limits.text_bytes + 1)
    except OSError as error:
        raise NotACourseError(
            _("%(file)s cannot be read: give the path of a file.") % {"file": path.name}, path.name
        ) from error
    _check_size(len(data), limits.text_bytes, path.name)
    return data


def _check_size(size: int, limit: int, name: str) -> None:
    if size > limit:
        raise ArchiveTooLargeError(
            _("%(file)s brings the texts of the source above their limit: split it.") % {"file": name}, name
        )


def _below(folder: str, path: str) -> str:
    """Return the path relative to the folder; "" if it is outside."""
    return path.removeprefix(folder) if path.startswith(folder) else ""
