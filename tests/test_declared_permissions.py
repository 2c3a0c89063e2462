"""
Views declare which permissions in a library each method needs.

A view asks for them before it reads anything. The api function that it calls asks for the same, because commands and
tasks call it, too. So what is declared has to be complete, enough, and no more than the api functions ask for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Any, ClassVar, Final

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.request import Request

from content_libraries.clipboard.models import StagedContent
from content_libraries.courses.rest.base import CoursePermissionsMixin
from content_libraries.libraries import api as libraries
from content_libraries.libraries.data import Grant, GrantKind, Permission
from content_libraries.libraries.models import ContentLibrary
from content_libraries.libraries.permissions import RoleBackend
from content_libraries.libraries.rest.base import LibraryScopedView
from content_libraries.rest.views import ErrorsMixin
from content_libraries.xblocks.rest.views import XBlockAPIView
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


class Reason(StrEnum):
    """A reason why a view declares no permission."""

    NAMED_LATER = "The body or the query names the library or course. Clients know bad input to be refused first."
    FOUND_FIRST = "The URL names an object by its id. What it belongs to, and so who may see it, is found with it."
    TOKEN = "A token in the URL gives access, also to users who are not logged in."
    OTHER_PACKAGE = "The view of another package checks, with permission classes or in its methods."
    EVERYBODY = "Shows every user the same, or only what the user may see."


UNDECLARED: Final[Mapping[Reason, str]] = {
    Reason.NAMED_LATER: (
        "ArchivesView BlocksView BulkEditPreviewsView BulkEditsView BulkMigrationView ChangeSetsView ClipboardView"
        " ComparisonsView ConversionPreviewsView CreateView ExplainView ImportsView LibraryRestoresView LinkListView"
        " LinkMovePreviewsView LinkMovesView MigrationInfoView MigrationsView OwnBackupsView PlansView PreviewView"
        " PreviewsView PublishPreviewsView ReleasesView"
        " RestorePreviewsView RestoresView ReuseChecksView RunsView SearchView SourcesView TemplatesView UsagesView"
    ),
    Reason.FOUND_FIRST: (
        "BulkEditRetriesView BulkEditView ChangeSetRecordsView ChangeSetView ConversionUndosView ConversionView"
        " LegacyTaskView LibraryRestoreView MigrationCancelView MigrationView OwnBackupView PlanView"
        " RestoreApplicationsView RestoreLogView RetryView RunRetryView RunView StagedOlxView UndoPreviewsView"
        " UndosView VerifiedArchiveView VersionFileView"
    ),
    Reason.TOKEN: "CourseBlockFileView CourseHandlerView HandlerView",
    Reason.OTHER_PACKAGE: (
        "AssignmentsView FlagStatesView ObjectTagView OrganizationsView OwnPermissionsView RoleUsersView RolesView"
        " ScopesView TaxonomyTagsView TaxonomyView TeamMemberAssignmentsView TeamMembersView UserValidationView"
    ),
    Reason.EVERYBODY: "LicensesView ObjectTagCountsView SearchKeyView TemplateView",
}
"""Each view of the app that declares no permission, by reason (ADR 0043)."""


def own_views() -> dict[str, type[Any]]:
    """Name -> class of each view of the app that has a URL."""
    found = (getattr(view, "cls", None) or getattr(view, "view_class", None) for _path, view in views())
    return {cls.__name__: cls for cls in found if cls is not None and cls.__module__.startswith("content_libraries")}


def declares(view: type[Any]) -> bool:
    return hasattr(view, "perms_map") or getattr(view, "check_access", None) not in (None, ErrorsMixin.check_access)


def test_each_view_declares_its_permissions_or_is_listed_with_a_reason() -> None:
    listed = [name for names in UNDECLARED.values() for name in names.split()]
    assert len(listed) == len(set(listed))
    assert {name for name, view in own_views().items() if not declares(view)} == set(listed)


def test_a_view_declares_for_each_of_its_methods() -> None:
    undeclared = {
        (method, path)
        for path, view in views()
        if (cls := getattr(view, "cls", None)) is not None and hasattr(cls, "perms_map")
        for method in cls.http_method_names
        if hasattr(cls, method) and method not in ("head", "options") and method.upper() not in cls.perms_map
    }
    assert undeclared == set()


def test_views_of_courses_and_blocks_refuse_before_bad_input(
    arguments: dict[str, str], stranger: User, api_client: ClientFactory
) -> None:
    client, told = api_client(stranger), {}
    values = USUAL_ARGUMENTS | arguments
    query = "version=x&depth=x&get_upstream_info=x"
    for path, view in views():
        cls = getattr(view, "cls", None)
        if cls is None or not issubclass(cls, CoursePermissionsMixin | XBlockAPIView):
            continue
        for method in (method for method, permissions in cls.perms_map.items() if permissions):
            url = f"{filled(path, values)}?{query}"
            answer = client.generic(method, url, "{", content_type="application/json")
            if answer.status_code not in (403, 404):
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
