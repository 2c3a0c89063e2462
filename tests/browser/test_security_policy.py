"""All pages of the admin, and of the site, work within the policy of the site: ``open_as`` fails where one does not."""

from __future__ import annotations

from typing import Final

import pytest
from playwright.sync_api import Page, expect

from .conftest import PageFactory

MOST_PAGES: Final = 150
OPENS: Final = """
() => Array.from(document.querySelectorAll("#content a[href], #header a[href]"), link => link.href)
    .filter(href => new URL(href).pathname.startsWith("/admin/") && !href.includes("#"))
    .map(href => new URL(href).pathname)
"""


@pytest.fixture
def admin(open_as: PageFactory) -> Page:
    return open_as("admin")


def test_the_whole_admin_works_within_it(admin: Page) -> None:
    """Follows every link, into the first two objects of each list."""
    waiting, seen = ["/admin/"], {"/admin/", "/admin/logout/"}
    visited = 0
    while waiting and visited < MOST_PAGES:
        path = waiting.pop(0)
        if path.endswith("/csv/"):  # a download
            continue
        response = admin.goto(path, wait_until="load")
        if response is None or "text/html" not in response.headers.get("content-type", ""):
            continue
        assert response.status < 400, path
        assert "script-src 'self'" in response.headers["content-security-policy"], path
        visited += 1
        found = [link for link in dict.fromkeys(admin.evaluate(OPENS)) if link not in seen]
        objects = [link for link in found if link.endswith("/change/")]
        for link in found:
            if link not in objects[2:]:
                seen.add(link)
                waiting.append(link)
    assert visited > 50


@pytest.mark.parametrize("path", ["/", "/login", "/nowhere", "/metrics"])
def test_pages_of_the_site_work_within_it(open_as: PageFactory, path: str) -> None:
    page = open_as(None)
    page.goto(path)
    expect(page.get_by_role("main")).to_be_visible()
    assert page.evaluate("getComputedStyle(document.body).fontFamily").startswith(("system-ui", '"Segoe UI"'))


def test_what_it_forbids_is_noticed(open_as: PageFactory, forbidden: list[str]) -> None:
    """So that the tests above can fail."""
    page = open_as(None)
    page.goto("/login")
    with page.expect_event("console", lambda message: "Content Security Policy" in message.text):
        page.evaluate("document.body.insertAdjacentHTML('beforeend', '<img src=\"https://example.com/a.png\">')")
    assert len(forbidden) == 1
    forbidden.clear()
