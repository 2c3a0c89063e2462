"""Archives with links: a link to a file of the archive is this file, and every other link is nothing."""

from __future__ import annotations

import tarfile
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from content_libraries.olx.api import DEFAULT_LIMITS, OlxTree, iter_static_files, read_archive
from content_libraries.olx.errors import ArchiveTooLargeError, MissingFileError, NotACourseError, UnsafeMemberError

from .builders import COURSE, Files, course_members, files_in_folder, tar_of, zip_of

type Member = tuple[str | tarfile.TarInfo, bytes]


def link(path: str, target: str, kind: bytes = tarfile.SYMTYPE) -> Member:
    info = tarfile.TarInfo(path)
    info.type, info.linkname = kind, target
    return info, b""


def tar_with_links(tmp_path: Path, links: dict[str, str], files: Files | None = None) -> Path:
    """A course with symbolic links, which come first, so that no target is known when its link is read."""
    members: list[Member] = [
        *(link(f"course/{path}", target) for path, target in links.items()),
        *course_members(files),
    ]
    return tar_of(tmp_path / "c.tar.gz", members)


def static_paths(tree: OlxTree) -> list[str]:
    return [file.path for file in tree.static_files]


def skipped(tree: OlxTree) -> list[str]:
    return [note.values["paths"] for note in tree.notes]


def test_a_linked_root_is_read(tmp_path: Path) -> None:
    """Old tools made course.xml a link to the root of a run."""
    files = {"course.xml": "", "roots/R.xml": COURSE["course.xml"]}
    tree = read_archive(tar_with_links(tmp_path, {"course.xml": "roots/R.xml"}, files))
    assert (str(tree.context_key), tree.folder, tree.notes) == ("course-v1:O+C+R", "course", ())
    assert ("problem", "p") in {block.key for block in tree.walk()}


@pytest.mark.parametrize("kind", ["tar", "hard", "zip", "folder"])
def test_linked_files_are_read_from_every_kind_of_archive(tmp_path: Path, kind: str) -> None:
    files: Files = {"problem/p.xml": "", "shared/p.xml": COURSE["problem/p.xml"], "static/a.png": b"a"}
    if kind == "folder":
        source = files_in_folder(tmp_path / "course", files)
        (source / "problem").mkdir()
        (source / "problem/p.xml").symlink_to("../shared/p.xml")
        (source / "static/b.png").symlink_to("a.png")
    elif kind == "zip":
        infos = [zipfile.ZipInfo("course/problem/p.xml"), zipfile.ZipInfo("course/static/b.png")]
        for info in infos:
            info.create_system, info.external_attr = 3, 0o120777 << 16
        targets = zip(infos, (b"../shared/p.xml", b"a.png"), strict=True)
        source = zip_of(tmp_path / "c.zip", [*targets, *course_members(files)])
    elif kind == "hard":
        links = [link("course/problem/p.xml", "course/shared/p.xml", tarfile.LNKTYPE)]
        links.append(link("course/static/b.png", "./course/static/a.png", tarfile.LNKTYPE))
        source = tar_of(tmp_path / "c.tar.gz", [*course_members(files), *links])
    else:
        source = tar_with_links(tmp_path, {"problem/p.xml": "../shared/p.xml", "static/b.png": "a.png"}, files)
    tree = read_archive(source)
    (problem,) = (block for block in tree.walk() if block.tag == "problem")
    assert (problem.olx, problem.path) == (COURSE["problem/p.xml"], "problem/p.xml")
    assert [(file.path, file.size) for file in tree.static_files] == [("a.png", 1), ("b.png", 1)]
    read = [(file.path, data) for file, data in iter_static_files(source, ["a.png", "b.png"])]
    assert (read, tree.notes) == ([("a.png", b"a"), ("b.png", b"a")], ())


def test_a_text_behind_a_link_is_read_whatever_its_own_name(tmp_path: Path) -> None:
    """Files with other names than texts are not kept when they are met first."""
    files = {"problem/p.xml": "", "static/p.txt": "<problem>linked</problem>"}
    tree = read_archive(tar_with_links(tmp_path, {"problem/p.xml": "../static/p.txt"}, files))
    assert [block.olx for block in tree.walk() if block.tag == "problem"] == ["<problem>linked</problem>"]


def test_links_to_links_and_through_links(tmp_path: Path) -> None:
    links = {"static/b": "c", "static/c": "../way/x/../a", "way": "more/way", "static/up": "../../course/static/c"}
    files = {"more/way/a": "a", "more/way/x/y": ""}
    tree = read_archive(tar_with_links(tmp_path, links, {**files, "more/way/x/y": "y"}))
    assert (static_paths(tree), skipped(tree)) == (["b", "c", "up"], [])


def test_files_in_a_linked_folder_are_read(tmp_path: Path) -> None:
    files: Files = {"media/a.png": b"a", "media/deep/b.png": b"b"}
    source = tar_with_links(tmp_path, {"static": "media", "media/c.png": "a.png"}, files)
    tree = read_archive(source)
    assert (static_paths(tree), tree.notes) == (["a.png", "c.png", "deep/b.png"], ())
    read = {file.path: data for file, data in iter_static_files(source, ["deep/b.png", "c.png"])}
    assert read == {"deep/b.png": b"b", "c.png": b"a"}


def test_a_link_to_the_folder_of_the_course_is_no_second_course(tmp_path: Path) -> None:
    tree = read_archive(tar_of(tmp_path / "c.tar.gz", [link("current", "course"), *course_members()]))
    assert tree.folder == "course"


@pytest.mark.parametrize(
    "target",
    [
        "/etc/passwd",
        "../../etc/passwd",
        "../../../course/static/a.png",
        "nothing.png",
        "evil",
        "circle",
        "..",
        "../..",
        ".",
        "",
        "a.png/../../../x",
        "x/" * 600 + "a.png",
        "./" * 2000 + "a.png",
        "C:/windows/win.ini",
    ],
)
def test_a_link_to_no_file_of_the_archive_is_skipped_with_a_note(tmp_path: Path, target: str) -> None:
    links = {"static/evil": target, "static/circle": "evil"}
    tree = read_archive(tar_with_links(tmp_path, links, {"static/a.png": "a"}))
    assert (static_paths(tree), skipped(tree)) == (["a.png"], ["course/static/circle, course/static/evil"])
    with pytest.raises(MissingFileError):
        list(iter_static_files(tmp_path / "c.tar.gz", ["evil"]))


def test_a_link_in_a_folder_never_leads_out_of_it(tmp_path: Path) -> None:
    (tmp_path / "secret.png").write_bytes(b"secret")
    folder = files_in_folder(tmp_path / "course", {"static/a.png": "a"})
    (folder / "static/evil.png").symlink_to("../../secret.png")
    (folder / "static/absolute.png").symlink_to(tmp_path / "secret.png")
    (folder / "more").symlink_to(tmp_path)
    tree = read_archive(folder)
    assert static_paths(tree) == ["a.png"]
    assert skipped(tree) == ["more, static/absolute.png, static/evil.png"]


def test_what_is_needed_behind_a_link_that_leads_out_is_missing(tmp_path: Path) -> None:
    with pytest.raises(NotACourseError):
        read_archive(tar_with_links(tmp_path, {"course.xml": "/etc/passwd"}, {"course.xml": ""}))
    tree = read_archive(tar_with_links(tmp_path, {"problem/p.xml": "/etc/passwd"}, {"problem/p.xml": ""}))
    (problem,) = (block for block in tree.walk() if block.tag == "problem")
    assert problem.fault is not None
    assert "problem/p.xml, which is not there" in problem.fault.message


def test_a_file_below_a_link_is_refused(tmp_path: Path) -> None:
    """The classic attack: a tool that unpacks would write through the link."""
    members: list[Member] = [*course_members(), link("course/static", "/tmp"), ("course/static/x", b"x")]  # noqa: S108
    with pytest.raises(UnsafeMemberError, match="the same place"):
        read_archive(tar_of(tmp_path / "c.tar.gz", members))


def test_linked_folders_count_as_members(tmp_path: Path) -> None:
    files = {f"media/{number}": "x" for number in range(30)}
    links = {f"static/{number}": "../media" for number in range(30)}
    source = tar_with_links(tmp_path, links, files)
    assert len(read_archive(source).static_files) == 900
    with pytest.raises(ArchiveTooLargeError, match="more than 800"):
        read_archive(source, limits=replace(DEFAULT_LIMITS, members=800))


def test_linked_texts_count_as_texts(tmp_path: Path) -> None:
    links = {f"info/{number}.html": "../big.html" for number in range(10)}
    source = tar_with_links(tmp_path, links, {"big.html": "x" * 10_000})
    with pytest.raises(ArchiveTooLargeError, match="above their limit"):
        read_archive(source, limits=replace(DEFAULT_LIMITS, total_text_bytes=50_000))


def test_a_long_chain_of_links_ends(tmp_path: Path) -> None:
    links = {f"static/{number}": str(number + 1) for number in range(3_000)}
    tree = read_archive(tar_with_links(tmp_path, links))
    assert static_paths(tree) == []
    assert "(+2990)" in skipped(tree)[0]
