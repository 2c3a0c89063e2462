"""What ``make run`` does before it starts the site, and the token for a shell."""

from __future__ import annotations

import re
import socket
import subprocess
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from openedx_content.models_api import PublishableEntityVersion
from rest_framework.test import APIClient

from content_libraries import api
from tests.conftest import CommitRunner
from tests.running import free_port
from tests.sites import PROJECT

pytestmark = pytest.mark.django_db

DEMO = api.library_key("lib:DemoX:welcome")


@pytest.fixture(autouse=True)
def _new_site(tmp_path: Path, settings: Any) -> None:
    settings.DATA_DIR = tmp_path


def test_a_new_site_has_a_login_and_a_published_library_that_can_be_searched(
    capsys: pytest.CaptureFixture[str], run_on_commit: CommitRunner
) -> None:
    with run_on_commit():
        call_command("prepare_studio")
    output = capsys.readouterr().out
    login = re.search(r"Log in as “(.+)” with the password “(.+)”", output)
    assert login is not None
    assert "http://127.0.0.1:8000/" in output
    admin = User.objects.get(username=login[1])
    assert admin.check_password(login[2])
    summary = api.library_summary(admin, api.get_library(DEMO))
    assert summary.num_blocks == 71
    assert not summary.has_unpublished_changes
    assert api.search(admin, q="reuse").total > 10
    (course,) = api.viewable_courses(admin)
    assert len(api.get_structure(course.id, user=admin, published=True).reachable) > 50


def test_a_second_start_changes_nothing_and_prints_the_same_login(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("prepare_studio")
    first = capsys.readouterr().out
    versions = PublishableEntityVersion.objects.count()
    call_command("prepare_studio")
    second = capsys.readouterr().out
    assert PublishableEntityVersion.objects.count() == versions
    assert second.splitlines()[-1] == first.splitlines()[-1]


def test_a_start_says_what_it_does_then_the_address_the_login_and_the_other_users(
    capsys: pytest.CaptureFixture[str],
) -> None:
    port = free_port()

    call_command("prepare_studio", port=port)

    output = capsys.readouterr().out
    said = [
        r"^\d\d:\d\d:\d\d Loading the demo content …$",
        rf"http://127\.0\.0\.1:{port}/",
        r"Log in as “admin”",
        r"Users for each role:",
        r"^  library_admin ",
    ]
    found = [re.search(pattern, output, re.MULTILINE) for pattern in said]
    assert all(found), output
    places = [match.start() for match in found if match]
    assert places == sorted(places)


def test_a_port_that_is_taken_is_named_before_anything_is_done() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(CommandError, match=rf"Port {port} is taken .* PORT={port + 1}"):
            call_command("prepare_studio", port=port)
    assert not User.objects.filter(username="admin").exists()


def test_make_run_hands_its_port_on() -> None:
    done = subprocess.run(
        ["make", "--dry-run", "run", "PORT=8123"],  # noqa: S607
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "prepare_studio --port 8123\n" in done.stdout


def test_the_password_is_readable_for_its_owner_only(tmp_path: Path) -> None:
    call_command("prepare_studio")
    assert (tmp_path / "admin_password").stat().st_mode & 0o077 == 0


def test_a_token_opens_the_rest_api(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("prepare_studio")
    capsys.readouterr()
    call_command("create_token", "admin")
    client = APIClient(HTTP_AUTHORIZATION=f"JWT {capsys.readouterr().out.strip()}")
    assert [library["id"] for library in client.get("/api/libraries/v2/").json()] == [str(DEMO)]


def test_a_token_for_nobody_is_refused() -> None:
    with pytest.raises(CommandError, match="“nobody”"):
        call_command("create_token", "nobody")
