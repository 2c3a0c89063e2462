"""Question files, packages of QTI and Moodle's backups that take hours, or gigabytes, for a few kilobytes."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from zipfile import ZipFile

import pytest

from content_libraries.imports.cartridges.course_tree import CartridgeSource
from content_libraries.imports.moodle.course_tree import BackupSource
from content_libraries.imports.qti_packages.package import PackageSource
from content_libraries.imports.questions.banks import Banks
from content_libraries.imports.questions.cloze import gaps_in
from content_libraries.imports.questions.files import QuestionFile
from content_libraries.imports.questions.markdown import read_markdown
from content_libraries.imports.questions.static_files import StaticFiles
from content_libraries.olx.api import DEFAULT_LIMITS, ArchiveTooLargeError, OlxTree
from tests.growth import assert_grows_no_faster_than_its_input
from tests.olx.builders import zip_of

MEGABYTE = 1_000_000
COPIES = 200


def peak_of(work: Callable[[], object]) -> int:
    """The most memory that some work takes, in bytes."""
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("head", ["# a", "# a#", "(", "( x", "[", "[x", "= 1", "= 1 +-", "= [1", "= [1,", "s= a"])
@pytest.mark.parametrize("filler", [" ", "#", "\t"])
def test_lines_of_markdown(head: str, filler: str) -> None:
    """A heading with 2,000 spaces in it took half a minute, and twice as many four minutes."""

    def read(size: int) -> None:
        read_markdown(f"{head}{filler * size}b", Banks(), title="A file", path="a.md")

    assert_grows_no_faster_than_its_input(read, size=50_000)


def test_headings_numbers_and_choices_of_markdown_are_read_all_the_same() -> None:
    banks = Banks()
    lines = ["#  Two words #  ", "( x ) a", "(!) b", "# #", "= 5 +- 1e-2 ", "# C#sharp", " [ X ]  c", "[ ] d"]
    read_markdown("\n".join(lines), banks, title="A file", path="a.md")
    assert [block.attributes["display_name"] for block in banks.blocks] == ["Two words", "#", "C#sharp"]
    choice, number, choices = (block.olx for block in banks.blocks)
    assert '<choice correct="true">a</choice>' in choice
    assert 'answer="5"' in number
    assert '="1e-2"' in number
    assert '<choice correct="true">c' in choices


@pytest.mark.parametrize("text", ["{1:SA:\\", "{1:SA:", "{1:SA:\\{", "{:MC:~", "{1:SA:\\}"])
def test_gaps_that_do_not_end(text: str) -> None:
    """Each of them began anew: 32 KB took five seconds, and twice as many twenty."""
    assert_grows_no_faster_than_its_input(lambda size: gaps_in(text * size), size=10_000)


def test_gaps_with_escapes_are_read_all_the_same() -> None:
    text, [gap] = gaps_in(r"a {1:SA:=\{b\}~%50%c\\} d")
    assert text.startswith("a ")
    assert [answer.text for answer in gap.answers] == ["{b}", "c\\"]


@pytest.mark.parametrize("encoding", ["punycode", "idna", "undefined", "unicode_escape", "Raw-Unicode-Escape", "rot13"])
def test_encodings_that_only_python_knows(encoding: str, tmp_path: Path) -> None:
    """80 KB of Punycode took half a second, and twice as much two; ``undefined`` was an internal error."""
    path = tmp_path / "a.xml"
    named = '<question type="essay"><name><text>a</text></name><questiontext><text>b</text></questiontext></question>'
    head = f"<?xml version='1.0' encoding='{encoding}'?><quiz>{named}"

    def read(size: int) -> None:
        path.write_bytes(head.encode() + b"a" * size + b"-" + b"b9" * size + b"</quiz>")
        assert len(QuestionFile(path, DEFAULT_LIMITS, "moodle-xml").tree().root.children) == 1

    assert_grows_no_faster_than_its_input(read, size=MEGABYTE // 4)


def test_a_text_with_thousands_of_files(tmp_path: Path) -> None:
    """The links of a text were looked through once for each of its files."""
    path = tmp_path / "a.xml"
    file = '<file name="f{}.png" path="/" encoding="base64">QQ==</file>'

    def read(size: int) -> None:
        links = '<![CDATA[<img src="@@PLUGINFILE@@/f1.png">' + "@@PLUGINFILE@@/x " * 2 * size + "]]>"
        files = "".join(map(file.format, range(size)))
        path.write_text(
            f'<quiz><question type="essay"><questiontext><text>{links}</text>{files}</questiontext></question></quiz>'
        )
        tree = QuestionFile(path, DEFAULT_LIMITS, "moodle-xml").tree()
        assert '<img src="/static/f1.png">' in tree.root.children[0].olx
        assert len(tree.static_files) == size

    assert_grows_no_faster_than_its_input(read, size=500)


def test_a_file_whose_names_are_all_taken() -> None:
    static = StaticFiles()
    taken = ["a.png", "a-12345678.png", "a-1234567890.png"]
    assert [static.name(name, f"other{name}", 1) for name in taken] == taken
    assert static.name("a.png", "1234567890", 1) == "a-1234567890-2.png"
    assert static.name("a.png", "1234567890", 1) == "a-1234567890-2.png"


def backup(tmp_path: Path, activities: str, sections: str = "", **files: str) -> BackupSource:
    """A backup; ``a__b`` is the file ``a/b.xml``."""
    main = (
        "<moodle_backup><information><original_course_id>1</original_course_id><contents>"
        f"<activities>{activities}</activities><sections>{sections}</sections></contents></information></moodle_backup>"
    )
    named = {f"{name.replace('__', '/')}.xml": text.encode() for name, text in files.items()}
    return BackupSource(
        zip_of(tmp_path / "a.mbz", {"moodle_backup.xml": main.encode(), **named}.items()), DEFAULT_LIMITS
    )


def listed(module: int, kind: str, section: int = 1, folder: str = "activities/a") -> str:
    return (
        f"<activity><moduleid>{module}</moduleid><sectionid>{section}</sectionid><modulename>{kind}</modulename>"
        f"<title>A{module}</title><directory>{folder}</directory></activity>"
    )


def texts_of(tree: OlxTree) -> int:
    return sum(len(block.olx) for block in tree.root.walk())


def test_activities_that_share_a_file(tmp_path: Path) -> None:
    """Each of 50,000 activities would have been read from the same file of 16 MB."""
    page = f"<activity><page><content>{'a' * MEGABYTE}</content></page></activity>"
    source = backup(tmp_path, "".join(listed(number, "page") for number in range(COPIES)), activities__a__page=page)
    assert peak_of(source.tree) < 50 * MEGABYTE
    tree = source.tree()
    assert texts_of(tree) < 2 * MEGABYTE
    assert len(tree.not_imported) == COPIES - 1


def test_sections_that_share_a_file(tmp_path: Path) -> None:
    section = f"<section><name>S</name><summary>{'a' * MEGABYTE}</summary></section>"
    one = "<section><sectionid>{}</sectionid><title>1</title><directory>sections/a</directory></section>"
    sections = "".join(one.format(number) for number in range(COPIES))
    source = backup(tmp_path, "", sections, sections__a__section=section)
    assert texts_of(source.tree()) < 2 * MEGABYTE


def test_activities_that_share_the_list_of_their_files(tmp_path: Path) -> None:
    """The square of their number: 10,000 activities with 10,000 files each were ten gigabytes of links."""
    activities = "".join(listed(number, "resource", folder=f"activities/a{number}") for number in range(COPIES))
    each = '<activity contextid="5"><resource><intro>Read</intro></resource></activity>'
    files = "".join(
        f"<file><contenthash>aa</contenthash><contextid>5</contextid><component>mod_resource</component>"
        f"<filename>{number:05}.txt</filename><filepath>/</filepath></file>"
        for number in range(5_000)
    )
    named = {f"activities__a{number}__resource": each for number in range(COPIES)}
    source = backup(tmp_path, activities, "", files=f"<files>{files}</files>", **named)
    with ZipFile(source.path, "a") as archive:
        archive.writestr("files/aa/aa", b"x")
    assert texts_of(source.tree()) < 2 * MEGABYTE


def test_subsections_in_subsections(tmp_path: Path) -> None:
    """Each was read within the other, until Python gave up."""
    count = 1_200
    activities = "".join(
        listed(number, "subsection", section=number, folder=f"activities/a{number}") for number in range(1, count)
    )
    sections = "".join(
        f"<section><sectionid>{number}</sectionid><title>1</title><directory>sections/s{number}</directory></section>"
        for number in range(1, count + 1)
    )
    named = {
        f"activities__a{number}__subsection": f'<activity id="{number}"><subsection/></activity>'
        for number in range(1, count)
    }
    named |= {
        f"sections__s{number}__section": "<section><summary>Read</summary><component>mod_subsection</component>"
        f"<itemid>{number - 1}</itemid></section>"
        for number in range(2, count + 1)
    }
    tree = backup(tmp_path, activities, sections, **named).tree()
    assert tree.root.children
    assert max(len(block.children) for block in tree.root.walk()) < count + 1


def test_gaps_that_share_a_question(tmp_path: Path) -> None:
    """A text with 200 gaps, each of which was the same question of 16 MB."""
    part = (
        '<question id="2"><parent>1</parent><qtype>multichoice</qtype><plugin_qtype_multichoice_question><answers>'
        f'<answer id="1"><answertext>{"a" * MEGABYTE}</answertext><fraction>1</fraction></answer></answers>'
        "</plugin_qtype_multichoice_question></question>"
    )
    texts = "".join(
        f'<question id="{number}"><parent>0</parent><qtype>multianswer</qtype><questiontext>a</questiontext>'
        f"<plugin_qtype_multianswer_question><multianswer><sequence>{','.join(['2'] * 200)}</sequence></multianswer>"
        "</plugin_qtype_multianswer_question></question>"
        for number in range(10, 20)
    )
    bank = f'<question_categories><question_category id="1"><questions>{texts}{part}</questions></question_category>'
    source = backup(tmp_path, "", questions=f"{bank}</question_categories>")
    assert peak_of(source.tree) < 50 * MEGABYTE


def test_quizzes_that_ask_a_question_thousands_of_times(tmp_path: Path) -> None:
    asked = "".join(
        f'<question_instance id="{number}"><slot>1</slot><questionid>1</questionid></question_instance>'
        for number in range(3_000)
    )
    quiz = f"<activity><quiz><question_instances>{asked}</question_instances></quiz></activity>"
    bank = (
        '<question_categories><question_category id="1"><questions><question id="1"><qtype>essay</qtype>'
        "<questiontext>a</questiontext></question></questions></question_category></question_categories>"
    )
    source = backup(tmp_path, listed(1, "quiz"), activities__a__quiz=quiz, questions=bank)
    source = replace(source, limits=replace(DEFAULT_LIMITS, blocks=1_000))
    with pytest.raises(ArchiveTooLargeError):
        source.tree()


@pytest.mark.parametrize("kind", ["webcontent", "x{}", "imsqti_xmlv1p2/imscc_xmlv1p1/assessment", "imsdt_xmlv1p1"])
@pytest.mark.parametrize("shown", [True, False])
def test_resources_of_cartridges_that_share_a_file(kind: str, shown: bool, tmp_path: Path) -> None:
    name, text = ("p.html", "<body>{}</body>") if kind in {"webcontent", "x{}"} else ("q.xml", ONE_QUESTION)
    resources = "".join(
        f'<resource identifier="r{number}" type="{kind.format(number)}" href="{"x/../" * (number % 3)}{name}"/>'
        for number in range(COPIES)
    )
    items = "".join(f'<item identifier="i{number}" identifierref="r{number}"/>' for number in range(COPIES))
    organization = f"<organizations><organization><item>{items if shown else ''}</item></organization></organizations>"
    manifest = f'<manifest identifier="m">{organization}<resources>{resources}</resources></manifest>'
    named = [("imsmanifest.xml", manifest.encode()), (name, text.format("a" * MEGABYTE).encode())]
    source = CartridgeSource(zip_of(tmp_path / "a.imscc", named), DEFAULT_LIMITS)
    assert peak_of(source.tree) < 60 * MEGABYTE


ONE_QUESTION = (
    '<questestinterop><assessment><section><item ident="i"><presentation><material><mattext texttype="text/html">{}'
    "</mattext></material></presentation></item></section></assessment></questestinterop>"
)


def package(tmp_path: Path, resources: str, **items: str) -> PackageSource:
    manifest = f"<manifest identifier='m'><resources>{resources}</resources></manifest>"
    named = {f"{name}.xml": text.encode() for name, text in items.items()}
    return PackageSource(
        zip_of(tmp_path / "a.zip", {"imsmanifest.xml": manifest.encode(), **named}.items()), DEFAULT_LIMITS
    )


def test_resources_that_share_an_item(tmp_path: Path) -> None:
    resources = "".join(
        f'<resource identifier="r{number}" type="imsqti_item_xmlv2p1" href="./{"x/../" * (number % 3)}i.xml"/>'
        f'<resource identifier="t{number}" type="imsqti_test_xmlv2p1" href="t.xml"/>'
        for number in range(COPIES)
    )
    item = f'<assessmentItem identifier="i"><itemBody><p>{"a" * MEGABYTE}</p></itemBody></assessmentItem>'
    test = f'<assessmentTest title="T"><assessmentItemRef href="i.xml"/><x>{"a" * MEGABYTE}</x></assessmentTest>'
    tree = package(tmp_path, resources, i=item, t=test).tree()
    assert len(list(tree.root.walk())) == 3
    assert texts_of(tree) < 2 * MEGABYTE


def test_choices_in_choices(tmp_path: Path) -> None:
    """A choice at each level held all that were in it: 240 times as much as the file."""
    depth = 200
    inside = '<simpleChoice identifier="c">' * depth + "a" * MEGABYTE + "</simpleChoice>" * depth
    item = (
        '<assessmentItem identifier="i"><responseDeclaration identifier="R" cardinality="single"><correctResponse>'
        '<value>c</value></correctResponse></responseDeclaration><itemBody><choiceInteraction responseIdentifier="R">'
        f"{inside}</choiceInteraction></itemBody></assessmentItem>"
    )
    source = package(tmp_path, '<resource identifier="r" type="imsqti_item_xmlv2p1" href="i.xml"/>', i=item)
    assert peak_of(source.tree) < 100 * MEGABYTE


def test_answers_in_answers(tmp_path: Path) -> None:
    """An answer at each level held all that were in it."""
    depth = 100
    inside = '<response_label ident="c">' * depth + f"<material><mattext>{'a' * MEGABYTE}</mattext></material>"
    choices = (
        f'<response_lid ident="r"><render_choice>{inside}{"</response_label>" * depth}</render_choice></response_lid>'
    )
    quiz = ONE_QUESTION.format("Which?").replace("</presentation>", f"{choices}</presentation>")
    manifest = (
        "<manifest identifier='m'><resources><resource identifier='r' type='imsqti_xmlv1p2/imscc_xmlv1p1/assessment'>"
        "<file href='q.xml'/></resource></resources></manifest>"
    )
    named = {"imsmanifest.xml": manifest.encode(), "q.xml": quiz.encode()}
    source = CartridgeSource(zip_of(tmp_path / "a.imscc", named.items()), DEFAULT_LIMITS)
    assert texts_of(source.tree()) < 3 * MEGABYTE
