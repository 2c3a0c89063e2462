"""Logging in with one click: as each user of the demo, and never outside of the demo."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client

from content_libraries.libraries.models import ContentLibrary

from .test_demo_users import EVERYBODY

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _demo(tmp_path: Path, settings: Any, library: ContentLibrary) -> None:
    settings.DATA_DIR = tmp_path
    settings.DEMO = True
    call_command("create_demo_users", str(library.library_key))


def log_in(client: Client, username: str, **meta: str) -> int:
    return client.post("/demo-login", {"username": username}, **meta).status_code  # type: ignore[arg-type]


def logged_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


@pytest.mark.parametrize("username", sorted(EVERYBODY))
def test_one_click_logs_in_as_each_user(client: Client, username: str) -> None:
    assert f'value="{username}"' in client.get("/").content.decode()
    response = client.post("/demo-login", {"username": username}, follow=True)
    assert response.redirect_chain == [("/", 302), ("/libraries/", 302)]
    assert username in response.content.decode()
    assert client.post("/login_refresh").status_code == 200  # frontends know the user, too


def test_nobody_logs_in_where_the_site_is_no_demo(client: Client, settings: Any) -> None:
    settings.DEMO = False
    assert "demo-login" not in client.get("/").content.decode()
    assert log_in(client, "author") == 404
    assert not logged_in(client)


def test_nobody_logs_in_where_no_demo_was_made(client: Client, tmp_path: Path) -> None:
    (tmp_path / "demo_password").unlink()
    assert "demo-login" not in client.get("/").content.decode()
    assert log_in(client, "author") == 404
    assert not (tmp_path / "demo_password").exists()


@pytest.mark.parametrize(
    "meta",
    [
        {"REMOTE_ADDR": "203.0.113.9"},
        {"REMOTE_ADDR": ""},
        {"HTTP_X_FORWARDED_FOR": "127.0.0.1"},
        {"HTTP_FORWARDED": "for=127.0.0.1"},
    ],
)
def test_nobody_logs_in_from_another_machine(client: Client, meta: dict[str, str]) -> None:
    assert log_in(client, "author", **meta) == 404
    assert not logged_in(client)


@pytest.mark.parametrize("username", ["Bob", "admin", "", "nobody"])
def test_other_accounts_stay_closed(client: Client, staff: User, tmp_path: Path, username: str) -> None:
    password = (tmp_path / "demo_password").read_text()
    staff.set_password(password)
    staff.save()
    assert log_in(client, username) == 404
    assert not logged_in(client)


def test_an_account_whose_password_was_changed_is_closed(client: Client) -> None:
    author = User.objects.get(username="author")
    author.set_password("chosen by its owner")
    author.save()
    assert log_in(client, "author") == 404
    assert not logged_in(client)


def test_another_page_cannot_log_visitors_in() -> None:
    client = Client(enforce_csrf_checks=True)
    assert log_in(client, "author") == 403
    assert client.get("/demo-login").status_code == 405
