"""Components to be seen and edited, and what different people ask of them."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator

import pytest
from django.contrib.auth.models import User

from content_libraries.libraries.models import ContentLibrary
from content_libraries.xblocks.processes import running
from tests.conftest import ClientFactory
from tests.sites import GREEDY_BLOCKS

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


@pytest.fixture(scope="module")
def greedy_blocks() -> Iterator[None]:
    """Installs blocks of the type ``greedy``, in the processes of blocks, too."""
    sys.path.insert(0, str(GREEDY_BLOCKS))
    running.stop()
    yield
    sys.path.remove(str(GREEDY_BLOCKS))
    running.stop()
