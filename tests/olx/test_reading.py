"""From files to the tree: pointers, inline blocks, html bodies, graphs, and what contradicts itself."""

from __future__ import annotations

import pickle
import re
from hashlib import blake2b
from pathlib import Path

import pytest
from opaque_keys.edx.keys import LearningContextKey

from content_libraries.olx.api import OlxBlock, OlxTree, StaticFile, iter_static_files, read_archive, write_folder
from content_libraries.olx.errors import MissingFileError, NotACourseError, OlxError

from .builders import CourseFolder, Files, course_members, faults_in, tar_of, with_unit, zip_of


def outline(block: OlxBlock) -> str:
    inner = " ".join(outline(child) for child in block.children)
    name = f"{block.tag}:{block.url_name}"
    return f"{name}[{inner}]" if inner else name


def block_in(tree: OlxTree, tag: str, url_name: str) -> OlxBlock:
    (block,) = (block for block in tree.walk() if block.key == (tag, url_name))
    return block


def unit_of(folder: Path) -> OlxBlock:
    return block_in(read_archive(folder), "vertical", "v")


def test_tags_of_blocks_survive_writing(tmp_path: Path) -> None:
    course = (
        '<course url_name="1" org="O" course="C"><html url_name="a"/><html url_name="b" tags-v1="x:1,2;y:3"/></course>'
    )
    members = [
        ("course.xml", course),
        ("html/a.xml", '<html display_name="A">a</html>'),
        ("tags.csv", "Name,Type,ID,x,y\r\nA,html,a,One; Two,\r\nB,html,b,,\r\n"),
    ]
    source = tar_of(tmp_path / "course.tar.gz", [(path, text.encode()) for path, text in members])
    tree = read_archive(source)
    assert tree.tags_of(block_in(tree, "html", "a")) == {"x": ("One", "Two")}
    assert tree.tags_of(block_in(tree, "html", "b")) == {"x": ("1", "2"), "y": ("3",)}
    write_folder(tree, tmp_path / "written", source)
    assert read_archive(tmp_path / "written") == tree


def test_a_course(course_folder: CourseFolder) -> None:
    tree = read_archive(course_folder({}))
    assert tree.kind == "course"
    assert tree.context_key == LearningContextKey.from_string("course-v1:O+C+R")
    assert tree.display_name == "A course"
    assert outline(tree.root) == "course:R[chapter:c[sequential:s[vertical:v[problem:p]]]]"
    assert [block.tag for block in tree.walk()] == ["course", "chapter", "sequential", "vertical", "problem"]


def test_the_same_course_from_tar_zip_and_folders_is_equal(tmp_path: Path, course_folder: CourseFolder) -> None:
    files: Files = {"static/a b.png": b"\x89PNG", "about/overview.html": "<p>Hi</p>"}
    folder = course_folder(files)
    members = course_members(files)
    at_the_top = [(name.removeprefix("course/"), content) for name, content in members]
    deep = [(f"a/b/{name}", content) for name, content in members]
    sources = [
        folder,
        tar_of(tmp_path / "c.tar.gz", members),
        tar_of(tmp_path / "plain.tar", members, mode="w"),
        zip_of(tmp_path / "c.zip", reversed(members)),
        zip_of(tmp_path / "top.zip", at_the_top),
        tar_of(tmp_path / "deep.tar.gz", deep),
    ]
    trees = [read_archive(source) for source in sources]
    assert trees == [trees[0]] * len(sources)
    assert [tree.folder for tree in trees] == ["", "course", "course", "course", "", "a/b/course"]


def test_a_legacy_library(tmp_path: Path) -> None:
    members = [
        (
            "library/library.xml",
            b'<library url_name="library" xblock-family="xblock.v1" display_name="Bank" org="O" library="L">'
            b'<problem url_name="p1"/><vertical url_name="v" display_name="Inline"><problem url_name="p2"/>'
            b"</vertical></library>",
        ),
        ("library/policies/assets.json", b"{}"),
        ("library/problem/p1.xml", b"<problem/>"),
        ("library/problem/p2.xml", b"<problem/>"),
    ]
    tree = read_archive(tar_of(tmp_path / "l.tar.gz", members))
    assert tree.kind == "library"
    assert tree.context_key == LearningContextKey.from_string("library-v1:O+L")
    assert tree.display_name == "Bank"
    assert outline(tree.root) == "library:library[problem:p1 vertical:v[problem:p2]]"
    assert tree.root.attributes == {"xblock-family": "xblock.v1", "display_name": "Bank"}
    assert [file.path for file in tree.other_files] == ["policies/assets.json"]


def test_a_course_without_a_title_is_called_by_its_number(course_folder: CourseFolder) -> None:
    assert read_archive(course_folder({"course/R.xml": "<course/>"})).display_name == "C"


def test_a_course_in_one_file(tmp_path: Path) -> None:
    text = (
        '<course org="O" course="C" url_name="R" display_name="Old"><chapter url_name="c">'
        '<sequential url_name="s"><vertical url_name="v"><problem url_name="p">2</problem></vertical>'
        "</sequential></chapter></course>"
    )
    tree = read_archive(zip_of(tmp_path / "c.zip", [("course.xml", text.encode())]))
    assert outline(tree.root) == "course:R[chapter:c[sequential:s[vertical:v[problem:p]]]]"
    assert tree.root.olx == text
    assert tree.root.attributes == {"display_name": "Old"}


def test_definitions_are_kept_to_the_byte(course_folder: CourseFolder) -> None:
    text = (
        "<problem  weight='2'\n\tdisplay_name=\"a &amp; b &#10; é 😀\" ><![CDATA[ <b>&</b> ]]> <p >x</p\n></problem >"
    )
    folder = course_folder({"problem/p.xml": f"<?xml version='1.0'?><!-- a --> \n{text}\n<!-- z -->\n"})
    problem = block_in(read_archive(folder), "problem", "p")
    assert problem.olx == text
    assert problem.attributes == {"weight": "2", "display_name": "a & b \n é 😀"}
    assert problem.path == "problem/p.xml"
    assert problem.body is None


def test_inline_blocks_are_sliced_out_of_their_parent(course_folder: CourseFolder) -> None:
    poll = '<poll  url_name="q" xblock-family="xblock.v1" question="é > 1 / 2 &gt; &quot;"/>'
    done = '<done url_name="d"></done >'
    unit = unit_of(course_folder(with_unit(f"\n {poll}<!-- no --><?no pi?>text{done}\n")))
    assert [block.olx for block in unit.children] == [poll, done]
    assert unit.children[0].attributes == {"xblock-family": "xblock.v1", "question": 'é > 1 / 2 > "'}
    assert unit.children[0].path == "vertical/v.xml"


def test_offsets_hold_in_a_file_of_megabytes(course_folder: CourseFolder) -> None:
    poll = '<poll url_name="q{}" question="é"/>'
    filler = f"<!-- {'ü' * 100_000} -->"
    unit = unit_of(course_folder(with_unit(filler.join(poll.format(number) for number in range(12)))))
    assert [block.olx for block in unit.children] == [poll.format(number) for number in range(12)]


def test_attributes_of_a_pointer_join_the_definition(course_folder: CourseFolder) -> None:
    folder = course_folder(
        {
            "vertical/v.xml": '<vertical><problem weight="3" url_name="p" due="now"/></vertical>',
            "problem/p.xml": '<problem display_name="P" weight="1"><p/></problem>',
        }
    )
    problem = block_in(read_archive(folder), "problem", "p")
    assert problem.attributes == {"display_name": "P", "weight": "3", "due": "now"}
    assert problem.olx == '<problem display_name="P" weight="3" due="now"><p/></problem>'


def test_old_courses_point_to_files_of_another_name(tmp_path: Path, course_folder: CourseFolder) -> None:
    files = {
        **with_unit(
            '<problem url_name="q1" filename="sums" display_name="Sums"/><problem url_name="q2" filename="sums"/>'
        ),
        "problem/sums.xml": '<problem display_name="A file" weight="2"><p>1 + 1?</p></problem>',
    }
    tree = read_archive(course_folder(files))
    first, second = (block for block in tree.walk() if block.tag == "problem")
    assert (first.url_name, first.attributes) == ("q1", {"display_name": "Sums", "weight": "2"})
    assert first.olx == '<problem display_name="Sums" weight="2"><p>1 + 1?</p></problem>'
    assert (second.url_name, second.olx) == ("q2", files["problem/sums.xml"])
    assert tree.other_files == ()
    write_folder(tree, tmp_path / "written")
    assert read_archive(tmp_path / "written") == tree


@pytest.mark.parametrize(
    ("namesake", "olx"),
    [
        ('<problem url_name="f" display_name="D"/>', '<problem display_name="D">File</problem>'),
        ('<problem url_name="f">Inline</problem>', '<problem url_name="f">Inline</problem>'),
    ],
)
def test_a_file_of_another_name_is_no_block_of_its_own(course_folder: CourseFolder, namesake: str, olx: str) -> None:
    pointer = '<problem url_name="a" filename="f"/>'
    folder = course_folder({**with_unit(pointer + namesake), "problem/f.xml": "<problem>File</problem>"})
    assert [(block.url_name, block.olx) for block in unit_of(folder).children] == [
        ("a", "<problem>File</problem>"),
        ("f", olx),
    ]


def test_a_block_with_two_parents_is_one_object(course_folder: CourseFolder) -> None:
    folder = course_folder(
        {
            "sequential/s.xml": '<sequential><vertical url_name="v"/><vertical url_name="w"/></sequential>',
            "vertical/w.xml": '<vertical><problem url_name="p"/></vertical>',
        }
    )
    tree = read_archive(folder)
    assert outline(tree.root).count("problem:p") == 2
    assert block_in(tree, "vertical", "v").children[0] is block_in(tree, "vertical", "w").children[0]
    assert [block.tag for block in tree.walk()].count("problem") == 1


def test_two_equal_inline_definitions_are_one_block(course_folder: CourseFolder) -> None:
    poll = '<poll url_name="q" question="?"/>'
    folder = course_folder(with_unit(f'<wrapper url_name="a">{poll}</wrapper><wrapper url_name="b">{poll}</wrapper>'))
    unit = unit_of(folder)
    assert unit.children[0].children[0] is unit.children[1].children[0]


@pytest.mark.parametrize(
    "files",
    [
        with_unit('<wrapper><poll url_name="q" a="1"/></wrapper><poll url_name="q" a="2"/>'),
        {
            **with_unit('<poll url_name="q" a="1">x</poll><wrapper><poll url_name="q"/></wrapper>'),
            "poll/q.xml": "<poll/>",
        },
        {
            "vertical/v.xml": (
                '<vertical><wrapper><problem url_name="p" a="1"/></wrapper><problem url_name="p"/></vertical>'
            )
        },
    ],
    ids=["inline twice", "inline and file", "pointers that differ"],
)
def test_of_a_name_with_two_meanings_the_second_fails(
    course_folder: CourseFolder, files: dict[str, str | bytes]
) -> None:
    tree = read_archive(course_folder(files))
    first, second = (block for block in tree.walk() if block.tag in {"poll", "problem"})
    assert first.key == second.key
    assert first.fault is None
    assert second.fault is not None
    assert re.search(r"(poll|problem).*(give one|make the pointers)", second.fault.message)


def test_a_block_may_stand_twice_in_one_parent(course_folder: CourseFolder) -> None:
    folder = course_folder({"vertical/v.xml": '<vertical><problem url_name="p"/><problem url_name="p"/></vertical>'})
    first, second = unit_of(folder).children
    assert first is second


def test_one_url_name_under_two_tags_is_fine(course_folder: CourseFolder) -> None:
    unit = unit_of(course_folder(with_unit('<poll url_name="x"/><survey url_name="x"/>')))
    assert [block.key for block in unit.children] == [("poll", "x"), ("survey", "x")]


def test_blocks_without_url_name_are_each_their_own(course_folder: CourseFolder) -> None:
    unit = unit_of(course_folder(with_unit("<html>a</html><html>a</html>")))
    assert [(block.url_name, block.body) for block in unit.children] == [("", "a"), ("", "a")]
    assert len(list(unit.walk())) == 3


def test_old_url_names_with_colons_are_paths(course_folder: CourseFolder) -> None:
    files = {
        "vertical/v.xml": '<vertical><html url_name="week1:intro"/></vertical>',
        "html/week1/intro.xml": '<html filename="intro" display_name="Intro"/>',
        "html/week1/intro.html": "<p>Hello</p>",
    }
    (block,) = unit_of(course_folder(files)).children
    assert (block.url_name, block.body) == ("week1:intro", "<p>Hello</p>")


def test_html_bodies_in_files_come_in_as_cdata(course_folder: CourseFolder) -> None:
    body = "\r\n<p title='x'>a ]]> b &amp; c 😀</p>\n"
    files: Files = {
        "vertical/v.xml": '<vertical><html url_name="h"/></vertical>',
        "html/h.xml": '<html filename="other" display_name="T" editor="raw"/>',
        "html/other.html": body.encode(),
        "problem/p.xml": "",
    }
    tree = read_archive(course_folder(files))
    block = block_in(tree, "html", "h")
    assert block.body == body
    assert block.attributes == {"display_name": "T", "editor": "raw"}
    inlined = body.replace("]]>", "]]]]><![CDATA[>")
    assert block.olx == f'<html display_name="T" editor="raw"><![CDATA[{inlined}]]></html>'
    assert tree.other_files == ()


def test_an_empty_html_body(course_folder: CourseFolder) -> None:
    files: Files = {
        "vertical/v.xml": '<vertical><html url_name="h"/></vertical>',
        "html/h.xml": '<html filename="h"></html>',
        "html/h.html": b"",
    }
    (block,) = unit_of(course_folder(files)).children
    assert (block.body, block.olx) == ("", "<html><![CDATA[]]></html>")


def test_characters_that_xml_cannot_hold_stay_in_the_body(course_folder: CourseFolder) -> None:
    files = {
        "vertical/v.xml": '<vertical><html url_name="h"/></vertical>',
        "html/h.xml": '<html filename="h"/>',
        "html/h.html": "a\x0bb\x00c\ufffe",
    }
    (block,) = unit_of(course_folder(files)).children
    assert (block.body, block.olx) == ("a\x0bb\x00c\ufffe", "<html><![CDATA[a b c ]]></html>")


@pytest.mark.parametrize(
    ("element", "body"),
    [
        ('<html url_name="h"><![CDATA[<p>x</p>]]></html>', "<p>x</p>"),
        ('<html url_name="h">&lt;p&gt;x &amp;amp; y&lt;/p&gt;</html>', "<p>x &amp; y</p>"),
        ('<html url_name="h"><p>x <b>y</b></p>\n</html>', "<p>x <b>y</b></p>\n"),
        ('<html url_name="h">a]]&gt;b<![CDATA[]]]]><![CDATA[>]]></html>', "a]]>b]]>"),
        ('<html url_name="h"/>x', ""),
    ],
    ids=["CDATA", "escaped", "elements", "split CDATA", "empty"],
)
def test_html_bodies_in_the_element(course_folder: CourseFolder, element: str, body: str) -> None:
    folder = course_folder({**with_unit(element), "html/h.xml": "<html/>" if element.endswith("x") else ""})
    (block,) = unit_of(folder).children
    assert block.body == body


def test_html_with_its_body_in_a_file_may_stand_inline(course_folder: CourseFolder) -> None:
    folder = course_folder({**with_unit('<html url_name="h" filename="f"/>'), "html/f.html": "<p/>"})
    (block,) = unit_of(folder).children
    assert (block.body, block.olx) == ("<p/>", '<html url_name="h"><![CDATA[<p/>]]></html>')


def test_markup_is_never_children(course_folder: CourseFolder) -> None:
    unit = unit_of(
        course_folder(
            {
                "vertical/v.xml": (
                    '<vertical><problem url_name="q"><problem url_name="p"/><vertical/></problem>'
                    '<html url_name="h"><html url_name="p"/></html>'
                    '<video url_name="y"><problem url_name="p"/></video>'
                    '<poll url_name="z"><problem/></poll></vertical>'
                ),
            }
        )
    )
    assert [block.children for block in unit.children] == [(), (), (), ()]


def test_unknown_blocks_have_the_children_that_they_point_to(course_folder: CourseFolder) -> None:
    content = '<my_box url_name="b"><problem url_name="p"/><problem url_name="gone"/><option/>text</my_box>'
    (box,) = unit_of(course_folder({"vertical/v.xml": f"<vertical>{content}</vertical>"})).children
    assert outline(box) == "my_box:b[problem:p]"
    assert box.olx == content


@pytest.mark.parametrize("tag", ["split_test", "library_content", "itembank", "conditional", "randomize", "wrapper"])
def test_known_blocks_have_inline_children(course_folder: CourseFolder, tag: str) -> None:
    content = f'<{tag} url_name="b"><poll url_name="q"/><problem url_name="p"/></{tag}>'
    (block,) = unit_of(course_folder({"vertical/v.xml": f"<vertical>{content}</vertical>"})).children
    assert outline(block) == f"{tag}:b[poll:q problem:p]"


def test_what_describes_a_container_is_no_child_but_stays(course_folder: CourseFolder) -> None:
    aside = '<tagging_aside xblock-family="xblock_asides.v1" content_tags="x"/>'
    folder = course_folder(
        {
            "vertical/v.xml": f'<vertical>{aside}<problem url_name="p"/></vertical>',
            "course/R.xml": '<course><textbook title="T"/><chapter url_name="c"/><wiki slug="W"/></course>',
        }
    )
    tree = read_archive(folder)
    assert [child.tag for child in tree.root.children] == ["chapter"]
    assert '<wiki slug="W"/>' in tree.root.olx
    unit = block_in(tree, "vertical", "v")
    assert outline(unit) == "vertical:v[problem:p]"
    assert aside in unit.olx


def test_components_and_containers_may_stand_at_any_level(course_folder: CourseFolder) -> None:
    folder = course_folder(
        {
            "chapter/c.xml": '<chapter><vertical url_name="v"/><sequential url_name="s"/></chapter>',
            "sequential/s.xml": '<sequential><problem url_name="p"/></sequential>',
        }
    )
    assert outline(read_archive(folder).root) == "course:R[chapter:c[vertical:v[problem:p] sequential:s[problem:p]]]"


@pytest.mark.parametrize("path", ["chapter/c.xml", "vertical/v.xml", "problem/p.xml"])
def test_a_pointer_without_its_file_fails(course_folder: CourseFolder, path: str) -> None:
    tree = read_archive(course_folder({path: ""}))
    (fault,) = faults_in(tree)
    assert f"points to {path}, which is not there: add that file" in fault.message
    assert fault.path in {"course/R.xml", "sequential/s.xml", "vertical/v.xml"}
    assert fault.line == 1


def test_a_course_without_its_root_file_is_an_error(course_folder: CourseFolder) -> None:
    with pytest.raises(MissingFileError, match=r"points to course/R\.xml, which is not there: add that file"):
        read_archive(course_folder({"course/R.xml": ""}))


def test_an_html_block_without_its_body_fails(course_folder: CourseFolder) -> None:
    files = {
        "vertical/v.xml": '<vertical><html url_name="h"/></vertical>',
        "html/h.xml": '<html filename="h"/>',
    }
    (fault,) = faults_in(read_archive(course_folder({**files})))
    assert re.search(r"html/h\.xml names the body 'h'.*add that file", fault.message)
    assert (fault.path, fault.line) == ("html/h.xml", 1)


def test_a_definition_of_another_tag_fails(course_folder: CourseFolder) -> None:
    (fault,) = faults_in(read_archive(course_folder({"problem/p.xml": "\n<html/>"})))
    assert "problem/p.xml defines a <html> where a <problem>" in fault.message
    assert (fault.path, fault.line) == ("problem/p.xml", 2)


def test_a_block_of_an_unknown_type_may_be_nothing_but_a_name(course_folder: CourseFolder) -> None:
    (block,) = unit_of(course_folder(with_unit('<done url_name="d"/>'))).children
    assert (block.tag, block.olx, block.attributes) == ("done", '<done url_name="d"/>', {})


@pytest.mark.parametrize(
    "files",
    [
        {"course.xml": ""},
        {"course.xml": '<course url_name="R" course="C"/>'},
        {"course.xml": '<course url_name="R" org="O O" course="C"/>'},
        {"course.xml": '<course org="O" course="C"/>'},
        {"course.xml": '<chapter url_name="R" org="O" course="C"/>'},
        {"library.xml": '<library org="O" library="L"/>'},
    ],
    ids=["none", "no org", "bad org", "no run", "other tag", "course and library"],
)
def test_what_is_neither_course_nor_library(course_folder: CourseFolder, files: dict[str, str | bytes]) -> None:
    with pytest.raises(NotACourseError):
        read_archive(course_folder(files))


def test_two_courses_in_one_archive(tmp_path: Path) -> None:
    members = [*course_members(), ("other/course.xml", b"<course/>")]
    with pytest.raises(NotACourseError, match=r"course/course\.xml, other/course\.xml"):
        read_archive(tar_of(tmp_path / "c.tar.gz", members))


def test_static_files_are_cataloged_with_the_media_digest(course_folder: CourseFolder) -> None:
    folder = course_folder({"static/a/b c.png": b"\x00\x01", "static/empty": b"", "static/x.xml": "<not well formed"})
    tree = read_archive(folder)
    assert tree.static_files == (
        StaticFile("a/b c.png", 2, blake2b(b"\x00\x01", digest_size=20).hexdigest()),
        StaticFile("empty", 0, blake2b(digest_size=20).hexdigest()),
        StaticFile("x.xml", 16, blake2b(b"<not well formed", digest_size=20).hexdigest()),
    )
    assert dict(iter_static_files(folder, ["empty", "a/b c.png"])) == {
        tree.static_files[0]: b"\x00\x01",
        tree.static_files[1]: b"",
    }


def test_static_files_come_from_archives_with_and_without_their_folder(tmp_path: Path) -> None:
    members = course_members({"static/a": "1", "static/b": "2", "static/static/a": "3"})
    for path in (tar_of(tmp_path / "c.tar.gz", members), zip_of(tmp_path / "c.zip", members)):
        tree = read_archive(path)
        for folder in (None, tree.folder):
            found = [
                (file.path, content) for file, content in iter_static_files(path, ["a", "static/a"], folder=folder)
            ]
            assert found == [("a", b"1"), ("static/a", b"3")]


def test_a_file_that_learning_core_would_refuse_is_no_error_but_flagged() -> None:
    assert not StaticFile("a", 50_000_000, "").exceeds_media_limit
    assert StaticFile("a", 50_000_001, "").exceeds_media_limit


def test_files_that_no_block_uses_are_not_lost(course_folder: CourseFolder) -> None:
    files: Files = {
        "about/overview.html": "<p>",
        "tabs/t.html": b"\xff",
        "problem/unused.xml": "<problem>",
        "policies/assets.json": "{}",
        "custom.bin": b"\x00",
    }
    assert [file.path for file in read_archive(course_folder(files)).other_files] == sorted(files)


def test_errors_survive_a_task_queue() -> None:
    error = MissingFileError("It is gone: look again.", "a/b.xml")
    copy = pickle.loads(pickle.dumps(error))  # noqa: S301
    assert isinstance(copy, OlxError)
    assert (copy.message, copy.path, copy.code) == ("It is gone: look again.", "a/b.xml", "olx_missing_file")
