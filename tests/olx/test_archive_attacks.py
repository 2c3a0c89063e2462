"""Archives that try to get out of their place, to hide something, or to exhaust us."""

from __future__ import annotations

import gzip
import io
import os
import re
import struct
import tarfile
import unicodedata
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from content_libraries.olx.api import DEFAULT_LIMITS, iter_static_files, read_archive
from content_libraries.olx.errors import (
    ArchiveTooLargeError,
    DamagedArchiveError,
    MissingFileError,
    NotACourseError,
    OlxError,
    UnsafeMemberError,
)

from .builders import course_members, files_in_folder, tar_of, zip_of

UNSAFE_NAMES = {
    "parent folder": "course/../../x",
    "parent folder at the start": "../x",
    "absolute": "/etc/passwd",
    "drive letter": "C:/x",
    "backslash": "course\\..\\x",
    "trailing dot": "course/static/x.",
    "trailing space": "course/static/x ",
    "empty part": "course//x",
    "dot part": "course/./x",
    "newline": "course/a\nb",
    "300 bytes": "course/static/" + "x" * 300,
    "2000 bytes": "course/static/" + "/".join(["x" * 200] * 10),
    "40 folders": "course/static/" + "d/" * 40 + "x",
}


@pytest.mark.parametrize("name", UNSAFE_NAMES.values(), ids=UNSAFE_NAMES.keys())
def test_unsafe_names_are_refused_in_tar(tmp_path: Path, name: str) -> None:
    path = tar_of(tmp_path / "c.tar.gz", [*course_members(), (name, b"x")])
    with pytest.raises(UnsafeMemberError, match="rename it") as caught:
        read_archive(path)
    assert caught.value.path in {name, name[:100] + "…"}


@pytest.mark.parametrize("name", UNSAFE_NAMES.values(), ids=UNSAFE_NAMES.keys())
def test_unsafe_names_are_refused_in_zip(tmp_path: Path, name: str) -> None:
    path = zip_of(tmp_path / "c.zip", [*course_members(), (zipfile.ZipInfo(name), b"x")])
    with pytest.raises(UnsafeMemberError, match="rename it"):
        read_archive(path)


def test_a_nul_in_a_zip_name_is_refused_not_cut(tmp_path: Path) -> None:
    path = zip_of(tmp_path / "c.zip", [*course_members(), ("course/static/a#b", b"x")])
    path.write_bytes(path.read_bytes().replace(b"static/a#b", b"static/a\0b"))
    with pytest.raises(OlxError, match=r"control character|damaged"):
        read_archive(path)


def test_a_nul_in_a_pax_name_is_refused(tmp_path: Path) -> None:
    info = tarfile.TarInfo("course/static/x")
    info.pax_headers = {"path": "course/static/a\0b"}
    path = tar_of(tmp_path / "c.tar.gz", [*course_members(), (info, b"x")])
    with pytest.raises(UnsafeMemberError, match="control character"):
        read_archive(path)


def test_a_name_that_is_not_utf8_is_refused(tmp_path: Path) -> None:
    info = tarfile.TarInfo("course/static/\udcff")
    path = tar_of(tmp_path / "c.tar.gz", [*course_members(), (info, b"x")])
    with pytest.raises(UnsafeMemberError, match="not UTF-8"):
        read_archive(path)


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (tarfile.CHRTYPE, "a device or a pipe"),
        (tarfile.BLKTYPE, "a device or a pipe"),
        (tarfile.FIFOTYPE, "a device or a pipe"),
    ],
)
def test_what_is_no_regular_file_is_refused_in_tar(tmp_path: Path, kind: bytes, words: str) -> None:
    info = tarfile.TarInfo("course/static/evil")
    info.type = kind
    path = tar_of(tmp_path / "c.tar.gz", [*course_members(), (info, b"")])
    with pytest.raises(UnsafeMemberError, match=f"course/static/evil' is {words}") as caught:
        read_archive(path)
    assert caught.value.path == "course/static/evil"


def test_a_sparse_tar_member_is_refused(tmp_path: Path) -> None:
    info = tarfile.TarInfo("course/static/evil")
    info.pax_headers = {"GNU.sparse.map": "0,1", "GNU.sparse.size": "1000000000000"}
    path = tar_of(tmp_path / "c.tar.gz", [*course_members(), (info, b"x")])
    with pytest.raises(UnsafeMemberError, match="a sparse file"):
        read_archive(path)


def test_a_pipe_in_a_folder_is_refused(tmp_path: Path) -> None:
    folder = files_in_folder(tmp_path / "piped", {"static/a.txt": "a"})
    os.mkfifo(folder / "static/evil")
    with pytest.raises(UnsafeMemberError, match="static/evil' is a device or a pipe"):
        read_archive(folder)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("static/a.png", "static/a.png"),
        ("problem/p1.xml", "problem/P1.XML"),
        ("info/straße.html", "info/STRASSE.html"),
        ("info/\u00e9.html", unicodedata.normalize("NFD", "info/\u00e9.html")),
        ("static/a.png", "Static/a.png"),
        ("info/a", "info/A/b"),
        ("info/a/b", "info/A"),
        ("static/a", "static/a/b"),
    ],
)
def test_two_members_for_one_place_are_refused(tmp_path: Path, first: str, second: str) -> None:
    members = [*course_members(), (f"course/{first}", b"1"), (f"course/{second}", b"2")]
    with pytest.raises(UnsafeMemberError, match="rename or remove one"):
        read_archive(tar_of(tmp_path / "c.tar.gz", members))


def test_uploads_that_differ_in_case_are_two_files_as_in_studio(tmp_path: Path) -> None:
    members = [*course_members(), *((f"course/static/{name}", b"") for name in ("a.png", "A.PNG", "a/b", "A/b"))]
    tree = read_archive(tar_of(tmp_path / "c.tar.gz", members))
    assert [file.path for file in tree.static_files] == ["A.PNG", "A/b", "a.png", "a/b"]


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_second_definition_under_the_same_name_is_refused_in_zip(tmp_path: Path) -> None:
    members = [*course_members(), ("course/problem/p.xml", b"<problem>another</problem>")]
    with pytest.raises(UnsafeMemberError, match="rename or remove one"):
        read_archive(zip_of(tmp_path / "c.zip", members))


def test_leftovers_of_macos_are_ignored(tmp_path: Path) -> None:
    junk = [
        "course/._course.xml",
        "course/.DS_Store",
        "__MACOSX/course/static/a.png",
        "course/static/._a.png",
    ]
    path = tar_of(tmp_path / "c.tar.gz", [*course_members(), *((name, b"\xff\x00") for name in junk)])
    tree = read_archive(path)
    assert tree.static_files == ()
    assert tree.other_files == ()


def test_a_leading_dot_folder_is_accepted(tmp_path: Path) -> None:
    members = [(f"./{name}", content) for name, content in course_members()]
    top = tarfile.TarInfo(".")
    top.type = tarfile.DIRTYPE
    assert read_archive(tar_of(tmp_path / "c.tar.gz", [(top, b""), *members])).folder == "course"


def test_too_many_members(tmp_path: Path) -> None:
    members = [*course_members(), *((f"course/static/{number}", b"") for number in range(20))]
    limits = replace(DEFAULT_LIMITS, members=20)
    for path in (tar_of(tmp_path / "c.tar.gz", members), zip_of(tmp_path / "c.zip", members)):
        with pytest.raises(ArchiveTooLargeError, match="more than 20 files"):
            read_archive(path, limits=limits)


def test_a_member_above_its_limit(tmp_path: Path) -> None:
    members = [*course_members(), ("course/static/big.bin", os.urandom(300_000))]
    limits = replace(DEFAULT_LIMITS, member_bytes=200_000)
    for path in (tar_of(tmp_path / "c.tar.gz", members), zip_of(tmp_path / "c.zip", members)):
        with pytest.raises(ArchiveTooLargeError, match=r"course/static/big\.bin is larger than 200,000"):
            read_archive(path, limits=limits)


def test_all_members_above_the_limit_for_all(tmp_path: Path) -> None:
    members = [*course_members(), *((f"course/static/{number}", os.urandom(100_000)) for number in range(5))]
    limits = replace(DEFAULT_LIMITS, total_bytes=300_000)
    folder = tmp_path / "folder"
    files_in_folder(folder, {f"static/{number}": os.urandom(100_000) for number in range(5)})
    for path in (tar_of(tmp_path / "c.tar.gz", members), zip_of(tmp_path / "c.zip", members), folder):
        with pytest.raises(ArchiveTooLargeError, match="unpacks to more than 300,000 bytes"):
            read_archive(path, limits=limits)


def test_a_bomb_is_stopped_by_its_ratio_while_it_unpacks(tmp_path: Path) -> None:
    members = [*course_members(), ("course/static/zeros", bytes(40 * 1024**2))]
    for path in (tar_of(tmp_path / "c.tar.gz", members), zip_of(tmp_path / "c.zip", members)):
        assert path.stat().st_size < 100_000
        with pytest.raises(ArchiveTooLargeError, match="for an archive of its size"):
            read_archive(path)


def test_a_bomb_behind_the_end_of_a_tar_is_stopped(tmp_path: Path) -> None:
    tar = tar_of(tmp_path / "c.tar", course_members(), mode="w").read_bytes()
    path = tmp_path / "c.tar.gz"
    path.write_bytes(gzip.compress(tar + bytes(40 * 1024**2)))
    with pytest.raises(ArchiveTooLargeError, match="for an archive of its size"):
        read_archive(path)


def test_a_bomb_inside_a_tar_header_is_stopped(tmp_path: Path) -> None:
    info = tarfile.TarInfo("course/static/x")
    info.pax_headers = {"comment": "x" * 5_000_000}
    path = tar_of(tmp_path / "c.tar.gz", [*course_members(), (info, b"x")])
    with pytest.raises(ArchiveTooLargeError, match="bytes of headers"):
        read_archive(path)


def test_a_bomb_inside_the_directory_of_a_zip_is_stopped(tmp_path: Path) -> None:
    path = tmp_path / "c.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(60):
            info = zipfile.ZipInfo(f"course/static/{number}")
            info.comment = bytes(60_000)
            archive.writestr(info, b"")
    with pytest.raises(ArchiveTooLargeError, match="table of contents"):
        read_archive(path, limits=replace(DEFAULT_LIMITS, members=100))


def test_an_archive_in_an_archive_is_just_a_file(tmp_path: Path) -> None:
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("../x", bytes(1_000_000))
    path = zip_of(tmp_path / "c.zip", [*course_members(), ("course/static/inner.zip", inner.getvalue())])
    (file,) = read_archive(path).static_files
    assert file.size == len(inner.getvalue())


def test_zip_members_that_share_bytes_are_refused(tmp_path: Path) -> None:
    path = zip_of(tmp_path / "c.zip", [*course_members(), ("course/static/a", b"a" * 100), ("course/b", b"b")])
    data = bytearray(path.read_bytes())
    entry = data.rindex(b"PK\x01\x02", 0, data.rindex(b"course/static/a"))
    compressed_size = entry + 20
    struct.pack_into("<I", data, compressed_size, 500)
    path.write_bytes(data)
    with pytest.raises(UnsafeMemberError, match="shares its bytes"):
        read_archive(path)


def test_a_zip_that_lies_about_a_size_is_damaged(tmp_path: Path) -> None:
    path = zip_of(tmp_path / "c.zip", [*course_members(), ("course/static/a", b"a" * 100_000)])
    data = bytearray(path.read_bytes())
    entry = data.rindex(b"PK\x01\x02", 0, data.rindex(b"course/static/a"))
    struct.pack_into("<I", data, entry + 24, 10)
    path.write_bytes(data)
    with pytest.raises(DamagedArchiveError, match="download it again"):
        read_archive(path)


def test_a_zip_whose_members_begin_before_it_does_is_damaged(tmp_path: Path) -> None:
    path = zip_of(tmp_path / "c.zip", course_members())
    data = bytearray(path.read_bytes())
    place_of_directory = data.rindex(b"PK\x05\x06") + 16
    struct.pack_into("<I", data, place_of_directory, struct.unpack_from("<I", data, place_of_directory)[0] + 100)
    path.write_bytes(data)
    with pytest.raises(DamagedArchiveError, match="download it again"):
        read_archive(path)


def test_an_encrypted_zip_is_refused(tmp_path: Path) -> None:
    path = zip_of(tmp_path / "c.zip", course_members())
    data = bytearray(path.read_bytes())
    for entry in re.finditer(b"PK\x01\x02", data):
        data[entry.start() + 8] |= 1
    path.write_bytes(data)
    with pytest.raises(UnsafeMemberError, match="is encrypted"):
        read_archive(path)


def test_unusual_compression_in_a_zip_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "c.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("course/course.xml", b"<course/>")
    with pytest.raises(UnsafeMemberError, match="compressed in an unusual way"):
        read_archive(path)


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.8])
def test_a_truncated_archive_gives_one_clear_error(tmp_path: Path, share: float) -> None:
    members = [*course_members(), ("course/static/a", os.urandom(50_000))]
    for path in (
        tar_of(tmp_path / "c.tar.gz", members),
        tar_of(tmp_path / "c.tar", members, mode="w"),
        zip_of(tmp_path / "c.zip", members),
    ):
        data = path.read_bytes()
        path.write_bytes(data[: int(len(data) * share)])
        with pytest.raises(DamagedArchiveError, match=f"{path.name} is damaged.*download it again") as caught:
            read_archive(path)
        assert caught.value.path == path.name


def test_a_tar_that_ends_at_a_member_boundary_is_truncated_too(tmp_path: Path) -> None:
    path = tar_of(tmp_path / "c.tar", course_members(), mode="w")
    path.write_bytes(path.read_bytes().rstrip(b"\0"))
    data = path.read_bytes()
    path.write_bytes(data + bytes(-len(data) % 512))
    with pytest.raises(DamagedArchiveError):
        read_archive(path)


def test_a_broken_header_in_the_middle_does_not_hide_what_follows(tmp_path: Path) -> None:
    path = tar_of(tmp_path / "c.tar", [*course_members(), ("course/static/a", b"a")], mode="w")
    data = bytearray(path.read_bytes())
    data[data.index(b"course/static/a")] ^= 0xFF
    path.write_bytes(data)
    with pytest.raises(DamagedArchiveError):
        read_archive(path)


def test_a_failed_checksum_is_an_error(tmp_path: Path) -> None:
    content = os.urandom(50_000)
    for path in (
        tar_of(tmp_path / "c.tar.gz", [*course_members(), ("course/static/a", content)]),
        zip_of(tmp_path / "c.zip", [*course_members(), ("course/static/a", content)]),
    ):
        data = bytearray(path.read_bytes())
        data[len(data) // 2] ^= 0xFF
        path.write_bytes(data)
        with pytest.raises(DamagedArchiveError):
            read_archive(path)


@pytest.mark.parametrize("content", [b"", b"hello", b"\x1f\x8b", b"PK\x03\x04", bytes(range(256)) * 9, b"<course/>"])
def test_what_is_no_archive_is_an_error(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "upload.tar.gz"
    path.write_bytes(content)
    with pytest.raises(DamagedArchiveError, match=r"neither a \.tar\.gz nor a \.zip"):
        read_archive(path)


def test_a_path_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(NotACourseError, match=rf"no file or folder {tmp_path}/gone\.zip"):
        read_archive(tmp_path / "gone.zip")


def test_zip64_is_read(tmp_path: Path) -> None:
    path = tmp_path / "c.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in course_members({"static/a": "abc"}):
            with archive.open(name, "w", force_zip64=True) as member:
                member.write(content)
    assert [file.path for file in read_archive(path).static_files] == ["a"]


def test_a_zip_by_macos_has_utf8_names_without_saying_so(tmp_path: Path) -> None:
    path = zip_of(tmp_path / "c.zip", [*course_members(), ("course/static/Grün.png", b"x")])
    data = bytearray(path.read_bytes())
    for signature, flags in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        for entry in re.finditer(re.escape(signature), data):
            struct.pack_into("<H", data, entry.start() + flags, 0)
    path.write_bytes(data)
    assert [file.path for file in read_archive(path).static_files] == ["Grün.png"]


def test_the_second_pass_has_the_same_limits(tmp_path: Path) -> None:
    path = tar_of(tmp_path / "c.tar.gz", [*course_members(), ("course/static/zeros", bytes(40 * 1024**2))])
    with pytest.raises(ArchiveTooLargeError):
        list(iter_static_files(path, ["zeros"]))


def test_the_second_pass_misses_a_file_that_has_gone(tmp_path: Path) -> None:
    folder = files_in_folder(tmp_path / "course", {"static/a.png": "a"})
    tree = read_archive(folder)
    (folder / "static/a.png").unlink()
    with pytest.raises(MissingFileError, match=r"static/a\.png"):
        list(iter_static_files(folder, [file.path for file in tree.static_files]))
