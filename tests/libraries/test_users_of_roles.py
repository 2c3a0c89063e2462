"""Who has which role, over the REST API of openedx-authz, on a host whose users have no profiles."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User

from content_libraries.libraries.models import ContentLibrary
from tests.conftest import ClientFactory, UserFactory, give_role

pytestmark = pytest.mark.django_db

URL = "/api/authz/v1/"


@pytest.fixture
def amy(library: ContentLibrary, make_user: UserFactory) -> User:
    amy = make_user("amy")
    give_role(amy, "library_author", str(library.library_key))
    return amy


@pytest.mark.parametrize(
    "path", ["roles/users/?scope={scope}", "users/", "users/amy/assignments/", "assignments/", "roles/?scope={scope}"]
)
@pytest.mark.usefixtures("amy")
def test_each_list_is_there(library: ContentLibrary, staff: User, api_client: ClientFactory, path: str) -> None:
    response = api_client(staff).get(URL + path.format(scope=library.library_key))
    assert response.status_code == 200, response.content
    assert "library_author" in response.content.decode() or path == "users/"


def test_members_have_their_names_and_addresses(
    library: ContentLibrary, amy: User, staff: User, api_client: ClientFactory
) -> None:
    page: Any = api_client(staff).get(f"{URL}roles/users/", {"scope": str(library.library_key)}).json()
    (member,) = (entry for entry in page["results"] if entry["username"] == "amy")
    assert (member["email"], member["roles"]) == (amy.email, ["library_author"])
