"""What browsers are told that pages of the site may load and do."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Final

import pytest
from django.contrib.auth.models import User
from django.test import Client

pytestmark = pytest.mark.django_db
HEADER: Final = "Content-Security-Policy"
TEMPLATES: Final = sorted(
    template
    for app in ("studio", "content_libraries")
    for template in (Path(__file__).parents[2] / app / "templates").rglob("*.html")
)


def directives(response: Any) -> dict[str, set[str]]:
    """The policy of an answer: name of a directive -> its sources."""
    parts = [part.split() for part in response[HEADER].split(";") if part.strip()]
    return {name: set(sources) for name, *sources in parts}


@pytest.mark.parametrize(
    "path", ["/", "/login", "/logout", "/admin/", "/admin/login/", "/nowhere", "/metrics", "/api/user/v1/nowhere"]
)
def test_every_page_loads_its_own_files_only(client: Client, path: str) -> None:
    policy = directives(client.get(path))
    assert policy["default-src"] == policy["frame-ancestors"] == policy["base-uri"] == {"'none'"}
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == {"'self'"}


def test_pages_of_the_admin_have_it_too(client: Client, staff: User) -> None:
    client.force_login(staff)
    assert directives(client.get("/admin/content_libraries/contentlibrary/"))["script-src"] == {"'self'"}


def test_so_has_the_page_of_a_failure(client: Client, settings: Any) -> None:
    settings.STORAGES = {**settings.STORAGES, "staticfiles": {"BACKEND": "a.storage.that.is.Gone"}}
    response = Client(raise_request_exception=False).get("/")
    assert response.status_code == 500
    assert directives(response)["style-src"] == {"'self'"}


@pytest.mark.parametrize("path", ["/api-docs/", "/api-docs/reference/"])
def test_descriptions_of_the_api_run_no_scripts_inside_of_pages(client: Client, path: str) -> None:
    response = client.get(path)
    assert directives(response)["script-src"] == directives(response)["connect-src"] == {"'self'"}
    assert not re.findall(r"<script(?![^>]*\bsrc=)", response.content.decode())


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_no_page_has_scripts_or_styles_inside(template: Path) -> None:
    text = template.read_text()
    assert not re.findall(r"<style|<script(?![^>]*\bsrc=)|\sstyle=|\son[a-z]+=|javascript:", text)


def test_answers_of_the_api_are_no_pages(client: Client, staff: User) -> None:
    client.force_login(staff)
    response = client.get("/api/libraries/v2/", headers={"Accept": "text/html,*/*;q=0.8"})
    assert (response.status_code, response["Content-Type"]) == (200, "application/json")
