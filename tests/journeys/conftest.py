"""People who work together in a new library."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from content_libraries.libraries.models import ContentLibrary
from tests.conftest import ClientFactory, MemberFactory
from tests.history.client import HistoryClient


@pytest.fixture
def admin(library: ContentLibrary, api_client: ClientFactory, make_member: MemberFactory) -> HistoryClient:
    return HistoryClient(library, api_client(make_member(library, "library_admin")))


@pytest.fixture
def writer(library: ContentLibrary, api_client: ClientFactory, contributor: User) -> HistoryClient:
    """Edits, but may not publish."""
    return HistoryClient(library, api_client(contributor))


@pytest.fixture
def publisher(library: ContentLibrary, api_client: ClientFactory, author: User) -> HistoryClient:
    """Edits and publishes."""
    return HistoryClient(library, api_client(author))


@pytest.fixture
def visitor(library: ContentLibrary, api_client: ClientFactory, reader: User) -> HistoryClient:
    """May look at everything."""
    return HistoryClient(library, api_client(reader))
