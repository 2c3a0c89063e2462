"""A library with content, and what different people do in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from rest_framework.test import APIClient

from content_libraries.actors import OPERATOR
from content_libraries.libraries import api as libraries
from content_libraries.libraries.models import ContentLibrary
from tests.conftest import JWT_PREFIX, ClientFactory, CommitRunner, json_web_token
from tests.shared_worlds import module_db

from .client import LibraryClient
from .recorder import SIGNALS, Events, Record, Recorder

type ActingAs = Callable[[User | None], LibraryClient]

__all__ = ["module_db"]


@pytest.fixture(scope="module")
def shared_lib(module_db: None) -> LibraryClient:
    """``lib:CL-TEST:lib1`` and what Bob, of the site's staff, does in it before the tests of a module begin."""
    bob = User.objects.create_user("Bob", email="bob@example.com", is_staff=True)
    library = libraries.create_library(user=bob, org="CL-TEST", slug="lib1", title="Library One")
    http = APIClient()
    http.credentials(HTTP_AUTHORIZATION=f"{JWT_PREFIX} {json_web_token(bob)}")
    return LibraryClient(library, http)


@pytest.fixture
def staff(db: None, shared_lib: LibraryClient) -> User:
    """Bob, who is there for all tests of a module."""
    return User.objects.get(username="Bob")


@pytest.fixture
def library(db: None, shared_lib: LibraryClient) -> ContentLibrary:
    """The library that is there for all tests of a module, without content unless the module adds some."""
    return ContentLibrary.objects.get_by_key(shared_lib.library.library_key)


def add_library(lib: LibraryClient, slug: str) -> LibraryClient:
    """Create another library for content that tests of a module share, so that the usual one stays empty."""
    library = libraries.create_library(user=OPERATOR, org="CL-TEST", slug=slug, title=slug)
    return LibraryClient(library, lib.http)


@pytest.fixture
def acting_as(library: ContentLibrary, api_client: ClientFactory) -> ActingAs:
    """``acting_as(user)`` is what a user does in the library."""
    return lambda user: LibraryClient(library, api_client(user))


@pytest.fixture
def lib(acting_as: ActingAs, staff: User) -> LibraryClient:
    """What Bob, of the site's staff, does in the library."""
    return acting_as(staff)


@pytest.fixture
def record(run_on_commit: CommitRunner) -> Iterator[Record]:
    """``record(operation)`` runs an operation to its commit and returns the events that it sent."""
    recorder = Recorder()
    for kind, signal in SIGNALS.items():
        signal.connect(recorder.receivers[kind])

    def run(operation: Callable[[], Any]) -> Events:
        recorder.events = Counter()
        with run_on_commit():
            operation()
        return recorder.events

    yield run
    for kind, signal in SIGNALS.items():
        signal.disconnect(recorder.receivers[kind])
