"""
Rights by contradicting scopes: a request that names one scope where it is checked, and another where it is used.

The attacker administers one library, or reads in it. The library, the organization and the course of somebody else must
neither change nor be told about, in whatever place, form or number a request names them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import pytest
from django.contrib.auth.models import User
from django.core.checks import run_checks
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from django.urls import include, path
from openedx_authz import api as authz_api
from rest_framework.test import APIClient

from content_libraries import api
from content_libraries.libraries.models import ContentLibrary
from tests.conftest import ClientFactory, LibraryFactory, UserFactory, give_role
from tests.courses.building import make_course
from tests.shared_worlds import module_db

__all__ = ["module_db"]

pytestmark = pytest.mark.django_db

OWN = "lib:OrgA:a"
FOREIGN = "lib:OrgB:b"
COURSE = "course-v1:OrgB+C+1"
FOREIGN_SCOPES = (FOREIGN, "lib:OrgB:*", "lib:OrgA:*", "lib:*", COURSE, "course-v1:OrgB+*", "course-v1:*")

URL = "/api/authz/v1/"
TEAM = f"{URL}roles/users/"
JSON, FORM, MULTIPART = "application/json", "application/x-www-form-urlencoded", MULTIPART_CONTENT
CONTENT_TYPES = (JSON, FORM, MULTIPART)
FOREIGN_BY_CONTENT_TYPE = [
    (FOREIGN, JSON),
    ("lib:*", FORM),
    *(
        pytest.param(*each, marks=pytest.mark.slow)
        for each in [(FOREIGN, FORM), (FOREIGN, MULTIPART), *((scope, FORM) for scope in FOREIGN_SCOPES[1:])]
        if each != ("lib:*", FORM)
    ),
]

type Fields = Mapping[str, str | Sequence[str] | None]


@dataclass(frozen=True)
class World:
    """Clients of the attackers, and the users that they try to raise or to drop."""

    admin: APIClient
    reader: APIClient
    accomplice: User
    victim: User


@pytest.fixture(scope="module")
def shared_world(module_db: None) -> None:
    bob = User.objects.create_user("Bob", email="bob@example.com", is_staff=True)
    for slug, org, title in (("a", "OrgA", "Own"), ("b", "OrgB", "Foreign")):
        api.create_library(user=bob, org=org, slug=slug, title=title)
    make_course(api.course_key(COURSE))
    users = {
        name: User.objects.create_user(name, email=f"{name}@example.com")
        for name in ("admin-of-a", "reader-of-a", "accomplice", "victim")
    }
    give_role(users["admin-of-a"], "library_admin", OWN)
    give_role(users["reader-of-a"], "library_user", OWN)
    give_role(users["victim"], "library_admin", FOREIGN)
    give_role(users["victim"], "course_admin", COURSE)


@pytest.fixture
def staff(db: None, shared_world: None) -> User:
    return User.objects.get(username="Bob")


@pytest.fixture
def world(db: None, shared_world: None, api_client: ClientFactory) -> World:
    users = {user.username: user for user in User.objects.all()}
    return World(
        api_client(users["admin-of-a"]), api_client(users["reader-of-a"]), users["accomplice"], users["victim"]
    )


def roles(user: User) -> set[tuple[str, str]]:
    """Which roles a user has, and where."""
    held = authz_api.get_user_role_assignments(user.username)
    return {(role.external_key, entry.scope.external_key) for entry in held for role in entry.roles}


def send(
    client: APIClient, method: str, path: str, *, query: Fields | None = None, body: Any = None, kind: str = JSON
) -> Any:
    """Send a request with a query string and a body, whatever the method."""
    data: Any
    if kind == JSON:
        data = json.dumps(body) if body is not None else ""
    elif kind == FORM:
        data = urlencode(body or {}, doseq=True)
    else:
        data = encode_multipart(BOUNDARY, body or {})
    return client.generic(method, f"{path}?{urlencode(query or {}, doseq=True)}", data, content_type=kind)


class TestAsItWasFound:
    def test_an_administrator_of_one_library_makes_nobody_administrator_of_another(self, world: World) -> None:
        body = {"users": ["accomplice"], "role": "library_admin", "scopes": [FOREIGN]}
        answer = send(world.admin, "PUT", TEAM, query={"scope": OWN}, body=body, kind=FORM)
        assert answer.status_code == 400
        assert roles(world.accomplice) == set()

    def test_nor_takes_the_administrator_of_another_away(self, world: World) -> None:
        query = {"users": "victim", "role": "library_admin", "scope": FOREIGN}
        answer = send(world.admin, "DELETE", TEAM, query=query, body={"scope": OWN})
        assert answer.status_code == 400
        assert ("library_admin", FOREIGN) in roles(world.victim)

    def test_a_reader_does_not_see_the_team_of_another(self, world: World) -> None:
        answer = send(world.reader, "GET", TEAM, query={"scope": FOREIGN}, body={"scope": OWN})
        assert answer.status_code == 400
        assert "victim" not in answer.content.decode()


class TestWhatIsAllowedStaysPossible:
    @pytest.mark.parametrize("kind", CONTENT_TYPES)
    @pytest.mark.parametrize("scopes", [{"scope": OWN}, {"scopes": [OWN]}, {"scopes": [OWN, "lib:OrgA:more"]}])
    def test_roles_are_given_in_ones_own_libraries(
        self, world: World, make_library: LibraryFactory, kind: str, scopes: dict[str, Any]
    ) -> None:
        make_library("more", org="OrgA")
        give_role(User.objects.get(username="admin-of-a"), "library_admin", "lib:OrgA:more")
        body = {"users": ["accomplice"], "role": "library_user", **scopes}
        assert send(world.admin, "PUT", TEAM, body=body, kind=kind).status_code == 207
        wanted = scopes.get("scopes", [OWN])
        assert roles(world.accomplice) == {("library_user", scope) for scope in wanted}

    def test_and_taken(self, world: World) -> None:
        query = {"users": "reader-of-a", "role": "library_user", "scope": OWN}
        assert send(world.admin, "DELETE", TEAM, query=query).status_code == 207
        assert roles(User.objects.get(username="reader-of-a")) == set()

    def test_a_reader_sees_the_team(self, world: World) -> None:
        team = send(world.reader, "GET", TEAM, query={"scope": OWN}).json()["results"]
        assert {member["username"] for member in team} == {"Bob", "admin-of-a", "reader-of-a"}

    def test_staff_sees_all_libraries_and_courses(self, world: World, staff: User, api_client: ClientFactory) -> None:
        found = send(api_client(staff), "GET", f"{URL}scopes/").json()["results"]
        assert {entry["external_key"] for entry in found} == {OWN, FOREIGN, COURSE}

    def test_an_administrator_by_an_older_level_may_what_its_own_api_allows(
        self, world: World, api_client: ClientFactory
    ) -> None:
        member = User.objects.create(username="by-level")
        ContentLibrary.objects.get(slug="a").permission_grants.create(user=member, access_level="admin")
        body = {"users": ["accomplice"], "role": "library_user", "scope": OWN}
        assert send(api_client(member), "PUT", TEAM, body=body).status_code == 207
        assert send(api_client(member), "PUT", TEAM, body=body | {"scope": FOREIGN}).status_code == 403


def contradictions(foreign: str) -> list[tuple[Fields, Fields]]:
    """Query and body that name the own scope and a foreign one, in every place and number."""
    return [
        ({}, {"scope": foreign}),
        ({}, {"scopes": [foreign]}),
        ({"scope": OWN}, {"scope": foreign}),
        ({"scope": OWN}, {"scopes": [foreign]}),
        ({"scopes": OWN}, {"scopes": [foreign]}),
        ({"scope": foreign}, {"scope": OWN}),
        ({"scope": foreign}, {"scopes": [OWN]}),
        ({"scopes": foreign}, {"scope": OWN}),
        ({"scope": foreign}, {}),
        ({"scope": [OWN, foreign]}, {}),
        ({"scope": [foreign, OWN]}, {}),
        ({"scope": foreign, "scopes": OWN}, {}),
        ({"scope": OWN, "scopes": foreign}, {}),
        ({}, {"scope": OWN, "scopes": [foreign]}),
        ({}, {"scope": foreign, "scopes": [OWN]}),
        ({}, {"scope": [OWN, foreign]}),
        ({}, {"scope": [foreign, OWN]}),
        ({}, {"scopes": [OWN, foreign]}),
        ({}, {"scopes": [foreign, OWN]}),
        ({}, {"scopes": foreign}),
        ({}, {"scopes[0]": foreign}),
        ({}, {"scopes[0]": OWN, "scopes[1]": foreign}),
        ({}, {"scope": OWN, "scopes[0]": foreign}),
        ({}, {"scopes": [OWN], "scopes[0]": foreign}),
        ({}, {"scope": OWN, "scope[]": foreign, "scopes[]": foreign}),
        ({}, {"scope": OWN, "Scope": foreign, " scope": foreign}),
        ({}, {"scope": f"{OWN},{foreign}"}),
        ({}, {"scopes": [f"{OWN},{foreign}"]}),
    ]


@pytest.mark.parametrize(("foreign", "kind"), FOREIGN_BY_CONTENT_TYPE)
class TestContradictions:
    def test_nobody_gets_a_role_elsewhere(self, world: World, foreign: str, kind: str) -> None:
        role = "course_admin" if foreign.startswith("course") else "library_admin"
        for query, body in contradictions(foreign):
            full = {"users": ["accomplice"], "role": role, **body}
            answer = send(world.admin, "PUT", TEAM, query=query, body=full, kind=kind)
            assert answer.status_code in {207, 400, 403}, (query, body)
            assert {scope for _role, scope in roles(world.accomplice)} <= {OWN}, (query, body)

    def test_nobody_loses_a_role_elsewhere(self, world: World, foreign: str, kind: str) -> None:
        role = "course_admin" if foreign.startswith("course") else "library_admin"
        give_role(world.victim, role, foreign)
        before = roles(world.victim)
        for query, body in contradictions(foreign):
            full = {"users": "victim", "role": role, **query}
            answer = send(world.admin, "DELETE", TEAM, query=full, body=body, kind=kind)
            assert answer.status_code in {207, 400, 403}, (query, body)
            assert roles(world.victim) == before, (query, body)

    @pytest.mark.parametrize("url", [TEAM, f"{URL}roles/"])
    def test_nobody_sees_a_team_elsewhere(self, world: World, url: str, foreign: str, kind: str) -> None:
        give_role(world.victim, "course_admin" if foreign.startswith("course") else "library_admin", foreign)
        for query, body in contradictions(foreign):
            answer = send(world.reader, "GET", url, query=query, body=body, kind=kind)
            assert answer.status_code in {200, 400, 403}, (query, body)
            assert "victim" not in answer.content.decode(), (query, body)
            if answer.status_code == 200:
                assert query.get("scope") == OWN


SPELLINGS = (
    f" {FOREIGN} ",
    f"{FOREIGN}\t",
    f"{FOREIGN}\x00",
    "LIB:OrgB:b",
    "lib:orgb:B",
    f"lib^{FOREIGN}",
    "lib^*",
    "*",
    "global:*",
    "global:anything",
    "org:OrgB",
    "lib:OrgB:b/",
    "lib%3AOrgB%3Ab",
    "lib:Org*",
    "lib:Org*:b",
    "lib:OrgB:b*",
    "lib::*",
    "lib:OrgB",
    "",
    "[]",
    "course-v1:OrgB+*+*",
    f"{COURSE}@x",
    "x" * 300,
)


def test_no_spelling_opens_a_scope(world: World) -> None:
    for spelling in SPELLINGS:
        for field in ({"scope": spelling}, {"scopes": [spelling]}, {"scopes": [OWN, spelling]}):
            body = {"users": ["accomplice"], "role": "library_admin", **field}
            assert send(world.admin, "PUT", TEAM, body=body).status_code in {400, 403}, spelling
        query = {"users": "victim", "role": "library_admin", "scope": spelling}
        assert send(world.admin, "DELETE", TEAM, query=query).status_code in {400, 403}, spelling
        for url in (TEAM, f"{URL}roles/"):
            assert send(world.reader, "GET", url, query={"scope": spelling}).status_code in {400, 403}, spelling
    assert roles(world.accomplice) == set()
    assert ("library_admin", FOREIGN) in roles(world.victim)


@pytest.mark.parametrize(
    "spellings",
    [SPELLINGS[::2], pytest.param((*SPELLINGS[1::2], *FOREIGN_SCOPES), marks=pytest.mark.slow)],
    ids=["every second", "the others"],
)
def test_no_spelling_makes_the_server_fail(
    world: World, staff: User, api_client: ClientFactory, spellings: Sequence[str]
) -> None:
    client = api_client(staff)
    for spelling in spellings:
        for url in (TEAM, f"{URL}roles/"):
            assert send(client, "GET", url, query={"scope": spelling}).status_code < 500, spelling
        body = {"users": ["accomplice"], "role": "library_admin", "scope": spelling}
        assert send(client, "PUT", TEAM, body=body).status_code < 500, spelling
        assert send(client, "DELETE", TEAM, query={**body, "users": "accomplice"}).status_code < 500, spelling
        asked = [{"action": "content_libraries.view_library", "scope": spelling}]
        assert send(client, "POST", f"{URL}permissions/validate/me", body=asked).status_code < 500, spelling


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_bodies_of_other_kinds_are_bad_input(world: World, method: str) -> None:
    bodies: list[Any] = [None, [], [1], "text", 1, True, {"scopes": {"a": 1}}, {"scopes": [1, {}]}, {"scope": []}]
    for body in bodies:
        answer = send(world.admin, method, TEAM, query={"users": "victim", "role": "library_admin"}, body=body)
        assert answer.status_code == 400, body


def test_no_header_changes_the_method(world: World) -> None:
    query = {"users": "victim", "role": "library_admin", "scope": FOREIGN}
    answer = world.admin.post(f"{TEAM}?{urlencode(query)}", headers={"X-HTTP-Method-Override": "DELETE"})
    assert answer.status_code in {403, 405}
    assert ("library_admin", FOREIGN) in roles(world.victim)


@pytest.mark.parametrize("url", ["users/", "users/victim/assignments/", "assignments/", "scopes/", "orgs/"])
@pytest.mark.parametrize(
    "values",
    [
        {"scope": (FOREIGN,), "scopes": (FOREIGN,), "org": ("OrgB",), "orgs": ("OrgB",)},
        {"search": ("victim",), "roles": ("library_admin",), "scope_type": ("library", "course")},
        pytest.param(
            {
                **dict.fromkeys(("scope", "scopes"), ("OrgB", *FOREIGN_SCOPES[1:])),
                **dict.fromkeys(("org", "orgs"), FOREIGN_SCOPES),
            },
            marks=pytest.mark.slow,
        ),
    ],
    ids=["the library", "other values", "other scopes"],
)
def test_lists_show_only_teams_that_one_may_view(world: World, url: str, values: Mapping[str, Sequence[str]]) -> None:
    for name, unwanted in values.items():
        for value in unwanted:
            for named in (value, [OWN, value], [value, OWN]):
                answer = send(world.reader, "GET", URL + url, query={name: named}, body={name: value})
                assert answer.status_code in {200, 400}, (name, named)
                shown = answer.content.decode() if answer.status_code == 200 else ""
                for secret in ("victim@example.com", '"OrgB"', FOREIGN, COURSE, "Foreign"):
                    assert secret not in shown, (name, named, secret)


@pytest.mark.parametrize("url", ["roles/users/", "users/", "users/victim/assignments/", "assignments/"])
@pytest.mark.parametrize(
    "values",
    [("", "x", "9" * 30), pytest.param((" ", "-1", ["", "username"], ["username", ""]), marks=pytest.mark.slow)],
    ids=["common", "others"],
)
def test_parameters_of_lists_do_not_make_the_server_fail(world: World, url: str, values: Sequence[Any]) -> None:
    for name in ("sort_by", "order", "page", "page_size", "assignments_limit", "search", "roles"):
        for value in values:
            answer = send(world.reader, "GET", URL + url, query={"scope": OWN, name: value})
            assert answer.status_code in {200, 400, 404}, (name, value)


class TestAccountsThatAreSwitchedOff:
    @pytest.fixture(params=["role", "staff"])
    def inactive(self, request: pytest.FixtureRequest, world: World, make_user: UserFactory) -> User:
        user = make_user("off", is_active=False, is_staff=request.param == "staff")
        give_role(user, "library_admin", OWN)
        return user

    def test_they_give_no_roles_and_see_no_teams(self, world: World, inactive: User, api_client: ClientFactory) -> None:
        client = api_client(inactive)
        body = {"users": ["accomplice"], "role": "library_admin", "scope": OWN}
        assert send(client, "PUT", TEAM, body=body).status_code == 403
        assert roles(world.accomplice) == set()
        for url in ("roles/users/", "roles/", "users/", "assignments/", "scopes/", "orgs/"):
            assert send(client, "GET", URL + url, query={"scope": OWN}).status_code == 403
        assert send(client, "POST", f"{URL}users/validate/", body={"users": ["victim"]}).status_code == 403

    def test_they_are_told_that_they_may_nothing(self, inactive: User, api_client: ClientFactory) -> None:
        actions = ["content_libraries.manage_library_team", "courses.manage_course_team"]
        asked: list[dict[str, str]] = [{"action": action} for action in actions]
        asked += [{"action": actions[0], "scope": scope} for scope in (OWN, "lib:OrgA:*")]
        answer = send(api_client(inactive), "POST", f"{URL}permissions/validate/me", body=asked)
        assert [item["allowed"] for item in answer.json()] == [False] * 4


class TestTooMuchAtOnce:
    @pytest.fixture(autouse=True)
    def _few(self, settings: Any) -> None:
        settings.CONTENT_LIBRARIES_ROLES_MAX_ITEMS = 3

    def test_questions(self, world: World) -> None:
        asked = [{"action": "content_libraries.view_library", "scope": OWN}] * 4
        answer = send(world.admin, "POST", f"{URL}permissions/validate/me", body=asked)
        assert (answer.status_code, "at most 3" in answer.json()[0]) == (400, True)

    def test_roles(self, world: World) -> None:
        body = {"users": ["accomplice", "victim"], "role": "library_user", "scopes": [OWN, FOREIGN]}
        answer = send(world.admin, "PUT", TEAM, body=body)
        assert (answer.status_code, "at most 3" in answer.json()["users"][0]) == (400, True)
        query = {"users": "a,b,c,d", "role": "library_user", "scope": OWN}
        assert send(world.admin, "DELETE", TEAM, query=query).status_code == 400
        assert send(world.admin, "PUT", TEAM, body=body | {"users": ["accomplice"], "scopes": [OWN]}).status_code == 207

    def test_names(self, world: World) -> None:
        answer = send(world.admin, "POST", f"{URL}users/validate/", body={"users": ["a", "b", "c", "d"]})
        assert (answer.status_code, "at most 3" in answer.json()["users"][0]) == (400, True)


class OwnMounting:
    """URLs of a host that mounts openedx-authz itself."""

    urlpatterns = (path("api/", include("openedx_authz.urls")), path("", include("content_libraries.urls")))


class TestHostsThatMountThePackageThemselves:
    @pytest.fixture(autouse=True)
    def _own_mounting(self, settings: Any) -> None:
        settings.ROOT_URLCONF = OwnMounting

    @pytest.mark.parametrize(
        "kind", [JSON, *(pytest.param(kind, marks=pytest.mark.slow) for kind in CONTENT_TYPES[1:])]
    )
    def test_roles_elsewhere_are_neither_given_nor_taken(self, world: World, kind: str) -> None:
        """The filters of the package show what it is about to write, and the app refuses it there."""
        world.admin.raise_request_exception = False  # the package fails over scopes of two kinds
        before = roles(world.victim)
        for query, body in contradictions(FOREIGN):
            named = {"role": "library_admin", **body, "users": ["accomplice"]}
            send(world.admin, "PUT", TEAM, query=query, body=named, kind=kind)
            taken = {**query, "role": "library_admin", "users": "victim"}
            send(world.admin, "DELETE", TEAM, query=taken, body=body, kind=kind)
            assert {scope for _role, scope in roles(world.accomplice)} <= {OWN}, (query, body)
            assert roles(world.victim) == before, (query, body)

    def test_they_are_warned(self) -> None:
        assert "content_libraries.W001" in {message.id for message in run_checks()}


def test_this_host_has_no_reason_for_a_warning() -> None:
    assert "content_libraries.W001" not in {message.id for message in run_checks()}


def test_a_host_that_puts_the_urls_of_the_app_first_is_not_warned(settings: Any) -> None:
    class AppFirst:
        urlpatterns = tuple(reversed(OwnMounting.urlpatterns))

    settings.ROOT_URLCONF = AppFirst
    assert "content_libraries.W001" not in {message.id for message in run_checks()}
