"""A library with content, and what different people do in it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User

from content_libraries.libraries.models import ContentLibrary
from tests.conftest import ClientFactory

from .client import LibraryClient

type ActingAs = Callable[[User | None], LibraryClient]


@pytest.fixture
def acting_as(library: ContentLibrary, api_client: ClientFactory) -> ActingAs:
    """``acting_as(user)`` is what a user does in the library."""
    return lambda user: LibraryClient(library, api_client(user))


@pytest.fixture
def lib(acting_as: ActingAs, staff: User) -> LibraryClient:
    """What Bob, of the site's staff, does in the library."""
    return acting_as(staff)
