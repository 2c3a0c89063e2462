"""Components to be seen and edited, and what different people ask of them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User

from content_libraries.libraries.models import ContentLibrary
from tests.conftest import ClientFactory

from .client import BlockClient

type ActingAs = Callable[[User | None], BlockClient]


@pytest.fixture
def acting_as(library: ContentLibrary, api_client: ClientFactory) -> ActingAs:
    """``acting_as(user)`` is what a user does with the components of the library; None is nobody."""
    return lambda user: BlockClient(library, api_client(user))


@pytest.fixture
def lib(acting_as: ActingAs, author: User) -> BlockClient:
    """What an author of the library does."""
    return acting_as(author)
