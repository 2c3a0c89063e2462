"""Who has which role, over the REST API of openedx-authz, on a host whose users have no profiles."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from openedx_authz.rest_api.v1 import views

from content_libraries.libraries.models import ContentLibrary
from content_libraries.upstream.openedx_authz import let_users_have_no_profile
from tests.conftest import ClientFactory, UserFactory, give_role

pytestmark = pytest.mark.django_db

URL = "/api/authz/v1/"


@pytest.fixture
def amy(library: ContentLibrary, make_user: UserFactory) -> User:
    amy = make_user("amy")
    give_role(amy, "library_author", str(library.library_key))
    return amy


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("roles/users/?scope={scope}", "library_author"),
        ("users/", "amy"),
        ("users/amy/assignments/", "library_author"),
        ("assignments/", "library_author"),
        ("roles/?scope={scope}", "library_author"),
    ],
)
@pytest.mark.usefixtures("amy")
def test_each_list_is_there(
    library: ContentLibrary, staff: User, api_client: ClientFactory, path: str, shown: str
) -> None:
    response = api_client(staff).get(URL + path.format(scope=library.library_key))
    assert response.status_code == 200, response.content
    assert f'"{shown}"' in response.content.decode()


def test_views_that_are_loaded_already_need_no_profile_either(
    library: ContentLibrary, amy: User, staff: User, api_client: ClientFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when an app that is ready before this one imports them."""

    def with_profiles(usernames: list[str]) -> dict[str, User]:
        users = User.objects.filter(username__in=usernames).select_related("profile")
        return {user.username: user for user in users}

    monkeypatch.setattr(views, "get_user_map", with_profiles)
    let_users_have_no_profile()
    response = api_client(staff).get(f"{URL}roles/users/", {"scope": str(library.library_key)})
    assert "amy" in {entry["username"] for entry in response.json()["results"]}


def test_members_have_their_names_and_addresses(
    library: ContentLibrary, amy: User, staff: User, api_client: ClientFactory
) -> None:
    page: Any = api_client(staff).get(f"{URL}roles/users/", {"scope": str(library.library_key)}).json()
    (member,) = (entry for entry in page["results"] if entry["username"] == "amy")
    assert (member["email"], member["roles"]) == (amy.email, ["library_author"])
