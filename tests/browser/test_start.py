"""Logging in, and the start page."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from .conftest import PageFactory, Screenshot


def test_who_logs_in_sees_the_libraries(
    open_as: PageFactory, screenshot: Screenshot, check_accessibility: Callable[[Page], None]
) -> None:
    page = open_as("author")
    expect(page.get_by_role("row", name="Welcome to content libraries")).to_be_visible()
    check_accessibility(page)
    screenshot(page, "start-page")


def test_keys_can_be_read_in_a_small_window(open_as: PageFactory) -> None:
    page = open_as("author")
    page.set_viewport_size({"width": 375, "height": 700})
    expect(page.get_by_role("table").get_by_text("lib:DemoX:welcome")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == 375


def test_who_has_no_role_sees_no_library(open_as: PageFactory) -> None:
    page = open_as("outsider")
    expect(page.get_by_role("row", name="Welcome to content libraries")).to_have_count(0)


def test_nobody_is_asked_to_log_in(open_as: PageFactory, check_accessibility: Callable[[Page], None]) -> None:
    page = open_as(None)
    page.goto("/")
    expect(page.get_by_role("main").get_by_role("link", name="Log in")).to_be_visible()
    check_accessibility(page)
