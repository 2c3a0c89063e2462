"""
What the readers of tar, zip and folders have in common: an entry, and the meter that all bytes run
through.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from .data import Limits
from .errors import ArchiveTooLargeError

__all__ = ["CHUNK_BYTES", "Entry", "Meter"]

CHUNK_BYTES: Final = 256 * 1024


@dataclass(frozen=True, slots=True)
class Entry:
    """A member as the archive describes it. ``kind`` is "file", "folder", or words for what we refuse."""

    name: str
    kind: str
    chunks: Iterator[bytes]


class Meter:
    """Counts what one read takes out of an archive, and raises ArchiveTooLargeError above a limit, naming it."""

    def __init__(self, archive: str, limits: Limits, archive_bytes: int | None = None) -> None:
        self.archive = archive
        self.limits = limits
        self._members = 0
        self._bytes = 0
        self._most_bytes = limits.total_bytes
        if archive_bytes is not None:
            unpacked = max(limits.ratio_floor_bytes, limits.ratio * archive_bytes)
            self._most_bytes = min(self._most_bytes, unpacked)

    def take_member(self, count: int = 1) -> None:
        self._members += count
        if self._members > self.limits.members:
            raise ArchiveTooLargeError(
                f"{self.archive} holds more than {self.limits.members:,} files and folders: split it."
            )

    def take_bytes(self, count: int) -> None:
        """Note bytes that came out of the archive, headers included where they are compressed too."""
        self._bytes += count
        if self._bytes > self._most_bytes:
            raise ArchiveTooLargeError(
                f"{self.archive} unpacks to more than {self._most_bytes:,} bytes, too many for an archive "
                "of its size: remove large files from it."
            )

    def metered(self, path: str, chunks: Iterator[bytes]) -> Iterator[bytes]:
        """Pass on the chunks of one member up to the limit for one."""
        size = 0
        for chunk in chunks:
            size += len(chunk)
            if size > self.limits.member_bytes:
                raise ArchiveTooLargeError(
                    f"{path} is larger than {self.limits.member_bytes:,} bytes: remove it from the archive.",
                    path,
                )
            yield chunk
