"""
Reads the members of a tar archive, plain or gzipped, strictly forward.

``tarfile`` reads headers. Contents, and everything that is skipped, go through a stream of this module, which meters
them and never seeks back (a gzip stream would start over each time).
"""

from __future__ import annotations

import gzip
import re
import tarfile
from collections.abc import Iterator
from typing import IO, BinaryIO, Final, cast

from ..translation import gettext
from .entries import CHUNK_BYTES, Entry, Meter
from .errors import ArchiveTooLargeError

__all__ = ["tar_entries"]

_RECORD: Final = re.compile(rb"(\d{1,10}) ")
_DIGITS: Final = re.compile(rb"\d{100}")
_PAX: Final = (tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.SOLARIS_XHDTYPE)
_LONG_NAMES: Final = (tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK)
_TYPE: Final = slice(156, 157)
"""The byte of a member's header with its kind."""

_HEADER_BYTES: Final = 1024 * 1024
"""
Limit of the headers of one member. tarfile reads long names and pax records whole, at any declared size.
"""


def tar_entries(file: BinaryIO, meter: Meter, *, gzipped: bool) -> Iterator[Entry]:
    """Yield the members. For a broken archive, errors of tarfile, gzip and zlib are raised."""
    unpacked = cast(BinaryIO, gzip.GzipFile(fileobj=file, mode="rb")) if gzipped else file
    stream = _ForwardStream(unpacked, meter)
    with tarfile.open(fileobj=cast(IO[bytes], stream), mode="r:") as archive:
        while (info := _next_header(archive, stream)) is not None:
            yield Entry(info.name, _kind(info), stream.chunks(info.size), info.linkname)
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


def _refuse_costly_records(body: bytes) -> None:
    """
    Raise ReadError for pax records that tarfile would take long to read.

    tarfile searches them with patterns that try again at each digit, and at each record look for a sign behind its end.
    A megabyte of digits, in an archive of 1 KB, would keep a process busy for an hour (CVE-2024-6232, Python before
    3.12.6).
    """
    place = 0
    while (record := _RECORD.match(body, place)) and (length := int(record[1])):
        if b"=" not in body[record.end() : place + length]:
            break
        place += length
    if _DIGITS.search(body) or body[place:].strip(b"\0"):
        raise tarfile.ReadError(gettext("it ends without an end mark, or a header is broken"))


class _ForwardStream:
    """A file, as far as tarfile needs it to read headers; contents are taken with :meth:`chunks`."""

    def __init__(self, file: BinaryIO, meter: Meter) -> None:
        self._file = file
        self._meter = meter
        self._position = 0
        self._last_header = b""
        self._header_bytes_left = _HEADER_BYTES
        self._type = b""  # of the member whose body tarfile reads next

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
        data = self._last_header = self._pull(size)
        if self._type in _PAX:
            _refuse_costly_records(data)
        is_body = self._type in (*_PAX, *_LONG_NAMES)
        self._type = b"" if is_body else data[_TYPE]
        return data

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
        """Raise an error unless the archive ends as it should: with its end mark, and a valid checksum if gzipped."""
        if self._last_header != bytes(tarfile.BLOCKSIZE):
            raise tarfile.ReadError(gettext("it ends without an end mark, or a header is broken"))
        while self._pull(CHUNK_BYTES):
            pass

    def _pull(self, size: int) -> bytes:
        data = self._file.read(size)
        self._meter.take_bytes(len(data))
        self._position += len(data)
        return data
