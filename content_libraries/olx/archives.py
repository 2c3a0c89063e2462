"""
Reads the files of a ``.tar.gz``, a ``.zip`` or a folder, one after another, without trusting any of them.

Nothing is extracted. Members come as chunks of bytes in the order of the archive; the chunks of one member must be
taken before the next member is asked for. ``tar_members`` and ``zip_members`` know the formats.
"""

from __future__ import annotations

import os
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from gzip import BadGzipFile
from pathlib import Path

from ..translation import gettext as _
from .data import Limits
from .entries import CHUNK_BYTES, LINKS, NOT_PLAIN, SYMBOLIC_LINK, Entry, Meter
from .errors import DamagedArchiveError, NotACourseError, UnsafeMemberError
from .member_names import MemberNames, is_junk, refuse_unsafe_name
from .tar_members import tar_entries
from .zip_members import zip_entries

__all__ = ["files_of", "members_of"]

_GZIP_MAGIC = b"\x1f\x8b"
_ZIP_MAGICS = (b"PK\x03\x04", b"PK\x05\x06")


def files_of(source: Path, limits: Limits) -> Iterator[tuple[str, Iterator[bytes]]]:
    """
    Yield path and content of each regular file, except for files that macOS left behind. Links are refused.

    Raises the errors of :func:`members_of`.
    """
    for member in members_of(source, limits):
        if member.kind in LINKS:
            raise _not_plain(member.kind, member.name)
        yield member.name, member.chunks


def members_of(source: Path, limits: Limits) -> Iterator[Entry]:
    """
    Yield each regular file and each link, except for files that macOS left behind. Links are not followed.

    Raises UnsafeMemberError, ArchiveTooLargeError or DamagedArchiveError as soon as the problem is found, which may be
    in the middle of a file; NotACourseError if there is nothing at ``source``.
    """
    with _as_damage(source.name):
        names = MemberNames()
        for entry, meter in _entries(source, limits):
            meter.take_member()
            path = entry.name.removeprefix("./")
            if entry.kind == "folder":
                if path not in {"", "."}:
                    refuse_unsafe_name(path.removesuffix("/"))
                continue
            refuse_unsafe_name(path)
            if entry.kind != "file" and entry.kind not in LINKS:
                raise _not_plain(entry.kind, path)
            names.add_file(path)
            if not is_junk(path):
                chunks = _guarded(meter.metered(path, entry.chunks), source.name)
                yield replace(entry, name=path, chunks=chunks)


def _not_plain(kind: str, path: str) -> UnsafeMemberError:
    return UnsafeMemberError(_(NOT_PLAIN[kind]) % {"path": path}, path)


def _entries(source: Path, limits: Limits) -> Iterator[tuple[Entry, Meter]]:
    if source.is_dir():
        meter = Meter(source.name, limits)
        for entry in _folder_entries(source, meter):
            yield entry, meter
        return
    if not source.is_file():
        raise NotACourseError(
            _("There is no file or folder %(archive)s: give the path of a .tar.gz, a .zip or a folder with OLX.")
            % {"archive": source.resolve()},
            source.name,
        )
    with source.open("rb") as file:
        magic = file.read(4)
        file.seek(0)
        meter = Meter(source.name, limits, archive_bytes=source.stat().st_size)
        if magic in _ZIP_MAGICS:
            entries = zip_entries(file, meter)
        else:
            entries = tar_entries(file, meter, gzipped=magic.startswith(_GZIP_MAGIC))
        for entry in entries:
            yield entry, meter


def _folder_entries(top: Path, meter: Meter) -> Iterator[Entry]:
    pending = [top]
    while pending:
        with os.scandir(pending.pop()) as found:
            children = sorted(found, key=lambda child: child.name)
        for child in children:
            path = Path(child.path)
            name = path.relative_to(top).as_posix()
            if child.is_symlink():
                yield Entry(name, SYMBOLIC_LINK, iter(()), os.readlink(path))
            elif child.is_dir():
                pending.append(path)
                yield Entry(name, "folder", iter(()))
            elif child.is_file():
                yield Entry(name, "file", _file_chunks(path, meter))
            else:
                yield Entry(name, "a device or a pipe", iter(()))


def _file_chunks(path: Path, meter: Meter) -> Iterator[bytes]:
    with open(path, "rb", opener=_open_without_following) as file:
        while chunk := file.read(CHUNK_BYTES):
            meter.take_bytes(len(chunk))
            yield chunk


def _open_without_following(path: str, flags: int) -> int:
    return os.open(path, flags | getattr(os, "O_NOFOLLOW", 0))


def _guarded(chunks: Iterator[bytes], archive: str) -> Iterator[bytes]:
    with _as_damage(archive):
        yield from chunks


@contextmanager
def _as_damage(archive: str) -> Iterator[None]:
    """Turn the exceptions that libraries raise for broken input into DamagedArchiveError."""
    try:
        yield
    except (
        tarfile.TarError,
        zipfile.BadZipFile,
        BadGzipFile,
        zlib.error,
        EOFError,
        IndexError,
        NotImplementedError,
        OverflowError,
        ValueError,
    ) as error:
        raise DamagedArchiveError(
            _(
                "%(archive)s is damaged or is neither a .tar.gz nor a .zip archive (%(error)s): export or"
                " download it again."
            )
            % {"archive": archive, "error": error},
            archive,
        ) from error
