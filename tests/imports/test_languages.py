"""Plans are kept once and shown to everybody in their own language: codes are words on pages, and codes in data."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import translation

from content_libraries import api
from content_libraries.actors import OPERATOR
from content_libraries.imports.models import StoredPlan
from content_libraries.libraries.models import ContentLibrary
from tests.catalogs import add_catalog

from .conftest import OUTLINE, Start, Upload, course_archive
from .sources import write_course
from .test_admin import ADMIN, FORM, to

pytestmark = pytest.mark.django_db

TRANSLATIONS = {
    "create": "anlegen",
    "sections": "abschnitte",
    "Preview of the import": "Vorschau des Imports",
    "Added in the source since the last import: %(blocks)s.": "Neu in der Quelle: %(blocks)s.",
    "Changed in the source since the last import: %(blocks)s.": "Geändert in der Quelle: %(blocks)s.",
    "nothing": "nichts",
    "“%(organization)s” has no taxonomy “%(taxonomy)s”.": "%(organization)s ohne %(taxonomy)s.",
    "This import was canceled before it was done.": "Dieser Import wurde abgebrochen.",
    "Canceled": "Abgebrochen",
    "Failed: %(error)s": "Gescheitert: %(error)s",
    "A %(type)s cannot be in a %(type)s; its contents are in “%(parent)s”.": "%(type)s in “%(parent)s”.",
    "Blocks without a url_name: %(count)s. Later imports know them by place and title.": "%(count)s ohne url_name.",
}


@pytest.fixture(autouse=True)
def german(tmp_path: Path, settings: Any) -> None:
    """A site with a translation."""
    add_catalog(settings, tmp_path / "locale", "de", TRANSLATIONS)


def test_a_plan_is_shown_in_the_language_of_who_reads_it(
    client: Client, staff: User, upload: Upload, library: ContentLibrary
) -> None:
    client.force_login(staff)
    form_url = f"{ADMIN}/importjob/new/?upload={upload().uuid}"
    plans_url = to(
        client.post(form_url, {**FORM, "library": str(library.library_key)}, headers={"accept-language": "de"})
    )
    german = client.get(plans_url, headers={"accept-language": "de"}).content.decode()
    assert "Vorschau des Imports" in german
    assert '<tr data-action="create">' in german
    assert '<option value="create">anlegen</option>' in german
    assert '<th scope="row">Abschnitte</th>' in german
    english = client.get(plans_url, headers={"accept-language": "en"}).content.decode()
    assert "Preview of the import" in english
    assert '<option value="create">create</option>' in english
    (uuid,) = parse_qs(urlsplit(plans_url).query)["plan"]
    plan = client.get(f"/api/content_library/v1/import_plans/{uuid}/", headers={"accept-language": "de"}).json()
    assert set(plan["report"]["created"]) == {"sections", "subsections", "units", "components"}
    assert {block["action"] for block in plan["blocks"]} == {"create"}


def test_a_terminal_reads_whole_sentences_of_the_language(library: ContentLibrary, tmp_path: Path) -> None:
    options = api.ImportOptions(level=api.Level.SECTION, on_repeat=api.OnRepeat.UPDATE)
    api.import_archive(
        library.library_key, user=OPERATOR, source=course_archive(tmp_path / "first", OUTLINE), options=options
    )
    renamed = course_archive(tmp_path / "second", OUTLINE.replace('"Week 1"', '"Week one"'))
    report = api.plan_report(api.plan_import(library.library_key, user=OPERATOR, source=renamed, options=options))
    with translation.override("de"):
        lines = list(api.report_lines(report))
    assert "Neu in der Quelle: nichts." in lines
    assert any(line.startswith("Geändert in der Quelle: block-v1:O+C+1+type@chapter") for line in lines)
    assert "Removed in the source since the last import: nichts." in lines


def test_reasons_are_kept_in_the_language_of_the_site(
    client: Client, staff: User, upload: Upload, library: ContentLibrary, settings: Any
) -> None:
    settings.LANGUAGE_CODE = "de"
    client.force_login(staff)
    outline = OUTLINE.replace(
        "</vertical>", '<problem>No ID</problem><vertical url_name="v9" display_name="x"/></vertical>'
    )
    form_url = f"{ADMIN}/importjob/new/?upload={upload(outline=outline).uuid}"
    client.post(form_url, {**FORM, "library": str(library.library_key)}, headers={"accept-language": "en"})
    report = StoredPlan.objects.get().report
    assert [note["reason"] for note in report["notes"]] == ["unit in “First”."]
    assert report["source_notes"] == ["1 ohne url_name."]


def test_reasons_of_tags_are_too(library: ContentLibrary, tmp_path: Path) -> None:
    table = '"Name","Type","ID","subjects"\r\n"P","problem","p1","Maths"\r\n'
    source = write_course(tmp_path / "course", OUTLINE, files={"tags.csv": table})
    with translation.override("de"):
        plan = api.plan_import(library.library_key, user=OPERATOR, source=source, options=api.ImportOptions())
    (left_out,) = api.plan_report(plan)["tags"]["left_out"]
    assert left_out["reason"] == "“O” has no taxonomy “subjects”."


def test_a_tag_of_a_legacy_library_is_told_in_a_sentence_of_its_own(library: ContentLibrary, tmp_path: Path) -> None:
    for path, content in {
        "library.xml": '<library url_name="library" org="O" library="L1" display_name="L1"/>',
        "tags.csv": '"Name","Type","ID","subjects"\r\n"L1","library","library","Maths"\r\n',
    }.items():
        (tmp_path / path).write_text(content)
    report = api.plan_report(api.plan_import(library.library_key, user=OPERATOR, source=tmp_path))
    reasons = [tag["reason"] for tag in report["tags"]["left_out"]]
    assert reasons == ["It is a tag of the legacy library itself, which becomes no item of the library."]


@pytest.mark.parametrize(
    ("language", "state", "error"),
    [
        ("de", "Abgebrochen", "Dieser Import wurde abgebrochen."),
        ("en", "Canceled", "This import was canceled before it was done."),
    ],
)
@pytest.mark.parametrize("site_language", ["de", "en"])
def test_a_canceled_source_is_one_in_every_language(
    client: Client,
    staff: User,
    upload: Upload,
    start: Start,
    settings: Any,
    site_language: str,
    language: str,
    state: str,
    error: str,
) -> None:
    settings.LANGUAGE_CODE = site_language
    job = api.cancel_job(start(upload()).uuid, user=staff)
    settings.LANGUAGE_CODE = "en"
    client.force_login(staff)
    headers = {"accept-language": language}
    page = client.get(f"{ADMIN}/importjob/watch/?job={job.uuid}", headers=headers).content.decode()
    assert f'<td class="import-warning">{state}</td>' in page
    assert error in page
    assert error in client.get(f"{ADMIN}/modulestoremigration/", headers=headers).content.decode()
    answer = client.get(f"/api/modulestore_migrator/v1/migrations/{job.uuid}/", headers=headers).json()
    assert [parameters["error"] for parameters in answer["parameters"]] == [error]
