"""Imports of sources with blocks that cannot be read: the rest arrives, and every fault is named (wire: imports)."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import translation
from openedx_content.models_api import PublishableEntity

from content_libraries import api
from content_libraries.actors import OPERATOR
from content_libraries.imports import api as imports
from content_libraries.imports.data import Action
from content_libraries.imports.models import ModulestoreBlockMigration
from content_libraries.imports.plan.stored import dump_plan, load_plan
from content_libraries.imports.results import preview
from content_libraries.keys import course_key, library_key
from content_libraries.libraries.models import ContentLibrary
from content_libraries.olx.api import OlxError
from tests.olx.builders import tar_of

from .conftest import Upload, course_archive
from .sources import in_place, write_course
from .test_admin import ADMIN, FORM, to

pytestmark = pytest.mark.django_db

CASES = Path(__file__).parents[3] / "shared/data/cases"
KEY = "block-v1:O+C+1+type@{}+block@{}"

OUTLINE = in_place(
    """<chapter url_name="c" display_name="Week 1"><sequential url_name="s" display_name="Monday">
    <vertical url_name="v" display_name="Unit"><problem url_name="shared-bad"/><html url_name="h1"/></vertical>
    <vertical url_name="shared-broken"/></sequential></chapter>"""
)
FILES = {
    "problem/shared-bad.xml": "<problem>\n<p>1 < 2</p></problem>",
    "vertical/shared-broken.xml": '<vertical><html url_name="shared-kept"/><b></vertical>',
    "html/shared-kept.xml": '<html display_name="Kept">kept</html>',
}


@pytest.fixture
def library(db: None) -> ContentLibrary:
    return api.create_library(user=OPERATOR, org="O", slug="lib", title="Library")


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return write_course(tmp_path / "course", OUTLINE, files=FILES)


def refs() -> set[str]:
    return set(PublishableEntity.objects.values_list("entity_ref", flat=True))


def test_the_rest_of_a_course_arrives_and_the_command_names_what_does_not(
    source: Path, library: ContentLibrary, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(CommandError, match="2 blocks of the source cannot be read") as raised:
        call_command("import_course", str(source), "lib:O:lib")
    assert raised.value.returncode == 1
    said = capsys.readouterr().out
    assert "problem “shared-bad”: problem/shared-bad.xml is not well-formed XML at line 2" in said
    assert "unit “shared-broken”: vertical/shared-broken.xml is not well-formed XML at line 1" in said
    assert "2 not readable" in said
    assert refs() == {
        "c",
        "s",
        "v",
        "s-contents-2",
        "xblock.v1:html:h1",
        "xblock.v1:html:shared-kept",
    }
    failed = ModulestoreBlockMigration.objects.filter(target=None).values_list("source__key", "unsupported_reason")
    assert {str(key) for key, _reason in failed} == {
        KEY.format("problem", "shared-bad"),
        KEY.format("vertical", "shared-broken"),
    }
    assert all(reason for _key, reason in failed)


def test_every_block_has_one_row_and_a_broken_one_names_file_and_line(
    source: Path, library: ContentLibrary, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(CommandError):
        call_command("import_course", str(source), "lib:O:lib", "--level", "unit", "--json", "--dry-run")
    report = json.loads(capsys.readouterr().out.splitlines()[-1])
    rows = {row["usage_key"]: row["action"] for row in report["blocks"]}
    assert len(rows) == len(report["blocks"])
    assert rows == {
        KEY.format("vertical", "v"): "create",
        KEY.format("problem", "shared-bad"): "failed",
        KEY.format("html", "h1"): "create",
        KEY.format("vertical", "shared-broken"): "failed",
        KEY.format("html", "shared-kept"): "create",
    }
    assert [(row["title"], row["path"], row["line"]) for row in report["failed"]] == [
        ("shared-bad", "problem/shared-bad.xml", 2),
        ("shared-broken", "vertical/shared-broken.xml", 1),
    ]
    assert report["unsupported"] == []
    assert report["actions"] == {"create": 3, "failed": 2}
    assert refs() == set()


@pytest.mark.parametrize("dry_run", [(), ("--dry-run",)])
def test_strict_refuses_and_names_all_faults(source: Path, library: ContentLibrary, dry_run: tuple[str, ...]) -> None:
    message = r"2 blocks cannot be read\. problem/shared-bad\.xml .* vertical/shared-broken\.xml"
    with pytest.raises(CommandError, match=message):
        call_command("import_course", str(source), "lib:O:lib", "--strict", *dry_run)
    assert refs() == set()


def test_strict_does_not_look_at_drafts_that_are_not_read(tmp_path: Path, library: ContentLibrary) -> None:
    source = write_course(tmp_path / "course", in_place('<html url_name="h1"/>'), files={"drafts/html/h1.xml": "<html"})
    with pytest.raises(CommandError, match=r"drafts/html/h1\.xml"):
        call_command("import_course", str(source), "lib:O:lib", "--strict", "--with-drafts")
    call_command("import_course", str(source), "lib:O:lib", "--strict")
    assert refs() == {"xblock.v1:html:h1"}


def test_the_admin_and_rest_show_broken_blocks_before_the_start(
    client: Client, staff: User, upload: Upload, library: ContentLibrary, tmp_path: Path
) -> None:
    client.force_login(staff)
    files = {path: text.encode() for path, text in FILES.items()}
    uploaded = upload(course_archive(tmp_path / "archive", OUTLINE, files=files))
    form = {**FORM, "library": str(library.library_key)}
    plans_url = to(client.post(f"{ADMIN}/importjob/new/?upload={uploaded.uuid}", form))
    page = client.get(plans_url).content.decode()
    assert "2 blocks cannot be read; all others are imported" in page
    assert "<code>problem/shared-bad.xml:2</code>" in page
    assert '<tr data-action="failed">' in page
    (uuid,) = parse_qs(urlsplit(plans_url).query)["plan"]
    plan = client.get(f"/api/content_library/v1/import_plans/{uuid}/").json()
    assert [row["line"] for row in plan["report"]["failed"]] == [2, 1]
    assert [row["action"] for row in plan["blocks"]].count("failed") == 2


def test_of_two_blocks_of_one_name_the_second_fails_with_a_key_of_its_own(
    tmp_path: Path, library: ContentLibrary
) -> None:
    outline = '<html url_name="h">one</html><vertical url_name="v"><html url_name="h">two</html></vertical>'
    plan = imports.plan_import(library.library_key, user=OPERATOR, source=write_course(tmp_path / "course", outline))
    rows = {str(block.source_key): (block.action, block.path) for block in plan.blocks}
    assert rows == {
        KEY.format("html", "h"): (Action.CREATE, ""),
        KEY.format("html", "h-unreadable"): (Action.FAILED, "course.xml"),
    }
    assert len(plan.blocks) == 2


def test_every_broken_block_of_one_name_has_a_row_of_its_own(tmp_path: Path, library: ContentLibrary) -> None:
    outline = '<html url_name="h" filename="a"/><html url_name="h" filename="b"/>'
    plan = imports.plan_import(library.library_key, user=OPERATOR, source=write_course(tmp_path / "course", outline))
    assert [(str(block.source_key), block.action) for block in plan.blocks] == [
        (KEY.format("html", "h"), Action.FAILED),
        (KEY.format("html", "h-unreadable"), Action.FAILED),
    ]


def test_a_block_that_was_corrected_arrives_with_the_next_import(source: Path, library: ContentLibrary) -> None:
    with pytest.raises(CommandError):
        call_command("import_course", str(source), "lib:O:lib")
    for path, content in FILES.items():
        (source / path).write_text(content.replace(" < ", " &lt; ").replace("<b>", ""), encoding="utf-8")
    plan = imports.plan_import(library.library_key, user=OPERATOR, source=source)
    made = {block.entity_ref for block in plan.makes()}
    assert made == {"xblock.v1:problem:shared-bad"}
    assert plan.changes is not None
    assert set(plan.changes.changed) >= {KEY.format("problem", "shared-bad"), KEY.format("vertical", "shared-broken")}


def test_an_update_with_a_broken_block_leaves_its_item_in_its_place(tmp_path: Path, library: ContentLibrary) -> None:
    outline = '<vertical url_name="v">{}<html url_name="b">b</html></vertical>'
    good, bad = '<html url_name="a">a</html>', '<html url_name="a" filename="gone"/>'
    options = imports.ImportOptions(level=imports.Level.UNIT, on_repeat=imports.OnRepeat.UPDATE)
    for number, first in enumerate((good, bad)):
        source = write_course(tmp_path / str(number), outline.format(first))
        plan = imports.plan_import(library.library_key, user=OPERATOR, source=source, options=options)
        imports.apply_import(plan, user=OPERATOR, source=source)
    assert [block.action for block in plan.blocks] == [Action.KEEP, Action.FAILED, Action.KEEP]
    assert plan.leaving == {}
    children = api.get_children(api.container_key("lct:O:lib:unit:v"), user=OPERATOR)
    assert [str(child.key) for child in children] == ["lb:O:lib:html:a", "lb:O:lib:html:b"]
    source = write_course(tmp_path / "3", outline.format('<html url_name="a">new</html>'))
    again = imports.plan_import(library.library_key, user=OPERATOR, source=source, options=options)
    assert [block.action for block in again.blocks] == [Action.KEEP, Action.UPDATE, Action.KEEP]


def test_no_container_is_made_for_a_broken_block_alone(tmp_path: Path, library: ContentLibrary) -> None:
    outline = '<sequential url_name="s"><html url_name="a" filename="gone"/></sequential>'
    options = imports.ImportOptions(level=imports.Level.SUBSECTION)
    plan = imports.plan_import(
        library.library_key, user=OPERATOR, source=write_course(tmp_path / "course", outline), options=options
    )
    assert [(block.item_type, block.action) for block in plan.blocks] == [
        ("subsection", Action.CREATE),
        ("html", Action.FAILED),
    ]


def test_faults_are_kept_in_the_language_of_the_site_and_refusals_are_in_the_readers(
    source: Path, tmp_path: Path, library: ContentLibrary
) -> None:
    with translation.override("es"):
        plan = imports.plan_import(library.library_key, user=OPERATOR, source=source)
        broken = write_course(tmp_path / "broken", "<a></b>")
        with pytest.raises(OlxError, match="no es XML"):
            imports.plan_import(library.library_key, user=OPERATOR, source=broken)
    assert "is not well-formed XML" in plan.blocks[0].reason


def test_what_was_mended_says_so(tmp_path: Path, library: ContentLibrary) -> None:
    files = {"problem/shared-p.xml": '<problem display_name="Q & A"><p>1 & 2</p></problem>'}
    source = write_course(tmp_path / "course", '<problem url_name="shared-p"/>', files=files)
    plan = imports.plan_import(library.library_key, user=OPERATOR, source=source)
    (row,) = plan.blocks
    assert (row.action, row.title) == (Action.CREATE, "Q & A")
    assert row.reason.startswith("This was mended while it was read")
    assert row.olx == '<problem display_name="Q &amp; A"><p>1 &amp; 2</p></problem>'


def test_an_uploaded_archive_shows_its_broken_blocks_before_the_start(tmp_path: Path, library: ContentLibrary) -> None:
    course = f'<course url_name="1" org="O" course="C">{OUTLINE}</course>'
    members = [(path, text.encode()) for path, text in {"course.xml": course, **FILES}.items()]
    file = SimpleUploadedFile("c.tar.gz", tar_of(tmp_path / "c.tar.gz", members).read_bytes())
    imports.upload_source(library_key("lib:O:lib"), user=OPERATOR, file=file)
    plan, stored = imports.plan_source(
        library_key("lib:O:lib"), user=OPERATOR, source_key=course_key("course-v1:O+C+1")
    )
    assert [row["path"] for row in stored.report["failed"]] == ["problem/shared-bad.xml", "vertical/shared-broken.xml"]
    assert load_plan(dump_plan(plan)) == plan
    counts = preview(library.library_key, user=OPERATOR, source_key=course_key("course-v1:O+C+1"))
    assert (counts.state, counts.unsupported_blocks) == ("partial", 2)


def test_what_stands_twice_in_a_unit_stands_there_twice(library: ContentLibrary) -> None:
    source = CASES / "twice_in_unit" / "course"
    options = imports.ImportOptions(level=imports.Level.UNIT, on_repeat=imports.OnRepeat.UPDATE)
    plan = imports.plan_import(library.library_key, user=OPERATOR, source=source, options=options)
    assert [block.entity_ref for block in plan.blocks] == ["ve1", "xblock.v1:html:h1"]
    imports.apply_import(plan, user=OPERATOR, source=source, publish=True)
    children = api.get_children(api.container_key("lct:O:lib:unit:ve1"), user=OPERATOR)
    assert [str(child.key) for child in children] == ["lb:O:lib:html:h1", "lb:O:lib:html:h1"]
    again = imports.plan_import(library.library_key, user=OPERATOR, source=source, options=options)
    assert [block.action for block in again.blocks] == [Action.KEEP, Action.KEEP]


@pytest.mark.parametrize(
    ("case", "failed", "noted"),
    [
        ("problem_amp", [], ["problem/p1.xml"]),
        ("latin1", [], ["html/h1.html", "problem/p1.xml"]),
        ("missing_pointer", ["vertical/ve1.xml"], []),
    ],
)
def test_cases_from_the_field(library: ContentLibrary, case: str, failed: list[str], noted: list[str]) -> None:
    plan = imports.plan_import(library.library_key, user=OPERATOR, source=CASES / case / "course")
    report = imports.plan_report(plan)
    assert [row["path"] for row in report["failed"]] == failed
    assert [path for row in report["notes"] for path in noted if path in row["reason"]] == noted
    assert report["created"]["components"] == 2 - len(failed)


def rows_of(source: Path, library: ContentLibrary, *, with_drafts: bool) -> dict[str, tuple[Action, str]]:
    options = imports.ImportOptions(level=imports.Level.SECTION, with_drafts=with_drafts)
    plan = imports.plan_import(library.library_key, user=OPERATOR, source=source, options=options)
    return {str(block.source_key.block_id): (block.action, block.reason) for block in plan.blocks}


def test_a_published_pointer_to_a_draft_has_a_row_and_leads_to_the_draft(library: ContentLibrary) -> None:
    source = CASES / "draft_pointed" / "course"
    rows = rows_of(source, library, with_drafts=False)
    assert rows["v1"][0] == Action.FAILED
    assert "is only a draft: read the drafts too" in rows["v1"][1]
    rows = rows_of(source, library, with_drafts=True)
    assert {name: action for name, (action, _reason) in rows.items()} == dict.fromkeys(
        ("ch1", "se1", "v1", "p1"), Action.CREATE
    )


def test_drafts_of_unknown_parents_arrive(tmp_path: Path, library: ContentLibrary) -> None:
    parent = 'parent_url="i4x://O/C/sequential/gone"'
    drafts = {
        "drafts/vertical/d.xml": f'<vertical display_name="D" {parent}><html url_name="shared-d"/></vertical>',
        "drafts/html/shared-d.xml": "<html>new</html>",
    }
    source = write_course(tmp_path / "course", OUTLINE.replace("shared-b", "b"), files=drafts)
    rows = rows_of(source, library, with_drafts=True)
    assert (rows["d"][0], rows["shared-d"][0]) == (Action.CREATE, Action.CREATE)
    assert "its parent is not in the course" in rows["d"][1]


def test_blocks_of_containers_whose_files_are_lost_arrive(tmp_path: Path, library: ContentLibrary) -> None:
    files = {
        "vertical/v.xml": '<vertical><html url_name="h"/></vertical>',
        "html/h.xml": "<html>kept</html>",
        "problem/p.xml": "<problem>kept</problem>",
    }
    source = write_course(
        tmp_path / "course", '<chapter url_name="c"><sequential url_name="s"/></chapter>', files=files
    )
    rows = rows_of(source, library, with_drafts=False)
    assert {name: action for name, (action, _reason) in rows.items() if "contents" not in name} == {
        "c": Action.CREATE,
        "s": Action.FAILED,
        **dict.fromkeys(("v", "h", "p"), Action.CREATE),
    }
    assert "It may have stood in the sequential “s”" in rows["v"][1]


def test_a_broken_table_of_tags_is_ignored_with_a_note(tmp_path: Path, library: ContentLibrary) -> None:
    source = write_course(tmp_path / "course", '<html url_name="h">x</html>', files={"tags.csv": "Name,Other\n"})
    plan = imports.plan_import(library.library_key, user=OPERATOR, source=source)
    (note,) = plan.source_notes
    assert note.startswith("The tags in tags.csv are ignored. tags.csv has no columns Type and ID")
    assert [block.action for block in plan.blocks] == [Action.CREATE]
