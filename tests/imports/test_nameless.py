"""Blocks without a ``url_name`` arrive under names that stay the same."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from content_libraries import api
from content_libraries.actors import OPERATOR
from content_libraries.libraries.models import ContentLibrary
from tests.learning_core.dump import dump

from .sources import write_course

pytestmark = pytest.mark.django_db

OUTLINE = """<chapter display_name="Week 1"><sequential display_name="First"><vertical display_name="Unit">
<html display_name="Intro">one</html><html>two</html><html>three</html><problem display_name="Quiz"><p>q</p></problem>
</vertical></sequential></chapter>"""
SLUGS = """<chapter slug="c1" display_name="C1"><sequential slug="s1"><vertical slug="v1">
<html slug="h1" filename="h1"/><problem slug="p1" filename="p1"/></vertical></sequential></chapter>"""

type Import = Callable[..., dict[str, Any]]


@pytest.fixture
def run_import(library: ContentLibrary, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Import:
    def run(
        outline: str, *arguments: str, files: Mapping[str, str] | None = None, level: str = "section"
    ) -> dict[str, Any]:
        source = write_course(tmp_path / f"{len(list(tmp_path.iterdir()))}", outline, files=files)
        call_command("import_course", str(source), "lib:O:lib", "--level", level, "--json", *arguments)
        report: dict[str, Any] = json.loads(capsys.readouterr().out.splitlines()[-1])
        return report

    return run


def names(report: dict[str, Any]) -> dict[str, str]:
    """Return title -> code of the items, in the order of the source."""
    return {row["title"]: row["code"] for row in report["blocks"]}


def test_old_slugs_are_names(run_import: Import) -> None:
    files = {"html/h1.html": "<p>x</p>", "problem/p1.xml": "<problem><p>q</p></problem>"}
    first = run_import(SLUGS, files=files)
    assert [(row["type"], row["title"], row["code"], row["action"]) for row in first["blocks"]] == [
        ("section", "C1", "c1", "create"),
        ("subsection", "s1", "s1", "create"),
        ("unit", "v1", "v1", "create"),
        ("html", "h1", "h1", "create"),
        ("problem", "p1", "p1", "create"),
    ]
    assert (first["settings"], first["source_notes"], first["unused_files"]) == ({}, [], [])
    problem = api.component_key("lb:O:lib:problem:p1")
    assert api.get_olx(problem, user=OPERATOR) == "<problem><p>q</p></problem>"
    text = api.component_key("lb:O:lib:html:h1")
    assert api.get_olx(text, user=OPERATOR) == "<html><![CDATA[<p>x</p>]]></html>"
    assert run_import(SLUGS, "--on-repeat", "update", files=files)["actions"] == {"keep": 5}


def test_blocks_without_a_name_arrive_with_title_and_level_and_a_repeat_knows_them(
    run_import: Import, library: ContentLibrary
) -> None:
    first = run_import(OUTLINE)
    assert (first["actions"], first["unsupported"]) == ({"create": 7}, [])
    assert first["created"] == {"sections": 1, "subsections": 1, "units": 1, "components": 4}
    assert {"Week 1", "First", "Unit", "Intro", "Quiz"} < names(first).keys()
    assert first["source_notes"] == ["Blocks without a url_name: 7. Later imports know them by place and title."]
    before = dump(library.learning_package_id)
    assert run_import(OUTLINE)["actions"] == {"skip": 7}
    assert run_import(OUTLINE, "--on-repeat", "update")["actions"] == {"keep": 7}
    assert dump(library.learning_package_id) == before


def test_edits_and_new_blocks_do_not_change_the_names_of_others(run_import: Import) -> None:
    first = run_import(OUTLINE)
    edited = OUTLINE.replace("<p>q</p>", "<p>another</p>").replace(
        '<html display_name="Intro">', '<html display_name="New">new</html><video/><html display_name="Intro">'
    )
    again = run_import(edited, "--on-repeat", "update")
    assert again["actions"] == {"update": 2, "create": 2, "keep": 5}
    assert names(first).items() < names(again).items()
    assert [row["title"] for row in again["blocks"] if row["action"] == "update"] == ["Unit", "Quiz"]
    assert (len(again["source_changes"]["added"]), again["source_changes"]["removed"]) == (2, [])


def test_equal_blocks_without_a_name_are_told_apart(run_import: Import) -> None:
    unit = '<vertical display_name="U"><html>x</html><html>x</html></vertical>'
    outline = f'<chapter url_name="c"><sequential url_name="s">{unit}{unit}</sequential></chapter>'
    first = run_import(outline)
    assert first["actions"] == {"create": 8}
    assert len({row["usage_key"] for row in first["blocks"]}) == 8
    assert run_import(outline, "--on-repeat", "update")["actions"] == {"keep": 8}


def test_a_derived_name_gives_way_to_a_name_of_the_source(run_import: Import) -> None:
    (row,) = run_import("<html>x</html>", "--dry-run", level="component")["blocks"]
    taken = f'<html>x</html><html url_name="{row["code"]}">y</html><html slug="{row["code"]}">z</html>'
    report = run_import(taken, level="component")
    assert report["actions"] == {"create": 3}
    assert len({row["usage_key"] for row in report["blocks"]}) == 3


def test_a_block_without_a_name_is_imported_alone_by_its_key(run_import: Import) -> None:
    rows = run_import(OUTLINE, "--dry-run")["blocks"]
    (quiz,) = (row["usage_key"] for row in rows if row["title"] == "Quiz")
    part = run_import(OUTLINE, "--only", quiz)
    assert [(row["title"], row["action"]) for row in part["blocks"]] == [("Quiz", "create")]


@pytest.mark.parametrize("name", ['slug="2013"', 'display_name="Course"'])
def test_a_course_without_a_name_arrives_and_a_repeat_knows_it(run_import: Import, name: str) -> None:
    course = {"course.xml": f'<course org="O" course="C" {name}>{OUTLINE}</course>'}
    first = run_import("", files=course)
    assert (first["actions"], first["source"].startswith("course-v1:O+C+")) == ({"create": 7}, True)
    assert first["source"].endswith("+2013") == ("slug" in name)
    edited = {"course.xml": course["course.xml"].replace(">one<", ">other<")}
    assert run_import("", "--on-repeat", "update", files=edited)["actions"] == {"update": 1, "keep": 6}


def test_a_course_that_is_a_pointer_to_nowhere_is_refused(run_import: Import) -> None:
    with pytest.raises(CommandError, match="does not name its course"):
        run_import("", files={"course.xml": '<course org="O" course="C"/>'})
