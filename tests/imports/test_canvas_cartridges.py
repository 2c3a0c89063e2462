"""Cartridges as Canvas writes them: its types of questions, its banks and its links."""

from __future__ import annotations

from html import escape
from pathlib import Path
from zipfile import ZipFile

import pytest

from content_libraries import api
from content_libraries.actors import OPERATOR
from content_libraries.imports.data import Action
from content_libraries.imports.plan.stored import dump_plan, load_plan
from content_libraries.imports.sources.registry import open_source
from content_libraries.libraries.models import ContentLibrary
from content_libraries.olx.api import ForbiddenDoctypeError, OlxBlock, OlxTree
from tests.olx.builders import zip_of

from .grading import grade
from .test_cartridges import MANIFEST, cartridge, item, resource, run, tree

pytestmark = pytest.mark.django_db

BANK = "associatedcontent/imscc_xmlv1p1/learning-application-resource"


def canvas(ident: str, kind: str, prompt: str, responses: str, conditions: str, feedback: str = "") -> str:
    return f"""<item ident="{ident}" title="{ident}"><itemmetadata><qtimetadata><qtimetadatafield>
    <fieldlabel>question_type</fieldlabel><fieldentry>{kind}</fieldentry></qtimetadatafield></qtimetadata>
    </itemmetadata><presentation><material><mattext texttype="text/html">{escape(prompt)}</mattext></material>
    {responses}</presentation>
    <resprocessing><outcomes><decvar maxvalue="100" minvalue="0" varname="SCORE" vartype="Decimal"/></outcomes>
    {conditions}</resprocessing>{feedback}</item>"""


def lid(ident: str, label: str, options: dict[str, str]) -> str:
    labels = "".join(
        f'<response_label ident="{key}"><material><mattext texttype="text/plain">{escape(text)}</mattext></material>'
        "</response_label>"
        for key, text in options.items()
    )
    return (
        f'<response_lid ident="{ident}"><material><mattext texttype="text/plain">{label}</mattext></material>'
        f"<render_choice>{labels}</render_choice></response_lid>"
    )


def gives(inner: str, points: str = "100", more: str = "") -> str:
    return (
        f'<respcondition><conditionvar>{inner}</conditionvar><setvar action="Set" varname="SCORE">{points}</setvar>'
        f"{more}</respcondition>"
    )


def equal(response: str, value: str) -> str:
    return f'<varequal respident="{response}">{value}</varequal>'


COUNTRIES = {"a": "France", "b": "Spain's"}
QUESTIONS = [
    canvas(
        "match", "matching_question", "<p>Match</p>",
        lid("response_1", "Paris", COUNTRIES) + lid("response_2", "Madrid", COUNTRIES),
        gives(equal("response_1", "a"), "50.00") + gives(equal("response_2", "b"), "50.00"),
    ),
    canvas(
        "drop", "multiple_dropdowns_question", "Roses are [c1]",
        lid("response_c1", "c1", {"r": "red", "g": "green"}), gives(equal("response_c1", "r")),
    ),
    canvas(
        "blanks", "fill_in_multiple_blanks_question", "[x] and [y]",
        lid("response_x", "x", {"1": "one", "2": "uno"}) + lid("response_y", "y", {"3": "two"}),
        gives(equal("response_x", "1"), "50")
        + gives(equal("response_x", "2"), "50") + gives(equal("response_y", "3"), "50"),
    ),
    canvas(
        "num", "numerical_question", "2 + 2", '<response_str ident="r"><render_fib fibtype="Decimal"/></response_str>',
        gives(
            f'<or>{equal("r", "4")}<and><vargte respident="r">3.5</vargte><varlte respident="r">4.5</varlte></and></or>'
        ),
    ),
    canvas(
        "range", "numerical_question", "any", '<response_str ident="r"><render_fib fibtype="Decimal"/></response_str>',
        gives('<vargte respident="r">1</vargte><varlte respident="r">9</varlte>'),
    ),
    canvas(
        "all", "multiple_answers_question", "Which?", lid("r", "", {"a": "One", "b": "Two", "c": "Three"}),
        gives(equal("r", "a"), "50") + gives(equal("r", "b"), "50") + gives(equal("r", "c"), "0"),
    ),
    canvas(
        "word", "short_answer_question", "Who?", '<response_str ident="r"><render_fib/></response_str>',
        gives(equal("r", "Ada Lovelace")) + gives(equal("r", "Ada"), "50"),
    ),
    canvas("calc", "calculated_question", "x + [a]", '<response_str ident="r"/>', gives("<other/>")),
    canvas("note", "text_only_question", "<p>Only read</p>", "", ""),
    canvas("file", "file_upload_question", "<p>Send it</p>", "", ""),
    canvas(
        "part", "multiple_choice_question", "Best?", lid("r", "", {"a": "Good", "b": "Half", "c": "Bad"}),
        '<respcondition continue="Yes"><conditionvar><varequal respident="r">c</varequal></conditionvar>'
        '<displayfeedback feedbacktype="Response" linkrefid="c_fb"/></respcondition>'
        + gives(equal("r", "a")) + gives(equal("r", "b"), "50"),
        '<itemfeedback ident="c_fb"><flow_mat><material><mattext texttype="text/html">&lt;p&gt;No.&lt;/p&gt;</mattext>'
        '</material></flow_mat></itemfeedback><itemfeedback ident="general_fb"><flow_mat><material><mattext>Because.'
        "</mattext></material></flow_mat></itemfeedback>",
    ),
]  # fmt: skip


def quiz(*questions: str, root: str = "assessment", extra: str = "") -> str:
    return (
        '<questestinterop xmlns="http://www.imsglobal.org/xsd/ims_qtiasiv1p2">'
        f'<{root} ident="x" title="My quiz">{extra}<section>{"".join(questions)}</section></{root}></questestinterop>'
    )


def package(folder: Path) -> Path:
    """A quiz in both forms, which draws from a bank that no item shows."""
    standard = quiz('<item ident="match" title="match"><presentation/></item>')
    drawn = (
        "<section><selection_ordering><selection><sourcebank_ref>bank1</sourcebank_ref><selection_number>2"
        "</selection_number></selection></selection_ordering></section>"
    )
    title = (
        "<qtimetadata><qtimetadatafield><fieldlabel>bank_title</fieldlabel><fieldentry>Capitals &amp; co"
        "</fieldentry></qtimetadatafield></qtimetadata>"
    )
    kinds = resource("quiz1", "imsqti_xmlv1p2/imscc_xmlv1p1/assessment", "quiz1/assessment_qti.xml")
    kinds += (
        f'<resource identifier="meta1" type="{BANK}" href="quiz1/assessment_meta.xml">'
        '<file href="quiz1/assessment_meta.xml"/><file href="non_cc_assessments/quiz1.xml.qti"/></resource>'
        f'<resource identifier="bank1" type="{BANK}" href="non_cc_assessments/bank1.xml.qti">'
        '<file href="non_cc_assessments/bank1.xml.qti"/></resource>'
    )
    files = {
        "quiz1/assessment_qti.xml": standard,
        "quiz1/assessment_meta.xml": "<quiz><title>My quiz</title></quiz>",
        "non_cc_assessments/quiz1.xml.qti": quiz(*QUESTIONS, drawn),
        "non_cc_assessments/bank1.xml.qti": quiz(QUESTIONS[0], QUESTIONS[3], root="objectbank", extra=title),
    }
    return cartridge(folder, item("i", "The quiz", "quiz1"), kinds, files)


def block_of(source: OlxTree, name: str) -> OlxBlock:
    return next(block for block in source.walk() if block.url_name == name)


def test_questions_of_canvas_become_problems(tmp_path: Path) -> None:
    source = open_source(package(tmp_path)).tree()

    def olx(name: str) -> str:
        return block_of(source, f"quiz1-{name}").olx

    assert olx("match") == (
        '<problem display_name="match"><div><p>Match</p></div><optionresponse><label>Paris</label><optioninput>'
        '<option correct="True">France</option><option correct="False">Spain’s</option></optioninput></optionresponse>'
        '<optionresponse><label>Madrid</label><optioninput><option correct="False">France</option>'
        '<option correct="True">Spain’s</option></optioninput></optionresponse></problem>'
    )
    assert "<label>[c1]</label>" in olx("drop")
    assert '<stringresponse answer="one" type="ci"><label>[x]</label><additional_answer answer="uno"/>' in olx("blanks")
    assert '<stringresponse answer="two" type="ci"><label>[y]</label>' in olx("blanks")
    assert '<numericalresponse answer="4"><div>2 + 2</div><responseparam type="tolerance" default="0.5"/>' in olx("num")
    assert '<numericalresponse answer="[1,9]">' in olx("range")
    assert '<multiplechoiceresponse partial_credit="points">' in olx("part")
    assert '<choice correct="partial" point_value="0.5">Half</choice>' in olx("part")
    assert '<choice correct="false">Bad<choicehint><p>No.</p></choicehint></choice>' in olx("part")
    assert '<solution><div class="detailed-solution">Because.</div></solution>' in olx("part")
    assert [block_of(source, f"quiz1-{name}").tag for name in ("calc", "note", "file")] == ["html"] * 3
    assert '<stringresponse answer="Ada Lovelace" type="ci">' in olx("word")
    assert "give all of them" in block_of(source, "quiz1-word").note
    assert "each gives a part" in block_of(source, "quiz1-all").note
    assert not block_of(source, "quiz1-part").note
    assert not block_of(source, "quiz1-note").note
    assert "calculated_question" in block_of(source, "quiz1-calc").note


@pytest.mark.parametrize("losing", ['"Set" varname="SCORE">-50', '"Subtract" varname="SCORE">50'])
def test_answers_that_take_points_away_are_wrong_and_noted(tmp_path: Path, losing: str) -> None:
    loses = gives(equal("r", "b")).replace('"Set" varname="SCORE">100', losing)
    options = lid("r", "", {"a": "Good", "b": "Bad"})
    question = canvas("lossy", "multiple_choice_question", "Best?", options, gives(equal("r", "a")) + loses)
    files = {"quiz.xml": quiz(question)}
    kinds = resource("quiz1", "imsqti_xmlv1p2/imscc_xmlv1p1/assessment", "quiz.xml")
    source = open_source(cartridge(tmp_path, item("i", "The quiz", "quiz1"), kinds, files)).tree()
    block = block_of(source, "quiz1-lossy")
    assert [grade(block.olx, f"choice_{place}") for place in range(2)] == [["correct"], ["incorrect"]]
    assert "take points away" in block.note


def test_every_question_of_a_quiz_and_a_bank_has_a_row_and_a_collection(
    library: ContentLibrary, tmp_path: Path
) -> None:
    path = package(tmp_path)
    with ZipFile(path) as archive:
        numbers = {
            name: archive.read(f"non_cc_assessments/{name}.xml.qti").count(b"<item ") for name in ("quiz1", "bank1")
        }
    plan = api.plan_import(
        library.library_key, user=OPERATOR, source=path, options=api.ImportOptions(level=api.Level.SECTION)
    )
    planned = api.plan_report(plan)
    assert load_plan(dump_plan(plan)) == plan
    report = run(library, path)
    assert {**planned, "draft_change_log": report["draft_change_log"], "publish_log": None} == report
    assert {(each["title"], each["items"]) for each in report["collections"]} == {
        ("The quiz", numbers["quiz1"]),
        ("Capitals & co", numbers["bank1"]),
    }
    assert report["counts"]["components"] == sum(numbers.values())
    assert [row["reason"] for row in report["unsupported"]] == [
        "The quiz draws 2 questions from the bank “bank1”. The bank is a collection."
    ]
    assert len(tree("lct:O:lib:unit:i")["The quiz"]) == numbers["quiz1"]
    collections = api.list_collections(library.library_key, user=OPERATOR)
    assert {each.title: len(each.entity_pks) for each in collections} == {
        "The quiz": numbers["quiz1"],
        "Capitals & co": numbers["bank1"],
    }


def test_a_repeat_leaves_collections_as_their_authors_made_them(library: ContentLibrary, tmp_path: Path) -> None:
    path = package(tmp_path)
    run(library, path)
    bank = next(each for each in api.list_collections(library.library_key, user=OPERATOR) if "Capitals" in each.title)
    api.delete_collection(api.collection_key(f"lib-collection:O:lib:{bank.code}"), user=OPERATOR)
    report = run(library, path)
    assert sum(report["created"].values()) == 0
    assert report["collections"] == []
    assert [each.title for each in api.list_collections(library.library_key, user=OPERATOR)] == ["The quiz"]


def test_links_of_canvas_are_resolved_or_reported(tmp_path: Path) -> None:
    links = {
        "$IMS-CC-FILEBASE$/pics/a%20b.png": "/static/pics/a%20b.png",
        "%24IMS-CC-FILEBASE%24/pics/a%20b.png?canvas_download=1": "/static/pics/a%20b.png",
        "$IMS_CC_FILEBASE$/../web_resources/pics/c.png": "/static/pics/c.png",
        "../web_resources/pics/c.png": "/static/pics/c.png",
        "/courses/70/file_contents/course%20files/pics/c.png": "/static/pics/c.png",
        "$CANVAS_COURSE_REFERENCE$/file_ref/fc/download": "/static/pics/c.png",
        "$WIKI_REFERENCE$/pages/second": "/jump_to_id/r2",
        "$CANVAS_COURSE_REFERENCE$/file_ref/i2/download": "/jump_to_id/r2",
        "$CANVAS_OBJECT_REFERENCE$/modules/m1": "/jump_to_id/m1",
        "$CANVAS_COURSE_REFERENCE$/modules/items/i3": "/jump_to_id/i3",
        "$CANVAS_OBJECT_REFERENCE$/quizzes/q": "/jump_to_id/i3",
        "$CANVAS_OBJECT_REFERENCE$/quizzes/q2": "/jump_to_id/deep",
        "$CANVAS_OBJECT_REFERENCE$/modules/gone": "$CANVAS_OBJECT_REFERENCE$/modules/gone",
        "https://example.com/courses/1/": "https://example.com/courses/1/",
    }
    kinds = "".join(
        [
            resource("r1", "webcontent", "wiki_content/first.html"),
            resource("r2", "webcontent", "wiki_content/second.html"),
            resource("fc", "webcontent", "web_resources/pics/c.png"),
            resource("q", "imsqti_xmlv1p2/imscc_xmlv1p1/assessment", "q.xml"),
            resource("q2", "imsqti_xmlv1p2/imscc_xmlv1p1/assessment", "q.xml"),
        ]
    )
    files: dict[str, str | bytes] = {
        "wiki_content/first.html": "".join(f'<a href="{link}">x</a>' for link in links),
        "wiki_content/second.html": "<p>two</p>",
        "q.xml": quiz(QUESTIONS[0]),
        "web_resources/pics/a b.png": b"1",
        "web_resources/pics/c.png": b"2",
    }
    deep = item("d1", "A", "", item("d2", "B", "", item("deep", "C", "", item("leaf", "D", "q2"))))
    module = item("m1", "Module", "", item("i1", "P", "r1") + item("i2", "Second", "r2") + item("i3", "Quiz", "q"))
    source = open_source(cartridge(tmp_path, module + deep, kinds, files)).tree()
    page = block_of(source, "r1")
    assert page.body == "".join(f'<a href="{link}">x</a>' for link in links.values())
    assert page.note == "Links that the cartridge does not resolve: $CANVAS_OBJECT_REFERENCE$/modules/gone."
    tags = {name: block_of(source, name).tag for name in ("m1", "i3", "deep")}
    assert tags == {"m1": "chapter", "i3": "vertical", "deep": "vertical"}


def test_external_tools_become_blocks(tmp_path: Path) -> None:
    tool = (
        '<cartridge_basiclti_link xmlns:b="x"><b:title>Tool</b:title><b:description>D</b:description>'
        "<b:launch_url>http://example.com/a</b:launch_url><b:secure_launch_url>https://example.com/a?b=1&amp;c=2"
        '</b:secure_launch_url><b:custom><lticm:property xmlns:lticm="y" name="k">v</lticm:property></b:custom>'
        "</cartridge_basiclti_link>"
    )
    kinds = resource("t", "imsbasiclti_xmlv1p0", "t.xml")
    source = open_source(cartridge(tmp_path, item("i", "The tool", "t"), kinds, {"t.xml": tool})).tree()
    block = block_of(source, "t")
    assert block.tag == "lti"  # the site has no lti_consumer
    assert block.attributes == {
        "display_name": "The tool",
        "launch_url": "https://example.com/a?b=1&c=2",
        "custom_parameters": '["k=v"]',
        "description": "D",
    }
    assert "credentials" in block.note


@pytest.mark.parametrize("on_repeat", [api.OnRepeat.SKIP, api.OnRepeat.UPDATE])
def test_a_repeat_knows_tools_that_were_imported_with_another_block(
    library: ContentLibrary, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, on_repeat: api.OnRepeat
) -> None:
    def package_with(title: str) -> Path:
        tool = f"<cartridge_basiclti_link><title>{title}</title><launch_url>http://a/</launch_url></cartridge_basiclti_link>"
        kinds = resource("t", "imsbasiclti_xmlv1p0", "t.xml") + resource("u", "imsbasiclti_xmlv1p0", "u.xml")
        return cartridge(tmp_path, item("i", title, "t"), kinds, {"t.xml": tool, "u.xml": tool})

    run(library, package_with("Tool"))
    (tmp_path / "lti_consumer.dist-info").mkdir()
    (tmp_path / "lti_consumer.dist-info/METADATA").write_text("Name: lti_consumer\nVersion: 1\n")
    (tmp_path / "lti_consumer.dist-info/entry_points.txt").write_text(
        "[xblock.v1]\nlti_consumer = lti_consumer:Block\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    path = package_with("New title" if on_repeat == api.OnRepeat.UPDATE else "Tool")
    assert block_of(open_source(path).tree(), "t").tag == "lti_consumer"
    options = api.ImportOptions(level=api.Level.SECTION, on_repeat=on_repeat)
    result = api.import_archive(library.library_key, user=OPERATOR, source=path, options=options)
    assert {(block.item_type, block.action) for block in result.plan.blocks if not block.is_container} == {
        ("lti", Action(on_repeat))
    }
    olx = api.get_olx(api.component_key("lb:O:lib:lti:t"), user=OPERATOR)
    assert ("New title" in olx) == (on_repeat == api.OnRepeat.UPDATE)
    assert result.plan.changes is not None
    assert result.plan.changes.added == ()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "iso-8859-1", "windows-1252"])
def test_manifests_in_other_encodings_and_with_entities_of_html_are_read(tmp_path: Path, encoding: str) -> None:
    text = MANIFEST % {
        "items": item("i", "Été &nbsp; A & B", "p"),
        "resources": resource("p", "webcontent", "p.html"),
        "cc": "ccv1p1",
    }
    text = text.replace('<?xml version="1.0"?>', f'<?xml version="1.0" encoding="{encoding}"?>')
    path = zip_of(
        tmp_path / "a.imscc", [("top/imsmanifest.xml", text.encode(encoding)), ("top/p.html", b"<p>caf\xe9</p>")]
    )
    source = open_source(path).tree()
    page = block_of(source, "p")
    assert page.attributes["display_name"] == "Été \xa0 A & B"
    assert page.body == "<p>café</p>"


def test_files_of_a_cartridge_in_a_folder_are_read(library: ContentLibrary, tmp_path: Path) -> None:
    text = MANIFEST % {"items": item("i", "P", "p"), "resources": resource("p", "webcontent", "p.html"), "cc": "ccv1p1"}
    members = [("top/imsmanifest.xml", text.encode()), ("top/p.html", b'<img src="a.png">'), ("top/a.png", b"PNG")]
    run(library, zip_of(tmp_path / "a.imscc", members))
    assets = api.list_assets(api.component_key("lb:O:lib:html:p"), user=OPERATOR)
    assert [(asset.path, asset.size) for asset in assets] == [("static/a.png", 3)]


def test_a_document_type_is_refused_in_every_encoding(tmp_path: Path) -> None:
    text = '<?xml version="1.0" encoding="utf-16"?><!DOCTYPE manifest [<!ENTITY a "b">]><manifest title="&a;"/>'
    path = zip_of(tmp_path / "a.imscc", [("imsmanifest.xml", text.encode("utf-16"))])
    with pytest.raises(ForbiddenDoctypeError, match="DOCTYPE"):
        open_source(path).tree()
