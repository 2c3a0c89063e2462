"""People who work together in a new library."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User

from content_libraries.libraries.models import ContentLibrary
from tests.conftest import ClientFactory, MemberFactory
from tests.history.client import HistoryClient

from .importing_site import ImportingSite


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


@pytest.fixture(scope="module")
def empty_site(tmp_path_factory: pytest.TempPathFactory) -> ImportingSite:
    """A site with an empty library."""
    site = ImportingSite(tmp_path_factory.mktemp("site") / "empty")
    site.prepare()
    return site


@pytest.fixture(scope="module")
def prepared(empty_site: ImportingSite) -> ImportingSite:
    """A site with a job whose message waits in the broker."""
    site = empty_site.copy("prepared")
    site.start_import()
    return site


@pytest.fixture(scope="module")
def undisturbed_run(prepared: ImportingSite) -> tuple[int, dict[str, Any]]:
    """How many writing queries an import has that nobody disturbs, and what it leaves behind."""
    site = prepared.copy("undisturbed")
    finished = site.work(0)
    assert finished.returncode == 0, finished.stderr
    return next(int(line) for line in finished.stdout.splitlines() if line.isdigit()), site.rows()


@pytest.fixture(scope="module")
def undisturbed(undisturbed_run: tuple[int, dict[str, Any]]) -> dict[str, Any]:
    """What such an import leaves behind."""
    return undisturbed_run[1]
