"""The start page: what a visitor, a member and staff find there. The workbench has the pages behind it."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from content_libraries.libraries.models import ContentLibrary

pytestmark = pytest.mark.django_db


def start_page(client: Client, user: User | None = None) -> str:
    if user is not None:
        client.force_login(user)
    response = client.get("/", follow=True)
    assert response.status_code == 200
    return response.content.decode()


def test_a_visitor_is_told_what_this_is_and_asked_to_log_in(client: Client, library: ContentLibrary) -> None:
    page = start_page(client)
    assert "Authors keep reusable content in libraries" in page
    assert 'href="/login"' in page
    assert "Library One" not in page


def test_a_member_sees_their_libraries(client: Client, library: ContentLibrary, reader: User) -> None:
    page = start_page(client, reader)
    assert "Library One" in page
    assert 'href="/admin/"' not in page


def test_staff_finds_the_administration_and_everybody_the_rest(client: Client, staff: User) -> None:
    page = start_page(client, staff)
    for url in ("/admin/", "/api-docs/", "/api-docs/reference/", "/readyz"):
        assert f'href="{url}"' in page
    assert "/authoring/" not in page


@pytest.mark.parametrize("frontend", ["/authoring", "http://localhost:2001", "https://apps.example.com/authoring/"])
def test_libraries_lead_to_the_frontend_here_or_elsewhere(
    client: Client, library: ContentLibrary, staff: User, settings: Any, frontend: str
) -> None:
    settings.COURSE_AUTHORING_MICROFRONTEND_URL = frontend
    assert f'href="{frontend.rstrip("/")}/libraries"' in start_page(client, staff)
    page = client.get("/libraries/lib:CL-TEST:lib1/").content.decode()
    assert f'href="{frontend.rstrip("/")}/library/lib:CL-TEST:lib1"' in page


@pytest.mark.parametrize("url", ["/", "/login", "/logout"])
def test_pages_have_landmarks_and_a_language(client: Client, url: str) -> None:
    page = client.get(url).content.decode()
    assert '<html lang="en" dir="ltr">' in page
    assert page.count("<main") == page.count("<h1") == page.count("<header") == 1
    assert 'href="#main"' in page
    assert "<title>" in page


@pytest.mark.parametrize("url", ["/", "/login", "/api-docs/", "/api-docs/reference/"])
def test_pages_fetch_nothing_from_elsewhere(client: Client, url: str) -> None:
    page = client.get(url).content.decode()
    for attribute in ('src="http', 'rel="stylesheet" href="http', 'src="//', "fonts.googleapis"):
        assert attribute not in page
