"""Why somebody may do what in a library, over HTTP (wire: own-permissions)."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User

from content_libraries.libraries.api import Permission
from content_libraries.libraries.models import ContentLibrary
from tests.conftest import ClientFactory, MemberFactory

URL = "/api/content_library/v1/permissions/explain/"
LIBRARY = "lib:CL-TEST:lib1"

pytestmark = pytest.mark.django_db


def ask(client: Any, **query: str) -> Any:
    return client.get(URL, {"library": LIBRARY} | query)


def of(answer: Any) -> dict[str, Any]:
    """Permission -> what is said of it."""
    assert answer.status_code == 200, answer.content
    return {entry.pop("permission"): entry for entry in answer.json()["permissions"]}


def test_a_contributor_is_told_what_allows_what(
    api_client: ClientFactory, library: ContentLibrary, make_member: MemberFactory
) -> None:
    member = make_member(library, "library_contributor")
    role = {"kind": "role", "name": "library_contributor", "scope": LIBRARY}
    answer = ask(api_client(member))
    assert (answer.json()["user"], answer.json()["library"], answer.json()["active"]) == (
        member.username,
        LIBRARY,
        True,
    )
    said = of(answer)
    assert set(said) == set(Permission)
    assert said[Permission.EDIT] == {"allowed": True, "allowing": [role], "other": []}
    assert said[Permission.PUBLISH] == {"allowed": False, "allowing": [], "other": [role]}


def test_one_permission_can_be_asked_for(api_client: ClientFactory, library: ContentLibrary, staff: User) -> None:
    said = of(ask(api_client(staff), permission=Permission.DELETE))
    assert said == {
        Permission.DELETE: {"allowed": True, "allowing": [{"kind": "staff", "name": "", "scope": ""}], "other": []}
    }


def test_a_stranger_is_told_that_nothing_allows_anything(
    api_client: ClientFactory, library: ContentLibrary, stranger: User
) -> None:
    assert {entry["allowed"] for entry in of(ask(api_client(stranger))).values()} == {False}


def test_only_who_may_change_the_team_asks_about_others(
    api_client: ClientFactory, library: ContentLibrary, make_member: MemberFactory, stranger: User
) -> None:
    admin, author = make_member(library, "library_admin"), make_member(library, "library_author")
    assert of(ask(api_client(admin), user=author.username))[Permission.PUBLISH]["allowed"] is True
    assert of(ask(api_client(admin), user=stranger.username))[Permission.VIEW]["allowed"] is False
    assert ask(api_client(admin), user="nobody").status_code == 404
    for name in (admin.username, "nobody"):
        assert ask(api_client(author), user=name).status_code == 403
    assert ask(api_client(author), user=author.username).status_code == 200


@pytest.mark.parametrize(
    ("query", "status", "field"),
    [
        ({"library": "nonsense"}, 400, "library"),
        ({"library": "lib:CL-TEST:other"}, 404, "detail"),
        ({"permission": "everything"}, 400, "permission"),
    ],
)
def test_what_is_unknown_is_refused(
    api_client: ClientFactory, library: ContentLibrary, staff: User, query: dict[str, str], status: int, field: str
) -> None:
    answer = ask(api_client(staff), **query)
    assert (answer.status_code, list(answer.json())) == (status, [field])
    assert api_client(staff).get(URL).status_code == 400
