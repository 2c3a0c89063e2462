"""A library in which different people edit and publish."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from tests.content.conftest import ActingAs, acting_as, lib, library, module_db, shared_lib, staff

from .client import HistoryClient

__all__ = ["acting_as", "lib", "library", "module_db", "shared_lib", "staff"]


@pytest.fixture
def bob(acting_as: ActingAs, staff: User) -> HistoryClient:
    """What Bob, of the site's staff, does and sees in the library."""
    return HistoryClient.of(acting_as(staff))


@pytest.fixture
def ann(acting_as: ActingAs, author: User) -> HistoryClient:
    """What Ann, an author, does and sees in the library."""
    return HistoryClient.of(acting_as(author))
