"""A tree written as a folder: where things go, and what is refused."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from content_libraries.olx.api import (
    OlxBlock,
    OlxTree,
    StaticFile,
    read_archive,
    tree_with_drafts,
    write_folder,
)
from content_libraries.olx.errors import (
    DuplicateBlockError,
    FolderNotEmptyError,
    MissingFileError,
    OlxError,
    UnsafeMemberError,
)

from .builders import CourseFolder, course_members, tar_of, with_unit


def files_below(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def written(tree: OlxTree, tmp_path: Path, source: Path) -> dict[str, bytes]:
    target = tmp_path / "written"
    write_folder(tree, target, source)
    assert read_archive(target) == tree
    return files_below(target)


def test_a_folder_comes_back_as_it_was(tmp_path: Path, course_folder: CourseFolder) -> None:
    folder = course_folder(
        {
            "vertical/v.xml": '<vertical>\n<html url_name="h"/>\n\t<poll url_name="q" a="é"/>\n</vertical>\n',
            "html/h.xml": '<html display_name="T" filename="h"/>\n',
            "html/h.html": "\r\n<p>]]></p>\x0b",
            "problem/p.xml": "",
            "static/a b/c.bin": bytes(range(256)),
            "static/empty": b"",
            "about/overview.html": b"\xff not UTF-8",
            "policies/assets.json": "{}",
            "drafts/problem/d.xml": '<problem weight="1" parent_url="x" index_in_children_list="2"/>\n',
            "drafts/html/h.xml": '<html filename="h"/>\n',
            "drafts/html/h.html": "draft",
        }
    )
    before = files_below(folder)
    after = written(read_archive(folder), tmp_path, folder)
    assert after.pop("policies/R/policy.json") == b"{}\n"
    assert after.keys() == before.keys()
    for path, content in before.items():
        assert after[path].rstrip(b"\n") == content.rstrip(b"\n") or path == "course.xml"


def test_the_source_may_be_an_archive(tmp_path: Path) -> None:
    source = tar_of(tmp_path / "c.tar.gz", course_members({"static/a": "1", "about/b.html": "2"}))
    after = written(read_archive(source), tmp_path, source)
    assert (after["static/a"], after["about/b.html"]) == (b"1", b"2")


def test_a_library_comes_back(tmp_path: Path) -> None:
    source = tar_of(
        tmp_path / "l.tar.gz",
        [
            (
                "l/library.xml",
                b'<library org="O" library="L" url_name="library"><problem url_name="p"/></library>',
            ),
            ("l/problem/p.xml", b"<problem/>"),
        ],
    )
    assert written(read_archive(source), tmp_path, source).keys() == {"library.xml", "problem/p.xml"}


def test_the_draft_branch_can_be_written_as_published(tmp_path: Path, course_folder: CourseFolder) -> None:
    place = 'parent_url="block-v1:O+C+R+type@sequential+block@s" index_in_children_list="0"'
    folder = course_folder(
        {
            **with_unit('<poll url_name="q" a="1">x</poll>'),
            "drafts/poll/q.xml": '<poll a="2"/>',
            "drafts/vertical/d.xml": f'<vertical {place}><html url_name="h"/></vertical>',
            "drafts/html/h.xml": '<html filename="h"/>',
            "drafts/html/h.html": "draft",
        }
    )
    after = written(tree_with_drafts(read_archive(folder)), tmp_path, folder)
    assert not any(path.startswith("drafts/") for path in after)
    assert after["html/h.html"] == b"draft"
    assert after["poll/q.xml"] == b'<poll a="2"/>\n'


def test_equal_drafts_and_published_blocks_are_both_written(tmp_path: Path, course_folder: CourseFolder) -> None:
    folder = course_folder({"drafts/problem/p.xml": '<problem display_name="A problem"><p>1 + 1?</p></problem>'})
    assert {"problem/p.xml", "drafts/problem/p.xml"} <= written(read_archive(folder), tmp_path, folder).keys()


def test_a_body_that_begins_with_a_byte_order_mark(tmp_path: Path, course_folder: CourseFolder) -> None:
    folder = course_folder(
        {
            **with_unit('<html url_name="h"/>'),
            "html/h.xml": '<html filename="h"/>',
            "html/h.html": "\ufeff\ufeffx",
        }
    )
    tree = read_archive(folder)
    assert [block.body for block in tree.walk() if block.tag == "html"] == ["\ufeffx"]
    written(tree, tmp_path, folder)


def test_an_unused_file_is_not_overwritten_by_a_body(tmp_path: Path, course_folder: CourseFolder) -> None:
    folder = course_folder(
        {
            **with_unit('<html url_name="h"/>'),
            "html/h.xml": "<html><![CDATA[inside]]></html>",
            "html/h.html": "unused",
        }
    )
    assert written(read_archive(folder), tmp_path, folder)["html/h.html"] == b"unused"


def test_an_inline_html_block_keeps_its_body_in_its_file(tmp_path: Path, course_folder: CourseFolder) -> None:
    folder = course_folder(
        {**with_unit('<html filename="f"/><html filename="g"/>'), "html/f.html": "F", "html/g.html": "G"}
    )
    after = written(read_archive(folder), tmp_path, folder)
    assert (after["html/f.html"], after["html/g.html"]) == (b"F", b"G")


def test_a_definition_that_looks_like_a_pointer_keeps_its_file(tmp_path: Path, course_folder: CourseFolder) -> None:
    folder = course_folder({"problem/p.xml": '<problem url_name="p"/>'})
    assert written(read_archive(folder), tmp_path, folder)["problem/p.xml"] == b'<problem url_name="p"/>\n'


def test_a_folder_that_holds_something_is_refused(tmp_path: Path, course_folder: CourseFolder) -> None:
    folder = course_folder({})
    with pytest.raises(FolderNotEmptyError, match="course is not empty"):
        write_folder(read_archive(folder), folder, folder)


def test_files_need_a_source(tmp_path: Path, course_folder: CourseFolder) -> None:
    tree = read_archive(course_folder({"static/a": "1"}))
    with pytest.raises(MissingFileError, match="static/a are needed"):
        write_folder(tree, tmp_path / "written")
    write_folder(replace(tree, static_files=()), tmp_path / "without")
    extra = replace(tree, static_files=(StaticFile("b", 1, ""),))
    with pytest.raises(MissingFileError, match="holds no file static/b"):
        write_folder(extra, tmp_path / "wrong", tmp_path / "course")


def test_names_that_lead_out_are_refused(tmp_path: Path, course_folder: CourseFolder) -> None:
    tree = read_archive(course_folder({}))
    evil = OlxBlock("problem", "../../evil", {}, "<problem/>")
    root = replace(tree.root, olx='<course><problem url_name="../../evil"/></course>', children=(evil,))
    with pytest.raises(UnsafeMemberError):
        write_folder(replace(tree, root=root), tmp_path / "written")
    assert not list(tmp_path.rglob("evil*"))


def test_a_tree_that_contradicts_its_olx_is_refused(tmp_path: Path, course_folder: CourseFolder) -> None:
    tree = read_archive(course_folder({}))
    with pytest.raises(OlxError, match="differ"):
        write_folder(replace(tree, root=replace(tree.root, olx="<course/>")), tmp_path / "a")
    inline = '<course><chapter url_name="c" display_name="Other">x</chapter></course>'
    with pytest.raises(OlxError, match="differ"):
        write_folder(replace(tree, root=replace(tree.root, olx=inline)), tmp_path / "b")


def test_two_blocks_for_one_file_are_refused(tmp_path: Path, course_folder: CourseFolder) -> None:
    tree = read_archive(course_folder({}))
    children = tuple(OlxBlock("problem", "x", {}, f"<problem>{number}</problem>") for number in range(2))
    olx = '<course><problem url_name="x"/><problem url_name="x"/></course>'
    with pytest.raises(DuplicateBlockError, match=r"problem/x\.xml"):
        write_folder(replace(tree, root=replace(tree.root, olx=olx, children=children)), tmp_path / "written")
