"""Reads the members of a zip archive."""

from __future__ import annotations

import os
import stat
import zipfile
from collections.abc import Iterator
from itertools import pairwise
from typing import IO, BinaryIO, Final, cast

from ..translation import gettext as _
from .entries import CHUNK_BYTES, SYMBOLIC_LINK, Entry, Meter
from .errors import ArchiveTooLargeError, UnsafeMemberError

__all__ = ["zip_entries"]

_DIRECTORY_BYTES_PER_MEMBER: Final = 256
_MIN_DIRECTORY_BYTES: Final = 1024 * 1024
_LOCAL_HEADER_BYTES: Final = 30
_ENCRYPTED: Final = 0x1
_UTF8_NAME: Final = 0x800
_MAX_TARGET_BYTES: Final = 4096
_METHODS: Final = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
"""The methods that authoring tools use. With other methods an archive can make unpacking take any amount of memory."""


def zip_entries(file: BinaryIO, meter: Meter) -> Iterator[Entry]:
    """Yield the members. For a broken archive, errors of zipfile and zlib are raised."""
    most = max(_MIN_DIRECTORY_BYTES, _DIRECTORY_BYTES_PER_MEMBER * meter.limits.members)
    with zipfile.ZipFile(cast(IO[bytes], _CappedFile(file, meter.archive, most))) as archive:
        members = archive.infolist()
        _refuse_overlaps(members)
        for member in members:
            kind = _kind(member)
            target = _target(archive, member, meter) if kind == SYMBOLIC_LINK else ""
            yield Entry(_name(member), kind, _chunks(archive, member, meter), target)


def _name(member: zipfile.ZipInfo) -> str:
    """Return the stored name of the member. zipfile's own ``filename`` is cut at a NUL."""
    if member.flag_bits & _UTF8_NAME:
        return member.orig_filename
    try:
        # Without the flag a name should be cp437, but macOS writes UTF-8 and sets no flag.
        return member.orig_filename.encode("cp437").decode()
    except UnicodeError:
        return member.orig_filename


def _kind(member: zipfile.ZipInfo) -> str:
    if member.flag_bits & _ENCRYPTED:
        return "encrypted"
    if member.compress_type not in _METHODS:
        return "compressed in an unusual way"
    mode = stat.S_IFMT(member.external_attr >> 16)
    if stat.S_ISLNK(mode):
        return SYMBOLIC_LINK
    if mode and not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
        return "a device or a pipe"
    return "folder" if member.is_dir() else "file"


def _target(archive: zipfile.ZipFile, member: zipfile.ZipInfo, meter: Meter) -> str:
    """Return the target of a symbolic link, which is its content, cut to the longest length of a name."""
    with archive.open(member) as content:
        target = content.read(_MAX_TARGET_BYTES)
    meter.take_bytes(len(target))
    return target.decode(errors="replace")


def _chunks(archive: zipfile.ZipFile, member: zipfile.ZipInfo, meter: Meter) -> Iterator[bytes]:
    with archive.open(member) as content:
        while chunk := content.read(CHUNK_BYTES):
            meter.take_bytes(len(chunk))
            yield chunk


def _refuse_overlaps(members: list[zipfile.ZipInfo]) -> None:
    """Refuse members that share bytes, by which an archive would unpack to far more than it holds."""
    ordered = sorted(members, key=lambda member: member.header_offset)
    for member, following in pairwise(ordered):
        if member.header_offset + _LOCAL_HEADER_BYTES + member.compress_size > following.header_offset:
            raise UnsafeMemberError(
                _("The archive member %(name)r shares its bytes with another: pack the archive again.")
                % {"name": member.orig_filename},
                member.orig_filename,
            )


class _CappedFile:
    """
    A file that gives no more than ``most`` bytes at once: zipfile reads an archive's directory whole.

    A place before its beginning, which zipfile believes an archive, is damage and no fault of the disk.
    """

    def __init__(self, file: BinaryIO, archive: str, most: int) -> None:
        self._file = file
        self._archive = archive
        self._most = most
        self._size = file.seek(0, os.SEEK_END)
        self.tell = file.tell
        self.seekable = file.seekable
        self.close = file.close

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        if whence == os.SEEK_SET and offset < 0:
            raise zipfile.BadZipFile("Negative offset")
        return self._file.seek(offset, whence)

    def read(self, size: int = -1) -> bytes:
        available = max(self._size - self._file.tell(), 0)
        size = available if size < 0 else min(size, available)
        if size > self._most:
            raise ArchiveTooLargeError(
                _("%(archive)s has a table of contents that is too long: split it.") % {"archive": self._archive}
            )
        return self._file.read(size)
