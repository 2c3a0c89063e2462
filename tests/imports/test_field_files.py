"""Courses with files of shapes that people report: what is ignored is told, and everything else arrives."""

from __future__ import annotations

import json
import tarfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client
from rest_framework.test import APIClient

from content_libraries.libraries.models import ContentLibrary
from tests.olx.builders import COURSE, course_members, tar_of

from .conftest import Upload
from .test_admin import ADMIN, FORM, to

pytestmark = pytest.mark.django_db

POLICY = json.dumps({"course/R": {"display_name": "C"}, "tabs": [{"type": "courseware"}], "problem/p": {"weight": 2}})
NOTES = [
    "Links that lead to no file of the archive are left out: course/static/evil.",
    "Entries of policies/R/policy.json that are not the settings of a block are ignored: tabs.",
    "policies/R/grading_policy.json is not a JSON object, and is ignored.",
]


type Member = tuple[str | tarfile.TarInfo, bytes]


def link(path: str, target: str) -> Member:
    info = tarfile.TarInfo(path)
    info.type, info.linkname = tarfile.SYMTYPE, target
    return info, b""


def archive(folder: Path, files: Mapping[str, str | bytes], links: Mapping[str, str]) -> Path:
    members: list[Member] = [
        *(link(f"course/{path}", target) for path, target in links.items()),
        *course_members(files),
    ]
    return tar_of(folder / "course.tar.gz", members)


@pytest.fixture
def strange(tmp_path: Path) -> Path:
    """A course whose root is a link, with a link out of the archive and policies of strange shapes."""
    files = {
        "course.xml": "",
        "roots/R.xml": COURSE["course.xml"],
        "policies/R/policy.json": POLICY,
        "policies/R/grading_policy.json": "[]",
    }
    return archive(tmp_path, files, {"course.xml": "roots/R.xml", "static/evil": "/etc/passwd"})


def test_the_course_arrives_and_the_command_tells_what_was_ignored(
    library: ContentLibrary, strange: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("import_course", str(strange), "lib:O:lib", "--level", "section", "--json")
    report: dict[str, Any] = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (report["actions"], report["source_notes"]) == ({"create": 4}, NOTES)
    assert (report["title"], report["source"]) == ("C", "course-v1:O+C+R")
    call_command("import_course", str(strange), "lib:O:lib", "--level", "section")
    lines = capsys.readouterr().out.splitlines()
    assert [line for line in lines if line in NOTES] == NOTES


def test_a_plan_over_rest_tells_what_was_ignored(
    http: APIClient, library: ContentLibrary, upload: Upload, strange: Path
) -> None:
    body = {"source": str(upload(strange).key), "target": str(library.library_key)}
    url = "/api/content_library/v1/import_plans/"
    plan = http.post(url, body, format="json").data
    assert plan["report"]["source_notes"] == NOTES
    job = http.post("/api/content_library/v1/imports/", {"plan": plan["uuid"]}, format="json")
    assert job.status_code == 201


def test_a_plan_in_the_admin_tells_what_was_ignored(
    client: Client, staff: User, library: ContentLibrary, upload: Upload, strange: Path
) -> None:
    client.force_login(staff)
    form_url = f"{ADMIN}/importjob/new/?upload={upload(strange).uuid}"
    page = client.get(to(client.post(form_url, {**FORM, "library": str(library.library_key)}))).content.decode()
    assert [note for note in NOTES if f"<li>{note}</li>" in page] == NOTES
