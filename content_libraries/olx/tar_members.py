"""
Members of a tar archive, plain or gzipped, read strictly forward.

``tarfile`` reads headers; contents and everything that is skipped go through our own stream, which meters
them and never seeks back (a gzip stream would start over each time).
"""

from __future__ import annotations

import gzip
import tarfile
from collections.abc import Iterator
from typing import IO, BinaryIO, Final, cast

from ..translation import gettext
from .entries import CHUNK_BYTES, Entry, Meter
from .errors import ArchiveTooLargeError

__all__ = ["tar_entries"]

_HEADER_BYTES: Final = 1024 * 1024
"""
What one member's headers may take. tarfile reads long names and pax records whole, at any declared size.
"""


def tar_entries(file: BinaryIO, meter: Meter, *, gzipped: bool) -> Iterator[Entry]:
    """Yield the members; raise tarfile's, gzip's and zlib's errors for a broken archive."""
    unpacked = cast(BinaryIO, gzip.GzipFile(fileobj=file, mode="rb")) if gzipped else file
    stream = _ForwardStream(unpacked, meter)
    with tarfile.open(fileobj=cast(IO[bytes], stream), mode="r:") as archive:
        while (info := _next_header(archive, stream)) is not None:
            yield Entry(info.name, _kind(info), stream.chunks(info.size))
            stream.skip_to(info.offset_data + info.size)
    stream.finish()


def _next_header(archive: tarfile.TarFile, stream: _ForwardStream) -> tarfile.TarInfo | None:
    stream.allow_header()
    info = archive.next()
    archive.members.clear()  # type: ignore[attr-defined]  # tarfile keeps all headers for seeking, we never seek
    return info


def _kind(info: tarfile.TarInfo) -> str:
    if info.isdir():
        return "folder"
    if info.issparse():
        return "a sparse file"
    if info.isreg():
        return "file"
    if info.issym():
        return "a symbolic link"
    return "a hard link" if info.islnk() else "a device or a pipe"


class _ForwardStream:
    """As much of a file as tarfile needs to read headers from; contents are taken with :meth:`chunks`."""

    def __init__(self, file: BinaryIO, meter: Meter) -> None:
        self._file = file
        self._meter = meter
        self._position = 0
        self._last_header = b""
        self._header_bytes_left = _HEADER_BYTES

    def allow_header(self) -> None:
        self._header_bytes_left = _HEADER_BYTES

    def tell(self) -> int:
        return self._position

    def read(self, size: int) -> bytes:
        self._header_bytes_left -= size
        if self._header_bytes_left < 0:
            raise ArchiveTooLargeError(
                gettext("%(archive)s has a member with more than %(limit)s bytes of headers: pack it again.")
                % {"archive": self._meter.archive, "limit": f"{_HEADER_BYTES:,}"}
            )
        self._last_header = self._pull(size)
        return self._last_header

    def seek(self, position: int) -> None:
        self.skip_to(position)

    def chunks(self, size: int) -> Iterator[bytes]:
        while size > 0:
            chunk = self._pull(min(CHUNK_BYTES, size))
            if not chunk:
                raise EOFError(gettext("it ends in the middle of a file"))
            size -= len(chunk)
            yield chunk

    def skip_to(self, position: int) -> None:
        for _ in self.chunks(position - self._position):
            pass

    def finish(self) -> None:
        """Raise unless the archive ends as it should: with its end mark, and a valid checksum if gzipped."""
        if self._last_header != bytes(tarfile.BLOCKSIZE):
            raise tarfile.ReadError(gettext("it ends without an end mark, or a header is broken"))
        while self._pull(CHUNK_BYTES):
            pass

    def _pull(self, size: int) -> bytes:
        data = self._file.read(size)
        self._meter.take_bytes(len(data))
        self._position += len(data)
        return data
