"""Archives of some hundred bytes that keep whoever reads them busy."""

from __future__ import annotations

import gzip
import tarfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from content_libraries.olx import api as olx
from tests.growth import assert_grows_no_faster_than_its_input

COURSE = (
    ("course/course.xml", tarfile.REGTYPE, b'<course org="O" course="C" url_name="r"/>'),
    ("course/course/r.xml", tarfile.REGTYPE, b"<course/>"),
)


def archive(folder: Path, records: bytes, kind: bytes = tarfile.XHDTYPE) -> Path:
    """A course that has a member with these pax records."""
    packed = b""
    for name, member_type, body in (("pax", kind, records), *COURSE):
        member = tarfile.TarInfo(name)
        member.type, member.size = member_type, len(body)
        packed += member.tobuf(tarfile.USTAR_FORMAT) + body + bytes(-len(body) % tarfile.BLOCKSIZE)
    path = folder / "course.tar.gz"
    path.write_bytes(gzip.compress(packed + bytes(2 * tarfile.BLOCKSIZE)))
    return path


def record(value: bytes) -> bytes:
    length = len(value) + 12
    return b"%d comment=" % (length + len(str(length)) - 1) + value + b"\n"


@pytest.mark.parametrize("kind", [tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.SOLARIS_XHDTYPE], ids=["x", "g", "X"])
@pytest.mark.parametrize(
    "records",
    [
        lambda size: b"1" * size,
        lambda size: record(b"1" * size),
        lambda size: record((b"1" * 99 + b"x") * (size // 100)),
        lambda size: b"5 ab\n" * (size // 5) + b"=",
        lambda size: b"1" * 99 + b" " * size,
    ],
    ids=["digits", "value", "pieces", "far-sign", "spaces"],
)
def test_records_of_a_member_take_time_by_their_length(
    records: Callable[[int], bytes], kind: bytes, tmp_path: Path
) -> None:
    def read(size: int) -> None:
        with suppress(olx.OlxError):
            olx.read_archive(archive(tmp_path, records(size), kind))

    assert_grows_no_faster_than_its_input(read, size=200_000)


def test_records_that_tools_write_are_read(tmp_path: Path) -> None:
    path = archive(tmp_path, b"30 mtime=1700000000.123456789\n" + record(b"a=b"))
    assert olx.read_archive(path)
