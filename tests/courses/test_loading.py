"""Loading and exporting OLX: shapes that real courses have, and the command."""

from __future__ import annotations

import json
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command

from content_libraries import api
from content_libraries.actors import OPERATOR
from content_libraries.courses.exporting import course_tree
from content_libraries.courses.models import Course
from content_libraries.errors import InvalidInputError, NotAllowedError
from content_libraries.olx.api import OlxError, read_archive, tree_with_drafts

from .building import folder_of
from .canonical import canonical

pytestmark = pytest.mark.django_db

KEY = api.course_key("course-v1:O+C+R")
COURSE = {
    "course.xml": '<course url_name="R" org="O" course="C"/>',
    "course/R.xml": '<course display_name="A course">\n  <chapter url_name="c"/>\n  <wiki slug="O.C.R"/>\n</course>',
    "chapter/c.xml": '<chapter display_name="A section" start="2030"><sequential url_name="s"/></chapter>',
    "sequential/s.xml": '<sequential graded="true" format="Homework"><vertical url_name="v"/></sequential>',
    "vertical/v.xml": '<vertical display_name="A unit"><problem url_name="p"/></vertical>',
    "problem/p.xml": '<problem display_name="A problem"><p>1 + 1?</p></problem>',
}


def there_and_back(tmp_path: Path, files: dict[str, str]) -> tuple[Path, Path]:
    """Load a course with these files, and export it. Returns both folders, which say the same."""
    source, target = folder_of(tmp_path / "in", {**COURSE, **files}), tmp_path / "out"
    api.load_course(source, user=OPERATOR)
    api.export_course(KEY, target, user=OPERATOR)
    before, after = read_archive(source), read_archive(target)
    assert canonical(after) == canonical(before)
    assert canonical(tree_with_drafts(after))["blocks"] == canonical(tree_with_drafts(before))["blocks"]
    return source, target


def unit(content: str) -> dict[str, str]:
    """A course whose unit holds this."""
    return {"vertical/v.xml": f"<vertical>{content}</vertical>"}


P = '<problem url_name="p"/>'
POLICY = {
    "course/R": {"tabs": [{"type": "wiki"}], "start": "2030", "n": 1.5},
    "static_tab/t": {"name": "T"},
}
LINKED = 'upstream="lct:O:L:unit:u" upstream_version="2" downstream_customized="[&quot;display_name&quot;]"'
SHAPES: dict[str, dict[str, str]] = {
    "item bank in a unit": unit(f'<itembank url_name="b" max_count="1">{P}</itembank>'),
    "problem in a subsection": {"sequential/s.xml": f'<sequential>{P}<vertical url_name="v"/></sequential>'},
    "unit in a section": {"chapter/c.xml": '<chapter><vertical url_name="v"/><sequential url_name="s"/></chapter>'},
    "unit in a unit": unit(f'<vertical url_name="w">{P}</vertical>'),
    "conditional": unit(f'<conditional url_name="k"><show sources="x"/>{P}</conditional>'),
    "unknown type": unit('<thing url_name="x"><part a="1"/></thing>'),
    "empty unit": {"vertical/v.xml": "<vertical/>"},
    "orphan definition": {"html/h.xml": '<html filename="h"/>', "html/h.html": "<b>unused</b>"},
    "html body in a file": {
        **unit('<html url_name="h"/>'),
        "html/h.xml": '<html display_name="H" filename="h"/>',
        "html/h.html": "<p>]]&gt; &nbsp;</p>",
    },
    "other files": {"about/overview.html": "<h1>About</h1>", "tabs/t.html": "<p/>", "static/a b.txt": "x"},
    "policies": {"policies/R/policy.json": json.dumps(POLICY), "policies/R/grading_policy.json": '{"GRADER": []}'},
    "empty grading policy": {"policies/R/grading_policy.json": "{}"},
    "linked unit": {"vertical/v.xml": f"<vertical {LINKED}/>"},
    "problem in two units": {
        "sequential/s.xml": '<sequential><vertical url_name="v"/><vertical url_name="w"/></sequential>',
        "vertical/w.xml": f"<vertical>{P}</vertical>",
    },
}


@pytest.mark.parametrize("name", SHAPES)
def test_shapes(tmp_path: Path, name: str) -> None:
    there_and_back(tmp_path, SHAPES[name])


def test_drafts_stay_drafts(tmp_path: Path) -> None:
    parent = "block-v1:O+C+R+type@{}+block@{}".format
    there_and_back(
        tmp_path,
        {
            "drafts/problem/p.xml": '<problem display_name="Draft"/>',
            "drafts/vertical/new.xml": f'<vertical parent_url="{parent("sequential", "s")}" index_in_children_list="0">'
            '<html url_name="n"/></vertical>',
            "drafts/html/n.xml": "<html><![CDATA[new]]></html>",
            "drafts/html/lost.xml": f'<html parent_url="{parent("vertical", "gone")}">lost</html>',
        },
    )
    draft, published = (api.get_structure(KEY, user=OPERATOR, published=side) for side in (False, True))
    problem, new = KEY.make_usage_key("problem", "p"), KEY.make_usage_key("vertical", "new")
    assert api.get_block(problem, user=OPERATOR).title == "Draft"
    assert api.get_block(problem, user=OPERATOR, published=True).title == "A problem"
    assert draft.children[KEY.make_usage_key("sequential", "s")][0] == new
    assert new not in published.blocks
    lost = KEY.make_usage_key("html", "lost")
    assert lost in draft.blocks
    assert lost not in draft.reachable
    assert any(draft.block.url_name == "lost" for draft in course_tree(KEY).drafts)


def test_settings_of_older_policies_become_attributes(tmp_path: Path) -> None:
    policy = {"problem/p": {"weight": 2, "due": "2030"}, "course/R": {}}
    source = folder_of(tmp_path / "in", {**COURSE, "policies/R/policy.json": json.dumps(policy)})
    api.load_course(source, user=OPERATOR)
    api.export_course(KEY, tmp_path / "out", user=OPERATOR)
    assert api.get_block(KEY.make_usage_key("problem", "p"), user=OPERATOR).settings["weight"] == "2"
    assert read_archive(tmp_path / "out").policies == {"course/R": {}}


def test_blocks_without_a_name_get_one_that_stays(tmp_path: Path) -> None:
    source = folder_of(
        tmp_path / "in", {**COURSE, "vertical/v.xml": "<vertical><html>a</html><html>b</html></vertical>"}
    )
    api.load_course(source, user=OPERATOR)
    unit = KEY.make_usage_key("vertical", "v")
    first = api.get_block(unit, user=OPERATOR).children
    assert len(first) == 2
    report = api.load_course(source, user=OPERATOR)
    assert (report.created, report.updated, report.deleted) == (0, 0, 0)
    assert api.get_block(unit, user=OPERATOR).children == first


def test_loading_a_newer_archive_changes_what_differs(tmp_path: Path) -> None:
    api.load_course(folder_of(tmp_path / "a", COURSE), user=OPERATOR)
    problem, unit = KEY.make_usage_key("problem", "p"), KEY.make_usage_key("vertical", "v")
    newer = {
        "vertical/v.xml": '<vertical display_name="A unit"><html url_name="h"/></vertical>',
        "html/h.xml": "<html/>",
    }
    report = api.load_course(folder_of(tmp_path / "b", {**COURSE, **newer, "static/x": "1"}), user=OPERATOR)
    assert (report.created, report.updated, report.deleted, report.files) == (1, 1, 1, 3)
    structure = api.get_structure(KEY, user=OPERATOR, published=True)
    assert problem not in structure.blocks
    assert structure.blocks[unit].version_num == 2


def test_what_cannot_be_loaded_leaves_no_course(tmp_path: Path) -> None:
    with pytest.raises(OlxError):
        api.load_course(folder_of(tmp_path / "a", {**COURSE, "course/R.xml": "<course>"}), user=OPERATOR)
    with pytest.raises(InvalidInputError):
        api.load_course(folder_of(tmp_path / "b", {"library.xml": '<library org="O" library="L"/>'}), user=OPERATOR)
    assert not Course.objects.exists()


def test_strict_refuses_and_names_all_blocks_that_cannot_be_read(tmp_path: Path) -> None:
    broken = {"vertical/v.xml": '<vertical><problem url_name="p"/><html url_name="h"/></vertical>'}
    source = folder_of(tmp_path / "a", {**COURSE, **broken, "problem/p.xml": "<problem>"})
    with pytest.raises(CommandError, match=r"2 blocks cannot be read\. problem/p\.xml .* html/h\.xml"):
        call_command("load_course", str(source), "--strict")
    assert not Course.objects.exists()


def test_broken_blocks_are_reported_and_all_others_arrive(tmp_path: Path) -> None:
    files = {
        "vertical/v.xml": '<vertical><problem url_name="p"/><html url_name="h">x</html></vertical>',
        "problem/p.xml": "<problem>\n<p>1 < 2</p></problem>",
        "html/mended.xml": "<html>a & b</html>",
        "chapter/c.xml": '<chapter><sequential url_name="s"/><sequential url_name="t"/></chapter>',
        "sequential/t.xml": '<sequential><vertical url_name="w"/><b></sequential>',
        "vertical/w.xml": '<vertical><html url_name="mended"/></vertical>',
        "policies/R/policy.json": "[]",
        "tags.csv": "Name,Other",
    }
    source, out = folder_of(tmp_path / "a", {**COURSE, **files}), StringIO()
    with pytest.raises(CommandError, match=r"^2 blocks of the archive cannot be read") as raised:
        call_command("load_course", str(source), "--json", stdout=out)
    assert raised.value.returncode == 1
    report = json.loads(out.getvalue().splitlines()[-1])
    key = "block-v1:O+C+R+type@{}+block@{}"
    assert [(row["usage_key"], row["path"], row["line"]) for row in report["failed"]] == [
        (key.format("problem", "p"), "problem/p.xml", 2),
        (key.format("sequential", "t"), "sequential/t.xml", 1),
    ]
    assert [row["usage_key"] for row in report["notes"]] == [key.format("html", "mended")]
    assert [note.split(" ")[0] for note in report["source_notes"]] == ["policies/R/policy.json", "The"]
    structure = api.get_structure(KEY, user=OPERATOR, published=True)
    assert structure.children[KEY.make_usage_key("sequential", "t")] == (KEY.make_usage_key("vertical", "w"),)
    assert structure.children[KEY.make_usage_key("vertical", "v")] == (KEY.make_usage_key("html", "h"),)
    out = StringIO()
    with pytest.raises(CommandError):
        call_command("load_course", str(source), stdout=out)
    assert "problem/p.xml is not well-formed XML at line 2" in out.getvalue()
    assert "course-v1:O+C+R: 8 blocks (0 created, 0 updated, 0 deleted)" in out.getvalue()


@pytest.mark.parametrize("damaged", ["problem/p.xml", "vertical/v.xml", "sequential/s.xml", "chapter/c.xml"])
@pytest.mark.parametrize("damage", [None, "<", "no XML"])
def test_a_course_keeps_what_an_archive_has_lost(tmp_path: Path, damaged: str, damage: str | None) -> None:
    """Published versions and drafts stay: those below a container that cannot be read, too."""
    draft = {"drafts/problem/p.xml": '<problem display_name="Draft"/>'}
    source = folder_of(tmp_path / "a", {**COURSE, **draft})
    api.load_course(source, user=OPERATOR)
    before = [api.get_structure(KEY, user=OPERATOR, published=side) for side in (False, True)]
    (source / "drafts/problem/p.xml").unlink()
    if damage is None:
        (source / damaged).unlink()
    else:
        (source / damaged).write_text(damage)
    report = api.load_course(source, user=OPERATOR)
    assert [row.path for row in report.failed] != []
    after = [api.get_structure(KEY, user=OPERATOR, published=side) for side in (False, True)]
    assert [found.children for found in after] == [found.children for found in before]
    assert report.deleted == 0
    title = api.get_block(KEY.make_usage_key("problem", "p"), user=OPERATOR).title
    # The archive has no draft of a problem that it can read.
    assert title == ("Draft" if damaged == "problem/p.xml" else "A problem")
    assert api.get_block(KEY.make_usage_key("problem", "p"), user=OPERATOR, published=True).title == "A problem"


def test_a_draft_that_cannot_be_read_stays_where_it_stands(tmp_path: Path) -> None:
    parent = "block-v1:O+C+R+type@vertical+block@v"
    path = "drafts/html/n.xml"
    source = folder_of(tmp_path / "a", {**COURSE, path: f'<html parent_url="{parent}">new</html>'})
    api.load_course(source, user=OPERATOR)
    before = api.get_structure(KEY, user=OPERATOR)
    (source / path).write_text("<html>")
    report = api.load_course(source, user=OPERATOR)
    assert [row.path for row in report.failed] == [path]
    assert api.get_structure(KEY, user=OPERATOR).children == before.children
    other = api.load_course(source, user=OPERATOR, course_key=api.course_key("course-v1:O+C+Other"))
    assert other.blocks == 5


def test_a_published_pointer_to_a_draft_leads_to_the_draft(tmp_path: Path) -> None:
    source = folder_of(tmp_path / "a", {**COURSE, "drafts/problem/p.xml": '<problem display_name="Draft"/>'})
    (source / "problem/p.xml").unlink()
    report = api.load_course(source, user=OPERATOR)
    assert report.failed == ()
    assert "is only a draft" in report.notes[0].reason
    problem = KEY.make_usage_key("problem", "p")
    assert api.get_block(problem, user=OPERATOR).title == "Draft"
    assert problem not in api.get_structure(KEY, user=OPERATOR, published=True).blocks


def test_a_block_that_stands_twice_in_a_unit_is_loaded_once_with_a_note(tmp_path: Path) -> None:
    twice = '<vertical><problem url_name="p"/><problem url_name="p"/></vertical>'
    report = api.load_course(folder_of(tmp_path / "a", {**COURSE, "vertical/v.xml": twice}), user=OPERATOR)
    assert [note.reason for note in report.notes] == ["A block stands in it twice. A course holds it there once."]
    unit, problem = KEY.make_usage_key("vertical", "v"), KEY.make_usage_key("problem", "p")
    assert api.get_structure(KEY, user=OPERATOR).children[unit] == (problem,)


def test_names_that_keys_cannot_have_are_changed(tmp_path: Path) -> None:
    content = '<vertical><html url_name="a b">x</html></vertical>'
    path = "/".join(["x" * 200] * 3)
    source = folder_of(tmp_path / "a", {**COURSE, "vertical/v.xml": content, f"static/{path}": "1"})
    report = api.load_course(source, user=OPERATOR)
    assert report.files_left_out == (path,)
    (child,) = api.get_block(KEY.make_usage_key("vertical", "v"), user=OPERATOR).children
    assert child.block_id.startswith("a_b-")
    assert api.load_course(source, user=OPERATOR).created == 0


def test_who_may_load(tmp_path: Path, stranger: User, staff: User, make_course_member: Callable[..., User]) -> None:
    source = folder_of(tmp_path / "a", COURSE)
    with pytest.raises(NotAllowedError):
        api.load_course(source, user=stranger)
    api.load_course(source, user=staff)
    with pytest.raises(NotAllowedError):
        api.load_course(source, user=make_course_member("course_editor", str(KEY)))
    api.load_course(source, user=make_course_member("course_staff", str(KEY)))


def test_the_command(tmp_path: Path, staff: User) -> None:
    source, out = folder_of(tmp_path / "a", {**COURSE, "static/x": "1"}), StringIO()
    call_command(
        "load_course", str(source), "--course-key", "course-v1:O+C+Other", "--user", "Bob", "--json", stdout=out
    )
    assert json.loads(out.getvalue().splitlines()[-1]) == {
        "course": "course-v1:O+C+Other",
        "blocks": 5,
        "created": 5,
        "updated": 0,
        "deleted": 0,
        "files": 2,
        "files_left_out": [],
        "drafts": False,
        "failed": [],
        "notes": [],
        "source_notes": [],
    }
    out = StringIO()
    call_command("load_course", str(source), stdout=out)
    assert "course-v1:O+C+R: 5 blocks (5 created, 0 updated, 0 deleted), 2 files" in out.getvalue()


@pytest.mark.parametrize(
    ("files", "message"),
    [
        (None, "no file or folder {path}: give the path of a .tar.gz"),
        ({"course.xml": "<course"}, "{path}: course.xml is"),
        (
            {"library.xml": '<library org="O" library="L" url_name="library"/>'},
            "{path}: This is an archive of a library",
        ),
    ],
)
def test_the_command_names_the_whole_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, files: dict[str, str] | None, message: str
) -> None:
    if files:
        folder_of(tmp_path / "a", files)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(CommandError) as raised:
        call_command("load_course", "./a")
    assert message.format(path=tmp_path / "a") in str(raised.value)


@pytest.mark.parametrize("arguments", [["no-such-file"], ["{source}", "--course-key", "lib:O:L"]])
def test_the_command_fails_with_a_message(tmp_path: Path, arguments: list[str]) -> None:
    source = folder_of(tmp_path / "a", COURSE)
    with pytest.raises(CommandError):
        call_command("load_course", *(argument.format(source=source) for argument in arguments))
