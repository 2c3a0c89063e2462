"""Who attacks: an author of a library, over HTTP."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from content_libraries.libraries.models import ContentLibrary
from tests.conftest import ClientFactory
from tests.xblocks.client import BlockClient


@pytest.fixture
def lib(library: ContentLibrary, author: User, api_client: ClientFactory) -> BlockClient:
    """What an author of the library does."""
    return BlockClient(library, api_client(author))
