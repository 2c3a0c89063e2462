"""Restoring an archive on the pages of the workbench: upload, what it holds, plan, result."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from content_libraries.backups import api as backups
from content_libraries.backups.tasks import restore
from content_libraries.content import api as content
from content_libraries.keys import library_key
from content_libraries.libraries.models import ContentLibrary
from tests.imports.conftest import legacy_archive

from .conftest import HTMX, Browse

pytestmark = pytest.mark.django_db


@pytest.fixture
def archive(library: ContentLibrary, staff: User, tmp_path: Path) -> bytes:
    """The backup of a library with one Text."""
    content.create_component(library.library_key, user=staff, block_type="html", component_code="text")
    path = tmp_path / "backup.zip"
    backups.write_backup(library.library_key, path, user=staff, origin="here")
    return path.read_bytes()


def worked(client: Client, response: Any) -> str:
    """Let a worker do the job that a form has started. Returns the URL of its page."""
    assert response.status_code == 302, response.content.decode()
    url = str(response.url)
    assert "every 1s" in client.get(url).content.decode()
    (uuid,) = re.findall(r"/([0-9a-f-]{36})/", url)
    restore.run(uuid)
    assert "every 1s" not in client.get(f"{url}progress/", headers=HTMX).content.decode()
    return url


def verified(client: Client, data: bytes) -> str:
    return worked(client, client.post("/archives/", {"file": SimpleUploadedFile("backup.zip", data)}))


def planned(client: Client, archive_url: str, key: str, mode: str) -> str:
    given = {"mode": mode, "library": key, "collision": "skip"}
    return worked(client, client.post(archive_url, given))


def test_an_archive_becomes_a_new_library(archive: bytes, staff: User, browse: Browse) -> None:
    client = browse(staff)
    held = verified(client, archive)
    assert "Library One" in client.get(held).content.decode()
    plan = planned(client, held, "lib:CL-TEST:copy", "new")
    assert "Nothing is written yet." in client.get(plan).content.decode()
    done = worked(client, client.post(plan, {}))
    page = client.get(done).content.decode()
    assert "The restore is done." in page
    assert client.get("/libraries/lib:CL-TEST:copy/").status_code == 200
    assert len(content.list_components(library_key("lib:CL-TEST:copy"), user=staff)) == 1


def test_a_replacement_of_everything_asks_for_the_key(
    archive: bytes, library: ContentLibrary, staff: User, browse: Browse
) -> None:
    client = browse(staff)
    content.create_component(library.library_key, user=staff, block_type="html", component_code="later")
    plan = planned(client, verified(client, archive), str(library.library_key), "replace-all")
    refused = client.post(plan, {"confirm": "lib:CL-TEST:other"})
    assert refused.status_code == 400
    assert 'value="lib:CL-TEST:other"' in refused.content.decode()
    worked(client, client.post(plan, {"confirm": str(library.library_key)}))
    assert len(content.list_components(library.library_key, user=staff)) == 1


def test_a_file_that_is_no_archive_says_what_is_wrong(staff: User, browse: Browse) -> None:
    client = browse(staff)
    page = client.get(verified(client, b"no archive")).content.decode()
    assert "The archive cannot be restored." in page
    assert "Plan the restore" not in page


def test_a_legacy_library_leads_to_its_import(staff: User, browse: Browse, tmp_path: Path) -> None:
    path = legacy_archive(tmp_path, '<problem url_name="p"/>')
    file = SimpleUploadedFile(path.name, path.read_bytes())
    response = browse(staff).post("/archives/", {"file": file})
    assert response.status_code == 400
    assert "Import it on the page of a library." in response.content.decode()


def test_a_malformed_key_is_refused_at_its_field(archive: bytes, staff: User, browse: Browse) -> None:
    client = browse(staff)
    response = client.post(verified(client, archive), {"mode": "new", "library": "nonsense", "collision": "skip"})
    assert response.status_code == 400
    assert 'value="nonsense"' in response.content.decode()


def test_archives_of_others_are_not_found(archive: bytes, staff: User, reader: User, browse: Browse) -> None:
    held = verified(browse(staff), archive)
    assert browse(reader).get(held).status_code == 404
    assert browse(reader).post("/archives/", {"file": SimpleUploadedFile("a.zip", archive)}).status_code == 403
