"""The pages that describe the API: everything that they need comes from this site."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, Request, expect

from .conftest import PageFactory, Screenshot


@pytest.fixture
def page(open_as: PageFactory) -> Page:
    """A window whose requests to other hosts, and errors of whose scripts, are remembered."""
    return open_as("author")


@pytest.mark.parametrize(
    ("path", "shown", "name"),
    [
        ("/api-docs/", ".opblock-summary-path", "api-try"),
        (
            "/api-docs/reference/",
            "[role=menuitem][title=Libraries], [role=menuitem] [title=Libraries]",
            "api-reference",
        ),
    ],
)
def test_nothing_is_fetched_from_elsewhere(
    page: Page, site: str, screenshot: Screenshot, forbidden: list[str], path: str, shown: str, name: str
) -> None:
    foreign: list[str] = []
    errors: list[str] = []
    host = urlsplit(site).netloc

    def note(request: Request) -> None:
        parts = urlsplit(request.url)
        # What the page's policy forbids is not sent.
        if parts.scheme not in {"data", "blob"} and parts.netloc != host and request.failure != "csp":
            foreign.append(request.url)

    page.on("requestfinished", note)
    page.on("requestfailed", note)
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(path)
    expect(page.locator(shown).first).to_be_visible(timeout=60_000)
    page.wait_for_load_state("networkidle")
    screenshot(page, name)
    assert (foreign, errors) == ([], [])
    assert all("https://cdn.redoc.ly/redoc/logo-mini.svg" in message for message in forbidden)  # it stays hidden
    forbidden.clear()
