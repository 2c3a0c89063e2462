"""Packages of QTI 2.1: their items, tests and files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from content_libraries import api
from content_libraries.actors import OPERATOR
from content_libraries.imports.sources.registry import open_source
from content_libraries.libraries.models import ContentLibrary
from content_libraries.olx.api import OlxBlock, OlxError
from tests.olx.builders import zip_of

from .conftest import work
from .grading import grade
from .test_cartridges import MANIFEST, SECTIONS, item, resource, run, tree

pytestmark = pytest.mark.django_db

PICTURE = b"\x89PNG"


def assessment_item(name: str, declarations: str, body: str) -> str:
    return (
        '<?xml version="1.0" encoding="UTF-8"?><assessmentItem xmlns="http://www.imsglobal.org/xsd/imsqti_v2p1" '
        f'identifier="{name}" title="T {name}" adaptive="false" timeDependent="false">{declarations}'
        f"<itemBody>{body}</itemBody></assessmentItem>"
    )


def declared(cardinality: str, base: str, *values: str, ident: str = "RESPONSE", mapping: str = "") -> str:
    right = "".join(f"<value>{value}</value>" for value in values)
    return (
        f'<responseDeclaration identifier="{ident}" cardinality="{cardinality}" baseType="{base}">'
        f"<correctResponse>{right}</correctResponse>{mapping}</responseDeclaration>"
    )


def choice(highest: int, *answers: str, kind: str = "choiceInteraction") -> str:
    inside = "".join(f'<simpleChoice identifier="{each}">{each} &lt; Z</simpleChoice>' for each in answers)
    return f'<{kind} responseIdentifier="RESPONSE" maxChoices="{highest}"><prompt>Which?</prompt>{inside}</{kind}>'


ITEMS = {
    "one": assessment_item(
        "one",
        declared("single", "identifier", "B"),
        f'<p>Look<img src="pics/a%20b.png" alt="a"/></p>{choice(1, "A", "B")}',
    ),
    "many": assessment_item("many", declared("multiple", "identifier", "A", "C"), choice(0, "A", "B", "C")),
    "order": assessment_item(
        "order", declared("ordered", "identifier", "B", "A"), choice(0, "A", "B", kind="orderInteraction")
    ),
    "match": assessment_item(
        "match",
        declared("multiple", "directedPair", "C R", "P M"),
        '<matchInteraction responseIdentifier="RESPONSE"><simpleMatchSet><simpleAssociableChoice identifier="C">Capulet'
        '</simpleAssociableChoice><simpleAssociableChoice identifier="P">Prospero</simpleAssociableChoice>'
        '</simpleMatchSet><simpleMatchSet><simpleAssociableChoice identifier="M">Dream</simpleAssociableChoice>'
        '<simpleAssociableChoice identifier="R">Romeo</simpleAssociableChoice></simpleMatchSet></matchInteraction>',
    ),
    "gaps": assessment_item(
        "gaps",
        declared("single", "identifier", "Y", ident="R1")
        + declared("single", "string", "York", ident="R2", mapping='<mapping><mapEntry mapKey="york city" '
                   'mappedValue="1"/><mapEntry mapKey="Yorks" mappedValue="0.5"/></mapping>')
        + declared("single", "float", "3.5", ident="R3"),
        '<p>In <inlineChoiceInteraction responseIdentifier="R1"><inlineChoice identifier="X">Kent</inlineChoice>'
        '<inlineChoice identifier="Y">Essex</inlineChoice></inlineChoiceInteraction> and <textEntryInteraction '
        'responseIdentifier="R2"/>: <textEntryInteraction responseIdentifier="R3"/>.</p>',
    ),
    "essay": assessment_item(
        "essay", "", '<extendedTextInteraction responseIdentifier="R"><prompt>Write</prompt></extendedTextInteraction>'
    ),
    "spot": assessment_item("spot", "", '<p>Where?</p><hotspotInteraction responseIdentifier="R"/>'),
    "text": assessment_item("text", "", "<p>Only read</p>"),
}  # fmt: skip

TEST = (
    '<assessmentTest xmlns="http://www.imsglobal.org/xsd/imsqti_v2p1" identifier="t" title="The test"><testPart><'
    'assessmentSection><assessmentItemRef identifier="r2" href="../items/many.xml"/><assessmentItemRef identifier="r1" '
    'href="../items/one.xml"/><assessmentItemRef identifier="r3" href="../items/gone.xml"/></assessmentSection>'
    "</testPart></assessmentTest>"
)


def package(folder: Path, *, has_test: bool = True, changes: dict[str, bytes] | None = None, top: str = "") -> Path:
    resources = "".join(
        f'<resource identifier="i-{name}" type="imsqti_item_xmlv2p1" href="items/{name}.xml"/>' for name in ITEMS
    )
    if has_test:
        resources += '<resource identifier="i-test" type="imsqti_test_xmlv2p1" href="tests/test.xml"/>'
    files = {
        "imsmanifest.xml": (
            '<manifest xmlns="http://www.imsglobal.org/xsd/imscp_v1p1" identifier="PACK"><metadata/><organizations/>'
            f"<resources>{resources}</resources></manifest>"
        ).encode(),
        **{f"items/{name}.xml": text.encode() for name, text in ITEMS.items()},
        "items/pics/a b.png": PICTURE,
        "tests/test.xml": TEST.encode(),
        **(changes or {}),
    }
    return zip_of(folder / "pack.zip", [(f"{top}{path}", content) for path, content in files.items()])


def blocks_of(path: Path) -> dict[str, OlxBlock]:
    return {block.url_name: block for block in open_source(path).tree().walk()}


def test_items_ask_and_grade_the_same(tmp_path: Path) -> None:
    blocks = blocks_of(package(tmp_path))
    assert grade(blocks["i-one"].olx, "choice_1") == ["correct"]
    assert '<img src="/static/items/pics/a%20b.png" alt="a"/>' in blocks["i-one"].olx
    assert "A &lt; Z" in blocks["i-one"].olx
    assert grade(blocks["i-many"].olx, ["choice_0", "choice_2"]) == ["correct"]
    assert grade(blocks["i-many"].olx, ["choice_0"]) == ["incorrect"]
    assert grade(blocks["i-order"].olx, "B < Z", "B < Z") == ["correct", "incorrect"]
    assert grade(blocks["i-match"].olx, "Romeo", "Romeo") == ["correct", "incorrect"]
    assert "<p>In (1) and (2): (3).</p>" in blocks["i-gaps"].olx
    assert grade(blocks["i-gaps"].olx, "Essex", "York City", "3.5") == ["correct"] * 3
    assert grade(blocks["i-gaps"].olx, "Kent", "Yorks", "4") == ["incorrect"] * 3
    assert "give none" in blocks["i-gaps"].note  # of Yorks
    assert not blocks["i-many"].note
    assert {name for name, block in blocks.items() if block.tag == "html"} == {"i-essay", "i-spot", "i-text"}
    assert "hotspotInteraction" in blocks["i-spot"].note
    assert blocks["i-spot"].body == "<p>Where?</p>"
    assert not blocks["i-text"].note


@pytest.mark.parametrize("top", ["", "folder/"])
def test_every_item_and_test_has_a_row(library: ContentLibrary, tmp_path: Path, top: str) -> None:
    path = package(tmp_path, top=top)
    planned = api.plan_report(api.plan_import(library.library_key, user=OPERATOR, source=path, options=SECTIONS))
    report = run(library, path)
    assert {**planned, "draft_change_log": report["draft_change_log"], "publish_log": None} == report
    assert report["source"] == "course-v1:qti+PACK+qti"
    assert report["created"]["components"] == len(ITEMS)
    assert tree("lct:O:lib:unit:i-test") == {"The test": ["T many", "T one"]}
    assert [(each["title"], each["items"]) for each in report["collections"]] == [("The test", 2)]
    assert [row["reason"] for row in report["unsupported"]] == [
        "The package does not hold the file “items/gone.xml” of this resource."
    ]
    assets = api.list_assets(api.component_key("lb:O:lib:problem:i-one"), user=OPERATOR)
    assert [(asset.path, asset.size) for asset in assets] == [("static/items/pics/a b.png", len(PICTURE))]
    assert set(run(library, path)["actions"]) == {"skip", "unsupported"}


def test_items_without_a_test_are_one_collection(library: ContentLibrary, tmp_path: Path) -> None:
    report = run(library, package(tmp_path, has_test=False))
    assert [(each["title"], each["items"]) for each in report["collections"]] == [("pack", len(ITEMS))]


def test_an_item_that_cannot_be_read_fails_alone(library: ContentLibrary, tmp_path: Path) -> None:
    report = run(library, package(tmp_path, changes={"items/one.xml": b"<assessmentItem>\n<p></assessmentItem>"}))
    assert [(row["path"], row["line"]) for row in report["failed"]] == [("items/one.xml", 2)]
    assert report["created"]["components"] == len(ITEMS) - 1


def test_a_package_can_be_uploaded_and_imported_by_a_job(tmp_path: Path, upload: Any, start: Any) -> None:
    uploaded = upload(package(tmp_path))
    assert str(uploaded.key) == "course-v1:qti+PACK+qti"
    assert work(start(uploaded).uuid).state == "succeeded"


def test_a_cartridge_in_a_zip_is_read_as_a_cartridge(library: ContentLibrary, tmp_path: Path) -> None:
    text = MANIFEST % {"items": item("i", "P", "p"), "resources": resource("p", "webcontent", "p.html"), "cc": "ccv1p3"}
    path = zip_of(tmp_path / "course.zip", [("imsmanifest.xml", text.encode()), ("p.html", b"<p>Hello</p>")])
    assert run(library, path)["source"].startswith("course-v1:cartridge+")


def test_a_damaged_zip_is_named(library: ContentLibrary, tmp_path: Path) -> None:
    path = tmp_path / "pack.zip"
    path.write_bytes(package(tmp_path).read_bytes()[:-40])
    with pytest.raises(OlxError, match=r"pack\.zip"):
        run(library, path)


def test_points_for_a_part_of_several_answers_are_noted(tmp_path: Path) -> None:
    mapping = '<mapping><mapEntry mapKey="A" mappedValue="1"/><mapEntry mapKey="C" mappedValue="1"/></mapping>'
    declaration = declared("multiple", "identifier", "A", "C", mapping=mapping)
    mapped = assessment_item("many", declaration, choice(0, "A", "B", "C"))
    block = blocks_of(package(tmp_path, changes={"items/many.xml": mapped.encode()}))["i-many"]
    assert grade(block.olx, ["choice_0"]) == ["incorrect"]
    assert "give none" in block.note


def test_points_that_responses_take_away_are_noted(tmp_path: Path) -> None:
    mapping = '<mapping><mapEntry mapKey="A" mappedValue="1"/><mapEntry mapKey="B" mappedValue="-1"/></mapping>'
    mapped = assessment_item("one", declared("single", "identifier", "A", mapping=mapping), choice(1, "A", "B"))
    block = blocks_of(package(tmp_path, changes={"items/one.xml": mapped.encode()}))["i-one"]
    assert [grade(block.olx, f"choice_{place}") for place in range(2)] == [["correct"], ["incorrect"]]
    assert block.note == "Wrong answers take points away in the source. In the problem, they only give none."


def test_an_upload_is_listed_as_a_package_of_qti(tmp_path: Path, upload: Any) -> None:
    assert upload(package(tmp_path)).kind == "qti"
