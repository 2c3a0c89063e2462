"""Two courses that have one key: nothing of the second one is skipped in silence (wire: imports-options)."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import pytest
from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command
from django.test import Client
from openedx_content.models_api import PublishableEntity
from rest_framework.test import APIClient

from content_libraries import api
from content_libraries.imports import api as imports
from content_libraries.imports.models import SourceUpload
from content_libraries.imports.plan.stored import dump_plan, load_plan
from content_libraries.jobs.models import JobState
from content_libraries.learning_core.api import DraftContent, draft_contents
from content_libraries.libraries.models import ContentLibrary
from tests.learning_core.dump import dump

from .conftest import Start, Upload, work
from .sources import write_course
from .test_admin import ADMIN, FORM, to

pytestmark = pytest.mark.django_db

CASES = Path(__file__).parents[3] / "shared/data/cases"
A, B = (str(CASES / f"tworuns_{name}" / "course") for name in "ab")
HTML = "block-v1:{}+type@html+block@{}"


def components(count: int, text: str = "x") -> str:
    blocks = "".join(f'<html url_name="h{number}">{text}</html>' for number in range(count))
    return f'<vertical url_name="v">{blocks}</vertical>'


def count() -> int:
    return PublishableEntity.objects.count()


def contents(library: ContentLibrary) -> list[DraftContent]:
    pks = set(PublishableEntity.objects.values_list("pk", flat=True))
    return list(draft_contents(library.learning_package_id or 0, pks).values())


def test_a_second_course_of_one_key_is_not_skipped_in_silence(library: ContentLibrary) -> None:
    call_command("import_course", A, "lib:O:lib")
    before = dump(library.learning_package_id or 0)
    with pytest.raises(CommandError, match=r"may be another course of the same key.*--source-key") as raised:
        call_command("import_course", B, "lib:O:lib")
    assert "Of its 1 components, 1 are new or differ" in str(raised.value)
    assert dump(library.learning_package_id or 0) == before


@pytest.mark.parametrize(
    ("arguments", "items"),
    [
        (["--source-key", "course-v1:CaseX+Same+second"], 8),
        (["--on-repeat", "fork"], 8),
        (["--on-repeat", "update"], 4),
    ],
)
def test_both_courses_can_arrive_whole(library: ContentLibrary, arguments: list[str], items: int) -> None:
    call_command("import_course", A, "lib:O:lib")
    call_command("import_course", B, "lib:O:lib", *arguments)
    assert count() == items
    texts = {content.olx or "" for content in contents(library)}
    assert any("SECOND RUN" in text for text in texts)
    assert any("first run" in text for text in texts) == (items == 8)


def test_a_confirmed_repeat_counts_what_it_skips(library: ContentLibrary, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("import_course", A, "lib:O:lib")
    capsys.readouterr()
    for _again in range(2):  # also after the second course was read, the library has the first one
        call_command("import_course", B, "lib:O:lib", "--confirm-repeat", "--json")
        report = json.loads(capsys.readouterr().out.splitlines()[-1])
        assert report["repeat"]["skipped"] == [HTML.format("CaseX+Same+course", "h1")]
        assert report["actions"] == {"skip": 4}
    call_command("import_course", B, "lib:O:lib", "--confirm-repeat")
    said = capsys.readouterr().out
    assert "This repeats the import of course-v1:CaseX+Same+course on " in said
    assert " from course." in said
    assert "1 block is skipped though the source differs" in said
    assert "give the source another key, or choose update or fork" in said


def test_an_equal_repeat_says_what_it_repeats_and_asks_nothing(
    library: ContentLibrary, capsys: pytest.CaptureFixture[str]
) -> None:
    for _again in range(2):
        call_command("import_course", A, "lib:O:lib")
    said = capsys.readouterr().out
    assert said.count("This repeats the import of") == 1
    assert "though the source differs" not in said


@pytest.mark.parametrize(("changed", "asks"), [(5, False), (6, True)])
@pytest.mark.parametrize("is_new", [False, True])
def test_only_when_most_components_differ_or_are_unknown_there_is_a_question(
    library: ContentLibrary, tmp_path: Path, changed: int, asks: bool, is_new: bool
) -> None:
    same = components(10 - changed)
    first = same if is_new else same + components(10).replace('"h', '"other').replace("v", "w")
    second = (
        f'{same}<vertical url_name="w">'
        + "".join(f'<html url_name="new{number}">y</html>' for number in range(changed))
        + "</vertical>"
    )
    imports.import_archive(library.library_key, user=api.OPERATOR, source=write_course(tmp_path / "a", first))
    source = write_course(tmp_path / "b", second)
    plan = imports.plan_import(library.library_key, user=api.OPERATOR, source=source)
    assert plan.asks == asks
    assert load_plan(dump_plan(plan)) == plan
    if not asks:
        imports.apply_import(plan, user=api.OPERATOR, source=source)
        return
    with pytest.raises(imports.RepeatInDoubtError):
        imports.apply_import(plan, user=api.OPERATOR, source=source)
    imports.apply_import(plan, user=api.OPERATOR, source=source, confirm_repeat=True)


def test_parts_that_were_left_out_before_are_not_unknown(library: ContentLibrary, tmp_path: Path) -> None:
    source = write_course(tmp_path / "a", components(5))
    only = (HTML.format("O+C+1", "h0"),)
    options = imports.ImportOptions(only=only)
    imports.import_archive(library.library_key, user=api.OPERATOR, source=source, options=options)
    assert not imports.plan_import(library.library_key, user=api.OPERATOR, source=source).asks


def second_upload(upload: Upload, library: ContentLibrary) -> SourceUpload:
    """Upload a course whose components differ, under the key of ``upload()``."""
    outline = '<chapter url_name="c1"><html url_name="h1">other</html><problem url_name="p1">other</problem></chapter>'
    return upload(outline=outline)


def test_over_rest_a_plan_asks_and_is_confirmed(
    http: APIClient, upload: Upload, start: Start, library: ContentLibrary
) -> None:
    work(start(upload()).uuid)
    second = second_upload(upload, library)
    body = {"source": str(second.key), "target": "lib:O:lib", "composition_level": "section"}
    made = http.post("/api/content_library/v1/import_plans/", body).json()
    assert "may be another course of the same key" in made["report"]["question"]
    assert made["report"]["repeat"]["file_name"] == "course.tar.gz"
    url = "/api/content_library/v1/imports/"
    refused = http.post(url, {"plan": made["uuid"]})
    assert refused.status_code == 400
    assert "may be another course" in refused.json()["confirm_repeat"][0]
    started = http.post(url, {"plan": made["uuid"], "confirm_repeat": True})
    assert started.status_code == 201
    assert work(started.json()["uuid"]).state == JobState.SUCCEEDED
    assert not any("other" in (content.olx or "") for content in contents(library))


@pytest.mark.parametrize("is_confirmed", [False, True])
def test_a_job_without_a_plan_asks_by_failing(
    http: APIClient, upload: Upload, start: Start, library: ContentLibrary, is_confirmed: bool
) -> None:
    work(start(upload()).uuid)
    second = second_upload(upload, library)
    body = {"source": str(second.key), "target": "lib:O:lib", "composition_level": "section"}
    answer = http.post("/api/modulestore_migrator/v1/migrations/", {**body, "confirm_repeat": is_confirmed})
    job = work(answer.json()["uuid"])
    assert job.state == (JobState.SUCCEEDED if is_confirmed else JobState.FAILED)
    assert ("may be another course of the same key" in job.error) != is_confirmed


def test_in_the_admin_the_preview_asks(
    client: Client, staff: User, upload: Upload, start: Start, library: ContentLibrary
) -> None:
    work(start(upload()).uuid)
    second = second_upload(upload, library)
    client.force_login(staff)
    form = {**FORM, "library": "lib:O:lib"}
    url = to(client.post(f"{ADMIN}/importjob/new/?upload={second.uuid}", form))
    page = client.get(url).content.decode()
    assert "may be another course of the same key" in page
    assert 'name="confirm_repeat"' in page
    refused = client.post(url).content.decode()
    assert "Answer the question first" in refused
    (uuid,) = parse_qs(urlsplit(to(client.post(url, {"confirm_repeat": "on"}))).query)["job"]
    assert work(UUID(uuid)).state == JobState.SUCCEEDED


def test_two_archives_of_one_key_can_both_be_uploaded_and_imported(
    upload: Upload, start: Start, library: ContentLibrary, staff: User
) -> None:
    first = upload()
    path = second_upload(upload, library)
    file = ContentFile(path.file.read(), name="second.tar.gz")
    key = api.course_key("course-v1:O+C+second")
    second = api.upload_source(library.library_key, user=staff, file=file, key=key)
    for each in (first, second):
        assert work(start(each).uuid).state == JobState.SUCCEEDED


def test_the_drafts_of_a_course_whose_outline_was_imported_raise_no_question(library: ContentLibrary) -> None:
    source = str(CASES / "draft_pointed" / "course")
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("import_course", source, "lib:O:lib")
    call_command("import_course", source, "lib:O:lib", "--with-drafts")  # as the first one advised
    assert len([content for content in contents(library) if content.olx]) == 1
