"""The teams of all libraries in one list, whichever kind of grant it is."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Group, User

from content_libraries.errors import NotAllowedError
from content_libraries.libraries import api
from content_libraries.libraries.api import GrantKind, TeamEntry
from content_libraries.libraries.models import AccessLevel, ContentLibrary
from tests.conftest import give_role
from tests.shared_worlds import library, module_db, shared_library, staff

__all__ = ["library", "module_db", "shared_library", "staff"]

ONE, TWO = "lib:CL-TEST:lib1", "lib:Other:lib2"


@pytest.fixture(scope="module")
def shared_teams(shared_library: ContentLibrary) -> None:
    """Everybody has been given something; the creators of libraries are of the staff."""
    bob = User.objects.get(username="Bob")
    other = api.create_library(user=bob, org="Other", slug="lib2", title="Library One")
    amy, ben = [User.objects.create_user(name, email=f"{name}@example.com") for name in ("amy", "ben")]
    give_role(amy, "library_author", ONE)
    give_role(amy, "library_user", "lib:Other:*")
    give_role(ben, "library_contributor", "lib:*")
    api.set_user_level(shared_library.library_key, user=bob, member=ben, level=AccessLevel.READ)
    group = Group.objects.create(name="Editors")
    api.set_group_level(other.library_key, user=bob, group=group, level=AccessLevel.AUTHOR)


@pytest.fixture(autouse=True)
def _teams(db: None, shared_teams: None) -> None:
    """Each test finds the teams as they were made."""


def entries(user: User, **options: Any) -> list[tuple[str, str, str]]:
    """Scope, member and role or level, of everybody but the creator of the libraries."""
    found = map(api.team_entry, api.list_team_entries(user=user, **options))
    return [(entry.scope, entry.member, entry.name) for entry in found if entry.member != "Bob"]


def test_roles_and_levels_stand_beside_each_other(staff: User) -> None:
    assert entries(staff) == [
        ("lib:*", "ben", "library_contributor"),
        (ONE, "amy", "library_author"),
        (ONE, "ben", "read"),
        ("lib:Other:*", "amy", "library_user"),
        (TWO, "Editors", "author"),
    ]


def test_each_says_of_which_kind_it_is_and_what_it_allows(staff: User) -> None:
    found = {(row.scope, row.member): row for row in map(api.team_entry, api.list_team_entries(user=staff))}
    editors, ben = found[TWO, "Editors"], found["lib:*", "ben"]
    assert editors == TeamEntry(TWO, "Editors", is_group=True, name="author", kind=GrantKind.LEVEL)
    assert api.Permission.PUBLISH in editors.permissions
    assert ben == TeamEntry("lib:*", "ben", is_group=False, name="library_contributor", kind=GrantKind.ROLE)
    assert api.Permission.PUBLISH not in ben.permissions


def test_of_one_library_everything_that_applies_to_it(staff: User, library: ContentLibrary) -> None:
    assert entries(staff, library_key=library.library_key) == [
        ("lib:*", "ben", "library_contributor"),
        (ONE, "amy", "library_author"),
        (ONE, "ben", "read"),
    ]


@pytest.mark.parametrize(
    ("options", "members"),
    [
        ({"name": "library_author"}, ["amy"]),
        ({"name": "read"}, ["ben"]),
        ({"text": "edit"}, ["Editors"]),
        ({"text": "other"}, ["amy", "Editors"]),
        ({"text": "nobody"}, []),
    ],
)
def test_they_are_found(staff: User, options: dict[str, str], members: list[str]) -> None:
    assert [member for _scope, member, _name in entries(staff, **options)] == members


def test_a_page_of_them_is_one_query(staff: User, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        assert len(list(api.list_team_entries(user=staff)[2:4])) == 2


def test_only_the_staff_of_the_site_sees_all_teams(author: User) -> None:
    with pytest.raises(NotAllowedError, match="Ask the staff"):
        api.list_team_entries(user=author)
