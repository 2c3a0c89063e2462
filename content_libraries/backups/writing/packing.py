"""Packs members into a zip archive, piece by piece, and notes the size and the digest of each for the manifest."""

from __future__ import annotations

import hashlib
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import IO, Final

from django.utils.translation import gettext as _

from ..format.data import ARCHIVE_LIMITS
from ..format.errors import TooLargeToArchiveError
from ..format.manifest import MemberRecord, member_line
from ..format.names import MANIFEST, is_description

_LEVEL: Final = 6
_SPOOL_BYTES: Final = 1024 * 1024
_SAMPLE_BYTES: Final = 64 * 1024
_MOST_RATIO: Final = 20
"""
How many times smaller a member may become. Members that would become smaller are stored as they are.

Readers refuse archives that unpack to much more than their size, because such archives may be bombs.
"""
_OLDEST: Final = datetime(1980, 1, 1, tzinfo=UTC)


class Packer:
    """An archive that is being written. Names must be unique."""

    def __init__(self, archive: zipfile.ZipFile, lines: IO[bytes]) -> None:
        self._archive = archive
        self._lines = lines
        self._members = 1  # the manifest
        self._bytes = 0
        self._text_bytes = 0

    def add(self, name: str, data: bytes | Iterable[bytes], when: datetime) -> None:
        """
        Add a member.

        Args:
            data: its bytes, or their pieces.
            when: its time in the archive.

        Raises TooLargeToArchiveError if the archive would exceed ARCHIVE_LIMITS.
        """
        pieces = iter((data,) if isinstance(data, bytes) else data)
        first = next(pieces, b"")
        info = zipfile.ZipInfo(name, max(when.astimezone(UTC), _OLDEST).timetuple()[:6])
        info.compress_type = _method(first)
        info.external_attr = 0o644 << 16
        digest, size = hashlib.sha256(), 0
        with self._archive.open(info, "w") as member:
            for piece in _all(first, pieces):
                member.write(piece)
                digest.update(piece)
                size += len(piece)
        self._count(size, is_text=is_description(name))
        self._lines.write(member_line(MemberRecord(name, size, digest.hexdigest())))

    def _count(self, size: int, *, is_text: bool) -> None:
        self._members += 1
        self._bytes += size
        self._text_bytes += size if is_text else 0
        if (
            self._members > ARCHIVE_LIMITS.members
            or self._bytes > ARCHIVE_LIMITS.total_bytes
            or self._text_bytes > ARCHIVE_LIMITS.total_text_bytes
        ):
            raise TooLargeToArchiveError(
                _(
                    "An archive holds up to %(members)s files, %(bytes)s bytes, and %(texts)s bytes about items. Back"
                    " up parts of the library, or leave out its history."
                )
                % {
                    "members": f"{ARCHIVE_LIMITS.members:,}",
                    "bytes": f"{ARCHIVE_LIMITS.total_bytes:,}",
                    "texts": f"{ARCHIVE_LIMITS.total_text_bytes:,}",
                }
            )

    def finish(self, head: bytes, when: datetime) -> None:
        """Add the manifest, which is the last member. ``head`` is its first line."""
        info = zipfile.ZipInfo(MANIFEST, max(when.astimezone(UTC), _OLDEST).timetuple()[:6])
        info.compress_type = zipfile.ZIP_DEFLATED
        info.external_attr = 0o644 << 16
        self._lines.seek(0)
        with self._archive.open(info, "w", force_zip64=True) as member:
            member.write(head)
            while piece := self._lines.read(_SAMPLE_BYTES):
                member.write(piece)


@contextmanager
def packing(path: Path) -> Iterator[Packer]:
    """Yield a packer that writes an archive to a path."""
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=_LEVEL) as archive,
        SpooledTemporaryFile(max_size=_SPOOL_BYTES) as lines,
    ):
        yield Packer(archive, lines)


def _all(first: bytes, others: Iterable[bytes]) -> Iterator[bytes]:
    yield first
    yield from others


def _method(sample: bytes) -> int:
    """Choose how to store a member. It is not compressed if it would stay as large, or become suspiciously small."""
    sample = sample[:_SAMPLE_BYTES]
    small = len(zlib.compress(sample, 1))
    shrinks = small < 0.95 * len(sample)
    return zipfile.ZIP_DEFLATED if shrinks and small * _MOST_RATIO > len(sample) else zipfile.ZIP_STORED
