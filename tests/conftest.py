"""Fixtures of the whole suite: users, libraries, HTTP clients, and a process without memories."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Final, Protocol

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import connection
from edx_django_utils.cache import RequestCache  # type: ignore[import-untyped]
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from openedx_authz import api as authz_api
from openedx_authz.engine.enforcer import AuthzEnforcer
from openedx_content.models_api import Container
from pytest_django import DjangoCaptureOnCommitCallbacks, DjangoDbBlocker
from rest_framework.test import APIClient
from rest_framework_jwt.settings import api_settings as jwt_settings  # type: ignore[import-untyped]

from content_libraries.libraries import api as libraries
from content_libraries.libraries.models import AccessLevel, ContentLibrary
from studio.celery import app
from studio.tokens import make_token

from .processes import collect_garbage_rarely, run_test

BESIDE_THE_CHECKOUT = Path(__file__).resolve().parents[2] / "shared" / "data"
"""Real exports that others made; see the README beside them."""

hypothesis_settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis_settings.load_profile("any machine")

JWT_PREFIX = jwt_settings.JWT_AUTH_HEADER_PREFIX


LONG: Final = ("test_query_counts.py", "test_permissions.py")
"""Modules with tests that take seconds each: they come first, so that no process is left alone with one of them."""


class UserFactory(Protocol):
    def __call__(self, username: str, **fields: Any) -> User: ...


class LibraryFactory(Protocol):
    def __call__(self, slug: str = ..., **values: Any) -> ContentLibrary: ...


class MemberFactory(Protocol):
    def __call__(self, library: ContentLibrary, role_or_level: str) -> User: ...


type CommitRunner = Callable[[], AbstractContextManager[Any]]


class ClientFactory(Protocol):
    def __call__(self, user: User | None = None) -> APIClient: ...


@pytest.hookimpl(wrapper=True)  # before pytest-xdist reads the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> Iterator[None]:
    """Long tests first; and tests that share what one of their modules has built stay in one process."""
    items.sort(key=lambda item: item.path.name not in LONG)
    for item in items:
        definitions = item._fixtureinfo.name2fixturedefs.values()  # type: ignore[attr-defined]
        if any(definition.scope == "module" for each in definitions for definition in each):
            item.add_marker(pytest.mark.xdist_group(item.nodeid.partition("::")[0]))
    yield


def pytest_collection_finish() -> None:
    collect_garbage_rarely()


@pytest.hookimpl(tryfirst=True)  # instead of that of pytest
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> bool:
    return run_test(item, nextitem)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    """The test database, with the roles and permissions that openedx-authz ships."""
    with django_db_blocker.unblock():
        call_command("load_policies")


@pytest.fixture(autouse=True)
def _process_without_memories() -> Iterator[None]:
    """Forget what this process remembers about rows that the rollback of the last test has taken away."""
    RequestCache.clear_all_namespaces()
    Container.reset_cache()
    AuthzEnforcer._last_policy_loaded_version = None  # the roles that it keeps are read again at the next use
    yield
    RequestCache.clear_all_namespaces()


@pytest.fixture
def site_of_races(transactional_db: None, settings: Any) -> Iterator[None]:
    """With the roles that the end of each test takes away, without search, with a broker that nobody listens to."""
    # What a module shares is in a transaction that others do not see: a test would fail for reasons of its own.
    assert not connection.in_atomic_block, "a fixture of this module shares content: give the test its own"
    settings.CONTENT_LIBRARIES_SEARCH_ENGINE = "off"
    call_command("load_policies")
    app.conf.task_always_eager = False
    yield
    app.conf.task_always_eager = True


@pytest.fixture
def make_user(db: None) -> UserFactory:
    """Creates users: ``make_user("bob", is_staff=True)``."""

    def make(username: str, **fields: Any) -> User:
        email = fields.pop("email", f"{username.lower()}@example.com")
        return get_user_model().objects.create_user(username, email=email, **fields)

    return make


@pytest.fixture
def staff(make_user: UserFactory) -> User:
    """Global staff."""
    return make_user("Bob", is_staff=True)


@pytest.fixture
def stranger(make_user: UserFactory) -> User:
    """An active user without any role."""
    return make_user("stranger")


@pytest.fixture
def make_library(staff: User) -> LibraryFactory:
    """Creates libraries through the api: ``make_library("lib1", org="CL-TEST", title="Library One")``."""

    def make(slug: str = "lib1", **values: Any) -> ContentLibrary:
        defaults: dict[str, Any] = {"user": staff, "org": "CL-TEST", "title": "Library One"}
        return libraries.create_library(slug=slug, **defaults | values)

    return make


@pytest.fixture
def library(make_library: LibraryFactory) -> ContentLibrary:
    """``lib:CL-TEST:lib1``, created by ``staff``, without content."""
    return make_library()


@pytest.fixture
def make_member(make_user: UserFactory) -> MemberFactory:
    """
    Creates a user with a role of openedx-authz (``library_author``) or an older level (``author``).

    The username is the role or level.
    """

    def make(library: ContentLibrary, role_or_level: str) -> User:
        user = make_user(role_or_level)
        if role_or_level in AccessLevel:
            library.permission_grants.create(user=user, access_level=role_or_level)
        else:
            give_role(user, role_or_level, str(library.library_key))
        return user

    return make


@pytest.fixture
def author(library: ContentLibrary, make_member: MemberFactory) -> User:
    """May edit and publish in ``library``."""
    return make_member(library, "library_author")


@pytest.fixture
def contributor(library: ContentLibrary, make_member: MemberFactory) -> User:
    """May edit, but not publish, in ``library``."""
    return make_member(library, "library_contributor")


@pytest.fixture
def reader(library: ContentLibrary, make_member: MemberFactory) -> User:
    """May view ``library``."""
    return make_member(library, "library_user")


@pytest.fixture(scope="session")
def real_archive() -> Callable[[str], Path]:
    """Return a function that finds an archive by name; without the data it skips, in CI it fails."""
    folder = Path(os.environ.get("CONTENT_LIBRARIES_DATA") or BESIDE_THE_CHECKOUT)

    def find(name: str) -> Path:
        path = folder / name
        if not path.exists():
            reason = (
                f"{name} is not in {folder}. It is a real export of others, and no part of this repository:"
                " set CONTENT_LIBRARIES_DATA to the folder that has it"
            )
            if os.environ.get("CI"):
                pytest.fail(reason)
            pytest.skip(reason)
        return path

    return find


@pytest.fixture
def api_client() -> ClientFactory:
    """Makes HTTP clients that authenticate with a JWT, as real ones do: ``api_client(staff).get(url)``."""

    def make(user: User | None = None) -> APIClient:
        client = APIClient()
        if user is not None:
            client.credentials(HTTP_AUTHORIZATION=f"{JWT_PREFIX} {json_web_token(user)}")
        return client

    return make


@pytest.fixture
def unicode_codes(db: None) -> None:
    """Skips on MariaDB, whose regular expressions, and so Learning Core's check of codes, know ASCII letters only."""
    if connection.vendor == "mysql" and getattr(connection, "mysql_is_mariadb", False):
        pytest.skip("MariaDB takes only ASCII letters in codes")


@pytest.fixture
def run_on_commit(django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks) -> CommitRunner:
    """A context manager whose end runs what waits for the commit, which a rolled back test never reaches."""
    return lambda: django_capture_on_commit_callbacks(execute=True)


def give_role(user: User, role: str, scope: str) -> None:
    """Assign a role as an administrator of the site would; ``scope`` is a key, ``lib:ORG:*`` or ``lib:*``."""
    authz_api.assign_role_to_user_in_scope(user.username, role, scope)


def json_web_token(user: User) -> str:
    """A token of the issuer that the host trusts."""
    return make_token(user)
