"""One broken block never refuses a course: generated damage of each kind, in each kind of file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from content_libraries.olx.api import (
    DEFAULT_LIMITS,
    ArchiveTooLargeError,
    BrokenBlocksError,
    OlxBlock,
    OlxError,
    OlxTree,
    read_archive,
    refuse_broken,
)
from content_libraries.olx.mending import mended_xml
from tests.growth import assert_grows_no_faster_than_its_input

from .builders import CourseFolder, faults_in, files_in_folder, with_unit
from .test_reading import block_in, unit_of

COURSE: Mapping[str, str] = {
    "course/R.xml": '<course display_name="A course"><chapter url_name="c"/><chapter url_name="d"/></course>',
    "chapter/c.xml": '<chapter display_name="One">\n<sequential url_name="s"/></chapter>',
    "chapter/d.xml": '<chapter display_name="Two">\n<sequential url_name="t"/></chapter>',
    "sequential/s.xml": '<sequential display_name="S">\n<vertical url_name="v"/></sequential>',
    "sequential/t.xml": '<sequential display_name="T">\n<vertical url_name="w"/></sequential>',
    "vertical/v.xml": '<vertical display_name="V">\n<html url_name="h"/><problem url_name="p"/></vertical>',
    "vertical/w.xml": '<vertical display_name="W">\n<video url_name="m"/><problem url_name="q"/></vertical>',
    "html/h.xml": '<html display_name="H" filename="h">\n</html>',
    "html/h.html": "<p>Tea</p>",
    "problem/p.xml": '<problem display_name="P">\n<p>1 + 1?</p></problem>',
    "problem/q.xml": '<problem display_name="Q">\n<p>2 + 2?</p></problem>',
    "video/m.xml": '<video display_name="M">\n<source src="m.mp4"/></video>',
}
"""A course with two blocks at each level, whose every block is in a file of its own."""

FILES = [path for path in COURSE if not path.startswith("course/")]

type Damage = Callable[[bytes], bytes]

LOST: dict[str, Damage] = {
    "gone": lambda _data: b"",
    "cut": lambda data: data[:-3],
    "a tag that is never closed": lambda data: data.replace(b">\n", b">\n<b>", 1),
    "a bare <": lambda data: data.replace(b">\n", b">\n1 < 2", 1),
    "a DOCTYPE": lambda data: b"<!DOCTYPE html>" + data,
    "no byte of Windows-1252": lambda data: data.replace(b">\n", b">\n\x81", 1),
    "another encoding": lambda data: b'<?xml version="1.0" encoding="EUC-JP"?>' + data,
    "no XML at all": lambda _data: b"See the other file.",
    "another root": lambda data: b"<poll/>",
    "zeros": lambda data: bytes(len(data)),
}
"""Damage that cannot be mended."""

MENDED: dict[str, tuple[Damage, str]] = {
    "a bare &": (lambda data: data.replace(b'="', b'="Q & A ', 1), "Q & A "),
    "a bare & before a semicolon": (lambda data: data.replace(b'="', b'="A&B; ', 1), "A&B; "),
    "an entity of HTML": (lambda data: data.replace(b'="', b'="a&nbsp;b&eacute; ', 1), "a\xa0bé "),
    "a control character": (lambda data: data.replace(b'="', b'="a\x0bb ', 1), "a b "),
    "a reference to a control character": (lambda data: data.replace(b'="', b'="a&#1;b ', 1), "a b "),
    "Latin-1": (lambda data: data.replace(b'="', b'="caf\xe9 ', 1), "café "),
    "Windows-1252": (lambda data: data.replace(b'="', b'="\x93caf\xe9\x94 ', 1), "“café” "),
    "Latin-1 by declaration": (
        lambda data: b'<?xml version="1.0" encoding="ISO-8859-1"?>' + data.replace(b'="', b'="caf\xe9 ', 1),
        "café ",
    ),
    "UTF-8 that is declared to be Latin-1": (
        lambda data: b'<?xml version="1.0" encoding="ISO-8859-1"?>' + data.replace(b'="', '="café '.encode(), 1),
        "café ",
    ),
    "UTF-16": (lambda data: data.replace(b'="', '="café '.encode(), 1).decode().encode("utf-16"), "café "),
    "UTF-16 without a mark": (
        lambda data: data.replace(b'="', '="café '.encode(), 1).decode().encode("utf-16-be"),
        "café ",
    ),
    "UTF-16 by declaration": (
        lambda data: f'<?xml version="1.0" encoding="UTF-16"?>{data.decode().replace('="', '="café ', 1)}'.encode(
            "utf-16"
        ),
        "café ",
    ),
    "UTF-16 by the name of its order": (
        lambda data: f'<?xml version="1.0" encoding="UTF-16LE"?>{data.decode().replace('="', '="café ', 1)}'.encode(
            "utf-16-le"
        ),
        "café ",
    ),
    "surrogates in UTF-8": (lambda data: data.replace(b'="', b'="\xed\xa0\xbd\xed\xb8\x80 ', 1), "\U0001f600 "),
    "surrogates as references": (lambda data: data.replace(b'="', b'="&#xD83D;&#56832; ', 1), "\U0001f600 "),
    "a surrogate alone": (lambda data: data.replace(b'="', b'="a&#xD83D;b ', 1), "a b "),
    "two encodings": (lambda data: data.replace(b'="', b'="caf\xc3\xa9 caf\xe9 ', 1), "café café "),
}


def block_of(path: str) -> tuple[str, str]:
    tag, _, name = path.partition("/")
    return tag, name.partition(".")[0]


def by_key(tree: OlxTree) -> dict[tuple[str, str], OlxBlock]:
    """Return the blocks of a tree, which must be there once each."""
    blocks = list(tree.walk())
    found = {block.key: block for block in blocks}
    assert len(found) == len(blocks)
    return found


@pytest.fixture
def whole(tmp_path: Path) -> dict[tuple[str, str], OlxBlock]:
    return by_key(read_archive(files_in_folder(tmp_path / "whole", COURSE)))


@pytest.mark.parametrize("path", FILES)
@pytest.mark.parametrize("kind", LOST)
def test_only_the_damaged_block_fails(
    course_folder: CourseFolder, whole: dict[tuple[str, str], OlxBlock], path: str, kind: str
) -> None:
    if path == "html/h.html" and kind != "gone":
        return  # any text is HTML
    damaged = LOST[kind](COURSE[path].encode())
    folder = course_folder({**COURSE, path: damaged if damaged else ""})
    blocks = by_key(read_archive(folder))
    key = block_of(path)
    assert blocks.keys() == whole.keys()
    is_text = damaged and kind not in {"no XML at all", "another root", "zeros"}
    inside = set() if is_text else {block.key for block in blocks[key].children}  # no file names them now
    fault = blocks[key].fault
    assert fault is not None
    assert fault.line >= 1
    assert fault.path in fault.message
    for other in whole.keys() - {key}:
        assert (blocks[other].olx, blocks[other].body, blocks[other].fault) == (
            whole[other].olx,
            whole[other].body,
            None,
        )
        assert ("may have stood in the" in blocks[other].note) == (other in inside)


@pytest.mark.parametrize("path", [path for path in FILES if path.endswith(".xml")])
@pytest.mark.parametrize("kind", MENDED)
def test_what_has_one_meaning_is_mended_and_noted(
    course_folder: CourseFolder, whole: dict[tuple[str, str], OlxBlock], path: str, kind: str
) -> None:
    damage, start = MENDED[kind]
    tree = read_archive(course_folder({**COURSE, path: damage(COURSE[path].encode())}))
    blocks, key = by_key(tree), block_of(path)
    assert faults_in(tree) == []
    assert blocks.keys() == whole.keys()
    assert blocks[key].attributes["display_name"] == start + whole[key].attributes["display_name"]
    assert path in blocks[key].note
    assert {other for other in blocks if blocks[other].olx != whole[other].olx or blocks[other].note} == {key}


def test_a_body_in_windows_1252_is_decoded_and_noted(course_folder: CourseFolder) -> None:
    tree = read_archive(course_folder({**COURSE, "html/h.html": b"<p>caf\xe9 & \x93tea\x94</p>"}))
    html = block_in(tree, "html", "h")
    assert html.body == "<p>café & “tea”</p>"
    assert "html/h.html is not UTF-8" in html.note


def test_literal_text_is_not_mended(course_folder: CourseFolder) -> None:
    text = "<problem><!-- a & b --><![CDATA[a & b]]><p>&lt;&#233;&#xe9;&amp;</p>%s</problem>"
    problem = block_in(read_archive(course_folder({"problem/p.xml": text % "a & b"})), "problem", "p")
    assert problem.olx == text % "a &amp; b"


def test_all_faults_are_named_in_one_run(course_folder: CourseFolder) -> None:
    damaged = {"html/h.xml": "<html", "problem/q.xml": "", "video/m.xml": "<video><a></video>"}
    tree = read_archive(course_folder({**COURSE, **damaged}))
    assert {fault.path for fault in faults_in(tree)} == {"html/h.xml", "vertical/w.xml", "video/m.xml"}
    with pytest.raises(BrokenBlocksError, match=r"3 blocks cannot be read.*html/h\.xml.*problem/q\.xml") as caught:
        refuse_broken(tree)
    assert "video/m.xml" in caught.value.message


def test_a_broken_container_still_gives_what_it_names(course_folder: CourseFolder) -> None:
    content = (
        '<html url_name="h">lost</html><!-- <problem url_name="old"/> --><problem url_name="p"/>'
        '<lti url_name="l" launch_url="https://example.com/?a=1&amp;b"/><wiki slug="x"/><b></vertical>'
    )
    folder = course_folder({"vertical/v.xml": f"<vertical>{content}", "problem/p.xml": "<problem/>"})
    unit = unit_of(folder)
    assert unit.fault is not None
    assert [block.key for block in unit.children] == [("html", "h"), ("problem", "p"), ("lti", "l")]
    assert unit.children[0].olx == '<html url_name="h">lost</html>'
    assert unit.children[2].attributes == {"launch_url": "https://example.com/?a=1&b"}
    assert faults_in(read_archive(folder)) == [unit.fault]


def test_each_block_in_a_broken_container_is_there(course_folder: CourseFolder) -> None:
    content = (
        '<html url_name="a"><b>x</b></html>\n<problem url_name="b">1 < 2</problem>\n<poll url_name="c">Q & A</poll>'
        '\n<vertical url_name="w"><html url_name="d">y</html><problem url_name="e"><p></problem></vertical>'
        '\n<video url_name="f"><source src="m.mp4"/></video>\n<problem url_name="p" a=1/>'
        '<html url_name="g"><b></vertical>'
    )
    unit = unit_of(course_folder({"vertical/v.xml": f"<vertical>\n{content}"}))
    found = [(block.url_name, block.fault.line if block.fault else 0, bool(block.note)) for block in unit.children]
    assert found == [
        ("a", 0, False),
        ("b", 3, False),
        ("c", 0, True),
        ("w", 5, False),
        ("d", 0, False),
        ("e", 5, False),
        ("f", 0, False),
        ("p", 0, False),
        ("g", 7, False),
    ]
    assert unit.children[2].olx == '<poll url_name="c">Q &amp; A</poll>'
    assert "vertical/v.xml: the problem 'b' in line 3" in str(unit.children[1].fault)


def test_files_that_nothing_names_stay_out_while_all_containers_can_be_read(course_folder: CourseFolder) -> None:
    folder = course_folder({"problem/unused.xml": "<problem>unused</problem>"})
    assert "unused" not in {block.url_name for block in read_archive(folder).walk()}
    (folder / "sequential" / "s.xml").unlink()
    tree = read_archive(folder)
    assert [block.url_name for block in block_in(tree, "sequential", "s").children] == ["v", "unused"]


def test_a_root_that_was_mended_is_noted(course_folder: CourseFolder) -> None:
    tree = read_archive(
        course_folder({"course/R.xml": b'<course display_name="caf\xe9"><chapter url_name="c"/></course>'})
    )
    (note,) = tree.notes
    assert "course/R.xml is not UTF-8" in note.text % note.values
    assert tree.display_name == "café"


@pytest.mark.parametrize(
    "table", [b"Name,Other\r\n", b"Type,ID,\x81", "Type,ID,é".encode("utf-16")[:-1], b'Type,ID\n"' + b"x" * 200_000]
)
def test_a_table_of_tags_that_cannot_be_read_is_ignored_with_a_note(course_folder: CourseFolder, table: bytes) -> None:
    tree = read_archive(course_folder({"tags.csv": table}))
    assert tree.tags == {}
    assert [note.text for note in tree.notes] == ["The tags in %(path)s are ignored. %(problem)s"]


def test_an_inline_block_fails_alone(course_folder: CourseFolder) -> None:
    unit = unit_of(course_folder(with_unit('<html url_name="a">x</html>\n<html url_name="b" filename="b"/>')))
    assert [block.fault is None for block in unit.children] == [True, False]
    assert unit.children[1].fault is not None
    assert (unit.children[1].fault.path, unit.children[1].fault.line) == ("vertical/v.xml", 2)


def test_a_broken_pointer_hides_no_block_that_is_defined_in_place(course_folder: CourseFolder) -> None:
    content = (
        '<problem url_name="p"/><problem url_name="p" weight="2"/>'
        '<html url_name="h" filename="gone"/><html url_name="h">kept</html>'
    )
    unit = unit_of(course_folder(with_unit(content)))
    assert [(block.key, block.fault is None) for block in unit.children] == [
        (("problem", "p"), False),
        (("problem", "p"), True),
        (("html", "h"), False),
        (("html", "h"), True),
    ]


@pytest.mark.parametrize("path", ["course.xml", "course/R.xml"])
@pytest.mark.parametrize("kind", ["cut", "another encoding", "no XML at all", "a DOCTYPE"])
def test_without_a_root_there_is_no_course(course_folder: CourseFolder, path: str, kind: str) -> None:
    text = {"course.xml": b'<course url_name="R" org="O" course="C"/>', "course/R.xml": COURSE["course/R.xml"].encode()}
    with pytest.raises(OlxError):
        read_archive(course_folder({**COURSE, path: LOST[kind](text[path])}))


def test_many_pointers_to_one_broken_file_read_it_once(course_folder: CourseFolder) -> None:
    pointers = '<problem url_name="p"/>' * 20_000
    unit = unit_of(course_folder({"vertical/v.xml": f"<vertical>{pointers}</vertical>", "problem/p.xml": "<" * 5_000}))
    assert len(set(map(id, unit.children))) == 1


def test_broken_files_count_each_time_that_they_are_read(course_folder: CourseFolder) -> None:
    pointers = "".join(f'<problem url_name="p{number}" filename="x"/>' for number in range(200))
    folder = course_folder({"vertical/v.xml": f"<vertical>{pointers}</vertical>", "problem/x.xml": "<" * 1_000})
    with pytest.raises(ArchiveTooLargeError, match="OLX of all blocks"):
        read_archive(folder, limits=replace(DEFAULT_LIMITS, total_text_bytes=100_000))


@pytest.mark.parametrize(
    "text", ["&", "&a", "<![CDATA[", "<!--", "<?", "&#x", "\xe9é", '<a url_name="a', "<a ", "\x01", " url_name=", "</>"]
)
def test_mending_takes_time_by_the_length_only(tmp_path: Path, text: str) -> None:
    folder = tmp_path / "course"
    (folder / "vertical").mkdir(parents=True)
    (folder / "course.xml").write_text(
        '<course url_name="R" org="O" course="C"><vertical url_name="v" /></course>', encoding="utf-8"
    )

    def read(size: int) -> None:
        (folder / "vertical" / "v.xml").write_bytes(("<vertical>" + text * size).encode("latin-1"))
        with suppress(OlxError):
            read_archive(folder)

    assert_grows_no_faster_than_its_input(read, size=20_000)


@pytest.mark.parametrize("element", ['<problem url_name="gone{}"/>', '<poll url_name="q" a="{}"/>'])
def test_faults_take_time_by_their_number_only(tmp_path: Path, element: str) -> None:
    def read(size: int) -> None:
        elements = "\n".join(element.format(number) for number in range(size))
        outline = f'<course url_name="R" org="O" course="C"><vertical url_name="v">{elements}</vertical></course>'
        (tmp_path / "course.xml").write_text(outline, encoding="utf-8")
        assert len(faults_in(read_archive(tmp_path))) >= size - 1

    assert_grows_no_faster_than_its_input(read, size=5_000)


def test_mending_keeps_to_the_limit_of_a_text() -> None:
    assert mended_xml(b"<a>" + b"&" * 100 + b"</a>", limit=507) is not None
    assert mended_xml(b"<a>" + b"&" * 100 + b"</a>", limit=506) is None
