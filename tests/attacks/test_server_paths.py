"""Answers that tell where the files of the server are."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile

from content_libraries.errors import ContentLibrariesError
from content_libraries.server_paths import without_server_paths
from tests.conftest import ClientFactory
from tests.xblocks.client import BlockClient

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("No such file: '/tmp/abc/course.xml'", "No such file: '…/course.xml'"),
        ("The joined path (/etc/passwd) is outside of /usr/share/x.", "The joined path (…/passwd) is outside of …/x."),
        ("OSError: /var/lib/site/media/ is read-only", "OSError: …/ is read-only"),
        ("/home/site/a: b", "…/a: b"),
    ],
)
def test_messages_name_files_without_their_folders(said: str, shown: str) -> None:
    assert without_server_paths(said) == shown
    assert ContentLibrariesError(said).message == shown
    assert str(ContentLibrariesError(said)) == said  # for logs and commands


@pytest.mark.parametrize(
    "text",
    [
        "There is nothing at /api/libraries/v2/lib:A:b/.",
        "See https://example.com/usr/share/x and /static/images/a.png.",
        "either/or and 1/2",
        "static/tmp/a.png",
    ],
)
def test_addresses_stay_as_they_are(text: str) -> None:
    assert without_server_paths(text) == text


@pytest.fixture
def hidden(tmp_path: Path) -> tuple[str, ...]:
    """Folders that no answer may name."""
    return str(tmp_path), tempfile.gettempdir() + "/", str(Path(__file__).resolve().parents[2]), "site-packages"


def assert_hidden(response: Any, hidden: tuple[str, ...], *, status: int) -> None:
    assert response.status_code == status
    text = response.content.decode()
    assert not [path for path in hidden if path in text], text


def test_a_search_index_that_cannot_be_used(
    lib: BlockClient, tmp_path: Path, settings: Any, hidden: tuple[str, ...]
) -> None:
    folder = tmp_path / "search"
    folder.write_text("in the way")
    settings.CONTENT_LIBRARIES_SEARCH_INDEX_DIR = str(folder)
    assert_hidden(lib.http.get("/api/content_library/v1/search/?q=x"), hidden, status=503)


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04 and then nothing", b"\x1f\x8b\x08 broken", b"text"])
def test_archives_that_cannot_be_read(
    staff: User, api_client: ClientFactory, hidden: tuple[str, ...], data: bytes
) -> None:
    client = api_client(staff)
    file = SimpleUploadedFile("mine.tar.gz", data or b"\0")
    assert_hidden(
        client.post("/api/content_library/v1/import_sources/", {"file": file}, format="multipart"), hidden, status=400
    )
    archive = SimpleUploadedFile("mine.zip", data or b"\0", content_type="application/zip")
    started = client.post("/api/libraries/v2/restore/", {"file": archive}, format="multipart")
    if started.status_code == 200:
        assert_hidden(client.get(f"/api/libraries/v2/restore/?task_id={started.json()['task_id']}"), hidden, status=200)
    else:
        assert_hidden(started, hidden, status=400)


@pytest.mark.parametrize("path", ["../../etc/passwd", "static/../../../x.png", "/etc/passwd", "static/%2e%2e/x.png"])
def test_files_of_components_that_lead_elsewhere(lib: BlockClient, hidden: tuple[str, ...], path: str) -> None:
    lib.add("html:h", "<html>x</html>")
    body = {"content": SimpleUploadedFile("x.png", b"x")}
    answer = lib.http.put(lib.url("html:h", f"assets/{path}"), body, format="multipart")
    assert answer.status_code in {400, 404}
    assert_hidden(answer, hidden, status=answer.status_code)
