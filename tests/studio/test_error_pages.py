"""What people read where something is not there, not allowed, or fails."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

pytestmark = pytest.mark.django_db


def shown(response: Any, *, status: int) -> str:
    assert response.status_code == status
    page: str = response.content.decode()
    assert "<main" in page
    assert 'href="/"' in page
    return page


def test_a_page_that_is_not_there_leads_back(client: Client) -> None:
    page = shown(client.get("/nowhere"), status=404)
    assert "Resolver404" not in page


def test_it_says_what_is_not_there(client: Client, staff: User) -> None:
    client.force_login(staff)
    assert "This site serves no frontend" in shown(client.get("/authoring/"), status=404)
    page = shown(client.get("/admin/content_libraries/importjob/plans/?plan=%3Cb%3E"), status=404)
    assert "“&lt;b&gt;” is no ID." in page


def test_what_is_not_allowed_says_who_is_logged_in(client: Client, reader: User) -> None:
    client.force_login(reader)
    page = shown(client.get("/metrics"), status=403)
    assert f"Logged in as {reader.username}" in page


def test_a_form_that_was_open_for_too_long_says_what_to_do() -> None:
    page = shown(Client(enforce_csrf_checks=True).post("/login", {"username": "ann"}), status=403)
    assert "Go back, reload the page" in page


def test_a_failure_says_so_and_needs_nothing_that_may_fail_too(
    staff: User, settings: Any, django_assert_num_queries: Any
) -> None:
    client = Client(raise_request_exception=False)
    settings.COURSE_AUTHORING_MICROFRONTEND_URL = object()
    settings.STORAGES = {**settings.STORAGES, "staticfiles": {"BACKEND": "a.storage.that.is.Gone"}}
    with django_assert_num_queries(0):
        shown(client.get("/"), status=500)


@pytest.mark.parametrize("language", ["en", "es"])
def test_a_failure_says_in_which_language_it_says_so(staff: User, settings: Any, language: str) -> None:
    client = Client(raise_request_exception=False, headers={"Accept-Language": language})
    settings.STORAGES = {**settings.STORAGES, "staticfiles": {"BACKEND": "a.storage.that.is.Gone"}}
    assert f'<html lang="{language}">' in shown(client.get("/"), status=500)


def test_browsers_find_an_icon_where_they_look_for_it(client: Client) -> None:
    response = client.get("/favicon.ico", follow=True)
    assert (response.status_code, response["Content-Type"]) == (200, "image/svg+xml")


@pytest.mark.parametrize("method", ["get", "post", "put", "delete"])
@pytest.mark.parametrize(
    "path", ["/api/", "/api/nothing/v1/", "/api/libraries/v2/a/b/c/d/", "/api/libraries/v2/%F0%9F/x/"]
)
def test_unknown_addresses_of_the_api_answer_as_the_api_does(client: Client, method: str, path: str) -> None:
    response = getattr(client, method)(path)
    assert (response.status_code, response["Content-Type"]) == (404, "application/json")
    assert response.json() == {"detail": "Not found."}


def test_an_address_of_the_api_without_its_slash_still_leads_there(client: Client) -> None:
    assert client.get("/api/libraries/v2?page=2")["Location"] == "/api/libraries/v2/?page=2"
