"""A library with content, and what different people do in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User

from content_libraries.libraries.models import ContentLibrary
from tests.conftest import ClientFactory, CommitRunner

from .client import LibraryClient
from .recorder import SIGNALS, Events, Record, Recorder

type ActingAs = Callable[[User | None], LibraryClient]


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
