"""The team of a library (wire: team)."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group, User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openedx_authz import api as authz_api

from content_libraries.errors import InvalidInputError
from content_libraries.libraries import api as libraries
from content_libraries.libraries.models import AccessLevel, ContentLibrary
from tests.conftest import ClientFactory, MemberFactory, UserFactory, give_role

URL = "/api/libraries/v2/lib:CL-TEST:lib1/team/"
BOB = {"access_level": "admin", "username": "Bob", "email": "bob@example.com", "group_name": None}
ONLY_ADMIN = ["Cannot change or remove the access level for the only admin."]


def test_groups_come_first_then_users_by_name(
    api_client: ClientFactory, staff: User, library: ContentLibrary, make_user: UserFactory
) -> None:
    library.permission_grants.create(user=make_user("Alice"), access_level="read")
    for name in ("writers", "Editors of all"):
        library.permission_grants.create(group=Group.objects.create(name=name), access_level="author")
    give_role(make_user("only-a-role"), "library_author", "lib:CL-TEST:lib1")

    answer = api_client(staff).get(URL)

    assert answer.status_code == 200
    assert answer.json() == [
        {"access_level": "author", "username": None, "email": None, "group_name": "Editors of all"},
        {"access_level": "author", "username": None, "email": None, "group_name": "writers"},
        {"access_level": "read", "username": "Alice", "email": "alice@example.com", "group_name": None},
        BOB,
    ]


def test_a_legacy_reader_does_not_see_the_team_but_a_library_user_does(
    api_client: ClientFactory, library: ContentLibrary, make_member: MemberFactory
) -> None:
    assert api_client(make_member(library, "read")).get(URL).status_code == 403
    assert api_client(make_member(library, "library_user")).get(URL).status_code == 200


def test_a_user_is_added_by_email(
    api_client: ClientFactory, staff: User, library: ContentLibrary, make_user: UserFactory
) -> None:
    alice, client = make_user("Alice"), api_client(staff)
    body = {"library_id": "lib:CL-TEST:lib1", "email": "ALICE@example.com", "access_level": "author"}

    added = client.post(URL, body, format="json")

    assert added.status_code == 200
    assert added.json() == {
        "access_level": "author",
        "username": "Alice",
        "email": "alice@example.com",
        "group_name": None,
    }
    assert api_client(alice).patch("/api/libraries/v2/lib:CL-TEST:lib1/", {"title": "Hers"}).status_code == 200

    again = client.post(URL, body, format="json")

    assert again.status_code == 400
    assert again.json() == {"email": ["This user already has access to this library."]}


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (
            {"email": "nobody@example.com", "access_level": "read"},
            {"email": "We could not find a user with that email address."},
        ),
        (
            {"email": "bob@example.com", "access_level": "boss"},
            {"access_level": ['"boss" is not a valid choice.']},
        ),
        ({"email": "bob", "access_level": "read"}, {"email": ["Enter a valid email address."]}),
        ({}, {"email": ["This field is required."], "access_level": ["This field is required."]}),
    ],
)
def test_what_cannot_be_added_is_answered_in_the_known_shape(
    api_client: ClientFactory, staff: User, library: ContentLibrary, body: dict[str, str], error: object
) -> None:
    answer = api_client(staff).post(URL, body, format="json")

    assert answer.status_code == 400
    assert answer.json() == error


def test_an_address_of_several_users_adds_none_of_them(
    staff: User, library: ContentLibrary, make_user: UserFactory
) -> None:
    make_user("one", email="same@example.com")
    make_user("two", email="Same@example.com")

    with pytest.raises(InvalidInputError, match="could not find"):
        libraries.add_team_member(library.library_key, user=staff, email="same@example.com", level=AccessLevel.READ)


def test_a_level_is_read_set_and_removed(
    api_client: ClientFactory, staff: User, library: ContentLibrary, stranger: User
) -> None:
    client, url = api_client(staff), f"{URL}user/stranger/"
    entry = {"username": "stranger", "email": "stranger@example.com", "group_name": None}

    assert client.get(url).json() == {"detail": "Not found."}
    assert client.put(url, {"access_level": "read"}).json() == {"access_level": "read", **entry}
    assert client.put(url, {"access_level": "author"}).json() == {"access_level": "author", **entry}
    assert client.get(url).json() == {"access_level": "author", **entry}
    assert [(client.delete(url).status_code, client.delete(url).json()) for _ in range(2)] == [(200, {})] * 2
    assert client.get(url).status_code == 404
    assert client.put(url, {"access_level": "all"}).json() == {"access_level": ['"all" is not a valid choice.']}
    assert client.put(url, {}).json() == {"access_level": ["This field is required."]}


@pytest.mark.parametrize("method", ["get", "put", "delete"])
def test_an_unknown_user_is_not_found(
    api_client: ClientFactory, staff: User, library: ContentLibrary, method: str
) -> None:
    answer = getattr(api_client(staff), method)(f"{URL}user/nobody/", {"access_level": "read"})

    assert answer.status_code == 404
    assert answer.json() == {"detail": "No User matches the given query."}


def test_the_only_admin_stays_until_somebody_else_is(
    api_client: ClientFactory, staff: User, library: ContentLibrary, stranger: User
) -> None:
    client, url = api_client(staff), f"{URL}user/Bob/"

    for level in ("read", "author", "admin"):
        answer = client.put(url, {"access_level": level})
        assert (answer.status_code, answer.json()) == (400, ONLY_ADMIN)
    assert client.delete(url).json() == ONLY_ADMIN

    assert client.put(f"{URL}user/stranger/", {"access_level": "admin"}).status_code == 200
    assert client.put(url, {"access_level": "admin"}).json() == BOB
    assert client.delete(url).status_code == 200
    assert client.delete(f"{URL}user/stranger/").json() == ONLY_ADMIN


def test_an_admin_group_is_another_admin(api_client: ClientFactory, staff: User, library: ContentLibrary) -> None:
    Group.objects.create(name="Team A")
    client = api_client(staff)

    assert client.put(f"{URL}group/Team A/", {"access_level": "admin"}).json() == {}
    assert client.delete(f"{URL}user/Bob/").status_code == 200


def test_a_group_gives_its_members_access(
    api_client: ClientFactory, staff: User, library: ContentLibrary, stranger: User
) -> None:
    stranger.groups.add(Group.objects.create(name="Ünit team"))
    client, url = api_client(staff), f"{URL}group/Ünit team/"
    member, library_url = api_client(stranger), "/api/libraries/v2/lib:CL-TEST:lib1/"

    assert (client.put(url, {"access_level": "author"}).status_code, member.get(URL).status_code) == (
        200,
        200,
    )
    assert client.put(url, {"access_level": "read"}).json() == {}
    assert (member.get(URL).status_code, member.get(library_url).status_code) == (403, 200)
    assert [(answer.status_code, answer.json()) for answer in (client.delete(url), client.delete(url))] == [
        (200, {}),
        (200, {}),
    ]
    assert member.get(library_url).status_code == 403
    assert client.put(url, {"access_level": "x"}).json() == {"access_level": ['"x" is not a valid choice.']}
    assert client.put(f"{URL}group/none/", {"access_level": "read"}).json() == {
        "detail": "No Group matches the given query."
    }


def test_a_removed_creator_has_no_access_left(api_client: ClientFactory, staff: User, make_user: UserFactory) -> None:
    """The creator of a library has a level and a role in it. Removal has to end both."""
    creator = make_user("creator", is_staff=True)
    library = libraries.create_library(user=creator, org="CL-TEST", slug="lib1", title="T")
    User.objects.filter(pk=creator.pk).update(is_staff=False)
    client, library_url = api_client(creator), "/api/libraries/v2/lib:CL-TEST:lib1/"
    libraries.set_user_level(library.library_key, user=staff, member=staff, level=AccessLevel.ADMIN)

    libraries.set_user_level(library.library_key, user=staff, member=creator, level=AccessLevel.AUTHOR)
    assert (
        client.patch(library_url, {"title": "x"}).status_code,
        client.delete(library_url).status_code,
    ) == (200, 403)

    libraries.remove_user(library.library_key, user=staff, member=creator)
    assert client.get(library_url).status_code == 403
    assert not authz_api.get_user_role_assignments("creator")


def test_roles_that_allow_no_more_than_the_level_and_roles_elsewhere_are_kept(
    staff: User, library: ContentLibrary, stranger: User
) -> None:
    for role, scope in (
        ("library_contributor", "lib:CL-TEST:lib1"),
        ("library_admin", "lib:CL-TEST:lib1"),
        ("library_admin", "lib:CL-TEST:*"),
        ("library_admin", "lib:CL-TEST:other"),
    ):
        give_role(stranger, role, scope)

    libraries.set_user_level(library.library_key, user=staff, member=stranger, level=AccessLevel.AUTHOR)

    assert sorted(
        (assignment.roles[0].external_key, assignment.scope.external_key)
        for assignment in authz_api.get_user_role_assignments("stranger")
    ) == [
        ("library_admin", "lib:CL-TEST:*"),
        ("library_admin", "lib:CL-TEST:other"),
        ("library_contributor", "lib:CL-TEST:lib1"),
    ]


def test_the_number_of_queries_does_not_depend_on_the_size_of_the_team(
    api_client: ClientFactory, reader: User, library: ContentLibrary, make_user: UserFactory
) -> None:
    client, counts = api_client(reader), []
    for total in (2, 20):
        for number in range(library.permission_grants.count(), total):
            library.permission_grants.create(user=make_user(f"user{number}"), access_level="read")
        with CaptureQueriesContext(connection) as queries:
            assert len(client.get(URL).json()) == total
        counts.append(len(queries))

    # The user; the library; roles and levels; the team.
    assert counts == [5, 5]
