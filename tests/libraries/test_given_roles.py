"""Roles in a library by the api: given, changed and taken away by those who manage its team."""

from __future__ import annotations

import pytest
from crum import impersonate
from django.contrib.auth.models import User
from openedx_authz.models.core import RoleAssignmentAudit

from content_libraries import api
from content_libraries.actors import OPERATOR
from content_libraries.api import Permission, Role
from content_libraries.errors import NotAllowedError, NotFoundError
from content_libraries.libraries.models import AccessLevel, ContentLibrary
from tests.conftest import CommitRunner, LibraryFactory, MemberFactory, UserFactory, give_role

pytestmark = pytest.mark.django_db


@pytest.fixture
def amy(make_user: UserFactory) -> User:
    return make_user("amy")


@pytest.fixture
def admin(library: ContentLibrary, make_member: MemberFactory) -> User:
    """An administrator of the library by role."""
    return make_member(library, "library_admin")


def roles_of(member: User, library: ContentLibrary) -> list[str]:
    found = api.explain(member, library, Permission.VIEW)
    return sorted(grant.name for grant in (*found.allowing, *found.other) if grant.kind == api.GrantKind.ROLE)


def test_a_role_is_given_changed_and_taken(library: ContentLibrary, admin: User, amy: User) -> None:
    key = library.library_key
    for _ in range(2):  # a second time makes no difference
        api.give_role(key, user=admin, member=amy, role=Role.USER)
    assert (roles_of(amy, library), api.may(amy, library, Permission.EDIT)) == (["library_user"], False)
    api.change_role(key, user=admin, member=amy, old=Role.USER, new=Role.AUTHOR)
    assert (roles_of(amy, library), api.may(amy, library, Permission.PUBLISH)) == (["library_author"], True)
    api.change_role(key, user=admin, member=amy, old=Role.AUTHOR, new=Role.AUTHOR)
    api.take_role(key, user=admin, member=amy, role=Role.AUTHOR)
    assert (roles_of(amy, library), api.may(amy, library, Permission.VIEW)) == ([], False)


def test_other_roles_and_levels_stay(
    library: ContentLibrary, make_library: LibraryFactory, admin: User, amy: User
) -> None:
    key, other = library.library_key, make_library("other")
    give_role(amy, "library_user", str(other.library_key))
    give_role(amy, "library_user", "lib:CL-TEST:*")
    api.set_user_level(key, user=admin, member=amy, level=AccessLevel.READ)
    for role in (Role.USER, Role.AUTHOR):
        api.give_role(key, user=admin, member=amy, role=role)
    api.take_role(key, user=admin, member=amy, role=Role.AUTHOR)
    assert roles_of(amy, library) == ["library_user", "library_user"]
    api.take_role(key, user=admin, member=amy, role=Role.USER)
    assert roles_of(amy, library) == ["library_user"]  # of the organization
    assert len(roles_of(amy, other)) == 2
    assert "amy" in [member.username for member in api.team(key, user=admin)]


@pytest.mark.parametrize("who", ["library_contributor", "library_author", "stranger"])
def test_only_those_who_manage_the_team_may(
    library: ContentLibrary, make_member: MemberFactory, stranger: User, amy: User, who: str
) -> None:
    user = stranger if who == "stranger" else make_member(library, who)
    give_role(amy, "library_user", str(library.library_key))
    calls = (
        lambda: api.give_role(library.library_key, user=user, member=user, role=Role.ADMIN),
        lambda: api.change_role(library.library_key, user=user, member=amy, old=Role.USER, new=Role.ADMIN),
        lambda: api.take_role(library.library_key, user=user, member=amy, role=Role.USER),
    )
    for call in calls:
        with pytest.raises(NotAllowedError):
            call()
    assert roles_of(amy, library) == ["library_user"]
    assert "library_admin" not in roles_of(user, library)


def test_a_role_that_somebody_does_not_have_is_not_taken(library: ContentLibrary, admin: User, amy: User) -> None:
    give_role(amy, "library_author", "lib:CL-TEST:*")
    with pytest.raises(NotFoundError, match="does not have the role"):
        api.take_role(library.library_key, user=admin, member=amy, role=Role.AUTHOR)
    with pytest.raises(NotFoundError, match="does not have the role"):
        api.change_role(library.library_key, user=admin, member=amy, old=Role.AUTHOR, new=Role.ADMIN)
    with pytest.raises(NotFoundError):
        api.give_role(api.library_key("lib:CL-TEST:none"), user=OPERATOR, member=amy, role=Role.USER)


def test_a_library_keeps_an_administrator(library: ContentLibrary, staff: User, admin: User, amy: User) -> None:
    key = library.library_key
    library.permission_grants.all().delete()
    api.take_role(key, user=admin, member=staff, role=Role.ADMIN)
    for call in (
        lambda: api.take_role(key, user=admin, member=admin, role=Role.ADMIN),
        lambda: api.change_role(key, user=admin, member=admin, old=Role.ADMIN, new=Role.AUTHOR),
    ):
        with pytest.raises(api.OnlyAdminError):
            call()
        assert roles_of(admin, library) == ["library_admin"]
    api.give_role(key, user=admin, member=amy, role=Role.ADMIN)
    api.change_role(key, user=admin, member=admin, old=Role.ADMIN, new=Role.AUTHOR)
    assert roles_of(admin, library) == ["library_author"]


@pytest.mark.parametrize("other", ["level", "organization"])
def test_an_administrator_of_another_kind_is_one_too(
    library: ContentLibrary, staff: User, admin: User, amy: User, other: str
) -> None:
    library.permission_grants.all().delete()
    api.take_role(library.library_key, user=admin, member=staff, role=Role.ADMIN)
    if other == "level":
        library.permission_grants.create(user=amy, access_level=AccessLevel.ADMIN)
    else:
        give_role(amy, "library_admin", "lib:CL-TEST:*")
    api.take_role(library.library_key, user=admin, member=admin, role=Role.ADMIN)
    assert roles_of(admin, library) == []


def test_changes_are_in_the_audit_log(
    library: ContentLibrary, admin: User, amy: User, run_on_commit: CommitRunner
) -> None:
    RoleAssignmentAudit.objects.all().delete()
    with impersonate(admin), run_on_commit():  # as in a request of theirs
        api.give_role(library.library_key, user=admin, member=amy, role=Role.USER)
        api.change_role(library.library_key, user=admin, member=amy, old=Role.USER, new=Role.ADMIN)
        api.take_role(library.library_key, user=admin, member=amy, role=Role.ADMIN)
    logged = RoleAssignmentAudit.objects.order_by("pk")
    assert {(row.subject_display, row.actor_id) for row in logged} == {("amy", admin.pk)}
    assert [(row.operation, row.role_display) for row in logged] == [
        ("created", "library_user"),
        ("deleted", "library_user"),
        ("created", "library_admin"),
        ("deleted", "library_admin"),
    ]
