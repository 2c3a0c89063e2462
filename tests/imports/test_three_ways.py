"""The same source by command, over REST and in the admin: the libraries are equal, row by row."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client
from rest_framework.test import APIClient

from content_libraries import api
from content_libraries.actors import OPERATOR
from content_libraries.content.models import ContainerSettings
from content_libraries.imports.models import ModulestoreBlockMigration
from content_libraries.libraries.models import ContentLibrary
from tests.learning_core.dump import dump

from .conftest import work
from .counting import blocks_in, items_in

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

ADMIN = "/admin/content_libraries"
UNSUPPORTED = {"split_test", "library_content"}
SAME = ("--level", "section", "--with-drafts", "--publish")
"""What clients of the REST API get without asking."""


@pytest.fixture
def pages(client: Client, staff: User) -> Client:
    client.force_login(staff)
    return client


@pytest.fixture
def make_target(staff: User) -> Callable[[str], ContentLibrary]:
    return lambda slug: api.create_library(user=staff, org="O", slug=slug, title="Library")


@pytest.mark.parametrize("name", ["openedx-demo-course.tar.gz", "harvardx-studio-advanced.tar.gz"])
def test_a_course_arrives_in_the_same_way_by_every_way(
    real_archive: Callable[[str], Path],
    http: APIClient,
    pages: Client,
    make_target: Callable[[str], ContentLibrary],
    capsys: pytest.CaptureFixture[str],
    name: str,
) -> None:
    archive = real_archive(name)
    commanded, requested, clicked = (make_target(way) for way in ("command", "rest", "admin"))
    reports = [
        command("import_course", archive, str(commanded.library_key), *SAME, out=capsys),
        over_rest(http, archive, requested),
        in_admin(pages, archive, clicked),
    ]
    for report in reports:
        assert report["counts"] == report["created"] == items_in(archive)
        unsupported = Counter(row["type"] for row in report["unsupported"])
        assert unsupported == {tag: count for tag, count in blocks_in(archive).items() if tag in UNSUPPORTED}
    assert contents(requested) == contents(commanded)
    assert contents(clicked) == contents(commanded)


def test_a_legacy_library_arrives_in_the_same_way_by_every_way(
    real_archive: Callable[[str], Path],
    http: APIClient,
    pages: Client,
    make_target: Callable[[str], ContentLibrary],
    capsys: pytest.CaptureFixture[str],
) -> None:
    archive = real_archive("openedx-demo-library.tar.gz")
    clicked, requested, commanded = (make_target(way) for way in ("admin", "rest", "command"))
    reports = [
        in_admin_as_legacy_library(pages, archive, clicked),
        over_rest(http, archive, requested, composition_level="component", create_collection=True),
        command("migrate_legacy_library", archive, "--into", str(commanded.library_key), out=capsys)["migrations"][0][
            "report"
        ],
    ]
    for report in reports:
        assert report["counts"] == report["created"] == items_in(archive)
    assert contents(requested) == contents(clicked)
    assert contents(commanded) == contents(clicked)


def command(name: str, archive: Path, *arguments: str, out: pytest.CaptureFixture[str]) -> dict[str, Any]:
    call_command(name, str(archive), *arguments, "--user", "Bob", "--json")
    report: dict[str, Any] = json.loads(out.readouterr().out.splitlines()[-1])
    return report


def over_rest(http: APIClient, archive: Path, target: ContentLibrary, **options: object) -> dict[str, Any]:
    """Upload, start and wait, as the client does."""
    upload = http.post(
        "/api/content_library/v1/import_sources/",
        {"library": str(target.library_key), "file": SimpleUploadedFile(archive.name, archive.read_bytes())},
        format="multipart",
    )
    body = {"composition_level": "section", "preserve_url_slugs": True, **options}
    started = http.post(
        "/api/modulestore_migrator/v1/migrations/",
        {"source": upload.data["key"], "target": str(target.library_key), **body},
        format="json",
    )
    return report_of(started.data["uuid"])


def in_admin(pages: Client, archive: Path, target: ContentLibrary) -> dict[str, Any]:
    """Upload, fill in the form, look at the preview, and start."""
    ticked = dict.fromkeys(("preserve_url_slugs", "with_drafts", "publish"), "on")
    form = {"library": str(target.library_key), "level": "section", "on_repeat": "skip", **ticked}
    preview = pages.post(uploaded(pages, archive), form).headers["Location"]
    assert b"Start the import" in pages.get(preview).content
    return started_by(pages.post(preview))


def in_admin_as_legacy_library(pages: Client, archive: Path, target: ContentLibrary) -> dict[str, Any]:
    uuid = parse_qs(urlsplit(uploaded(pages, archive)).query)["upload"][0]
    form = {"into": "", "library": str(target.library_key), "start": "Start"}
    return started_by(pages.post(f"{ADMIN}/importjob/legacy/?upload={uuid}", form))


def uploaded(pages: Client, archive: Path) -> str:
    """The page where what has been uploaded is imported."""
    file = SimpleUploadedFile(archive.name, archive.read_bytes())
    return pages.post(f"{ADMIN}/sourceupload/add/", {"archive": file}).headers["Location"]


def started_by(response: Any) -> dict[str, Any]:
    return report_of(parse_qs(urlsplit(response.headers["Location"]).query)["job"][0])


def report_of(job_uuid: str) -> dict[str, Any]:
    """Let a worker do a job; what the job says about it."""
    report: dict[str, Any] = work(UUID(str(job_uuid))).migrations.get().report
    return report


def contents(library: ContentLibrary) -> dict[str, Any]:
    """Everything that an import leaves behind in a library, without ids and times."""
    pk = library.learning_package_id or 0
    collections = api.list_collections(library.library_key, user=OPERATOR)[:10]
    return {
        **dump(pk),
        "settings": sorted(
            ContainerSettings.objects.filter(version__entity__learning_package_id=pk).values_list(
                "version__entity__entity_ref", "settings", "license"
            ),
            key=str,
        ),
        "collections": [(row.code, row.title, row.description, len(row.entity_pks)) for row in collections],
        "origins": sorted(
            ModulestoreBlockMigration.objects.filter(overall_migration__target_id=pk).values_list(
                "source__key", "target__entity_ref", "change_log_record__new_version__version_num", "unsupported_reason"
            ),
            key=str,
        ),
    }
