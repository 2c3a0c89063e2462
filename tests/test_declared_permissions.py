"""
Views declare which permissions in a library each method needs.

A view asks for them before it reads anything. The api function that it calls asks for the same, because commands and
tasks call it, too. So what is declared has to be complete, enough, and no more than the api functions ask for.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, ClassVar

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.request import Request

from content_libraries.clipboard.models import StagedContent
from content_libraries.libraries import api as libraries
from content_libraries.libraries.data import Grant, GrantKind, Permission
from content_libraries.libraries.models import ContentLibrary
from content_libraries.libraries.permissions import RoleBackend
from content_libraries.libraries.rest.base import LibraryScopedView
from tests.conftest import ClientFactory
from tests.world import world_with_arguments  # noqa: F401 - the fixture “arguments”

from .endpoints import PROBLEM, USUAL_ARGUMENTS, Endpoint, endpoints, filled, views
from .test_permissions import belongings, in_a_world_of_its_own

WITHOUT_A_QUESTION = frozenset(
    {("GET", "/api/libraries/v2/<lib_key>/"), ("GET", "/api/libraries/v2/<lib_key>/block_types/")}
)
"""Their api functions are given the library, or tell what is the same for every library."""

OF_OTHERS: dict[Endpoint, frozenset[Permission]] = {
    ("POST", "/api/libraries/v2/<lib_key>/paste_clipboard/"): frozenset({Permission.REUSE}),
    ("POST", "/api/content_library/v1/templates/<container_key>/copies/"): frozenset({Permission.EDIT}),
}
"""What is needed in the library of the copy, which is the same library here."""


class Granted(RoleBackend):
    """A permission backend that grants everybody what a test wants, in all libraries."""

    permissions: ClassVar[frozenset[Permission]] = frozenset()

    def grants(self, user: Any, library: ContentLibrary) -> Iterator[Grant]:
        yield Grant(GrantKind.FLAG, "test", "", self.permissions)


def scoped_views() -> dict[str, type[LibraryScopedView]]:
    """Path -> view."""
    found = ((path, getattr(view, "cls", None)) for path, view in views("content_libraries.urls"))
    return {path: cls for path, cls in found if cls is not None and issubclass(cls, LibraryScopedView)}


DECLARED: dict[Endpoint, Sequence[Permission]] = {
    (method, path): permissions
    for path, view in scoped_views().items()
    for method, permissions in view.perms_map.items()
}


def test_each_method_of_a_view_in_a_library_declares_its_permissions() -> None:
    named = ("<lib_key>", "<usage_key>", "<container_key>")
    expected = {endpoint for endpoint in endpoints() if any(name in endpoint[1] for name in named)}
    exported = ("GET", "/api/content_tagging/v1/object_tags/<object_id>/export/")
    assert set(DECLARED) == {*expected, exported}


@pytest.fixture
def someone(stranger: User, arguments: dict[str, str], settings: Any) -> User:
    """A user who has what belongs to users in the world of ``arguments``, in a site with ``Granted``."""
    settings.CONTENT_LIBRARIES_PERMISSION_BACKEND = f"{__name__}.Granted"
    StagedContent.objects.create(user=stranger, block_type="problem", olx="<problem/>", source_key=PROBLEM)
    arguments |= belongings(stranger)
    return stranger


def test_what_is_declared_is_enough(
    someone: User, arguments: dict[str, str], api_client: ClientFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, refused = api_client(someone), {}
    for endpoint, permissions in DECLARED.items():
        monkeypatch.setattr(
            Granted, "permissions", OF_OTHERS.get(endpoint, frozenset()).union(permissions or [Permission.VIEW])
        )
        answer = in_a_world_of_its_own(client, endpoint, arguments)
        if answer != "allowed":
            refused[endpoint] = answer
    assert refused == {}


def test_api_functions_ask_for_all_that_is_declared(
    someone: User, arguments: dict[str, str], api_client: ClientFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As they do when a command or a task calls them: the question of the view is left out here."""

    def find_only(view: LibraryScopedView, request: Request) -> None:
        view.library = libraries.get_library(view.library_key())

    monkeypatch.setattr(LibraryScopedView, "check_access", find_only)
    client, allowed = api_client(someone), {}
    for endpoint, permissions in DECLARED.items():
        for missing in permissions if endpoint not in WITHOUT_A_QUESTION else ():
            monkeypatch.setattr(Granted, "permissions", frozenset(Permission) - {missing})
            answer = in_a_world_of_its_own(client, endpoint, arguments)
            if answer != "no":
                allowed[endpoint, missing] = answer
    assert allowed == {}


def test_a_refusal_comes_before_bad_input(arguments: dict[str, str], stranger: User, api_client: ClientFactory) -> None:
    client, told = api_client(stranger), {}
    here = {"uuid": arguments["backup_uuid"], "object_id": USUAL_ARGUMENTS["lib_key"]}
    values = USUAL_ARGUMENTS | arguments | here | {"username": "nobody", "group_name": "nobody"}
    for (method, path), permissions in DECLARED.items():
        answer = client.generic(method, filled(path, values), "{", content_type="application/json")
        if permissions and answer.status_code != 403:
            told[method, path] = answer.status_code
    assert told == {}


def test_a_view_and_its_api_function_look_the_library_up_once(
    library: ContentLibrary, author: User, api_client: ClientFactory
) -> None:
    body = {"container_type": "unit", "display_name": "Acids"}
    with CaptureQueriesContext(connection) as queries:
        answer = api_client(author).post(f"/api/libraries/v2/{library.library_key}/containers/", body, format="json")
    assert answer.status_code == 200
    libraries_read = f"FROM {connection.ops.quote_name(ContentLibrary._meta.db_table)}"
    assert sum(libraries_read in query["sql"] for query in queries) == 1
    assert sum("casbin" in query["sql"] for query in queries) == 1
