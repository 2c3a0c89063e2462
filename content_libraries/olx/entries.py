"""Shared by the readers of tar, zip and folders: an entry, and the meter that counts all bytes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from ..translation import gettext as _
from ..translation import gettext_noop
from .data import Limits
from .errors import ArchiveTooLargeError

__all__ = ["CHUNK_BYTES", "LINKS", "NOT_PLAIN", "SYMBOLIC_LINK", "Entry", "Meter"]

CHUNK_BYTES: Final = 256 * 1024

SYMBOLIC_LINK: Final = "a symbolic link"
LINKS: Final = frozenset({SYMBOLIC_LINK, "a hard link"})
"""Kinds of members that stand for others."""

NOT_PLAIN: Final = {
    "a symbolic link": gettext_noop("The archive member %(path)r is a symbolic link: pack plain files only."),
    "a hard link": gettext_noop("The archive member %(path)r is a hard link: pack plain files only."),
    "a device or a pipe": gettext_noop("The archive member %(path)r is a device or a pipe: pack plain files only."),
    "a sparse file": gettext_noop("The archive member %(path)r is a sparse file: pack plain files only."),
    "encrypted": gettext_noop("The archive member %(path)r is encrypted: pack plain files only."),
    "compressed in an unusual way": gettext_noop(
        "The archive member %(path)r is compressed in an unusual way: pack plain files only."
    ),
}
"""Kinds of members that are neither a file nor a folder -> the error message."""


@dataclass(frozen=True, slots=True)
class Entry:
    """
    A member as the archive describes it. ``kind`` is "file", "folder", or one of NOT_PLAIN; ``target`` is where a link
    leads, in the words of the archive.
    """

    name: str
    kind: str
    chunks: Iterator[bytes]
    target: str = ""


class Meter:
    """Counts the data that one read takes from an archive. Raises ArchiveTooLargeError, which names the limit."""

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
                _("%(archive)s holds more than %(limit)s files and folders: split it.")
                % {"archive": self.archive, "limit": f"{self.limits.members:,}"}
            )

    def take_bytes(self, count: int) -> None:
        """Count bytes of the archive, including headers if they are compressed."""
        self._bytes += count
        if self._bytes > self._most_bytes:
            raise ArchiveTooLargeError(
                _(
                    "%(archive)s unpacks to more than %(limit)s bytes, too many for an archive of its size:"
                    " remove large files from it."
                )
                % {"archive": self.archive, "limit": f"{self._most_bytes:,}"}
            )

    def metered(self, path: str, chunks: Iterator[bytes]) -> Iterator[bytes]:
        """Yield the chunks of one member, up to the limit for one."""
        size = 0
        for chunk in chunks:
            size += len(chunk)
            if size > self.limits.member_bytes:
                raise ArchiveTooLargeError(
                    _("%(path)s is larger than %(limit)s bytes: remove it from the archive.")
                    % {"path": path, "limit": f"{self.limits.member_bytes:,}"},
                    path,
                )
            yield chunk
