"""
The frontend on this site, below ``/authoring/``, and on another port of the same host.

On another port each call is asked for first, with the headers that it will send, and the answer is only given to
scripts of origins that the site names. Cookies know no ports, so both share the login.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import resolve

from content_libraries import api
from tests.conftest import UserFactory
from tests.courses.building import TEXT

from .calls import CASES
from .calls.demo import NAMES

pytestmark = pytest.mark.django_db

SITE = "http://testserver"
FRONTEND = "http://testserver:2001"
PLAIN = "use-jwt-cookie"
WRITING = "content-type, use-jwt-cookie, x-csrftoken"
SEARCHING = "authorization, content-type, x-meilisearch-client"


@pytest.fixture(autouse=True)
def _other_port(settings: Any) -> None:
    settings.CORS_ALLOWED_ORIGINS = settings.CSRF_TRUSTED_ORIGINS = [FRONTEND]


@pytest.fixture
def user(make_user: UserFactory) -> User:
    return make_user("ann", password="secret")


@pytest.fixture
def handler_url(staff: User) -> str:
    """Path of a handler of a component."""
    return api.handler_url(api.component_key(NAMES["video"]), "studio_transcript", user=staff)


def asked_calls() -> list[tuple[str, str]]:
    """Method and path of each call that is served, once."""
    names = NAMES | {"search": f"{SITE}/meilisearch", "index": "studio_content"}
    found = {}
    for case in CASES:
        method, path = case.call.request.partition("?")[0].split(" ", 1)
        for name, text in names.items():
            path = path.replace("{" + name + "}", text)
        path = path.removeprefix(SITE)
        if case.call.answer < 400 and "{" not in path:
            found[method, path] = True
    return list(found)


def preflight(method: str, path: str, headers: str, origin: str = FRONTEND) -> Any:
    return Client().options(
        path,
        headers={
            "Origin": origin,
            "Access-Control-Request-Method": method,
            "Access-Control-Request-Headers": headers,
        },
    )


def is_allowed(response: Any, method: str, headers: str) -> bool:
    """Whether a browser would send the call from the frontend's origin, with cookies and these headers."""
    return (
        response.status_code == 200
        and response.headers.get("Access-Control-Allow-Origin") == FRONTEND
        and response["Access-Control-Allow-Credentials"] == "true"
        and method in re.split(r",\s*", response["Access-Control-Allow-Methods"])
        and set(headers.split(", ")) <= set(re.split(r",\s*", response["Access-Control-Allow-Headers"].lower()))
    )


def sent_headers(method: str, path: str) -> str:
    """What the frontend sends besides what browsers send without asking."""
    if path.startswith("/meilisearch/"):
        return SEARCHING
    return PLAIN if method == "GET" else WRITING


def test_each_call_may_come_from_another_port() -> None:
    calls = [(method, path, sent_headers(method, path)) for method, path in asked_calls()]
    assert len(calls) > 100
    assert [call for call in calls if not is_allowed(preflight(*call), call[0], call[2])] == []


def test_no_call_may_come_from_anywhere_else() -> None:
    calls = [(method, path, sent_headers(method, path)) for method, path in asked_calls()]
    answers = [(call, preflight(*call, "http://evil.example").headers) for call in calls]
    assert [call for call, headers in answers if "Access-Control-Allow-Origin" in headers] == []


def test_handlers_of_blocks_may_be_called_with_cookies(handler_url: str) -> None:
    assert is_allowed(preflight("POST", f"{handler_url}translation", WRITING), "POST", WRITING)


def test_handlers_may_be_called_by_pages_without_an_origin(handler_url: str, staff: User) -> None:
    of_course = api.course_handler_url(TEXT, "do_attempt", user=staff)
    for url in (handler_url, of_course):
        response = preflight("POST", url, "content-type", origin="null")
        assert response["Access-Control-Allow-Origin"] == "*"
        assert "Content-Type" in response["Access-Control-Allow-Headers"]


def test_a_whole_visit_from_another_port(user: User) -> None:
    """Log in, come back, get a token that the page can read, read, and write with the CSRF token of the site."""
    browser = Client(enforce_csrf_checks=True, headers={"Origin": FRONTEND})
    page = browser.get(f"/login?next={FRONTEND}/libraries")
    token = re.search('name="csrfmiddlewaretoken" value="(.+?)"', page.content.decode())
    assert token is not None
    form = {"username": "ann", "password": "secret", "next": f"{FRONTEND}/libraries", "csrfmiddlewaretoken": token[1]}
    assert browser.post("/login", form)["Location"] == f"{FRONTEND}/libraries"

    refreshed = browser.post("/login_refresh", headers={"USE-JWT-COOKIE": "true"})
    assert_readable(refreshed)
    for_scripts = refreshed.cookies["edx-jwt-cookie-header-payload"]
    assert not for_scripts["domain"]  # so it is one of the host name, whatever the port
    assert not for_scripts["httponly"]

    csrf = browser.get("/csrf/api/v1/token")
    assert_readable(csrf)
    headers = {"USE-JWT-COOKIE": "true", "X-CSRFToken": csrf.json()["csrfToken"]}
    assert_readable(browser.get("/api/contentstore/v1/home", headers=headers))
    asked = [{"action": "content_libraries.view_library", "scope": "lib:A:b"}]
    answer = browser.post(
        "/api/authz/v1/permissions/validate/me", asked, content_type="application/json", headers=headers
    )
    assert_readable(answer)
    assert answer.json() == [asked[0] | {"allowed": False}]


def assert_readable(response: Any) -> None:
    """A script of the other origin gets to see the answer."""
    assert response.status_code == 200, response.content
    assert response["Access-Control-Allow-Origin"] == FRONTEND
    assert response["Access-Control-Allow-Credentials"] == "true"
    assert "origin" in response["Vary"].lower()


def test_refusals_can_be_read_as_well(client: Client) -> None:
    """Without that, a page whose login has ended shows an error instead of the login."""
    for response in (
        client.post("/login_refresh", headers={"Origin": FRONTEND}),
        client.get("/api/libraries/v2/lib:A:b/", headers={"Origin": FRONTEND}),
    ):
        assert response.status_code == 401
        assert response["Access-Control-Allow-Origin"] == FRONTEND
        assert response["Access-Control-Allow-Credentials"] == "true"


def test_a_download_tells_its_name_to_scripts(client: Client) -> None:
    response = client.get("/api/contentstore/v1/home", headers={"Origin": FRONTEND})
    assert "content-disposition" in response["Access-Control-Expose-Headers"]


@pytest.fixture
def _served_here(tmp_path: Path, settings: Any) -> None:
    settings.CORS_ALLOWED_ORIGINS = settings.CSRF_TRUSTED_ORIGINS = []
    (tmp_path / "index.html").write_text('<!doctype html><div id="root"></div>')
    settings.MFE_DIST = str(tmp_path)


@pytest.mark.usefixtures("_served_here")
def test_a_whole_visit_below_authoring(user: User) -> None:
    """The page and everything that its configuration names are on this site; no other origin is needed."""
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(user)
    assert browser.get("/authoring/libraries").status_code == 200
    configuration = browser.get("/api/mfe_config/v1?mfe=authoring").json()
    assert {configuration[name] for name in ("STUDIO_BASE_URL", "LMS_BASE_URL")} == {SITE}
    for name in ("LOGIN_URL", "LOGOUT_URL", "REFRESH_ACCESS_TOKEN_ENDPOINT"):
        assert configuration[name].startswith(f"{SITE}/")
        assert resolve(configuration[name].removeprefix(SITE))
    assert browser.post(configuration["REFRESH_ACCESS_TOKEN_ENDPOINT"]).status_code == 200
    token = browser.get(configuration["CSRF_TOKEN_API_PATH"]).json()["csrfToken"]
    headers = {"USE-JWT-COOKIE": "true", "X-CSRFToken": token, "Origin": SITE}
    asked = [{"action": "content_libraries.view_library", "scope": "lib:A:b"}]
    answer = browser.post(
        "/api/authz/v1/permissions/validate/me", asked, content_type="application/json", headers=headers
    )
    assert answer.json() == [asked[0] | {"allowed": False}]
    key = browser.get("/api/content_search/v2/studio/", headers={"USE-JWT-COOKIE": "true"}).json()
    assert key["url"] == f"{SITE}/meilisearch"
    found = Client().post(
        f"{key['url']}/multi-search",
        {"queries": [{"indexUid": key["index_name"], "q": "", "limit": 0}]},
        content_type="application/json",
        headers={"Authorization": f"Bearer {key['api_key']}"},
    )
    assert found.status_code == 200
