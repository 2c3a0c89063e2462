"""Who attacks: an author of a library, over HTTP; and storages of files that a test can fill."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.storage import Storage, storages

from content_libraries.libraries.models import ContentLibrary
from tests.conftest import ClientFactory
from tests.xblocks.client import BlockClient

from .disks import media_in

FOLDER = "django.core.files.storage.FileSystemStorage"


@pytest.fixture
def lib(library: ContentLibrary, author: User, api_client: ClientFactory) -> BlockClient:
    """What an author of the library does."""
    return BlockClient(library, api_client(author))


@pytest.fixture
def media(tmp_path: Path) -> Iterator[Storage]:
    """Learning Core keeps its files in a folder of the test."""
    with media_in(FOLDER, location=str(tmp_path / "media")) as storage:
        yield storage


@pytest.fixture
def uploads(tmp_path: Path, settings: Any) -> Path:
    """Uploads, plans and archives are kept in a folder of the test. Returns the folder."""
    folder = tmp_path / "uploads"
    settings.STORAGES = {**settings.STORAGES, "default": {"BACKEND": FOLDER, "OPTIONS": {"location": str(folder)}}}
    assert storages["default"]
    return folder
