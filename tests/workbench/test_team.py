"""The team of a library, and why a user may do something."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client

from content_libraries.actors import OPERATOR
from content_libraries.libraries import api as libraries
from content_libraries.libraries.api import Permission, Role
from content_libraries.libraries.models import AccessLevel, ContentLibrary
from tests.conftest import MemberFactory, UserFactory

from .conftest import BOOSTED, Browse, Cost

pytestmark = pytest.mark.django_db

TEAM = "/libraries/lib:CL-TEST:lib1/team/"


@pytest.fixture
def admin(library: ContentLibrary, make_member: MemberFactory, browse: Browse) -> Client:
    return browse(make_member(library, "library_admin"))


def page(client: Client, url: str = TEAM) -> str:
    response = client.get(url)
    assert response.status_code == 200
    return response.content.decode()


def test_members_see_the_team_but_no_buttons(library: ContentLibrary, author: User, browse: Browse) -> None:
    shown = page(browse(author))
    assert "library_author" in shown
    assert "Library author" in shown
    assert "Give role" not in shown
    assert "Remove" not in shown


@pytest.mark.parametrize("role", list(Role))
def test_each_role_is_given_by_name_or_address(
    library: ContentLibrary, admin: Client, make_user: UserFactory, role: Role
) -> None:
    for name, given in (("ann", "ann"), ("ben", "BEN@example.com")):
        member = make_user(name)
        response = admin.post(TEAM, {"member": given, "role": role.value}, headers=BOOSTED, follow=True)
        assert f"{name} has the role" in response.content.decode()
        assert libraries.may(member, library, Permission.VIEW)


def test_an_unknown_name_is_kept_and_explained(admin: Client) -> None:
    response = admin.post(TEAM, {"member": "nobody", "role": "library_user"}, headers=BOOSTED)
    assert response.status_code == 400
    assert 'id="id_member_error"' in response.content.decode()
    assert 'value="nobody"' in response.content.decode()


def test_a_role_is_changed_and_taken(library: ContentLibrary, admin: Client, reader: User) -> None:
    change = {"member": "library_user", "old": "library_user", "new": "library_author"}
    assert admin.post(f"{TEAM}change/", change).status_code == 302
    assert libraries.may(reader, library, Permission.PUBLISH)
    admin.post(f"{TEAM}remove/", {"member": "library_user", "name": "library_author"})
    assert not libraries.may(reader, library, Permission.VIEW)


def test_levels_of_users_and_groups_are_taken(
    library: ContentLibrary, admin: Client, make_member: MemberFactory
) -> None:
    member = make_member(library, "read")
    group = Group.objects.create(name="teachers")
    libraries.set_group_level(library.library_key, user=OPERATOR, group=group, level=AccessLevel.AUTHOR)
    assert "Group teachers" in page(admin)
    admin.post(f"{TEAM}remove/", {"member": "read", "name": "read"})
    admin.post(f"{TEAM}remove/", {"member": "teachers", "name": "author", "is_group": "1"})
    assert not libraries.may(member, library, Permission.VIEW)
    assert "Group teachers" not in page(admin)


def test_the_only_administrator_stays(staff: User, library: ContentLibrary, browse: Browse) -> None:
    response = browse(staff).post(f"{TEAM}remove/", {"member": "Bob", "name": "admin"}, headers=BOOSTED)
    assert response.status_code == 400
    assert "only admin" in response.content.decode()


def test_a_role_that_is_none_is_refused_in_words(admin: Client, reader: User) -> None:
    change = {"member": "library_user", "old": "library_user", "new": "emperor"}
    response = admin.post(f"{TEAM}change/", change, headers=BOOSTED)
    assert response.status_code == 400
    assert "“emperor” is no role." in response.content.decode()


@pytest.mark.parametrize("url", [TEAM, f"{TEAM}change/", f"{TEAM}remove/"])
def test_authors_change_nothing(library: ContentLibrary, author: User, browse: Browse, url: str) -> None:
    given = {"member": "library_author", "role": "library_admin", "old": "library_author", "new": "library_admin"}
    assert browse(author).post(url, {**given, "name": "library_author"}).status_code == 403
    assert not libraries.may(author, library, Permission.EDIT_TEAM)
    assert libraries.may(author, library, Permission.EDIT)


def test_members_read_why_they_may_do_something(library: ContentLibrary, contributor: User, browse: Browse) -> None:
    shown = page(browse(contributor), f"{TEAM}explain/")
    assert "The role “Library contributor”, given for lib:CL-TEST:lib1." in shown
    assert "Not enough: The role “Library contributor”" in shown


def test_who_manages_the_team_reads_about_others(
    library: ContentLibrary, admin: Client, stranger: User, author: User, browse: Browse
) -> None:
    assert "No role in this library." in page(admin, f"{TEAM}explain/?user=stranger")
    assert browse(author).get(f"{TEAM}explain/?user=stranger").status_code == 403


def test_an_open_library_says_so(library: ContentLibrary, admin: Client, stranger: User) -> None:
    libraries.update_library(library.library_key, user=OPERATOR, allow_public_read=True)
    assert "The library is open to course authors." in page(admin, f"{TEAM}explain/?user=stranger")


def test_the_number_of_queries_does_not_depend_on_the_size_of_the_team(
    library: ContentLibrary, admin: Client, make_user: UserFactory, cost: Cost
) -> None:
    few = cost(admin, TEAM)
    for number in range(20):
        member = make_user(f"member{number}")
        libraries.give_role(library.library_key, user=OPERATOR, member=member, role=Role.USER)
    assert cost(admin, TEAM) == few
    cost(admin, f"{TEAM}explain/")
