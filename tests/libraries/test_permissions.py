"""Who may do what, and why (wire: permissions)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser, Group, User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openedx_authz import api as authz_api
from pytest_django import Settings

from content_libraries.actors import OPERATOR
from content_libraries.errors import NotAllowedError, NotFoundError
from content_libraries.keys import library_key
from content_libraries.libraries import api as libraries
from content_libraries.libraries.api import PERMISSIONS_OF, Grant, GrantKind, Permission, Role
from content_libraries.libraries.models import AccessLevel, ContentLibrary
from content_libraries.libraries.permissions import RoleBackend
from tests.conftest import ClientFactory, LibraryFactory, MemberFactory, UserFactory, give_role

AUTHZ_PERMISSIONS = [permission for permission in Permission if permission is not Permission.LEARN]


def test_the_table_covers_every_role_and_level() -> None:
    assert set(PERMISSIONS_OF) == {*Role, *AccessLevel}


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("scope", ["lib:CL-TEST:lib1", "lib:CL-TEST:*", "lib:*"])
def test_roles_mean_what_openedx_authz_says(library: ContentLibrary, stranger: User, role: Role, scope: str) -> None:
    give_role(stranger, role, scope)

    ours = {permission for permission in AUTHZ_PERMISSIONS if libraries.may(stranger, library, permission)}

    assert ours == PERMISSIONS_OF[role] - {Permission.LEARN}
    assert ours == {
        permission
        for permission in AUTHZ_PERMISSIONS
        if authz_api.is_user_allowed(stranger.username, permission.value, "lib:CL-TEST:lib1")
    }


@pytest.mark.parametrize("scope", ["lib:CL-TEST:lib2", "lib:CL-TEST2:*", "lib:CL:*"])
def test_roles_elsewhere_mean_nothing_here(
    library: ContentLibrary, make_library: LibraryFactory, stranger: User, scope: str
) -> None:
    for key in ("CL-TEST lib2", "CL-TEST2 lib1", "CL lib1"):
        org, slug = key.split()
        make_library(slug, org=org)
    give_role(stranger, "library_admin", scope)

    assert not any(libraries.may(stranger, library, permission) for permission in Permission)
    assert library not in libraries.viewable_libraries(stranger)


@pytest.mark.parametrize("level", AccessLevel)
@pytest.mark.parametrize("through_group", [True, False])
def test_levels_of_users_and_groups(
    library: ContentLibrary, stranger: User, level: AccessLevel, through_group: bool
) -> None:
    if through_group:
        group = Group.objects.create(name="G")
        stranger.groups.add(group)
        library.permission_grants.create(group=group, access_level=level)
    else:
        library.permission_grants.create(user=stranger, access_level=level)

    allowed = {permission for permission in Permission if libraries.may(stranger, library, permission)}

    assert allowed == PERMISSIONS_OF[level]


def test_a_role_and_a_level_add_up(library: ContentLibrary, make_member: MemberFactory) -> None:
    user = make_member(library, "read")
    assert not libraries.may(user, library, Permission.VIEW_TEAM)

    give_role(user, "library_user", "lib:CL-TEST:lib1")

    assert libraries.may(user, library, Permission.VIEW_TEAM)


def test_public_learning_is_for_everybody(library: ContentLibrary, stranger: User, make_user: UserFactory) -> None:
    inactive = make_user("inactive", is_active=False)
    library.allow_public_learning = True

    for user in (stranger, inactive, AnonymousUser()):
        assert [p for p in Permission if libraries.may(user, library, p)] == [Permission.LEARN]


def test_public_reading_is_for_course_creators_and_learning_for_all_who_are_active(
    library: ContentLibrary, stranger: User, make_user: UserFactory
) -> None:
    creators = Group.objects.create(name="course_creators")
    creator, inactive = make_user("creator"), make_user("inactive", is_active=False)
    for user in (creator, inactive):
        user.groups.add(creators)
    library.allow_public_read = True

    def allowed(user: User | AnonymousUser) -> set[Permission]:
        return {permission for permission in Permission if libraries.may(user, library, permission)}

    assert allowed(creator) == {Permission.VIEW, Permission.LEARN}
    assert allowed(stranger) == {Permission.LEARN}
    assert allowed(inactive) == allowed(AnonymousUser()) == set()


@pytest.mark.parametrize("flags", [{"is_staff": True}, {"is_superuser": True}])
def test_global_staff_may_everything_while_active(
    library: ContentLibrary, make_user: UserFactory, flags: dict[str, bool]
) -> None:
    user = make_user("boss", **flags)
    assert all(libraries.may(user, library, permission) for permission in Permission)

    user.is_active = False
    assert not any(libraries.may(user, library, permission) for permission in Permission)


def test_the_operator_may_everything_and_is_recorded_as_nobody(library: ContentLibrary, staff: User) -> None:
    assert all(libraries.may(OPERATOR, library, permission) for permission in Permission)
    assert libraries.may_create(OPERATOR)
    assert list(libraries.viewable_libraries(OPERATOR)) == [library]
    assert [libraries.author_pk(user) for user in (OPERATOR, AnonymousUser(), staff)] == [None, None, staff.pk]


def test_access_finds_then_asks(library: ContentLibrary, reader: User) -> None:
    found = libraries.access_library(reader, library.library_key, Permission.VIEW)
    assert found == library
    with pytest.raises(NotFoundError):
        libraries.access_library(reader, library_key("lib:CL-TEST:other"), Permission.VIEW)
    with pytest.raises(NotAllowedError, match=r"library_user.*edit_library_content"):
        libraries.access_library(reader, library.library_key, Permission.EDIT)


def test_an_explanation_names_what_allows_and_what_does_not(library: ContentLibrary, contributor: User) -> None:
    group = Group.objects.create(name="Writers")
    contributor.groups.add(group)
    library.permission_grants.create(group=group, access_level="author")
    role = Grant(GrantKind.ROLE, "library_contributor", "lib:CL-TEST:lib1", PERMISSIONS_OF[Role.CONTRIBUTOR])
    level = Grant(GrantKind.LEVEL, "author", "Writers", PERMISSIONS_OF["author"])

    explanation = libraries.explain(contributor, library, Permission.PUBLISH)

    assert explanation.allowed
    assert (explanation.allowing, explanation.other) == ((level,), (role,))
    assert libraries.explain(contributor, library, Permission.EDIT).allowing == (role, level)
    nothing = libraries.explain(contributor, library, Permission.DELETE)
    assert (nothing.allowed, nothing.allowing, nothing.other) == (False, (), (role, level))


@pytest.mark.parametrize(
    ("username", "flags", "kind", "name"),
    [
        ("staff", {}, GrantKind.STAFF, ""),
        ("anybody", {"allow_public_learning": True}, GrantKind.FLAG, "allow_public_learning"),
        ("anybody", {"allow_public_read": True}, GrantKind.FLAG, "allow_public_read"),
        (None, {}, GrantKind.OPERATOR, ""),
    ],
)
def test_an_explanation_names_staff_flags_and_the_operator(
    library: ContentLibrary,
    make_user: UserFactory,
    username: str | None,
    flags: dict[str, bool],
    kind: GrantKind,
    name: str,
) -> None:
    user = OPERATOR if username is None else make_user(username, is_staff=username == "staff")
    for flag, value in flags.items():
        setattr(library, flag, value)

    (grant,) = libraries.explain(user, library, Permission.LEARN).allowing

    assert (grant.kind, grant.name) == (kind, name)


def test_an_explanation_tells_that_an_account_is_inactive(library: ContentLibrary, author: User) -> None:
    author.is_active = False

    explanation = libraries.explain(author, library, Permission.VIEW)

    assert (explanation.allowed, explanation.active) == (False, False)


@pytest.mark.parametrize("flags", [{}, {"allow_public_read": True}])
def test_a_check_takes_two_queries(library: ContentLibrary, stranger: User, flags: dict[str, bool]) -> None:
    give_role(stranger, "library_user", "lib:CL-TEST:lib1")
    for flag, value in flags.items():
        setattr(library, flag, value)

    with CaptureQueriesContext(connection) as queries:
        libraries.may(stranger, library, Permission.PUBLISH)

    assert len(queries) == 2


def test_all_viewable_libraries_take_one_query(make_library: LibraryFactory, stranger: User) -> None:
    for number in range(4):
        library = make_library(f"lib{number}", org=f"Org{number % 2}")
        give_role(stranger, "library_user", str(library.library_key))

    with CaptureQueriesContext(connection) as queries:
        found = [(each.library_key, each.title) for each in libraries.viewable_libraries(stranger)]

    assert (len(found), len(queries)) == (4, 1)


@pytest.mark.parametrize("left_out", ["", "edx_django_utils.cache.middleware.RequestCacheMiddleware"])
def test_a_revoked_role_ends_with_the_request(
    api_client: ClientFactory, library: ContentLibrary, stranger: User, settings: Any, left_out: str
) -> None:
    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if name != left_out]
    client, url = api_client(stranger), "/api/libraries/v2/lib:CL-TEST:lib1/"

    give_role(stranger, "library_author", "lib:CL-TEST:lib1")
    assert client.get(url).json()["can_edit_library"] is True
    authz_api.unassign_role_from_user("stranger", "library_author", "lib:CL-TEST:lib1")
    assert client.get(url).status_code == 403


def test_a_request_asks_only_once(api_client: ClientFactory, library: ContentLibrary, author: User) -> None:
    with CaptureQueriesContext(connection) as queries:
        api_client(author).get("/api/libraries/v2/lib:CL-TEST:lib1/")

    asked = [query["sql"] for query in queries if "casbin_rule" in query["sql"]]
    assert len(asked) == 1


def test_outside_of_a_request_nothing_is_remembered(library: ContentLibrary, stranger: User) -> None:
    """A worker or a shell lives long, and a job has to stop when the role is revoked."""
    give_role(stranger, "library_author", "lib:CL-TEST:lib1")
    assert libraries.may(stranger, library, Permission.EDIT)
    authz_api.unassign_role_from_user("stranger", "library_author", "lib:CL-TEST:lib1")
    assert not libraries.may(stranger, library, Permission.EDIT)


def test_opening_a_library_counts_in_the_same_request(
    api_client: ClientFactory, staff: User, library: ContentLibrary
) -> None:
    answer = api_client(staff).patch(
        "/api/libraries/v2/lib:CL-TEST:lib1/", {"allow_public_learning": True}, format="json"
    )

    assert answer.json()["allow_public_learning"] is True
    assert libraries.may(AnonymousUser(), libraries.get_library(library.library_key), Permission.LEARN)


class OwnerOfOrganization(RoleBackend):
    """A site's own rule: who is named as an organization owns its libraries."""

    def grants(self, user: User | AnonymousUser, library: ContentLibrary) -> Iterator[Grant]:
        yield from super().grants(user, library)
        if user.get_username() == library.org.short_name:
            yield Grant(GrantKind.ROLE, "owner", library.org.short_name, frozenset(Permission))

    def may_create(self, user: User | AnonymousUser) -> bool:
        return user.is_authenticated


def test_a_site_can_plug_in_rules_of_its_own(
    library: ContentLibrary, make_user: UserFactory, settings: Settings
) -> None:
    settings.CONTENT_LIBRARIES_PERMISSION_BACKEND = f"{__name__}.OwnerOfOrganization"
    owner = make_user("CL-TEST")

    assert libraries.explain(owner, library, Permission.DELETE).allowing[0].name == "owner"
    assert libraries.may_create(owner)
    assert libraries.create_library(user=owner, org="CL-TEST", slug="his", title="T").slug == "his"
