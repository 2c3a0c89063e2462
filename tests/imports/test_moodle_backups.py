"""Backups of Moodle courses, as Moodle 3 and Moodle 4 write them."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Any

import pytest

from content_libraries import api
from content_libraries.actors import OPERATOR
from content_libraries.imports.sources.registry import open_source
from content_libraries.libraries.models import ContentLibrary
from content_libraries.olx.api import OlxBlock, OlxError
from tests.olx.builders import tar_of, zip_of

from .conftest import work
from .grading import grade
from .test_cartridges import SECTIONS, run, tree

pytestmark = pytest.mark.django_db

NULL = "$@NULL@$"
PICTURE, SHEET = b"\x89PNG one", b"%PDF sheet"

MODULES = [
    # id, section, kind, title
    (11, 1, "page", "A page"),
    (12, 1, "label", "A label"),
    (13, 1, "book", "A book"),
    (14, 2, "quiz", "A quiz"),
    (15, 2, "url", "A link"),
    (16, 2, "resource", "A file"),
    (17, 2, "forum", "A forum"),
    (18, 2, "chat", "A chat"),
    (19, 2, "lti", "A tool"),
]


def activity(module: int, kind: str, inside: str) -> str:
    return (
        f'<activity id="{module + 100}" moduleid="{module}" modulename="{kind}" contextid="{module + 200}">'
        f'<{kind} id="{module + 100}">{inside}</{kind}></activity>'
    )


def text_of(html: str) -> str:
    return escape(html, quote=False)


def question(number: int, kind: str, inside: str, text: str = "&lt;p&gt;Asked&lt;/p&gt;", parent: int = 0) -> str:
    return (
        f'<question id="{number}"><parent>{parent}</parent><name>Q{number}</name><questiontext>{text}</questiontext>'
        f"<questiontextformat>1</questiontextformat><generalfeedback></generalfeedback><qtype>{kind}</qtype>"
        f"<plugin_qtype_{kind}_question>{inside}</plugin_qtype_{kind}_question></question>"
    )


def answers(*given: tuple[int, str, str]) -> str:
    inside = "".join(
        f'<answer id="{number}"><answertext>{text}</answertext><answerformat>1</answerformat>'
        f"<fraction>{share}</fraction><feedback>{NULL}</feedback></answer>"
        for number, text, share in given
    )
    return f"<answers>{inside}</answers>"


QUESTIONS = [
    question(
        1, "multichoice",
        answers((1, "Rome", "1.0"), (2, "Oslo", "0.0")) + "<multichoice><single>1</single></multichoice>",
        '&lt;img src="@@PLUGINFILE@@/a.png"&gt;',
    ),
    question(2, "truefalse", answers((3, "True", "0.0"), (4, "False", "1.0"))),
    question(3, "shortanswer", answers((5, "Rom*", "1.0")) + "<shortanswer><usecase>0</usecase></shortanswer>"),
    question(
        4, "numerical", answers((6, "3.5", "1.0")) + "<numerical_records><numerical_record><answer>6</answer>"
        "<tolerance>0.5</tolerance></numerical_record></numerical_records>",
    ),
    question(
        5, "match", "<matches><match id='1'><questiontext>I</questiontext><questiontextformat>1</questiontextformat>"
        "<answertext>one</answertext></match><match id='2'><questiontext>II</questiontext><questiontextformat>1"
        "</questiontextformat><answertext>two</answertext></match></matches>",
    ),
    question(6, "multianswer", "<multianswer><sequence>7,8</sequence></multianswer>", "Fill {#1} and {#2}"),
    question(7, "shortanswer", answers((7, "x", "1.0")), "", parent=6),
    question(
        8, "multichoice", answers((8, "y", "1.0"), (9, "z", "0")) + "<multichoice><single>1</single></multichoice>", "",
        parent=6,
    ),
    question(9, "essay", ""),
    question(10, "calculated", answers((10, "{a}", "1.0"))),
]  # fmt: skip
ASKED = (1, 4, 6)


def questions_3() -> str:
    return (
        '<question_categories><question_category id="31"><name>Default for C</name><questions>'
        + "".join(QUESTIONS)
        + '</questions></question_category><question_category id="32"><name>Empty</name><questions/>'
        "</question_category></question_categories>"
    )


def questions_4() -> str:
    entries = "".join(
        f'<question_bank_entry id="{number + 500}"><question_version>{versions(number, text)}</question_version>'
        "</question_bank_entry>"
        for number, text in enumerate(QUESTIONS, start=1)
    )
    return (
        '<question_categories><question_category id="31"><name>Default for C</name><question_bank_entries>'
        f"{entries}</question_bank_entries></question_category></question_categories>"
    )


def versions(number: int, text: str) -> str:
    """Two versions of a question; those in the gaps of another question keep their ids."""
    is_part = number in {7, 8}
    newest = text if is_part else text.replace(f'<question id="{number}"', f'<question id="{number + 900}"', 1)
    return "".join(
        f"<question_versions><version>{version}</version><questions>{each}</questions></question_versions>"
        for version, each in ((1, text.replace("Asked", "Old")), (2, newest))
    )


def instances(version: int) -> str:
    made = []
    for slot, number in reversed(list(enumerate(ASKED, start=1))):
        reference = (
            f"<questionid>{number}</questionid>"
            if version == 3
            else f"<question_reference><questionbankentryid>{number + 500}</questionbankentryid></question_reference>"
        )
        made.append(f'<question_instance id="{slot}"><slot>{slot}</slot>{reference}</question_instance>')
    random = f"<questionid>{NULL}</questionid>" if version == 3 else '<question_set_reference id="9"/>'
    made.append(f'<question_instance id="4"><slot>4</slot>{random}</question_instance>')
    return f"<question_instances>{''.join(made)}</question_instances>"


def file_of(content: bytes, name: str, component: str, context: int, item: int = 0, path: str = "/") -> str:
    return (
        f"<file id='1'><contenthash>{hashlib.sha1(content).hexdigest()}</contenthash><contextid>{context}</contextid>"  # noqa: S324
        f"<component>{component}</component><filearea>content</filearea><itemid>{item}</itemid><filepath>{path}</filepath>"
        f"<filename>{name}</filename></file>"
    )


def members(version: int = 4) -> dict[str, bytes]:
    """The files of a backup by path."""
    kinds = {
        11: "<intro></intro><content>"
        + text_of(
            '<p><img src="@@PLUGINFILE@@/pics/a.png"> <a href="$@QUIZVIEWBYID*14@$">q</a> $@FORUMVIEWBYID*99@$</p>'
        )
        + "</content>",
        12: "<intro>&lt;b&gt;Look&lt;/b&gt;</intro>",
        13: "<chapters><chapter id='2'><pagenum>2</pagenum><title>Two</title><content>2</content></chapter>"
        "<chapter id='1'><pagenum>1</pagenum><title>One</title><content>1</content></chapter></chapters>",
        14: f"<intro></intro>{instances(version)}",
        15: "<intro></intro><externalurl>https://example.com/?a=1&amp;b=2</externalurl>",
        16: "<intro></intro>",
        17: "<intro>&lt;p&gt;Discuss&lt;/p&gt;</intro>",
        18: f"<intro>{NULL}</intro>",
        19: "<intro></intro><toolurl>https://tool.example.com/</toolurl><instructorcustomparameters>a=b\nc=d"
        "</instructorcustomparameters>",
    }
    activities = "".join(
        f"<activity><moduleid>{module}</moduleid><sectionid>{section}</sectionid><modulename>{kind}</modulename>"
        f"<title>{title}</title><directory>activities/{kind}_{module}</directory></activity>"
        for module, section, kind, title in MODULES
    )
    sections = "".join(
        f"<section><sectionid>{each}</sectionid><title>{each - 1}</title><directory>sections/section_{each}</directory>"
        "</section>"
        for each in (1, 2, 3)
    )
    files = "".join(
        [
            file_of(PICTURE, "a.png", "mod_page", 211, path="/pics/"),
            file_of(PICTURE, "a.png", "question", 5, 1),
            file_of(PICTURE, "a.png", "question", 5, 901),
            file_of(SHEET, "sheet one.pdf", "mod_resource", 216),
            file_of(b"mine", "face.jpg", "user", 4),
            file_of(b"", ".", "mod_page", 211),
        ]
    )
    texts = {
        "moodle_backup.xml": f"""<?xml version="1.0" encoding="UTF-8"?><moodle_backup><information><name>b.mbz</name>
        <original_course_id>7</original_course_id><original_course_fullname>My course</original_course_fullname>
        <original_site_identifier_hash>abc</original_site_identifier_hash><contents><activities>{activities}</activities>
        <sections>{sections}</sections></contents></information></moodle_backup>""",
        "files.xml": f"<files>{files}</files>",
        "questions.xml": questions_3() if version == 3 else questions_4(),
        "sections/section_1/section.xml": f"<section id='1'><number>0</number><name>{NULL}</name><summary></summary>"
        "<sequence>12,11,13</sequence></section>",
        "sections/section_2/section.xml": "<section id='2'><number>1</number><name>Week 1</name>"
        "<summary>&lt;p&gt;Hello&lt;/p&gt;</summary><sequence>14,15,16,17,18,19</sequence></section>",
        "sections/section_3/section.xml": f"<section id='3'><name>Empty</name><summary>{NULL}</summary></section>",
        **{
            f"activities/{kind}_{module}/{kind}.xml": activity(module, kind, kinds[module])
            for module, _section, kind, _title in MODULES
        },
    }
    stored = {
        f"files/{digest[:2]}/{digest}": content
        for content in (PICTURE, SHEET, b"mine")
        for digest in [hashlib.sha1(content).hexdigest()]  # noqa: S324
    }
    return {**{path: text.encode() for path, text in texts.items()}, **stored}


def backup(folder: Path, version: int = 4, *, changes: Mapping[str, bytes] | None = None, packed: str = "tar") -> Path:
    pack = tar_of if packed == "tar" else zip_of
    return pack(folder / "backup.mbz", list({**members(version), **(changes or {})}.items()))


def blocks_of(path: Path) -> dict[str, OlxBlock]:
    return {block.url_name: block for block in open_source(path).tree().walk() if block.tag not in {"vertical"}}


@pytest.mark.parametrize("version", [3, 4])
@pytest.mark.parametrize("packed", ["tar", "zip"])
def test_a_course_arrives_with_its_sections(library: ContentLibrary, tmp_path: Path, version: int, packed: str) -> None:
    report = run(library, backup(tmp_path, version, packed=packed))
    assert report["source"].startswith("course-v1:moodle+")
    assert report["title"] == "My course"
    assert tree("lct:O:lib:section:section-1") == {
        "Section 0": [{"Section 0": [{"A label": ["A label"]}, {"A page": ["A page"]}]},
                      {"A book": [{"One": ["One"]}, {"Two": ["Two"]}]}]
    }  # fmt: skip
    [week] = tree("lct:O:lib:section:section-2")["Week 1"]
    assert week["Week 1"] == [
        {"Week 1": ["Week 1"]}, {"A quiz": ["Q1", "Q4", "Q6"]}, {"A link": ["A link"]}, {"A file": ["A file"]},
        {"A forum": ["A forum"]}, {"A tool": ["A tool"]},
    ]  # fmt: skip
    reasons = {row["title"]: row["reason"] for row in report["unsupported"]}
    assert reasons == {
        "A chat": "Activities of the type “chat” are not imported.",
        "Question 4": "A question that Moodle draws at random from a category. The category is a collection.",
    }
    notes = {row["title"]: row["reason"] for row in report["notes"]}
    assert notes["A forum"] == "Of activities of the type “forum”, only the description is imported."
    assert notes["A page"] == "Links that the backup does not resolve: $@FORUMVIEWBYID*99@$."
    assert report["failed"] == []


@pytest.mark.parametrize("version", [3, 4])
def test_the_question_bank_arrives_by_category(library: ContentLibrary, tmp_path: Path, version: int) -> None:
    path = backup(tmp_path, version)
    raw = members(3)["questions.xml"].decode()
    whole = len(re.findall(r"<parent>0</parent>", raw))
    report = run(library, path)
    assert [(each["title"], each["items"]) for each in report["collections"]] == [
        ("A quiz", len(ASKED)),
        ("Default for C", whole),
    ]
    kinds = report["by_type"]
    chapters, texts_of_activities, summaries, texts_of_questions = 2, 5, 1, 2
    assert kinds["html"] == {"create": chapters + texts_of_activities + summaries + texts_of_questions}
    assert kinds["problem"]["create"] == whole - texts_of_questions
    again = run(library, path)
    assert set(again["actions"]) == {"skip", "unsupported"}


@pytest.mark.parametrize("version", [3, 4])
def test_questions_of_a_backup_ask_and_grade_the_same(tmp_path: Path, version: int) -> None:
    blocks = blocks_of(backup(tmp_path, version))
    found = {block.attributes["display_name"]: block for block in blocks.values() if block.tag in {"problem", "html"}}
    assert grade(found["Q1"].olx, "choice_0") == ["correct"]
    assert '<img src="/static/a.png"/>' in found["Q1"].olx
    assert grade(found["Q2"].olx, "choice_1") == ["correct"]
    assert [grade(found["Q3"].olx, word) for word in ("ROMA", "Oslo")] == [["correct"], ["incorrect"]]
    assert [grade(found["Q4"].olx, word) for word in ("4", "4.1")] == [["correct"], ["incorrect"]]
    assert grade(found["Q5"].olx, "one", "one") == ["correct", "incorrect"]
    assert "Fill (1) and (2)" in found["Q6"].olx
    assert grade(found["Q6"].olx, "X", "y") == ["correct", "correct"]
    assert (found["Q9"].tag, found["Q10"].tag) == ("html", "html")
    assert "Q7" not in found
    assert "Asked" in found["Q2"].olx  # the newest version


def test_files_come_with_what_shows_them(library: ContentLibrary, tmp_path: Path) -> None:
    report = run(library, backup(tmp_path))

    def files(key: str) -> list[tuple[str, int]]:
        assets = api.list_assets(api.component_key(f"lb:O:lib:{key}"), user=OPERATOR)
        return [(asset.path, asset.size) for asset in assets]

    assert files("html:page-11") == [("static/a.png", len(PICTURE))]
    assert files("problem:entry-501") == [("static/a.png", len(PICTURE))]
    assert files("html:resource-16") == [("static/sheet one.pdf", len(SHEET))]
    assert report["unused_files"] == []  # and none of a user
    assert 'href="/jump_to_id/quiz-14"' in api.get_olx(api.component_key("lb:O:lib:html:page-11"), user=OPERATOR)


def test_external_tools_become_blocks(tmp_path: Path) -> None:
    tool = blocks_of(backup(tmp_path))["lti-19"]
    assert tool.attributes["launch_url"] == "https://tool.example.com/"
    assert tool.attributes["custom_parameters"] == '["a=b", "c=d"]'


def test_a_subsection_of_moodle_becomes_a_subsection(library: ContentLibrary, tmp_path: Path) -> None:
    section = (
        "<section id='3'><name>Inner</name><summary></summary><component>mod_subsection</component><itemid>120</itemid>"
        "<sequence>12,20</sequence></section>"
    )
    main = members()["moodle_backup.xml"].replace(
        b"</activities>",
        b"<activity><moduleid>20</moduleid><sectionid>2</sectionid><modulename>subsection</modulename><title>Inner</title>"
        b"<directory>activities/subsection_20</directory></activity></activities>",
    )
    changes = {
        "moodle_backup.xml": main,
        "sections/section_3/section.xml": section.encode(),
        "sections/section_1/section.xml": b"<section id='1'><sequence>11,13</sequence></section>",
        "sections/section_2/section.xml": b"<section id='2'><name>Week 1</name><sequence>20,15</sequence></section>",
        "activities/subsection_20/subsection.xml": activity(20, "subsection", "").encode(),
    }
    main = main.replace(
        b"<moduleid>12</moduleid><sectionid>1</sectionid>", b"<moduleid>12</moduleid><sectionid>3</sectionid>"
    )
    run(library, backup(tmp_path, changes={**changes, "moodle_backup.xml": main}))
    assert tree("lct:O:lib:section:section-2")["Week 1"][0] == {"Inner": [{"A label": ["A label"]}]}


def test_an_activity_that_cannot_be_read_fails_alone(library: ContentLibrary, tmp_path: Path) -> None:
    report = run(library, backup(tmp_path, changes={"activities/page_11/page.xml": b"<activity>\n<page></activity>"}))
    assert [(row["title"], row["path"], row["line"]) for row in report["failed"]] == [
        ("A page", "activities/page_11/page.xml", 2)
    ]
    assert "Look" in api.get_olx(api.component_key("lb:O:lib:html:label-12"), user=OPERATOR)


@pytest.mark.parametrize("content", [b"<question_categories>", b'<!DOCTYPE q [<!ENTITY a "b">]><q>&a;</q>'])
def test_a_bank_that_cannot_be_read_refuses_nothing_else(
    library: ContentLibrary, tmp_path: Path, content: bytes
) -> None:
    report = run(library, backup(tmp_path, changes={"questions.xml": content}))
    assert [row["path"] for row in report["failed"]] == ["questions.xml"]
    assert report["by_type"]["html"] == {"create": 8}


def test_a_backup_can_be_uploaded_and_imported_by_a_job(
    library: ContentLibrary, tmp_path: Path, upload: Any, start: Any
) -> None:
    uploaded = upload(backup(tmp_path))
    assert (uploaded.kind, uploaded.title) == ("moodle", "My course")
    assert work(start(uploaded).uuid).state == "succeeded"
    assert len(api.list_collections(library.library_key, user=OPERATOR)) == 2


BAD = {
    "no main file": ({"moodle_backup.xml": None}, "holds no moodle_backup.xml"),
    "not a backup": ({"moodle_backup.xml": b"<moodle_backup/>"}, "describes no backup"),
    "broken": ({"moodle_backup.xml": b"<moodle_backup>"}, "not well-formed"),
    "evil": ({"moodle_backup.xml": b'<!DOCTYPE q [<!ENTITY a "b">]><q>&a;</q>'}, "DOCTYPE"),
    "leaves the archive": ({"../x": b"x"}, r"\.\./x"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_backup_is_named(library: ContentLibrary, tmp_path: Path, name: str) -> None:
    changes, message = BAD[name]
    content = {path: data for path, data in {**members(), **changes}.items() if data is not None}  # type: ignore[dict-item]
    path = zip_of(tmp_path / "bad.mbz", list(content.items()))
    with pytest.raises(OlxError, match=message):
        api.import_archive(library.library_key, user=OPERATOR, source=path, options=SECTIONS)
