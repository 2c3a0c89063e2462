"""A built frontend below ``/authoring/``, in a browser: history routing, its script, and the calls that it makes."""

from __future__ import annotations

from playwright.sync_api import expect

from .conftest import PageFactory


def test_its_pages_are_opened_left_and_come_back_to(open_as: PageFactory, site: str) -> None:
    page = open_as("author")
    page.get_by_role("link", name="Authoring frontend").click()
    route = page.get_by_role("heading")
    expect(route).to_have_text("/authoring/libraries")
    expect(page.get_by_text("Welcome to content libraries")).to_be_visible()
    expect(page.locator("#site")).to_have_text(site)
    page.get_by_role("link", name="Other").click()
    expect(route).to_have_text("/authoring/course/other")
    page.reload()
    expect(route).to_have_text("/authoring/course/other")
    page.go_back()
    expect(route).to_have_text("/authoring/libraries")


def test_a_page_of_a_library_is_opened_by_its_address(open_as: PageFactory) -> None:
    page = open_as("author")
    page.get_by_role("link", name="Welcome to content libraries").click()
    page.get_by_role("link", name="Open in the authoring frontend").click()
    expect(page.get_by_role("heading")).to_have_text("/authoring/library/lib:DemoX:welcome")


def test_its_pictures_are_shown_and_no_other_site_is_asked(open_as: PageFactory, site: str) -> None:
    page = open_as("author")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto("/authoring/libraries", wait_until="networkidle")
    for picture in ("logo", "platform"):
        page.wait_for_function("id => document.getElementById(id).naturalWidth > 0", arg=picture)
    assert [url for url in asked if not url.startswith(site)] == []


def test_who_has_not_logged_in_gets_the_frontend_and_no_libraries(open_as: PageFactory) -> None:
    page = open_as(None)
    page.goto("/authoring/home")
    expect(page.locator("#libraries")).to_have_text("401")
