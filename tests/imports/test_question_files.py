"""Files of questions: Moodle's XML and GIFT, and problems in Markdown."""

from __future__ import annotations

import base64
import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from content_libraries import api
from content_libraries.actors import OPERATOR
from content_libraries.imports.questions.banks import Banks
from content_libraries.imports.questions.gift import read_gift
from content_libraries.imports.questions.markdown import read_markdown
from content_libraries.imports.questions.moodle_items import MoodleItem, question_of
from content_libraries.imports.sources.registry import open_source
from content_libraries.libraries.models import ContentLibrary
from content_libraries.olx.api import OlxBlock, OlxError
from tests.content.recorder import Record
from tests.growth import assert_grows_no_faster_than_its_input

from .conftest import work
from .grading import grade

pytestmark = pytest.mark.django_db

GIFT = r"""
// How authors name a question in Moodle: [id:tomb]
$CATEGORY: $course$/top/History of Rome

::Tomb::Who is buried in {~nobody =Grant #Right. ~%50%Lincoln}'s tomb?

Rome was founded before Paris. {TRUE#Look again.#Yes.}

::Pi::[html]<p>How much is \&pi\;?</p> {#3.14:0.01}

::Range::A number {#1..5}

$CATEGORY: $course$/top/A//B

::Match::Match {=one -> 1 =two -> 2 ####Both are easy.}

::Type::Type a word {=four =4 =fo*r}

::Essay::Write. {}

::Note::Just read \{this\}

::Many::Choose {~%50%a ~%50%b ~%-100%c}
"""

PICTURE = b"\x89PNG picture"


def moodle(kind: str, name: str, inside: str, text: str = "Asked") -> str:
    return (
        f'<question type="{kind}"><name><text>{name}</text></name><questiontext format="html"><text>{text}</text>'
        f'</questiontext><generalfeedback format="html"><text>Why</text></generalfeedback>{inside}</question>'
    )


def answer(text: str, fraction: str = "0", more: str = "") -> str:
    return f'<answer fraction="{fraction}" format="html"><text>{text}</text>{more}</answer>'


PICTURED = (
    '<question type="multichoice"><name><text>Pictured</text></name><questiontext format="html"><text><![CDATA['
    '<p>Look: <img src="@@PLUGINFILE@@/a%20b.png"></p>]]></text><file name="a b.png" path="/" encoding="base64">'
    f"{base64.b64encode(PICTURE).decode()}</file></questiontext><single>false</single>"
    f"{answer('x', '50')}{answer('y', '50')}{answer('z', '-100')}</question>"
)

MOODLE_XML = f"""<?xml version="1.0" encoding="UTF-8"?>
<quiz>
<!-- question: 0 -->
<question type="category"><category><text>$course$/top/Default for C</text></category></question>
{PICTURED}
{moodle("truefalse", "Truth", answer("true", "100") + answer("false"))}
{moodle("shortanswer", "Word", "<usecase>1</usecase>" + answer("Rome", "100") + answer("Roma", "40"))}
{moodle("numerical", "Number", answer("9.8", "100", "<tolerance>0.1</tolerance>"))}
<question type="category"><category><text>$course$/top/Other</text></category></question>
{
    moodle(
        "matching",
        "Pairs",
        '<subquestion format="html"><text>1</text><answer><text>one</text></answer></subquestion>'
        '<subquestion format="html"><text></text><answer><text>two</text></answer></subquestion>',
    )
}
{
    moodle(
        "gapselect",
        "Gaps",
        "<selectoption><text>cat</text><group>1</group></selectoption>"
        "<selectoption><text>dog</text><group>1</group></selectoption>",
        "A [[2]] barks, a [[1]] purrs",
    )
}
{
    moodle(
        "cloze",
        "Cloze",
        "",
        "&lt;p&gt;{1:SHORTANSWER:=Berlin#Yes~%50%Bonn} has {2:NUMERICAL:=3:0.5} or {1:MULTICHOICE:few~=many}&lt;/p&gt;",
    )
}
{moodle("essay", "Essay", "")}
{moodle("description", "Note", "")}
{moodle("calculated", "Computed", "")}
</quiz>
"""

MARKDOWN = """# Capitals
>>What is the **capital** of France?||Think.||<<

( ) Lyon {{No.}}
(x) Paris

[explanation]
It is Paris.
[explanation]

# Numbers
How much is pi?

= 3.14 +- 0.01

---

Pick [[one, (two), three]]

---

= four
or= 4 of them

# Checks
[x] a
[ ] b
[x] c

# Nothing
No answer here
"""


def write(folder: Path, name: str, content: str) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text(content)
    return path


def blocks_of(path: Path) -> dict[str, OlxBlock]:
    return {block.attributes["display_name"]: block for block in open_source(path).tree().root.children}


def run(library: ContentLibrary, path: Path) -> dict[str, Any]:
    return api.result_report(api.import_archive(library.library_key, user=OPERATOR, source=path))


def test_questions_in_gift_ask_and_grade_the_same(tmp_path: Path) -> None:
    blocks = blocks_of(write(tmp_path, "history.gift", GIFT))
    assert blocks["Tomb"].url_name == "tomb"
    assert "Who is buried in _____'s tomb?" in blocks["Tomb"].olx
    assert [grade(blocks["Tomb"].olx, f"choice_{place}") for place in range(3)] == [
        ["incorrect"], ["correct"], ["partially-correct"]
    ]  # fmt: skip
    assert grade(blocks["Rome was founded before Paris."].olx, "choice_0") == ["correct"]
    assert grade(blocks["Pi"].olx, "3.149") == ["correct"]
    assert grade(blocks["Pi"].olx, "3.2") == ["incorrect"]
    assert [grade(blocks["Range"].olx, number) for number in ("1", "5", "5.1")] == [
        ["correct"], ["correct"], ["incorrect"]
    ]  # fmt: skip
    assert grade(blocks["Match"].olx, "1", "1") == ["correct", "incorrect"]
    assert "Both are easy." in blocks["Match"].olx
    assert [grade(blocks["Type"].olx, word) for word in ("FOUR", "4", "for", "fours", "afor")] == [
        ["correct"], ["correct"], ["correct"], ["incorrect"], ["incorrect"]
    ]  # fmt: skip
    assert grade(blocks["Many"].olx, ["choice_0", "choice_1"]) == ["correct"]
    assert grade(blocks["Many"].olx, ["choice_0"]) == ["incorrect"]
    assert "each gives a part" in blocks["Many"].note
    assert not blocks["Tomb"].note  # its parts of the points are kept
    assert blocks["Note"].body == "Just read {this}"
    assert blocks["Essay"].tag == "html"
    assert "Essays" in blocks["Essay"].note


def test_questions_in_moodles_xml_ask_and_grade_the_same(tmp_path: Path) -> None:
    blocks = blocks_of(write(tmp_path, "bank.xml", MOODLE_XML))
    assert grade(blocks["Pictured"].olx, ["choice_0", "choice_1"]) == ["correct"]
    assert '<img src="/static/a%20b.png"/>' in blocks["Pictured"].olx
    assert grade(blocks["Truth"].olx, "choice_0") == ["correct"]
    assert [grade(blocks["Word"].olx, word) for word in ("Rome", "rome", "Roma")] == [
        ["correct"], ["incorrect"], ["incorrect"]
    ]  # fmt: skip
    assert blocks["Word"].note == "Answers that give only a part of the points give none in the problem."
    assert [grade(blocks["Number"].olx, number) for number in ("9.71", "10")] == [["correct"], ["incorrect"]]
    assert grade(blocks["Pairs"].olx, "one") == ["correct"]
    assert "two" in blocks["Pairs"].olx
    assert "A (1) barks, a (2) purrs" in blocks["Gaps"].olx
    assert grade(blocks["Gaps"].olx, "dog", "cat") == ["correct", "correct"]
    assert "<p>(1) has (2) or (3)</p>" in blocks["Cloze"].olx
    assert grade(blocks["Cloze"].olx, "berlin", "3.4", "many") == ["correct"] * 3
    assert "give none" in blocks["Cloze"].note  # of Bonn
    assert {title for title, block in blocks.items() if block.tag == "html"} == {"Essay", "Note", "Computed"}
    assert "calculated" in blocks["Computed"].note
    assert "Why" in blocks["Truth"].olx


LOSSES = "take points away"


def test_points_that_wrong_answers_take_away_are_noted(tmp_path: Path) -> None:
    inside = answer("x", "100") + answer("y", "-50")
    moodle_xml = "<quiz>{}{}</quiz>".format(
        moodle("multichoice", "Lossy", f"<single>true</single>{inside}"),
        moodle("multichoice", "Kind", "<single>true</single>" + answer("x", "100") + answer("y", "0")),
    )
    blocks = blocks_of(write(tmp_path, "bank.xml", moodle_xml))
    assert [grade(blocks["Lossy"].olx, f"choice_{place}") for place in range(2)] == [["correct"], ["incorrect"]]
    assert LOSSES in blocks["Lossy"].note
    assert not blocks["Kind"].note
    assert "each gives a part" in blocks_of(write(tmp_path, "both.xml", MOODLE_XML))["Pictured"].note
    assert LOSSES in blocks_of(write(tmp_path, "both.xml", MOODLE_XML))["Pictured"].note
    gift = write(tmp_path, "bank.gift", "::Lossy:: Asked {=x ~%-50%y}\n\n::Cloze:: Asked {=x ~y}\n")
    assert [LOSSES in block.note for block in blocks_of(gift).values()] == [True, False]


def test_problems_in_markdown_keep_their_markdown(tmp_path: Path) -> None:
    blocks = blocks_of(write(tmp_path, "quiz.md", MARKDOWN))
    assert grade(blocks["Capitals"].olx, "choice_1") == ["correct"]
    assert blocks["Capitals"].attributes["markdown"].startswith(">>What is the **capital** of France?")
    assert "<p>What is the <strong>capital</strong> of France?</p>" in blocks["Capitals"].olx
    assert "<choicehint>No.</choicehint>" in blocks["Capitals"].olx
    assert grade(blocks["Numbers"].olx, "3.15", "two", "4 of them") == ["correct"] * 3
    assert grade(blocks["Checks"].olx, ["choice_0", "choice_2"]) == ["correct"]
    assert blocks["Nothing"].tag == "html"
    assert blocks["Nothing"].note == "No answers are marked in it."


@pytest.mark.parametrize(
    ("name", "content", "count"),
    [
        ("history.gift", GIFT, GIFT.count("{") - GIFT.count(r"\{") + 1),
        ("history.txt", GIFT, GIFT.count("{") - GIFT.count(r"\{") + 1),
        ("bank.xml", MOODLE_XML, MOODLE_XML.count("<question ") - MOODLE_XML.count('type="category"')),
        ("quiz.md", MARKDOWN, MARKDOWN.count("# ")),
    ],
)
def test_every_question_arrives_once(
    library: ContentLibrary, tmp_path: Path, name: str, content: str, count: int
) -> None:
    path = write(tmp_path, name, content)
    planned = api.plan_report(api.plan_import(library.library_key, user=OPERATOR, source=path))
    report = run(library, path)
    assert {**planned, "draft_change_log": report["draft_change_log"], "publish_log": None} == report
    assert report["created"]["components"] == count
    assert report["failed"] == report["unsupported"] == []
    again = run(library, path)
    assert again["actions"] == {"skip": count}
    assert again["collections"] == []


def test_categories_become_collections(library: ContentLibrary, tmp_path: Path) -> None:
    run(library, write(tmp_path, "history.gift", GIFT))
    report = run(library, write(tmp_path, "bank.xml", MOODLE_XML))
    assert [(each["title"], each["items"]) for each in report["collections"]] == [("Default for C", 4), ("Other", 6)]
    titles = {each.title: len(each.entity_pks) for each in api.list_collections(library.library_key, user=OPERATOR)}
    assert titles == {"History of Rome": 4, "A/B": 5, "Default for C": 4, "Other": 6}


def test_files_in_questions_come_with_them(library: ContentLibrary, tmp_path: Path) -> None:
    path = write(tmp_path, "bank.xml", MOODLE_XML)
    block = blocks_of(path)["Pictured"]
    run(library, path)
    assets = api.list_assets(api.component_key(f"lb:O:lib:problem:{block.url_name}"), user=OPERATOR)
    assert [(asset.path, asset.size) for asset in assets] == [("static/a b.png", len(PICTURE))]


def test_an_edited_question_stays_the_same_block(library: ContentLibrary, tmp_path: Path) -> None:
    path = write(tmp_path, "history.gift", GIFT)
    run(library, path)
    write(tmp_path, "history.gift", GIFT.replace("{#3.14:0.01}", "{#3.141:0.01}"))
    options = api.ImportOptions(on_repeat=api.OnRepeat.UPDATE)
    result = api.import_archive(library.library_key, user=OPERATOR, source=path, options=options)
    assert api.result_report(result)["actions"] == {"update": 1, "keep": 8}


def test_an_upload_is_known_by_the_name_of_its_file(
    library: ContentLibrary, tmp_path: Path, upload: Any, start: Any, staff: Any
) -> None:
    path = write(tmp_path, "bank.xml", MOODLE_XML)
    uploads = [upload(path), upload(path)]
    assert [str(each.key) for each in uploads] == ["course-v1:questions+bank+moodle-xml"] * 2
    assert uploads[0].title == "bank"
    assert work(start(uploads[0]).uuid).state == "succeeded"
    assert api.list_collections(library.library_key, user=staff)
    other = api.upload_source(library.library_key, user=staff, file=ContentFile(MARKDOWN.encode(), name="quiz.md"))
    assert str(other.key) == "course-v1:questions+quiz+markdown"


def test_the_command_imports_a_file_of_questions(library: ContentLibrary, tmp_path: Path) -> None:
    path = write(tmp_path, "history.gift", GIFT)
    out = StringIO()
    call_command("import_course", str(path), "lib:O:lib", "--json", stdout=out)
    assert json.loads(out.getvalue())["created"]["components"] == 9
    out = StringIO()
    call_command("import_course", str(path), "lib:O:lib", "--dry-run", stdout=out)
    assert "9 skipped" in out.getvalue()


BAD: dict[str, tuple[str, str]] = {
    "not.xml": ("<course/>", "holds a <course>"),
    "broken.xml": ("<quiz><question></quiz>", "not well-formed"),
    "evil.xml": ('<!DOCTYPE quiz [<!ENTITY a "b">]><quiz>&a;</quiz>', "DOCTYPE"),
    "deep.xml": ("<quiz>" + "<a>" * 1000 + "</a>" * 1000 + "</quiz>", "deep|well-formed"),
    "empty.gift": ("// nothing\n", "holds no questions"),
    "empty.md": ("\n", "holds no questions"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_is_named(library: ContentLibrary, tmp_path: Path, name: str) -> None:
    content, message = BAD[name]
    with pytest.raises(OlxError, match=message) as caught:
        run(library, write(tmp_path, name, content))
    assert name in str(caught.value)


@pytest.mark.parametrize("piece", ["[[", ">>a", "{{", "**a ", "||", "\n", "---", "(x) a\n", "= 1\n", "> <"])
def test_markdown_takes_time_by_its_size(piece: str) -> None:
    def read(size: int) -> None:
        read_markdown(f"# T\n{piece * size}", Banks(), title="T", path="t.md")

    assert_grows_no_faster_than_its_input(read, size=2000)


@pytest.mark.parametrize("piece", ["{", "::", "=a", "~%", "\\", "a->b ", "{1:SA:", "\n\nq {=a}"])
def test_gift_takes_time_by_its_size(piece: str) -> None:
    def read(size: int) -> None:
        read_gift(f"q {{{piece * size}", Banks(), path="t.gift")

    assert_grows_no_faster_than_its_input(read, size=1000)


def test_pairs_that_would_multiply_become_a_text() -> None:
    pairs = tuple((f"<b>{number}</b>", str(number)) for number in range(3000))
    question = question_of(MoodleItem("q", "T", "matching", "Match", pairs=pairs))
    assert not question.problem
    assert question.reason == "Its lists have too many answers for a problem."
    assert len(question.text) < 100_000


def test_many_categories_need_no_more_queries_than_few(library: ContentLibrary, tmp_path: Path) -> None:
    counts = []
    for number in (2, 3, 40):  # the first one makes what all later ones use
        questions = "".join(
            f"$CATEGORY: top/C{number}-{place}\n\n::Q{number}-{place}::Really? {{TRUE}}\n\n" for place in range(number)
        )
        source = write(tmp_path, f"q{number}.gift", questions)
        plan = api.plan_import(library.library_key, user=OPERATOR, source=source)
        with CaptureQueriesContext(connection) as queries:
            api.apply_import(plan, user=OPERATOR, source=source)
        counts.append(len(queries))
    assert counts[1] == counts[2]
    collections = api.list_collections(library.library_key, user=OPERATOR)
    assert [len(each.entity_pks) for each in collections] == [1] * 45


def test_each_collection_of_a_source_is_announced_once(library: ContentLibrary, tmp_path: Path, record: Record) -> None:
    source = write(tmp_path, "a.gift", "$CATEGORY: top/One\n\n::Q1::A {T}\n\n$CATEGORY: top/Two\n\n::Q2::A {T}\n\n")
    events = record(lambda: run(library, source))
    made = [number for (kind, *_rest), number in events.items() if kind == "collection created"]
    concerned = [number for (kind, *rest), number in events.items() if kind == "associations" and "collections" in rest]
    assert made == [1, 1]
    assert concerned == [1, 1]


def test_uploads_have_the_kind_of_their_format(tmp_path: Path, upload: Any) -> None:
    assert upload(write(tmp_path, "a.gift", "A {T}")).kind == "questions"
    assert upload(write(tmp_path, "b.md", MARKDOWN)).get_kind_display() == "Questions"
