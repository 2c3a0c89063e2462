"""Courses with files of shapes that people report: what is ignored is told, and everything else arrives."""

from __future__ import annotations

import json
import tarfile
import unicodedata
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client
from rest_framework.test import APIClient

from content_libraries import api
from content_libraries.actors import OPERATOR
from content_libraries.imports.plan.stored import dump_plan, load_plan
from content_libraries.libraries.models import ContentLibrary
from tests.olx.builders import COURSE, course_members, tar_of, with_unit

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


VIDEO = """<video url_name="v1" edx_video_id="93eb0b27"
transcripts="{&quot;en&quot;: &quot;93eb-en.srt&quot;, &quot;de&quot;: &quot;da.srt&quot;}">
<video_asset image=""><transcripts><transcript file_format="srt" language_code="en"/></transcripts>
</video_asset><transcript language="en" src="93eb-en.srt"/><transcript language="de" src="da.srt"/></video>"""
MISSING = {"block-v1:O+C+R+type@video+block@v1": ["93eb-en.srt"]}


@pytest.fixture
def incomplete(tmp_path: Path) -> Path:
    """A course whose video names a transcript that is there under another name."""
    files = {**with_unit(VIDEO), "static/93eb0b27-en.srt": "en", "static/da.srt": "de", "static/unused.txt": "x"}
    return tar_of(tmp_path / "course.tar.gz", course_members(files))


def test_missing_files_are_listed_by_block(
    client: Client,
    staff: User,
    http: APIClient,
    library: ContentLibrary,
    upload: Upload,
    incomplete: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    body = {"source": str(upload(incomplete).key), "target": str(library.library_key)}
    plan = http.post("/api/content_library/v1/import_plans/", body, format="json").data
    assert (plan["report"]["missing_files"], plan["report"]["unused_files"]) == (MISSING, ["unused.txt"])
    assert load_plan(dump_plan(api.plan_import(library.library_key, user=OPERATOR, source=incomplete))).missing_files
    client.force_login(staff)
    form_url = f"{ADMIN}/importjob/new/?upload={upload(incomplete).uuid}"
    page = client.get(to(client.post(form_url, {**FORM, "library": str(library.library_key)}))).content.decode()
    assert "1 block refers to files that the source does not have" in page
    call_command("import_course", str(incomplete), "lib:O:lib")
    (line,) = (line for line in capsys.readouterr().out.splitlines() if "the source does not have" in line)
    assert line.endswith("block@v1 refers to, and that the source does not have: 93eb-en.srt.")
    assert paths_of(library, "video", "v1") == {"static/93eb0b27-en.srt", "static/da.srt"}


def paths_of(library: ContentLibrary, block_type: str, code: str) -> set[str]:
    key = api.component_key(f"lb:O:lib:{block_type}:{code}")
    return {file.path for file in api.list_assets(key, user=OPERATOR)}


def test_names_of_files_match_across_unicode_forms(
    library: ContentLibrary, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """An archive from macOS: its names are decomposed, and the texts in it are not."""
    stored = [unicodedata.normalize("NFD", name) for name in ("résumé é.png", "schéma.png")]
    texts = ["résumé é.png", "r%C3%A9sum%C3%A9%20%C3%A9.png", "schéma.png"]
    unit = "".join(
        f'<html url_name="h{n}"><![CDATA[<img src="/static/{text}"/>]]></html>' for n, text in enumerate(texts)
    )
    files = {**with_unit(unit), **{f"static/{name}": name for name in stored}}
    source = tar_of(tmp_path / "course.tar.gz", course_members(files))
    call_command("import_course", str(source), "lib:O:lib", "--json")
    report = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (report["unused_files"], report["missing_files"], report["static_files"]["count"]) == ([], {}, 2)
    assert [paths_of(library, "html", f"h{n}") for n in range(3)] == [
        {"static/résumé é.png"},
        {"static/résumé é.png"},
        {"static/schéma.png"},
    ]


def test_the_python_library_goes_with_problems_that_run_python(
    library: ContentLibrary, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    unit = """<problem url_name="p1"><script type="text/python">
from mygraders import G
g = G()
</script><customresponse cfn="g"><textline/></customresponse></problem><problem url_name="p2"><p>q</p></problem>"""
    source = tar_of(tmp_path / "course.tar.gz", course_members({**with_unit(unit), "static/python_lib.zip": "zip"}))
    call_command("import_course", str(source), "lib:O:lib", "--json")
    report = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (report["unused_files"], report["static_files"]["count"]) == ([], 1)
    assert paths_of(library, "problem", "p1") == {"static/python_lib.zip"}
    assert paths_of(library, "problem", "p2") == set()
