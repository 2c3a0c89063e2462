"""Importing on the pages of the workbench: upload, options, plan, progress, result."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from content_libraries.imports.models import ImportJob, SourceUpload
from content_libraries.libraries.models import ContentLibrary
from tests.imports.conftest import course_archive, work

from .conftest import HTMX, Browse, Cost

pytestmark = pytest.mark.django_db

PAGE = "/libraries/lib:CL-TEST:lib1/import/"
OPTIONS = {"level": "section", "on_repeat": "skip", "make_collection": "on"}


def outline(blocks: str, suffix: str = "") -> str:
    """A section, a subsection and a unit around blocks."""
    section, subsection, unit = (f"{name}{suffix}" for name in ("c", "s", "v"))
    return (
        f'<chapter url_name="{section}"><sequential url_name="{subsection}"><vertical url_name="{unit}">{blocks}'
        "</vertical></sequential></chapter>"
    )


def uploaded(client: Client, path: Path) -> Any:
    file = SimpleUploadedFile(path.name, path.read_bytes())
    return client.post(PAGE, {"file": file})


def planned(client: Client, path: Path, **options: str) -> str:
    """Upload a file, and return the URL of the plan of its import."""
    response: Any = client.post(uploaded(client, path).url, {**OPTIONS, **options})
    assert response.status_code == 302, response.content.decode()
    return str(response.url)


def started(client: Client, plan: str, **answers: str) -> ImportJob:
    response: Any = client.post(plan, answers)
    assert response.status_code == 302, response.content.decode()
    (uuid,) = re.findall(r"jobs/([0-9a-f-]+)/", response.url)
    return ImportJob.objects.get(uuid=uuid)


def test_a_course_goes_from_the_upload_to_its_result(
    library: ContentLibrary, staff: User, browse: Browse, tmp_path: Path
) -> None:
    client = browse(staff)
    plan = planned(client, course_archive(tmp_path))
    page = client.get(plan).content.decode()
    assert "Nothing is written yet." in page
    assert "Week 1" in page
    job = started(client, plan)
    state = f"{PAGE}jobs/{job.uuid}/progress/"
    waiting = client.get(state, headers=HTMX).content.decode()
    assert "Cancel the import" in waiting
    assert 'hx-trigger="every 1s"' in waiting
    work(job.uuid)
    done = client.get(state, headers=HTMX).content.decode()
    assert "every 1s" not in done
    assert "Show the library" in done
    assert "Course 1" in client.get(PAGE).content.decode()


def test_what_cannot_be_read_is_shown_before_and_after(
    library: ContentLibrary, staff: User, browse: Browse, tmp_path: Path
) -> None:
    client = browse(staff)
    blocks = outline('<problem url_name="p"/>')
    plan = planned(client, course_archive(tmp_path, blocks, files={"problem/p.xml": b"<problem><p></problem>"}))
    assert "wb-error" in client.get(plan).content.decode()
    job = work(started(client, plan).uuid)
    page = client.get(f"{PAGE}jobs/{job.uuid}/").content.decode()
    assert "Done in part" in page
    assert "block-v1:O+C+1+type@problem+block@p" in page


def test_a_doubtful_repeat_has_to_be_confirmed(
    library: ContentLibrary, staff: User, browse: Browse, tmp_path: Path
) -> None:
    client = browse(staff)
    work(started(client, planned(client, course_archive(tmp_path / "a"))).uuid)
    other = outline('<html url_name="n"/>', "2")
    plan = planned(client, course_archive(tmp_path / "b", other))
    assert "this may be another course of the same key" in client.get(plan).content.decode()
    refused = client.post(plan, {})
    assert refused.status_code == 400
    assert "Answer the question first" in refused.content.decode()
    assert started(client, plan, confirm="on").pk


def test_a_file_that_is_no_source_is_refused_at_its_field(library: ContentLibrary, staff: User, browse: Browse) -> None:
    client = browse(staff)
    for name, data in (("notes.zip", b"no archive"), ("course.exe", b"MZ")):
        response = client.post(PAGE, {"file": SimpleUploadedFile(name, data)})
        assert response.status_code == 400
        assert 'role="alert"' in response.content.decode()
    assert client.post(PAGE, {}).status_code == 400
    assert not SourceUpload.objects.exists()


def test_only_authors_import(
    library: ContentLibrary, reader: User, staff: User, browse: Browse, tmp_path: Path
) -> None:
    plan = planned(browse(staff), course_archive(tmp_path))
    client = browse(reader)
    assert client.get(PAGE).status_code == 403
    assert uploaded(client, course_archive(tmp_path)).status_code == 403
    assert client.post(plan, {}).status_code in {403, 404}
    assert not ImportJob.objects.exists()


def test_a_plan_and_a_job_belong_to_their_library(
    library: ContentLibrary, make_library: Any, staff: User, browse: Browse, tmp_path: Path
) -> None:
    make_library("other")
    client = browse(staff)
    plan = planned(client, course_archive(tmp_path))
    job = started(client, plan)
    assert client.get(plan.replace(":lib1", ":other")).status_code == 404
    assert client.get(f"{PAGE}jobs/{job.uuid}/".replace(":lib1", ":other")).status_code == 404


def test_an_import_is_canceled(library: ContentLibrary, staff: User, browse: Browse, tmp_path: Path) -> None:
    client = browse(staff)
    job = started(client, planned(client, course_archive(tmp_path)))
    response = client.post(f"{PAGE}jobs/{job.uuid}/cancel/", follow=True)
    assert "Canceled" in response.content.decode()


def test_pages_cost_the_same_at_each_size(
    library: ContentLibrary, staff: User, browse: Browse, cost: Cost, tmp_path: Path
) -> None:
    client = browse(staff)
    counts = []
    for size in (2, 120):
        texts = "".join(f'<html url_name="h{size}_{number}"/>' for number in range(size))
        archive = course_archive(tmp_path / str(size), outline(texts, str(size)), run=str(size))
        plan = planned(client, archive)
        of_plan = cost(client, plan)
        job = work(started(client, plan).uuid)
        counts.append([of_plan, cost(client, f"{PAGE}jobs/{job.uuid}/"), cost(client, PAGE)])
    assert counts[0] == counts[1]
