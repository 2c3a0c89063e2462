"""
Getting in: guessed passwords, tokens that outlive a session, keys that everybody knows.

Each test has addresses of its own, because the cache that counts failures is shared.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import jwt
import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.core.cache import cache
from django.test import Client
from edx_rest_framework_extensions.auth.jwt.cookies import jwt_cookie_header_payload_name, jwt_cookie_signature_name
from rest_framework.views import APIView

from studio.tokens import make_token
from tests.conftest import UserFactory
from tests.endpoints import views

pytestmark = pytest.mark.django_db

PASSWORD = "a long and winding password"
WRONG = "a wrong password"
HERE, THERE = "192.0.2.1", "198.51.100.7"
LOGINS = ("/login", "/admin/login/")


@pytest.fixture(autouse=True)
def _nothing_counted() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def ann(make_user: UserFactory) -> User:
    return make_user("ann", password=PASSWORD, is_staff=True)


def log_in(
    username: str = "ann",
    password: str = WRONG,
    *,
    url: str = "/login",
    address: str = HERE,
    headers: dict[str, str] | None = None,
) -> Any:
    body = {"username": username, "password": password}
    return Client(REMOTE_ADDR=address).post(url, body, headers=headers or {})


def is_in(answer: Any) -> bool:
    return answer.status_code == 302 and "sessionid" in answer.cookies


class TestGuessing:
    @pytest.mark.parametrize("url", LOGINS)
    def test_after_five_guesses_nobody_gets_in_from_there(self, ann: User, url: str) -> None:
        answers = [log_in(url=url).status_code for _ in range(6)]
        assert answers == [200, 200, 200, 200, 429, 429]
        assert not is_in(log_in(password=PASSWORD, url=url))

    def test_both_doors_count_together(self, ann: User) -> None:
        for number in range(5):
            log_in(url=LOGINS[number % 2])
        for url in LOGINS:
            assert log_in(password=PASSWORD, url=url).status_code == 429

    def test_the_answer_says_what_to_do(self, ann: User) -> None:
        for _ in range(5):
            answer = log_in()
        page = answer.content.decode()
        assert "Too many" in page
        assert "15" in page
        assert int(answer["Retry-After"]) == 15 * 60

    def test_it_does_not_tell_whether_there_is_such_an_account(self, ann: User) -> None:
        def told(username: str) -> list[tuple[int, str]]:
            answers = [log_in(username) for _ in range(7)]
            return [(answer.status_code, without_what_differs(answer, username)) for answer in answers]

        assert told("ann") == told("nobody")

    def test_the_owner_gets_in_from_elsewhere(self, ann: User) -> None:
        for _ in range(6):
            log_in()
        assert is_in(log_in(password=PASSWORD, address=THERE))

    def test_others_get_in_from_there(self, ann: User, make_user: UserFactory) -> None:
        make_user("bea", password=PASSWORD)
        for _ in range(6):
            log_in()
        assert is_in(log_in("bea", PASSWORD))

    def test_whoever_remembers_in_time_starts_anew(self, ann: User) -> None:
        for _ in range(3):
            for _ in range(4):
                log_in()
            assert is_in(log_in(password=PASSWORD))

    def test_it_ends_by_itself(self, ann: User, monkeypatch: pytest.MonkeyPatch) -> None:
        for _ in range(6):
            log_in()
        from django.core.cache.backends import base, locmem

        for module in (base, locmem):
            monkeypatch.setattr(module.time, "time", lambda real=module.time.time: real() + 15 * 60 + 1)
        assert is_in(log_in(password=PASSWORD))

    @pytest.mark.parametrize("spelling", ["ANN", " ann ", "Ann", "ann\u200b", "ａｎｎ"])
    def test_a_name_spelled_otherwise_is_the_same_name(self, ann: User, spelling: str) -> None:
        for _ in range(4):
            log_in()
        log_in(spelling)
        assert log_in(password=PASSWORD).status_code == 429


class TestGuessingBroadly:
    ADDRESS, NAME = 10, 20

    @pytest.fixture(autouse=True)
    def _lower_limits(self, settings: Any) -> None:
        """Those of the site, which are higher, would only take longer to reach."""
        assert settings.LOGIN_FAILURES == (5, 50, 100)
        settings.LOGIN_FAILURES = (5, self.ADDRESS, self.NAME)

    def test_many_names_from_one_address(self, ann: User) -> None:
        for number in range(self.ADDRESS):
            log_in(f"name{number}")
        assert log_in(password=PASSWORD).status_code == 429
        assert is_in(log_in(password=PASSWORD, address=THERE))

    def test_one_name_from_many_addresses(self, ann: User) -> None:
        for number in range(self.NAME):
            log_in(address=f"203.0.113.{number}")
        assert log_in(password=PASSWORD, address=THERE).status_code == 429

    def test_a_success_of_ones_own_does_not_wipe_out_the_guesses_at_others(
        self, ann: User, make_user: UserFactory
    ) -> None:
        make_user("eve", password=PASSWORD)
        for number in range(self.ADDRESS):
            log_in(f"name{number}")
            if number % 4 == 0:
                assert is_in(log_in("eve", PASSWORD))
        assert log_in("eve", PASSWORD).status_code == 429

    def test_addresses_of_one_network_are_one(self, ann: User) -> None:
        for number in range(5):
            log_in(address=f"2001:db8:1:2::{number + 1}")
        assert log_in(password=PASSWORD, address="2001:db8:1:2:ffff::9").status_code == 429
        assert is_in(log_in(password=PASSWORD, address="2001:db8:1:3::1"))


class TestAddressesBehindProxies:
    FORGED = "X-Forwarded-For"

    def test_nobody_chooses_an_address(self, ann: User) -> None:
        for number in range(5):
            forged = dict.fromkeys((self.FORGED, "X-Real-IP", "Forwarded", "Client-IP"), f"203.0.113.{number}")
            log_in(headers=forged)
        assert log_in(password=PASSWORD, headers={self.FORGED: THERE}).status_code == 429

    def test_a_trusted_proxy_tells_the_address(self, ann: User, settings: Any) -> None:
        settings.TRUSTED_PROXIES = 1
        for number in range(5):
            log_in(address="10.0.0.1", headers={self.FORGED: f"203.0.113.{number}, {HERE}"})
        told = {self.FORGED: f"{THERE}, {HERE}"}
        assert log_in(password=PASSWORD, address="10.0.0.1", headers=told).status_code == 429
        assert is_in(log_in(password=PASSWORD, address="10.0.0.1", headers={self.FORGED: f"{HERE}, {THERE}"}))

    @pytest.mark.parametrize("told", ["", "no address", "1.2.3.4.5, x", ",,,"])
    def test_nonsense_counts_for_the_proxy(self, ann: User, settings: Any, told: str) -> None:
        settings.TRUSTED_PROXIES = 2
        for _ in range(5):
            log_in(address="10.0.0.1", headers={self.FORGED: told})
        assert log_in(password=PASSWORD, address="10.0.0.1").status_code == 429


def test_who_gets_in_does_not_depend_on_the_cache(ann: User, settings: Any) -> None:
    settings.CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": "redis://127.0.0.1:1/0",  # nobody listens there
        }
    }
    assert log_in().status_code == 200
    assert is_in(log_in(password=PASSWORD))


class TestPasswords:
    @pytest.mark.parametrize("password", ["short", "password1234", "314159265358979", "ann.example.com"])
    def test_weak_ones_are_refused(self, ann: User, client: Client, password: str) -> None:
        client.force_login(ann)
        body = {"old_password": PASSWORD, "new_password1": password, "new_password2": password}
        answer = client.post("/admin/password_change/", body)
        assert answer.status_code == 200
        assert "errorlist" in answer.content.decode()
        ann.refresh_from_db()
        assert ann.check_password(PASSWORD)


class TestTokens:
    """A token that was copied is of no use once its session has ended."""

    URL = "/api/libraries/v2/"

    @pytest.fixture
    def browser(self, ann: User) -> Client:
        browser = Client()
        assert is_in(browser.post("/login", {"username": "ann", "password": PASSWORD}))
        return browser

    def copied(self, browser: Client) -> str:
        parts = (jwt_cookie_header_payload_name(), jwt_cookie_signature_name())
        return ".".join(browser.cookies[name].value for name in parts)

    def opens(self, token: str) -> bool:
        """Whether a token opens the API, in a header and in cookies alike."""
        bare = Client()
        header_payload, _, signature = token.rpartition(".")
        bare.cookies[jwt_cookie_header_payload_name()] = header_payload
        bare.cookies[jwt_cookie_signature_name()] = signature
        by_cookies = bare.get(self.URL, headers={"USE-JWT-COOKIE": "true"}).status_code
        by_header = Client().get(self.URL, headers={"Authorization": f"JWT {token}"}).status_code
        assert by_cookies == by_header
        assert by_header in {200, 401}
        return by_header == 200

    def test_it_opens_the_api_while_the_session_lasts(self, browser: Client) -> None:
        assert self.opens(self.copied(browser))

    @pytest.mark.parametrize("url", ["/logout", "/admin/logout/"])
    def test_it_ends_at_each_logout(self, browser: Client, url: str) -> None:
        token = self.copied(browser)
        browser.post(url)
        assert not self.opens(token)

    @pytest.mark.parametrize("url", ["/logout", "/admin/logout/"])
    def test_so_do_all_that_were_refreshed(self, browser: Client, url: str) -> None:
        tokens = [self.copied(browser)]
        for _ in range(2):
            browser.post("/login_refresh")
            tokens.append(self.copied(browser))
        browser.post(url)
        assert [self.opens(token) for token in tokens] == [False] * 3

    def test_a_logout_elsewhere_leaves_it(self, browser: Client) -> None:
        other = Client()
        other.post("/login", {"username": "ann", "password": PASSWORD})
        other.post("/logout")
        assert self.opens(self.copied(browser))

    def test_it_ends_when_somebody_else_logs_in_there(self, browser: Client, make_user: UserFactory) -> None:
        make_user("bea", password=PASSWORD)
        token = self.copied(browser)
        browser.post("/login", {"username": "bea", "password": PASSWORD})
        assert not self.opens(token)
        assert self.opens(self.copied(browser))

    def test_a_changed_password_ends_those_of_all_sessions(self, browser: Client, ann: User) -> None:
        other = Client()
        other.post("/login", {"username": "ann", "password": PASSWORD})
        tokens = [self.copied(browser), self.copied(other)]
        new = {"old_password": PASSWORD, "new_password1": "another long one", "new_password2": "another long one"}
        assert browser.post("/admin/password_change/", new).status_code == 302
        assert [self.opens(token) for token in tokens] == [False, False]
        assert other.post("/login_refresh").status_code == 401
        assert browser.post("/login_refresh").status_code == 200
        assert self.opens(self.copied(browser))

    def test_so_does_one_that_the_staff_sets(self, browser: Client, ann: User) -> None:
        token = self.copied(browser)
        user = User.objects.get(pk=ann.pk)
        user.set_password("set by the staff of the site")
        user.save()
        assert not self.opens(token)

    def test_so_does_switching_the_account_off_for_what_needs_permission(self, browser: Client, ann: User) -> None:
        token = self.copied(browser)
        User.objects.filter(pk=ann.pk).update(is_active=False)
        body = {"org": "O", "slug": "s", "title": "T", "description": ""}
        answer = Client().post(self.URL, body, headers={"Authorization": f"JWT {token}"})
        assert answer.status_code == 403

    def test_one_that_names_no_session_is_refused(self, ann: User) -> None:
        claims = jwt.decode(make_token(ann), options={"verify_signature": False})
        for missing in ("password", "sid"):
            forged = {name: value for name, value in claims.items() if name != missing}
            jwt_auth: Any = settings.JWT_AUTH
            issuer = jwt_auth["JWT_ISSUERS"][0]
            token = jwt.encode(forged, issuer["SECRET_KEY"], algorithm="HS256")
            assert not self.opens(token)


def test_every_endpoint_asks_for_the_authentication_of_the_site() -> None:
    """A view that reads tokens itself would not learn that they have ended."""
    of_site = set(APIView.authentication_classes)
    others = {}
    for path, view in views():
        cls = getattr(view, "cls", None) or getattr(view, "view_class", None)
        if cls is not None and issubclass(cls, APIView):
            classes = getattr(view, "initkwargs", {}).get("authentication_classes", cls.authentication_classes)
            if not set(classes) <= of_site:
                others[path] = classes
    assert others == {}


def without_what_differs(answer: Any, username: str) -> str:
    page = answer.content.decode().replace(username, "NAME")
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", page)
