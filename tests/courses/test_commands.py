"""The commands that create, export, rerun, publish and delete courses."""

from __future__ import annotations

import json
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from openedx_content.models_api import PublishLog

from content_libraries import api
from content_libraries.actors import OPERATOR
from content_libraries.courses.models import Course
from content_libraries.errors import NotFoundError
from content_libraries.olx.api import read_archive, tree_with_drafts

from .building import COURSE_KEY, PROBLEM, ROOT, SECTION, SUBSECTION, TEXT, UNIT
from .canonical import canonical

pytestmark = pytest.mark.django_db

RERUN = api.course_key("course-v1:Org+Course+Rerun")
LIBRARY_ITEM = "lb:Org:Lib:html:t"


def run(command: str, *arguments: object) -> str:
    out = StringIO()
    call_command(command, *map(str, arguments), stdout=out)
    return out.getvalue()


def result(command: str, *arguments: object) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(run(command, *arguments, "--json").splitlines()[-1])
    return answer


def refusal(command: str, *arguments: object) -> str:
    with pytest.raises(CommandError) as raised:
        call_command(command, *map(str, arguments))
    return str(raised.value)


@pytest.fixture
def edited_course(course: None) -> None:
    """The course, published with a picture and a link, and then edited."""
    api.write_course_file(COURSE_KEY, "static/a.png", b"picture", user=OPERATOR)
    api.edit_block(TEXT, user=OPERATOR, settings={"upstream": LIBRARY_ITEM, "upstream_version": "1"})
    api.publish_course(COURSE_KEY, user=OPERATOR)
    api.edit_block(PROBLEM, user=OPERATOR, settings={"display_name": "Draft"})


def published_title() -> str:
    return api.get_block(PROBLEM, user=OPERATOR, published=True).title


# --- export_course ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["course.tar.gz", "course.tgz", "course"])
def test_an_exported_course_loads_as_it_was(edited_course: None, tmp_path: Path, name: str) -> None:
    target, again = tmp_path / name, tmp_path / "again"
    assert result("export_course", COURSE_KEY, target) == {"course": str(COURSE_KEY), "path": str(target)}
    before = read_archive(target)

    run("delete_course", COURSE_KEY, "--yes")
    run("load_course", target)

    assert (api.get_block(PROBLEM, user=OPERATOR).title, published_title()) == ("Draft", "P")
    assert api.read_course_file(COURSE_KEY, "static/a.png", user=OPERATOR) == b"picture"
    assert [link.row.upstream_key for link in api.list_links(user=OPERATOR, course_key=COURSE_KEY)] == [LIBRARY_ITEM]
    run("export_course", COURSE_KEY, again)
    assert canonical(read_archive(again)) == canonical(before)
    assert canonical(tree_with_drafts(read_archive(again)))["blocks"] == canonical(tree_with_drafts(before))["blocks"]


def test_an_export_replaces_an_archive_and_says_where_it_is(
    edited_course: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "old.tar.gz").write_bytes(b"old")
    assert run("export_course", COURSE_KEY, "old.tar.gz") == f"{COURSE_KEY} was written to {tmp_path / 'old.tar.gz'}.\n"
    assert read_archive(tmp_path / "old.tar.gz").context_key == COURSE_KEY


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("full", "The folder full is not empty: name another one."),
        ("a.zip", "neither a .tar.gz nor an empty or new folder"),
        ("full/text", "neither a .tar.gz nor an empty or new folder"),
        ("none/a.tar.gz", "The folder “{folder}/none” does not exist or cannot be written to."),
    ],
)
def test_an_export_overwrites_nothing_else(edited_course: None, tmp_path: Path, name: str, message: str) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "text").write_text("mine")
    text = refusal("export_course", COURSE_KEY, tmp_path / name)
    assert message.format(folder=tmp_path) in text
    assert str(tmp_path / "full") in text or name != "full"
    assert [path.name for path in tmp_path.rglob("*")] == ["full", "text"]


# --- create_course ---------------------------------------------------------------------------------------------------


def test_a_course_is_created_empty() -> None:
    root = ROOT.map_into_course(RERUN)
    assert run("create_course", RERUN, "--title", "Chemistry") == f"Created {RERUN}, “Chemistry”.\n"
    assert list(api.get_structure(RERUN, user=OPERATOR).blocks) == [root]
    assert api.get_block(root, user=OPERATOR).title == "Chemistry"


def test_creating_never_replaces_a_course(course: None) -> None:
    assert "There is a course" in refusal("create_course", COURSE_KEY, "--title", "Another")
    assert api.get_block(ROOT, user=OPERATOR).title == "A course"


@pytest.mark.parametrize(
    ("key", "reason"),
    [("library-v1:Org+Lib", "A key without a run"), ("lib:Org:Lib", "is not the key of a course")],
)
def test_only_courses_with_a_run_are_created(key: str, reason: str) -> None:
    before = list(Course.objects.all())
    assert reason in refusal("create_course", key, "--title", "T")
    assert list(Course.objects.all()) == before


# --- rerun_course ----------------------------------------------------------------------------------------------------


def test_a_rerun_is_a_course_like_its_source(edited_course: None, tmp_path: Path) -> None:
    assert result("rerun_course", COURSE_KEY, RERUN) == {
        "source": str(COURSE_KEY),
        "course": str(RERUN),
        "title": "A course",
        "blocks": 6,
    }
    for published in (False, True):
        old, new = (api.get_structure(key, user=OPERATOR, published=published) for key in (COURSE_KEY, RERUN))
        assert [(key.map_into_course(RERUN), depth) for key, depth in old.walk()] == list(new.walk())
    assert len(api.list_links(user=OPERATOR, course_key=RERUN)) == 1


def test_a_rerun_can_have_a_title_of_its_own(edited_course: None) -> None:
    assert run("rerun_course", COURSE_KEY, RERUN, "--title", "Second run") == (
        f"{RERUN} was created as a copy of {COURSE_KEY}: “Second run”, 6 blocks.\n"
    )
    assert api.get_block(ROOT.map_into_course(RERUN), user=OPERATOR).title == "Second run"


def test_a_rerun_never_replaces_a_course(edited_course: None) -> None:
    assert "There is a course" in refusal("rerun_course", COURSE_KEY, COURSE_KEY)


# --- publish_course --------------------------------------------------------------------------------------------------


def test_a_course_is_published_once(edited_course: None) -> None:
    assert result("publish_course", COURSE_KEY) == {"course": str(COURSE_KEY), "block": None, "published": True}
    assert published_title() == "Draft"
    assert "Published in a terminal by" in PublishLog.objects.latest("pk").message
    assert run("publish_course", COURSE_KEY) == f"Nothing is to be published in {COURSE_KEY}.\n"


def test_a_block_is_published_alone(edited_course: None) -> None:
    api.edit_block(TEXT, user=OPERATOR, settings={"display_name": "Later"})
    assert run("publish_course", COURSE_KEY, "--block", PROBLEM) == f"{PROBLEM} was published.\n"
    structure = api.get_structure(COURSE_KEY, user=OPERATOR)
    assert [key for key, state in structure.blocks.items() if state.has_unpublished_changes] == [TEXT]


def test_a_publish_as_a_user_carries_no_message(edited_course: None, make_course_member: Callable[..., User]) -> None:
    member = make_course_member("course_staff")
    run("publish_course", COURSE_KEY, "--user", member.username)
    log = PublishLog.objects.latest("pk")
    assert (log.published_by, log.message) == (member, "")


@pytest.mark.parametrize(
    ("block", "message"),
    [
        (PROBLEM.map_into_course(RERUN), "is not a block of course-v1:Org+Course+Run"),
        (COURSE_KEY.make_usage_key("html", "none"), "There is no"),
        ("html", "it is not the key of a block"),
    ],
)
def test_only_blocks_of_the_course_are_published(edited_course: None, block: object, message: str) -> None:
    assert message in refusal("publish_course", COURSE_KEY, "--block", block)
    assert published_title() == "P"


# --- delete_course ---------------------------------------------------------------------------------------------------


def test_a_dry_run_says_what_would_go_and_deletes_nothing(edited_course: None) -> None:
    contents = {
        "course": str(COURSE_KEY),
        "title": "A course",
        "blocks": 6,
        "files": 1,
        "links": [{"usage_key": str(TEXT), "upstream": LIBRARY_ITEM}],
    }
    assert result("delete_course", COURSE_KEY, "--dry-run") == {**contents, "dry_run": True}
    assert run("delete_course", COURSE_KEY, "--dry-run").splitlines() == [
        f"{TEXT} → {LIBRARY_ITEM}",
        f"{COURSE_KEY}, “A course”. Blocks: 6. Files: 1. Links to libraries: 1.",
        "Nothing was written: this was a dry run.",
    ]
    assert set(api.get_structure(COURSE_KEY, user=OPERATOR).blocks) == {ROOT, SECTION, SUBSECTION, UNIT, TEXT, PROBLEM}
    assert result("delete_course", COURSE_KEY, "--yes") == {**contents, "dry_run": False}


def test_a_deleted_course_is_gone_with_its_links(edited_course: None) -> None:
    assert run("delete_course", COURSE_KEY, "--yes").splitlines()[-1] == "The course was deleted."
    assert not Course.objects.exists()
    with pytest.raises(NotFoundError):
        api.get_structure(COURSE_KEY, user=OPERATOR)
    assert list(api.list_links(user=OPERATOR)) == []
    assert "Org+Course+Run" in refusal("delete_course", COURSE_KEY, "--yes")


def test_nothing_is_deleted_without_yes(edited_course: None) -> None:
    assert "Nothing was deleted. “A course” cannot be brought back" in refusal("delete_course", COURSE_KEY)
    assert "Give --dry-run or --yes, not both." in refusal("delete_course", COURSE_KEY, "--yes", "--dry-run")
    assert Course.objects.exists()


# --- who may ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("command", "arguments"),
    [
        ("export_course", ["{path}/out.tar.gz"]),
        ("create_course", ["--title", "T"]),
        ("rerun_course", [str(RERUN)]),
        ("publish_course", []),
        ("publish_course", ["--block", str(PROBLEM)]),
        ("delete_course", ["--dry-run"]),
        ("delete_course", ["--yes"]),
    ],
)
def test_who_may_not(edited_course: None, stranger: User, tmp_path: Path, command: str, arguments: list[str]) -> None:
    filled = [argument.format(path=tmp_path) for argument in arguments]
    assert stranger.username in refusal(command, COURSE_KEY, *filled, "--user", stranger.username)
    assert [course.id for course in Course.objects.all()] == [COURSE_KEY]
    assert published_title() == "P"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("command", "arguments"),
    [
        ("export_course", ["{path}/o.tar.gz"]),
        ("rerun_course", [str(RERUN)]),
        ("publish_course", []),
        ("delete_course", ["--yes"]),
    ],
)
def test_a_text_that_is_no_key(tmp_path: Path, command: str, arguments: list[str]) -> None:
    filled = [argument.format(path=tmp_path) for argument in arguments]
    assert "is not the key of a course" in refusal(command, "lib:O:L", *filled)
