"""Who attacks: an author of a library, over HTTP; and storages of files that a test can fill."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.storage import Storage, storages

from content_libraries.libraries.models import ContentLibrary
from tests.conftest import ClientFactory, give_role
from tests.shared_worlds import library, module_db, shared_library, staff
from tests.xblocks.client import BlockClient

from .disks import media_in

__all__ = ["library", "module_db", "shared_library", "staff"]

FOLDER = "django.core.files.storage.FileSystemStorage"


@pytest.fixture(scope="module")
def shared_author(shared_library: ContentLibrary) -> User:
    """An author of the library, made once for a module."""
    user = User.objects.create_user("library_author", email="library_author@example.com")
    give_role(user, "library_author", str(shared_library.library_key))
    return user


@pytest.fixture
def author(library: ContentLibrary, shared_author: User) -> User:
    """May edit and publish in ``library``."""
    return User.objects.get(pk=shared_author.pk)


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
