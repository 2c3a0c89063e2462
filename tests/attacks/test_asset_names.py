"""Names of files of components with which no backup of their library could be restored."""

from __future__ import annotations

from typing import Final

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from content_libraries.libraries.models import ContentLibrary
from tests.backups.test_backups_rest import backed_up, download, restored
from tests.conftest import ClientFactory, CommitRunner
from tests.content.client import LibraryClient
from tests.content.test_assets_rest import paths, put

ACCEPTED: Final = (
    *("static/a.html", "static/<script>.png", "static/a;b=c\"d'.txt", "static/a\u202etxt.exe", "static/%00%2e%2e"),
    *("static/e\u0301", "static/\xe9", "static/x.png", "static/X.PNG", "static/CON", "STATIC.txt", "data:a/b"),
    "static/b.TOML",
    *("/".join("x" * 26), "/".join(("y" * 250, "y" * 249)), "static/" + "\u20ac" * 80),
)
REFUSED: Final = (
    *("Block.xml", "BLOCK.XML/x", "static/a./x", "C:x.png", "static/" + "x" * 300, "/".join("y" * 27)),
    *("static/a.html/x", "Static.TXT", "static", "static/a.toml"),
)


@pytest.fixture
def client(staff: User, api_client: ClientFactory) -> APIClient:
    return api_client(staff)


def test_whatever_an_author_may_upload_can_be_restored(
    library: ContentLibrary, client: APIClient, run_on_commit: CommitRunner
) -> None:
    lib = LibraryClient(library, client)
    lib.create("html:h")
    for path in ACCEPTED:
        assert put(lib, path).status_code == 200, path
    for path in REFUSED:
        assert put(lib, path).status_code == 400, path
    assert sorted(paths(lib)) == sorted(ACCEPTED)
    archive = download(client, backed_up(client, run_on_commit)["url"])
    answer = restored(client, run_on_commit, SimpleUploadedFile("x.zip", archive, "application/zip"))
    assert (answer["state"], answer["error"]) == ("Succeeded", None)
