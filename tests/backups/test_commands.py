"""The commands about archives."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from opaque_keys.edx.keys import UsageKey

from content_libraries import api
from content_libraries.actors import OPERATOR
from content_libraries.libraries.models import ContentLibrary
from content_libraries.sync.models import CourseLink
from tests.courses.building import make_course
from tests.imports.conftest import legacy_archive

from .archives import Content, packed, unpacked

pytestmark = pytest.mark.django_db


def run(command: str, *arguments: str | Path) -> dict[str, Any]:
    out = StringIO()
    call_command(command, *map(str, arguments), "--json", stdout=out)
    result: dict[str, Any] = json.loads(out.getvalue().splitlines()[-1])
    return result


def said(command: str, *arguments: str | Path) -> str:
    out = StringIO()
    call_command(command, *map(str, arguments), stdout=out)
    return out.getvalue()


@pytest.fixture
def content(library: ContentLibrary) -> Content:
    content = Content(library)
    content.container("unit", "u1", content.component("a", "1", {"static/a.png": b"A"}))
    content.publish()
    content.component("a", "2")
    return content


def test_back_up_verify_and_restore(content: Content, tmp_path: Path) -> None:
    path = tmp_path / "lib.zip"
    written = run("backup_library", "lib:CL-TEST:lib1", path)
    assert (written["components"], written["containers"], written["files"]) == (1, 1, 1)
    verified = run("verify_backup", path)
    assert (verified["whole"], verified["manifest"], verified["problems"]) == (True, True, [])
    assert verified["library"]["key"] == "lib:CL-TEST:lib1"
    restored = run("restore_library", path, "lib:CL-TEST:new", "--mode", "new")
    assert restored["counts"]["create"] == 2
    again = Content(ContentLibrary.objects.get(slug="new"))
    assert again.states() == content.states()
    assert "lib:CL-TEST:lib1" in said("verify_backup", path)
    assert list(tmp_path.iterdir()) == [path], "no part of a file is left"


def test_a_dry_run_writes_nothing(content: Content, tmp_path: Path) -> None:
    path = tmp_path / "lib.zip"
    run("backup_library", "lib:CL-TEST:lib1", path)
    content.component("a", "3")
    before = content.states()
    text = said("restore_library", path, "lib:CL-TEST:lib1", "--mode", "replace-items", "--dry-run")
    assert "update “T 2”" in text
    assert "Nothing was written" in text
    assert run("restore_library", path, "lib:CL-TEST:new", "--mode", "new", "--dry-run")["counts"]["create"] == 2
    assert (content.states(), ContentLibrary.objects.count()) == (before, 1)


def test_a_replacement_of_everything_is_confirmed_and_takes_a_backup(content: Content, tmp_path: Path) -> None:
    path, copy = tmp_path / "lib.zip", tmp_path / "before.zip"
    run("backup_library", "lib:CL-TEST:lib1", path)
    content.component("other")
    arguments = (path, "lib:CL-TEST:lib1", "--mode", "replace-all", "--backup-to", copy)
    with pytest.raises(CommandError, match="confirm it with the key lib:CL-TEST:lib1"):
        run("restore_library", *arguments, "--confirm", "lib:CL-TEST:lib2")
    assert not copy.exists()
    result = run("restore_library", *arguments, "--confirm", "lib:CL-TEST:lib1")
    assert result["counts"]["delete"] == 1
    assert content.states()[content.ref("other")] == (None, None)
    assert run("verify_backup", copy)["counts"]["components"] == 2


def test_chosen_items(content: Content, tmp_path: Path) -> None:
    content.component("other")
    path = tmp_path / "lib.zip"
    run("backup_library", "lib:CL-TEST:lib1", path, "--item", "lct:CL-TEST:lib1:unit:u1")
    assert run("verify_backup", path)["counts"]["components"] == 1
    content.component("a", "3")
    content.container("unit", "u1")
    result = run("restore_library", path, "lib:CL-TEST:lib1", "--mode", "replace-items", "--item", "lb:X:Y:html:a")
    assert [(item["key"], item["action"]) for item in result["items"]] == [(content.ref("a"), "update")]
    for wrong in (["--item", "lb:CL-TEST:lib1:html:none"], ["--collection", "none"]):
        with pytest.raises(CommandError, match="none"):
            run("backup_library", "lib:CL-TEST:lib1", tmp_path / "x.zip", *wrong)


def test_what_is_wrong_is_said(content: Content, tmp_path: Path) -> None:
    path = tmp_path / "lib.zip"
    run("backup_library", "lib:CL-TEST:lib1", path)
    with pytest.raises(CommandError, match="exists already"):
        run("backup_library", "lib:CL-TEST:lib1", path)
    with pytest.raises(CommandError, match="no file"):
        run("verify_backup", tmp_path / "none.zip")
    members = unpacked(path)
    members["entities/u1.toml"] += b"# changed"
    broken = packed(tmp_path / "broken.zip", members)
    with pytest.raises(CommandError, match="1 problem"):
        run("verify_backup", broken)
    with pytest.raises(CommandError, match=r"entities/u1\.toml is not what was written"):
        run("restore_library", broken, "lib:CL-TEST:new", "--mode", "new")
    assert ContentLibrary.objects.count() == 1


def test_links_can_move_to_the_new_library(content: Content, staff: User, tmp_path: Path) -> None:

    course = api.course_key("course-v1:CL-TEST+C+R")
    make_course(course)
    unit = UsageKey.from_string("block-v1:CL-TEST+C+R+type@vertical+block@unit")
    link = {"upstream": "lb:CL-TEST:lib1:html:a", "upstream_version": 1}
    api.create_block(unit, user=OPERATOR, block_type="html", block_id="linked", settings=link)
    path = tmp_path / "lib.zip"
    run("backup_library", "lib:CL-TEST:lib1", path)
    planned = run("restore_library", path, "lib:CL-TEST:new", "--mode", "new", "--dry-run")
    assert [(each["course_key"], each["blocks"]) for each in planned["links"]] == [(str(course), 1)]
    run("restore_library", path, "lib:CL-TEST:new", "--mode", "new", "--move-links")
    assert CourseLink.objects.get().upstream_key == "lb:CL-TEST:new:html:a"


def test_links_stay_without_being_asked(content: Content, tmp_path: Path) -> None:
    path = tmp_path / "lib.zip"
    run("backup_library", "lib:CL-TEST:lib1", path)
    assert run("restore_library", path, "lib:CL-TEST:lib1", "--mode", "add")["links"] == []


def test_a_legacy_archive_is_migrated(library: ContentLibrary, tmp_path: Path) -> None:
    path = legacy_archive(tmp_path, '<problem url_name="p">1</problem>')
    result = run("restore_library", path, "lib:CL-TEST:lib1", "--mode", "add")
    assert (result["library"], result["redirects"]) == ("lib:CL-TEST:lib1", True)
    assert "xblock.v1:problem:p" in Content(library).states()
    with pytest.raises(CommandError, match="--mode add"):
        run("restore_library", path, "lib:CL-TEST:new", "--mode", "new")


def test_the_archive_is_a_zip_file(content: Content, tmp_path: Path) -> None:
    path = tmp_path / "lib.zip"
    run("backup_library", "lib:CL-TEST:lib1", path, "--history", "--deleted")
    with ZipFile(path) as archive:
        assert archive.testzip() is None
