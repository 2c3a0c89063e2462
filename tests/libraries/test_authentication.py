"""How callers authenticate (libraries-rest contract, section 0.3)."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from rest_framework.test import APIClient

from content_libraries.libraries.models import ContentLibrary
from content_libraries.libraries.rest import views
from tests.conftest import JWT_PREFIX, ClientFactory, UserFactory, json_web_token

URL = "/api/libraries/v2/"
LIBRARY_URL = f"{URL}lib:CL-TEST:lib1/"


@pytest.mark.parametrize("url", [URL, LIBRARY_URL, f"{LIBRARY_URL}team/", f"{URL}lib:CL-TEST:unknown/"])
def test_nobody_is_told_how_to_log_in(api_client: ClientFactory, library: ContentLibrary, url: str) -> None:
    answer = api_client().get(url)

    assert answer.status_code == 401
    assert answer.json() == {"detail": "Authentication credentials were not provided."}
    assert "realm=" in answer["WWW-Authenticate"]


def test_a_forged_token_is_refused(api_client: ClientFactory, staff: User) -> None:
    client = api_client()
    client.credentials(HTTP_AUTHORIZATION=f"{JWT_PREFIX} {json_web_token(staff)[:-2]}xx")

    assert client.get(URL).status_code == 401


def test_an_inactive_user_with_a_token_is_forbidden(
    api_client: ClientFactory, library: ContentLibrary, make_user: UserFactory
) -> None:
    client = api_client(make_user("inactive", is_active=False, is_superuser=True))

    assert client.get(LIBRARY_URL).status_code == 403
    assert client.post(URL, {}).status_code == 403


def test_a_session_works_with_csrf_protection(staff: User, library: ContentLibrary) -> None:
    client = APIClient(enforce_csrf_checks=True)
    client.force_login(staff)

    assert client.get(LIBRARY_URL).status_code == 200
    assert client.patch(LIBRARY_URL, {"title": "New"}, format="json").status_code == 403
    client.get("/admin/")
    client.cookies["csrftoken"] = token = "x" * 32
    answer = client.patch(LIBRARY_URL, {"title": "New"}, format="json", headers={"X-CSRFToken": token})
    assert answer.status_code == 200


@pytest.mark.parametrize(
    "view",
    [views.LibraryListView, views.LibraryView, views.TeamView, views.TeamUserView, views.TeamGroupView],
)
def test_views_never_run_in_one_transaction_per_request(view: type[views.LibraryView]) -> None:
    """Where a host sets ATOMIC_REQUESTS, events would otherwise be sent after the answer is made."""
    assert view.as_view()._non_atomic_requests == {"default"}  # type: ignore[attr-defined]


@pytest.mark.parametrize(("method", "url"), [("put", LIBRARY_URL), ("delete", URL), ("patch", f"{LIBRARY_URL}team/")])
def test_a_wrong_method_is_named(
    api_client: ClientFactory, staff: User, library: ContentLibrary, method: str, url: str
) -> None:
    answer = getattr(api_client(staff), method)(url)

    assert answer.status_code == 405
    assert answer.json() == {"detail": f'Method "{method.upper()}" not allowed.'}
