"""How callers authenticate (wire: authentication)."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable
from typing import Any

import jwt
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


def forged_with_another_key(token: str) -> str:
    return jwt.encode(jwt.decode(token, options={"verify_signature": False}), "another key " * 4, algorithm="HS256")


def forged_without_a_key(token: str) -> str:
    return jwt.encode(jwt.decode(token, options={"verify_signature": False}), "", algorithm="none")


def forged_for_another_user(token: str) -> str:
    header, _claims, signature = token.split(".")
    claims = {**jwt.decode(token, options={"verify_signature": False}), "user_id": 1}
    return ".".join([header, b64encode(json.dumps(claims).encode()).decode().rstrip("="), signature])


def forged_by_a_letter(token: str) -> str:
    head, signature = token.rsplit(".", 1)
    return f"{head}.{'A' if signature[0] != 'A' else 'B'}{signature[1:]}"


@pytest.mark.parametrize(
    "forged", [forged_with_another_key, forged_without_a_key, forged_for_another_user, forged_by_a_letter]
)
@pytest.mark.parametrize("place", ["header", "cookies"])
def test_a_forged_token_is_refused(
    api_client: ClientFactory, staff: User, forged: Callable[[str], str], place: str
) -> None:
    token = json_web_token(staff)
    for used, status in ((token, 200), (forged(token), 401)):
        client = api_client()
        if place == "header":
            client.credentials(HTTP_AUTHORIZATION=f"{JWT_PREFIX} {used}")
        else:
            client.credentials(HTTP_USE_JWT_COOKIE="true")
            header_payload, client.cookies["edx-jwt-cookie-signature"] = used.rsplit(".", 1)
            client.cookies["edx-jwt-cookie-header-payload"] = header_payload
        assert client.get(URL).status_code == status


@pytest.mark.parametrize(
    "claims", [{"aud": "lms"}, {"iss": "lms"}, {"exp": 1_000_000_000}, {"aud": None}, {"exp": None}], ids=str
)
def test_a_token_for_somewhere_or_some_time_else_is_refused(
    api_client: ClientFactory, staff: User, settings: Any, claims: dict[str, Any]
) -> None:
    key = settings.JWT_AUTH["JWT_ISSUERS"][0]["SECRET_KEY"]
    wanted = jwt.decode(json_web_token(staff), options={"verify_signature": False}) | claims
    token = jwt.encode({name: value for name, value in wanted.items() if value is not None}, key, algorithm="HS256")
    client = api_client()
    client.credentials(HTTP_AUTHORIZATION=f"{JWT_PREFIX} {token}")

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
