"""Common Cartridges become courses, and courses become libraries."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from html import escape
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from lxml import etree

from content_libraries import api
from content_libraries.actors import OPERATOR
from content_libraries.imports.questions.making import BlockMaker
from content_libraries.libraries.models import ContentLibrary
from content_libraries.olx.api import OlxError
from tests.catalogs import add_catalog
from tests.growth import assert_grows_no_faster_than_its_input
from tests.olx.builders import zip_of

pytestmark = pytest.mark.django_db

SECTIONS = api.ImportOptions(level=api.Level.SECTION)

MANIFEST = """<?xml version="1.0"?>
<manifest identifier="m 1" xmlns="http://www.imsglobal.org/xsd/ims%(cc)s/imscp_v1p1">
<metadata><schema>IMS Common Cartridge</schema><title>A cartridge</title></metadata>
<organizations><organization identifier="o" structure="rooted-hierarchy"><item identifier="root">%(items)s</item>
</organization></organizations><resources>%(resources)s</resources></manifest>"""

PAGE = '<html><head><title>x</title></head><body><p><img src="%s" alt="a"></p></body></html>'


def cartridge(folder: Path, items: str, resources: str, files: Mapping[str, str | bytes], cc: str = "ccv1p3") -> Path:
    texts = {"imsmanifest.xml": MANIFEST % {"items": items, "resources": resources, "cc": cc}, **files}
    members = [(path, text.encode() if isinstance(text, str) else text) for path, text in texts.items()]
    return zip_of(folder / "small.imscc", members)


def item(identifier: str, title: str, resource: str = "", inside: str = "") -> str:
    shows = f' identifierref="{resource}"' if resource else ""
    return f'<item identifier="{identifier}"{shows}><title>{title}</title>{inside}</item>'


def resource(identifier: str, kind: str, href: str) -> str:
    return f'<resource identifier="{identifier}" type="{kind}" href="{href}"><file href="{href}"/></resource>'


def question(ident: str, profile: str, presentation: str, conditions: str) -> str:
    return f"""<item ident="{ident}" title="Q {ident}"><itemmetadata><qtimetadata><qtimetadatafield>
    <fieldlabel>cc_profile</fieldlabel><fieldentry>{profile}</fieldentry></qtimetadatafield></qtimetadata></itemmetadata>
    <presentation><material><mattext texttype="text/html">&lt;p&gt;Which?&lt;br&gt;&lt;/p&gt;</mattext></material>
    {presentation}</presentation><resprocessing>{conditions}</resprocessing></item>"""


def choices(*idents: str) -> str:
    labels = "".join(
        f'<response_label ident="{ident}"><material><mattext>{ident} &lt; z</mattext></material></response_label>'
        for ident in idents
    )
    return f'<response_lid ident="r"><render_choice>{labels}</render_choice></response_lid>'


def condition(inner: str, points: str = "100") -> str:
    return (
        f'<respcondition><conditionvar>{inner}</conditionvar><setvar varname="SCORE">{points}</setvar></respcondition>'
    )


def equal(*values: str) -> str:
    return "".join(f'<varequal respident="r">{value}</varequal>' for value in values)


def quiz(*questions: str, version: str = "p2") -> str:
    return (
        '<questestinterop xmlns="http://www.imsglobal.org/xsd/ims_qtiasiv1p2"><assessment ident="a"><section>'
        + "".join(questions)
        + "</section></assessment></questestinterop>"
    )


def run(library: ContentLibrary, path: Path) -> dict[str, Any]:
    return api.result_report(api.import_archive(library.library_key, user=OPERATOR, source=path, options=SECTIONS))


def tree(key: str) -> Any:
    """Titles of a container and what is in it."""
    container = api.container_key(key)
    title = api.get_item(container, user=OPERATOR).display_name
    return {title: [
        tree(str(child.key)) if str(child.key).startswith("lct:") else child.display_name
        for child in api.get_children(container, user=OPERATOR)
    ]}  # fmt: skip


def pages_in(path: Path) -> int:
    """The pages of a cartridge of Canvas, counted by their names."""
    with ZipFile(path) as archive:
        return sum(name.startswith("wiki_content/") and name.endswith(".html") for name in archive.namelist())


def resources_in(path: Path, kind: str) -> int:
    """The resources of a type in the raw text of the manifest."""
    with ZipFile(path) as archive:
        return archive.read("imsmanifest.xml").count(f'type="{kind}_'.encode())


def test_a_real_cartridge_arrives(library: ContentLibrary, real_archive: Callable[[str], Path]) -> None:
    path = real_archive("allyworkshop.imscc")
    report = run(library, path)
    assert report["title"] == "Ally: Accessibility Workshop"
    assert report["counts"]["sections"] == 4
    assert report["by_type"]["html"] == {"create": pages_in(path)}
    reasons = {row["type"]: row["reason"] for row in report["unsupported"]}
    assert sum(row["type"] == "imsdt" for row in report["unsupported"]) == resources_in(path, "imsdt")
    assert report["by_type"]["lti"] == {"create": resources_in(path, "imsbasiclti")}
    assert reasons["imsdt"] == "Discussions are not imported: libraries hold no discussions."
    page = api.component_key("lb:O:lib:html:i1e25544a6df6e03c10ce5e072f811007")
    assert '<img src="/static/about_ally.png"' in api.get_olx(page, user=OPERATOR)
    assert [asset.path for asset in api.list_assets(page, user=OPERATOR)] == ["static/about_ally.png"]
    assert any("Accessible Technology Policy" in path for path in report["unused_files"])


def test_the_preview_says_the_same_and_skip_makes_nothing_twice(
    library: ContentLibrary, real_archive: Callable[[str], Path]
) -> None:
    path = real_archive("allyworkshop.imscc")
    plan = api.plan_report(api.plan_import(library.library_key, user=OPERATOR, source=path, options=SECTIONS))
    result = run(library, path)
    assert {**plan, "draft_change_log": result["draft_change_log"], "publish_log": None} == result
    assert sum(run(library, path)["created"].values()) == 0


@pytest.mark.parametrize("cc", ["ccv1p1", "ccv1p2", "ccv1p3"])
def test_folders_become_sections_subsections_and_units(library: ContentLibrary, tmp_path: Path, cc: str) -> None:
    leaf = item("l", "Page", "page")
    items = item(
        "a", "Section", inside=item("b", "Sub", inside=item("c", "Unit", inside=leaf) + item("l2", "Two", "two"))
    )
    kinds = resource("page", "webcontent", "p.html") + resource("two", "webcontent", "q.html")
    run(library, cartridge(tmp_path, items, kinds, {"p.html": PAGE % "", "q.html": PAGE % ""}, cc))
    assert tree("lct:O:lib:section:a") == {"Section": [{"Sub": [{"Unit": ["Page"]}, {"Two": ["Two"]}]}]}


def test_resources_become_texts(library: ContentLibrary, tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "link.xml": '<webLink xmlns="x"><title>T &amp; t</title><url href="https://example.com/?a=1&amp;b=2"/></webLink>',
        "evil.xml": '<webLink xmlns="x"><title>T</title><url href="javascript:alert(1)"/></webLink>',
        "task.xml": '<assignment xmlns="x"><text texttype="text/html">&lt;b&gt;Do&lt;/b&gt;</text></assignment>',
        "web_resources/a b.pdf": b"PDF",
        "pages/p.html": PAGE % "../pics/p%20q.png",
        "pics/p q.png": b"PNG",
    }
    kinds = "".join(
        [
            resource("link", "imswl_xmlv1p3", "link.xml"),
            resource("evil", "imswl_xmlv1p1", "evil.xml"),
            resource("task", "assignment_xmlv1p0", "task.xml"),
            resource("file", "webcontent", "web_resources/a b.pdf"),
            resource("page", "webcontent", "pages/p.html"),
            resource("odd", "something/else", "task.xml"),
            resource("tool", "imsbasiclti_xmlv1p0", "link.xml"),
        ]
    )
    items = "".join(
        item(f"i-{name}", name, name) for name in ("link", "evil", "task", "file", "page", "odd", "tool", "gone")
    )
    items += item("i-label", "Label")
    report = run(library, cartridge(tmp_path, items, kinds, files))

    def text(name: str) -> str:
        return api.get_olx(api.component_key(f"lb:O:lib:html:{name}"), user=OPERATOR)

    assert 'href="https://example.com/?a=1&amp;b=2"' in text("link")
    assert "<b>Do</b>" in text("task")
    assert 'src="/static/pics/p%20q.png"' in text("page")
    assert [file.path for file in api.list_assets(api.component_key("lb:O:lib:html:file"), user=OPERATOR)] == [
        "static/a b.pdf"
    ]
    assert [file.path for file in api.list_assets(api.component_key("lb:O:lib:html:page"), user=OPERATOR)] == [
        "static/pics/p q.png"
    ]
    assert {row["title"] for row in report["unsupported"]} == {"evil", "odd", "tool", "gone", "Label"}
    reasons = {row["title"]: row["reason"] for row in report["unsupported"]}
    assert reasons["evil"] == "The link has no address on the web, which begins with http:// or https://."
    assert reasons["Label"] == "It has a title, but shows nothing."


def test_quizzes_become_problems(library: ContentLibrary, tmp_path: Path) -> None:
    text = quiz(
        question("one", "cc.multiple_choice.v0p1", choices("A", "B"), condition(equal("B"))),
        question(
            "many",
            "cc.multiple_response.v0p1",
            choices("A", "B", "C"),
            condition(f"<and>{equal('A', 'C')}<not>{equal('B')}</not></and>"),
        ),
        question("true", "cc.true_false.v0p1", choices("true", "false"), condition(equal("true"))),
        question("short", "cc.fib.v0p1", "<response_str/>", condition(equal("four", "4 &lt; 5"))),
        question("essay", "cc.essay.v0p1", "<response_str/>", ""),
        question("pattern", "cc.pattern_match.v0p1", "<response_str/>", condition(equal("x"))),
        question("none", "cc.multiple_choice.v0p1", choices("A"), condition(equal("A"), points="0")),
    )
    kinds = resource("quiz", "imsqti_xmlv1p2/imscc_xmlv1p3/assessment", "quiz.xml")
    report = run(library, cartridge(tmp_path, item("i", "Quiz", "quiz"), kinds, {"quiz.xml": text}))

    def problem(name: str) -> str:
        return api.get_olx(api.component_key(f"lb:O:lib:problem:quiz-{name}"), user=OPERATOR)

    assert problem("one") == (
        '<problem display_name="Q one"><multiplechoiceresponse><div><p>Which?<br/></p></div><choicegroup>'
        '<choice correct="false">A &lt; z</choice><choice correct="true">B &lt; z</choice>'
        "</choicegroup></multiplechoiceresponse></problem>"
    )
    assert problem("many").count('correct="true"') == 2
    assert '<choice correct="false">B' in problem("many")
    assert '<choice correct="true">true' in problem("true")
    assert '<stringresponse answer="four" type="ci">' in problem("short")
    assert '<additional_answer answer="4 &lt; 5"/>' in problem("short")
    assert "Which?" in api.get_olx(api.component_key("lb:O:lib:html:quiz-essay"), user=OPERATOR)
    assert '<stringresponse answer="(?:x)" type="ci regexp">' in problem("pattern")
    assert "<li>A &lt; z</li>" in api.get_olx(api.component_key("lb:O:lib:html:quiz-none"), user=OPERATOR)
    assert {row["title"]: row["reason"] for row in report["notes"]} == {
        "Q essay": "Essays become texts: a problem cannot grade them, and responses need a rubric.",
        "Q none": "The question has no answer that counts as right.",
    }
    assert tree("lct:O:lib:unit:i")["Quiz"] == [
        "Q one", "Q many", "Q true", "Q short", "Q essay", "Q pattern", "Q none"
    ]  # fmt: skip
    assert [(each["title"], each["items"]) for each in report["collections"]] == [("Quiz", 7)]


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        ('<p @click="x" 1a="2" "y" class="z">a</p>', '<p class="z">a</p>'),
        ("<p>a<o:p>b</o:p></p>", "<p>a<span>b</span></p>"),
        ("a<!-- b -- c -->d<?e f?>", "ad"),
        ("1 < 2 &amp;&nbsp;<b>x", "1 &lt; 2 &amp;\xa0<b>x</b>"),
    ],
)
def test_html_of_questions_becomes_xml(library: ContentLibrary, tmp_path: Path, prompt: str, expected: str) -> None:
    asked = question("q", "cc.multiple_choice", choices("A", "B"), condition(equal("B")))
    text = quiz(asked.replace("&lt;p&gt;Which?&lt;br&gt;&lt;/p&gt;", escape(prompt)))
    kinds = resource("quiz", "imsqti_xmlv1p2/imscc_xmlv1p1/assessment", "quiz.xml")
    run(library, cartridge(tmp_path, item("i", "Quiz", "quiz"), kinds, {"quiz.xml": text}))
    olx = api.get_olx(api.component_key("lb:O:lib:problem:quiz-q"), user=OPERATOR)
    assert f"<multiplechoiceresponse><div>{expected}</div>" in olx
    etree.fromstring(olx)


def test_a_question_without_a_type_is_told_in_one_language(
    library: ContentLibrary, tmp_path: Path, settings: Any
) -> None:
    known = "Questions of the type “%(type)s” become texts: no problem asks or grades the same."
    texts = {known: "Art „%(type)s“: nein.", "unknown": "unbekannt"}
    add_catalog(settings, tmp_path / "locale", "de", texts)
    settings.LANGUAGE_CODE = "de"
    kinds = resource("quiz", "imsqti_xmlv1p2/imscc_xmlv1p3/assessment", "quiz.xml")
    files = {"quiz.xml": quiz(question("q", "", choices("A") + choices("B"), ""))}
    report = run(library, cartridge(tmp_path, item("i", "Quiz", "quiz"), kinds, files))
    assert [row["reason"] for row in report["notes"]] == ["Art „unbekannt“: nein."]


def test_a_question_with_a_pasted_picture_of_many_megabytes_arrives_whole(
    library: ContentLibrary, tmp_path: Path
) -> None:
    picture = f'<img src="data:image/png;base64,{"A" * 11_000_000}"/>'
    asked = question("q", "cc.multiple_choice", choices("A", "B"), condition(equal("B")))
    text = quiz(asked.replace("&lt;p&gt;Which?&lt;br&gt;&lt;/p&gt;", escape(f"<p>{picture}after it</p>")))
    kinds = resource("quiz", "imsqti_xmlv1p2/imscc_xmlv1p1/assessment", "quiz.xml")
    run(library, cartridge(tmp_path, item("i", "Quiz", "quiz"), kinds, {"quiz.xml": text}))
    olx = api.get_olx(api.component_key("lb:O:lib:problem:quiz-q"), user=OPERATOR)
    is_whole = f"<div><p>{picture}after it</p></div>" in olx
    assert is_whole  # not in one line with the comparison, which pytest would show


def test_what_no_item_shows_arrives_too(library: ContentLibrary, tmp_path: Path) -> None:
    bank = quiz(question("one", "cc.multiple_choice.v0p1", choices("A", "B"), condition(equal("B"))))
    kinds = "".join(
        [
            resource("page", "webcontent", "p.html"),
            resource("bank", "imsqti_xmlv1p2/imscc_xmlv1p3/question-bank", "bank.xml"),
            resource("talk", "imsdt_xmlv1p1", "talk.xml"),
            resource("hidden", "webcontent", "hidden.html"),
        ]
    )
    files = {"p.html": PAGE % "", "bank.xml": bank, "talk.xml": "<topic/>", "hidden.html": "x"}
    report = run(library, cartridge(tmp_path, item("i", "Page", "page"), kinds, files))
    assert [(row["title"], row["reason"]) for row in report["unsupported"]] == [
        ("talk", "Discussions are not imported: libraries hold no discussions."),
    ]
    assert report["unused_files"] == []
    assert report["by_type"]["html"] == {"create": 2}
    assert report["by_type"]["problem"] == {"create": 1}
    assert report["counts"]["units"] == 1  # of the page; what no item shows is in no unit
    assert [(each["title"], each["items"], each["is_new"]) for each in report["collections"]] == [("bank", 1, True)]
    [collection] = api.list_collections(library.library_key, user=OPERATOR)
    assert collection.title == "bank"


def test_a_page_that_another_page_links_is_a_file_too(library: ContentLibrary, tmp_path: Path) -> None:
    files = {"p.html": '<a href="q.html">q</a> <a href="d.xml">d</a>', "q.html": "<b>q</b>", "d.xml": "<d/>"}
    kinds = resource("p", "webcontent", "p.html") + resource("q", "webcontent", "q.html")
    report = run(library, cartridge(tmp_path, item("i", "P", "p") + item("j", "Q", "q"), kinds, files))
    assert report["unused_files"] == []
    assets = api.list_assets(api.component_key("lb:O:lib:html:p"), user=OPERATOR)
    assert [asset.path for asset in assets] == ["static/d.xml", "static/q.html"]


def test_files_of_a_manifest_are_found_by_their_addresses_and_missing_ones_are_named(
    library: ContentLibrary, tmp_path: Path
) -> None:
    kinds = "".join(
        [
            resource("page", "webcontent", "./my%20pages/p.html"),
            resource("gone", "webcontent", "gone.html"),
            resource("quiz", "imsqti_xmlv1p2/imscc_xmlv1p1/assessment", "quiz.xml"),
            resource("link", "imswl_xmlv1p1", "link.txt"),
        ]
    )
    items = "".join(item(f"i-{name}", name, name) for name in ("page", "gone", "quiz", "link"))
    files = {"my pages/p.html": PAGE % "", "link.txt": "<webLink/>"}
    report = run(library, cartridge(tmp_path, items, kinds, files))
    assert report["by_type"]["html"] == {"create": 1}
    assert {row["title"]: row["reason"] for row in report["unsupported"]} == {
        name: f"The cartridge does not hold the file “{path}” of this resource."
        for name, path in {"gone": "gone.html", "quiz": "quiz.xml", "link": "link.txt"}.items()
    }


def test_files_of_one_name_in_two_folders_both_survive(library: ContentLibrary, tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "p.html": '<img src="a.png"><img src="$IMS-CC-FILEBASE$/a.png"><img src="b/a.png">',
        "a.png": b"1",
        "web_resources/a.png": b"22",
        "b/a.png": b"333",
    }
    run(library, cartridge(tmp_path, item("i", "P", "p"), resource("p", "webcontent", "p.html"), files))
    page = api.component_key("lb:O:lib:html:p")
    assert {asset.path: asset.size for asset in api.list_assets(page, user=OPERATOR)} == {
        "static/a.png": 1,
        "static/b/a.png": 3,
        "static/web_resources/a.png": 2,
    }
    assert 'src="/static/a.png"><img src="/static/web_resources/a.png">' in api.get_olx(page, user=OPERATOR)


def test_identifiers_that_are_missing_or_not_unique_do_not_stop_a_cartridge(
    library: ContentLibrary, tmp_path: Path
) -> None:
    right = (choices("A", "B"), condition(equal("B")))
    text = quiz(*(question("q", "cc.multiple_choice.v0p1", *right) for _number in range(2)))
    kinds = resource("quiz", "imsqti_xmlv1p2/imscc_xmlv1p3/assessment", "quiz.xml")
    kinds += resource("r 1", "webcontent", "p.html") + resource("r_1", "webcontent", "q.html")
    shown = item("", "One", "r 1") + item("", "Two", "r_1") + item("x", "Quiz", "quiz")
    items = item("a", "First", inside=item("x", "Folder", inside=shown)) + item(
        "a", "Second", inside=item("y", "Label")
    )
    files = {"quiz.xml": text, "p.html": "one", "q.html": "two"}
    path = cartridge(tmp_path, items, kinds, files)
    assert run(library, path)["counts"] == {"sections": 2, "subsections": 1, "units": 3, "components": 4}
    assert tree("lct:O:lib:section:a") == {
        "First": [{"Folder": [{"One": ["One"]}, {"Two": ["Two"]}, {"Quiz": ["Q q", "Q q"]}]}]
    }
    assert sum(run(library, path)["created"].values()) == 0


def test_a_cartridge_can_be_uploaded_and_imported_by_a_job(
    library: ContentLibrary, real_archive: Callable[[str], Path], upload: Any, start: Any
) -> None:
    from .conftest import work

    uploaded = upload(real_archive("allyworkshop.imscc"))
    assert uploaded.kind == "cartridge"
    assert str(uploaded.key) == "course-v1:cartridge+ie74976cb516fd9d52ec2a297f0fba912+imscc"
    assert work(start(uploaded).uuid).state == "succeeded"


BAD: dict[str, tuple[dict[str, str], str]] = {
    "no manifest": ({"imsmanifest.xml": ""}, "not well-formed"),
    "document type": ({"imsmanifest.xml": "<!DOCTYPE manifest [<!ENTITY a 'b'>]><manifest>&a;</manifest>"}, "DOCTYPE"),
    "something else": ({"imsmanifest.xml": "<course/>"}, "holds a <course>"),
    "leaves the archive": ({"../x": "x"}, r"\.\./x"),
    "no title, no items": ({"imsmanifest.xml": "<manifest>"}, "not well-formed"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_cartridge_is_named(library: ContentLibrary, tmp_path: Path, name: str) -> None:
    files, message = BAD[name]
    path = zip_of(
        tmp_path / "bad.imscc",
        [(key, text.encode()) for key, text in {"imsmanifest.xml": "<manifest/>", **files}.items()],
    )
    with pytest.raises(OlxError, match=message):
        run(library, path)


def test_a_resource_that_cannot_be_read_fails_alone(library: ContentLibrary, tmp_path: Path) -> None:
    resources = resource("q", "imsqti_xmlv1p2/imscc_xmlv1p3/assessment", "q.xml") + resource(
        "p", "webcontent", "p.html"
    )
    files = {"q.xml": "<questestinterop>\n<item></questestinterop>", "p.html": "<p>Kept</p>"}
    path = cartridge(tmp_path, item("1", "Quiz", "q") + item("2", "Page", "p"), resources, files)
    report = run(library, path)
    assert [(row["title"], row["path"], row["line"]) for row in report["failed"]] == [("Quiz", "q.xml", 2)]
    assert report["actions"]["failed"] == 1
    assert "Kept" in api.get_olx(api.component_key("lb:O:lib:html:p"), user=OPERATOR)


def test_a_manifest_that_nests_without_end_is_refused(library: ContentLibrary, tmp_path: Path) -> None:
    items = "<item>" * 100 + "</item>" * 100
    with pytest.raises(OlxError, match="too deeply"):
        run(library, cartridge(tmp_path, items, "", {}))


def test_many_questions_of_one_name_take_time_by_their_number() -> None:
    def name(size: int) -> None:
        maker = BlockMaker()
        names = [maker.name("problem", "q") for _ in range(size)]
        assert names[:3] == ["q", "q-2", "q-3"]
        assert len(set(names)) == size

    assert_grows_no_faster_than_its_input(name, size=2000)
