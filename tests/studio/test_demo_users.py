"""Users to try the site with."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command

from content_libraries import api
from content_libraries.libraries.models import ContentLibrary

pytestmark = pytest.mark.django_db

EVERYBODY = {"library_admin", "author", "contributor", "user", "staff", "outsider"}


@pytest.fixture(autouse=True)
def _new_site(tmp_path: Path, settings: Any) -> None:
    settings.DATA_DIR = tmp_path


@pytest.fixture
def _made(library: ContentLibrary) -> None:
    call_command("create_demo_users", str(library.library_key))


@pytest.mark.usefixtures("_made")
@pytest.mark.parametrize(
    ("username", "permissions"),
    [
        ("library_admin", {api.Permission.VIEW, api.Permission.EDIT, api.Permission.PUBLISH, api.Permission.EDIT_TEAM}),
        ("author", {api.Permission.VIEW, api.Permission.EDIT, api.Permission.PUBLISH}),
        ("contributor", {api.Permission.VIEW, api.Permission.EDIT}),
        ("user", {api.Permission.VIEW}),
        ("staff", {api.Permission.VIEW, api.Permission.EDIT, api.Permission.PUBLISH, api.Permission.EDIT_TEAM}),
        ("outsider", set()),
    ],
)
def test_each_may_do_what_the_role_allows(
    library: ContentLibrary, username: str, permissions: set[api.Permission]
) -> None:
    user = User.objects.get(username=username)
    asked = (api.Permission.VIEW, api.Permission.EDIT, api.Permission.PUBLISH, api.Permission.EDIT_TEAM)
    assert {permission for permission in asked if api.may(user, library, permission)} == permissions


def test_the_printed_password_opens_all_accounts_and_is_drawn(
    library: ContentLibrary, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("create_demo_users", str(library.library_key))
    password = (tmp_path / "demo_password").read_text()
    output = capsys.readouterr().out
    assert f"“{password}”" in output
    assert len(password) >= 12
    for username in EVERYBODY:
        assert username in output
        assert User.objects.get(username=username).check_password(password)


def test_the_password_can_be_configured(library: ContentLibrary, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEMO_PASSWORD", "chosen by the operator")
    call_command("create_demo_users", str(library.library_key))
    assert User.objects.get(username="author").check_password("chosen by the operator")


def test_the_password_is_readable_for_its_owner_only(tmp_path: Path, library: ContentLibrary) -> None:
    call_command("create_demo_users", str(library.library_key))
    assert (tmp_path / "demo_password").stat().st_mode & 0o077 == 0


@pytest.mark.usefixtures("_made")
def test_a_second_run_changes_nothing(library: ContentLibrary, capsys: pytest.CaptureFixture[str]) -> None:
    user = User.objects.get(username="author")
    user.set_password("changed since")
    user.save()
    call_command("create_demo_users", str(library.library_key))
    assert User.objects.filter(username__in=EVERYBODY).count() == len(EVERYBODY)
    assert User.objects.get(username="author").check_password("changed since")
    assert len(api.explain(user, library, api.Permission.EDIT).allowing) == 1


def test_an_unknown_library_is_told(db: None) -> None:
    with pytest.raises(CommandError, match="lib:CL-TEST:none"):
        call_command("create_demo_users", "lib:CL-TEST:none")
    assert not User.objects.filter(username__in=EVERYBODY).exists()
