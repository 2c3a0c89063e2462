"""Login, logout, and the tokens in cookies with which a frontend starts."""

from __future__ import annotations

import base64
import json
from http.cookies import Morsel
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from tests.conftest import ClientFactory, UserFactory

pytestmark = pytest.mark.django_db

HEADER_PAYLOAD, SIGNATURE = "edx-jwt-cookie-header-payload", "edx-jwt-cookie-signature"
FRONTEND = "http://localhost:2001"
PASSWORD = "a good password"


@pytest.fixture
def user(make_user: UserFactory) -> User:
    return make_user("ann", password=PASSWORD, first_name="Ann", last_name="Author")


@pytest.fixture
def browser(user: User) -> Client:
    """A browser in which ``user`` is logged in. It checks CSRF, as the real site does."""
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(user)
    return browser


@pytest.fixture
def _other_origin(settings: Any) -> None:
    settings.CORS_ALLOWED_ORIGINS = settings.CSRF_TRUSTED_ORIGINS = [FRONTEND]


def log_in(browser: Client, **fields: str) -> Any:
    return browser.post("/login", {"username": "ann", "password": PASSWORD} | fields)


def claims_in(cookie: Morsel[str]) -> dict[str, Any]:
    """What a frontend reads: the second part, without any check of a signature."""
    payload = cookie.value.split(".")[1]
    claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return claims


class TestLogin:
    def test_the_right_password_opens_a_session_and_gives_a_token(self, user: User, client: Client) -> None:
        response = log_in(client)
        assert (response.status_code, response.url) == (302, "/")
        assert client.session["_auth_user_id"] == str(user.pk)
        assert claims_in(response.cookies[HEADER_PAYLOAD])["preferred_username"] == "ann"

    def test_a_wrong_password_is_told_in_an_alert(self, user: User, client: Client) -> None:
        response = log_in(client, password="wrong")
        assert response.status_code == 200
        assert 'role="alert"' in response.content.decode()
        assert HEADER_PAYLOAD not in response.cookies

    def test_somebody_inactive_may_log_in(self, user: User, client: Client) -> None:
        User.objects.update(is_active=False)
        assert log_in(client).status_code == 302
        assert client.get("/api/contentstore/v1/home").json()["user_is_active"] is False

    @pytest.mark.parametrize("following", ["/authoring/library/lib:A:b", f"{FRONTEND}/library/lib:A:b?x=1"])
    @pytest.mark.usefixtures("_other_origin")
    def test_the_browser_goes_back_to_this_site_or_its_frontends(
        self, user: User, client: Client, following: str
    ) -> None:
        assert log_in(client, next=following)["Location"] == following

    @pytest.mark.parametrize(
        "following",
        [
            "https://evil.example/",
            "//evil.example/",
            "http://localhost:2002/",
            "http://localhost:2001@evil.example/",
            "javascript:alert(1)",
            "/\\evil.example",
        ],
    )
    @pytest.mark.usefixtures("_other_origin")
    def test_the_browser_goes_nowhere_else(self, user: User, client: Client, following: str) -> None:
        assert log_in(client, next=following).url == "/"

    def test_the_page_can_be_used_with_a_screen_reader(self, client: Client, db: None) -> None:
        page = client.get("/login").content.decode()
        assert '<html lang="en"' in page
        assert '<label for="id_username">' in page
        assert '<label for="id_password">' in page
        assert "<main" in page
        assert 'autocomplete="current-password"' in page


class TestLogout:
    def test_a_link_asks_and_ends_nothing(self, browser: Client) -> None:
        assert 'method="post"' in browser.get("/logout").content.decode()
        assert "_auth_user_id" in browser.session

    def test_the_button_ends_the_session_and_takes_the_tokens(self, user: User, client: Client) -> None:
        log_in(client)
        response = client.post("/logout")
        assert (response.status_code, response["Location"]) == (302, "/")
        assert {response.cookies[name].value for name in (HEADER_PAYLOAD, SIGNATURE)} == {""}
        assert client.post("/login_refresh").status_code == 401

    def test_the_browser_goes_nowhere_else(self, browser: Client) -> None:
        assert 'value="https://evil.example/"' not in browser.get("/logout?next=https://evil.example/").content.decode()


class TestLoginOfTheAdmin:
    """It opens and ends the same session, so the tokens of frontends go along."""

    @staticmethod
    def home(client: Client) -> Any:
        return client.get("/api/contentstore/v1/home", headers={"USE-JWT-COOKIE": "true"})

    @pytest.fixture
    def as_staff(self, user: User, client: Client, make_user: UserFactory) -> Client:
        """A browser in which somebody logged in on the page of the site, and then a member of staff in the admin."""
        make_user("boss", password=PASSWORD, is_staff=True)
        log_in(client)
        response = client.post("/admin/login/?next=/admin/", {"username": "boss", "password": PASSWORD})
        assert (response.status_code, response["Location"]) == (302, "/admin/")
        return client

    def test_frontends_work_as_who_logged_in_last(self, as_staff: Client) -> None:
        assert claims_in(as_staff.cookies[HEADER_PAYLOAD])["preferred_username"] == "boss"
        assert self.home(as_staff).json()["can_access_advanced_settings"] is True

    def test_a_wrong_password_changes_nothing(self, user: User, client: Client) -> None:
        log_in(client)
        assert client.post("/admin/login/", {"username": "ann", "password": "wrong"}).status_code == 200
        assert claims_in(client.cookies[HEADER_PAYLOAD])["preferred_username"] == "ann"

    def test_logging_out_there_also_ends_it_for_frontends(self, as_staff: Client) -> None:
        assert as_staff.post("/admin/logout/").status_code == 200
        assert {as_staff.cookies[name].value for name in (HEADER_PAYLOAD, SIGNATURE)} == {""}
        assert self.home(as_staff).status_code == 401

    def test_a_link_to_the_logout_there_ends_nothing(self, as_staff: Client) -> None:
        assert as_staff.get("/admin/logout/").status_code == 405
        assert claims_in(as_staff.cookies[HEADER_PAYLOAD])["preferred_username"] == "boss"
        assert self.home(as_staff).status_code == 200


class TestLoginRefresh:
    def test_a_session_gets_a_token_without_a_csrf_token(self, browser: Client, user: User) -> None:
        response = browser.post("/login_refresh")
        assert response.status_code == 200
        assert response.json()["response_epoch_seconds"] > 0
        claims = claims_in(response.cookies[HEADER_PAYLOAD])
        expected = {
            "preferred_username": "ann",
            "email": "ann@example.com",
            "user_id": user.pk,
            "administrator": False,
            "roles": [],
            "name": "Ann Author",
        }
        assert {name: claims[name] for name in expected} == expected
        assert claims["exp"] == response.json()["expires_epoch_seconds"]

    def test_scripts_can_read_who_but_not_the_signature(self, browser: Client) -> None:
        cookies = browser.post("/login_refresh").cookies
        assert not cookies[HEADER_PAYLOAD]["httponly"]
        assert cookies[SIGNATURE]["httponly"]
        assert cookies[HEADER_PAYLOAD].value.count(".") == 1
        assert cookies[SIGNATURE].value not in cookies[HEADER_PAYLOAD].value

    def test_cookies_travel_over_tls_only(self, browser: Client) -> None:
        cookies = browser.post("/login_refresh").cookies
        assert all(cookies[name]["secure"] and cookies[name]["samesite"] == "Lax" for name in cookies)

    def test_nobody_gets_401_and_loses_an_old_token(self, client: Client, db: None) -> None:
        client.cookies[HEADER_PAYLOAD] = "old.token"
        response = client.post("/login_refresh")
        assert response.status_code == 401
        assert response.cookies[HEADER_PAYLOAD]["max-age"] == 0

    def test_it_cannot_be_triggered_by_a_link(self, browser: Client) -> None:
        assert browser.get("/login_refresh").status_code == 405

    def test_the_two_cookies_alone_open_the_api(self, browser: Client) -> None:
        tokens = browser.post("/login_refresh").cookies
        bare = Client()
        for name in (HEADER_PAYLOAD, SIGNATURE):
            bare.cookies[name] = tokens[name].value
        assert bare.get("/api/contentstore/v1/home", headers={"USE-JWT-COOKIE": "true"}).status_code == 200
        del bare.cookies[SIGNATURE]
        assert bare.get("/api/contentstore/v1/home", headers={"USE-JWT-COOKIE": "true"}).status_code == 401


class TestUnsafeRequests:
    URL, BODY = "/api/authz/v1/permissions/validate/me", [{"action": "content_libraries.view_library"}]

    def test_the_token_of_the_site_makes_them_pass(self, browser: Client) -> None:
        token = browser.get("/csrf/api/v1/token").json()["csrfToken"]
        headers = {"X-CSRFToken": token, "USE-JWT-COOKIE": "true"}
        response = browser.post(self.URL, self.BODY, content_type="application/json", headers=headers)
        assert response.status_code == 200

    def test_without_it_they_are_refused(self, browser: Client) -> None:
        response = browser.post(self.URL, self.BODY, content_type="application/json")
        assert response.status_code == 403

    @pytest.mark.parametrize(("origin", "status"), [(FRONTEND, 200), ("http://evil.example", 403)])
    @pytest.mark.usefixtures("_other_origin")
    def test_only_frontends_of_the_site_may_send_them_from_elsewhere(
        self, browser: Client, origin: str, status: int
    ) -> None:
        headers = {"X-CSRFToken": browser.get("/csrf/api/v1/token").json()["csrfToken"], "Origin": origin}
        response = browser.post(self.URL, self.BODY, content_type="application/json", headers=headers)
        assert response.status_code == status


@pytest.mark.usefixtures("_other_origin")
class TestOtherOrigins:
    ASKED = "content-type, use-jwt-cookie, x-csrftoken"

    @pytest.mark.parametrize("url", ["/login_refresh", "/csrf/api/v1/token", "/api/libraries/v2/"])
    @pytest.mark.parametrize("headers", [ASKED, "authorization, content-type, x-meilisearch-client"])
    def test_a_preflight_allows_what_frontends_send(self, client: Client, url: str, headers: str) -> None:
        response = client.options(
            url,
            headers={
                "Origin": FRONTEND,
                "Access-Control-Request-Method": "PATCH",
                "Access-Control-Request-Headers": headers,
            },
        )
        assert response["Access-Control-Allow-Origin"] == FRONTEND
        assert response["Access-Control-Allow-Credentials"] == "true"
        allowed = {name.strip() for name in response["Access-Control-Allow-Headers"].lower().split(",")}
        assert {name.strip() for name in headers.split(",")} <= allowed
        assert {"GET", "POST", "PUT", "PATCH", "DELETE"} <= set(response["Access-Control-Allow-Methods"].split(", "))

    def test_strangers_are_not_allowed(self, client: Client) -> None:
        response = client.options(
            "/login_refresh", headers={"Origin": "http://evil.example", "Access-Control-Request-Method": "POST"}
        )
        assert "Access-Control-Allow-Origin" not in response


class TestProfiles:
    def test_everybody_reads_their_own(self, user: User, api_client: ClientFactory) -> None:
        profile = api_client(user).get("/api/user/v1/accounts/ann").json()
        assert (profile["username"], profile["name"], profile["email"]) == ("ann", "Ann Author", "ann@example.com")
        assert profile["profile_image"]["image_url_small"].startswith("http")

    def test_only_staff_reads_those_of_others(self, user: User, staff: User, api_client: ClientFactory) -> None:
        assert api_client(user).get("/api/user/v1/accounts/Bob").status_code == 403
        assert api_client(user).get("/api/user/v1/accounts/nobody").status_code == 403
        assert api_client(staff).get("/api/user/v1/accounts/ann").status_code == 200

    @pytest.mark.parametrize("content_type", ["application/json", "application/merge-patch+json"])
    @pytest.mark.parametrize(("chosen", "shown"), [("es", "es"), ("es-419", "es"), ("fr", "en")])
    def test_the_chosen_language_is_that_of_the_next_page(
        self, user: User, browser: Client, content_type: str, chosen: str, shown: str
    ) -> None:
        """Frontends send a patch to merge, as the platform wants it, and know more languages than this host."""
        token = browser.get("/csrf/api/v1/token").json()["csrfToken"]
        response = browser.patch(
            "/api/user/v1/preferences/ann",
            {"pref-lang": chosen},
            content_type=content_type,
            headers={"X-CSRFToken": token},
        )
        assert response.status_code == 204, response.content
        assert response.cookies["django_language"].value == chosen
        assert browser.get("/api/user/v1/preferences/ann").json() == {"pref-lang": chosen}
        page = browser.get("/login")
        assert f'<html lang="{shown}"' in page.content.decode()
        assert page["Content-Language"] == shown

    def test_frontends_on_other_hosts_of_the_domain_read_the_language(
        self, user: User, api_client: ClientFactory, settings: Any
    ) -> None:
        settings.LANGUAGE_COOKIE_DOMAIN = ".example.com"
        client = api_client(user)
        for language in ("fr", None):
            cookies = client.patch("/api/user/v1/preferences/ann", {"pref-lang": language}, format="json").cookies
            assert cookies["django_language"]["domain"] == ".example.com"

    @pytest.mark.parametrize("content_type", ["application/json", "application/merge-patch+json"])
    def test_a_body_that_nests_too_deep_is_refused(
        self, user: User, api_client: ClientFactory, content_type: str
    ) -> None:
        response = api_client(user).patch(
            "/api/user/v1/preferences/ann", "[" * 100_000 + "]" * 100_000, content_type=content_type
        )
        assert response.status_code == 400
        assert "nests more than 50" in response.json()["detail"]

    @pytest.mark.parametrize("language", ["xx", "fr-;x", ""])
    def test_a_language_that_does_not_exist_is_refused_at_its_field(
        self, user: User, api_client: ClientFactory, language: str
    ) -> None:
        response = api_client(user).patch("/api/user/v1/preferences/ann", {"pref-lang": language}, format="json")
        assert response.status_code == 400
        assert "pref-lang" in response.json()
