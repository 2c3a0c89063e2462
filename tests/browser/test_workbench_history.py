"""The workbench in a browser: releases with approval, find and replace with undo, and the pages of changes."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from .conftest import Check, PageFactory
from .test_workbench import LIBRARY, check_page


def edit_title(page: Page, find: str, replace: str) -> None:
    """Find and replace a text in the library, and look at the preview first."""
    page.goto(f"{LIBRARY}replace/")
    page.get_by_label("Find", exact=True).fill(find)
    page.get_by_label("Replace by").fill(replace)
    page.get_by_role("button", name="Preview").click()
    page.get_by_role("button", name="Make these changes").click()
    expect(page.get_by_role("status").filter(has_text=re.compile(r"items? (is|are) changed"))).to_be_visible()


def test_a_contributor_requests_and_a_publisher_approves_and_reverts(
    open_as: PageFactory, check_accessibility: Check
) -> None:
    asking = open_as("contributor")
    edit_title(asking, "Welcome", "Hello")
    asking.goto(f"{LIBRARY}publish/")
    expect(asking.get_by_role("button", name="Publish all")).to_have_count(0)
    asking.get_by_role("checkbox").first.check()
    asking.get_by_role("button", name="Make a release of the ticked items").click()
    check_page(asking, check_accessibility)
    asking.get_by_label("Title").fill("Warmer words")
    asking.get_by_role("button", name="Make the release").click()
    expect(asking.get_by_role("heading", name="Warmer words", level=1)).to_be_visible()
    asking.get_by_label("Why should it go out?").fill("It sounds friendlier")
    asking.get_by_role("button", name="Request publication").click()
    expect(asking.get_by_text("Requested", exact=True).first).to_be_visible()

    deciding = open_as("author")
    deciding.goto(f"{LIBRARY}releases/")
    deciding.get_by_role("link", name="Warmer words").click()
    expect(deciding.get_by_text("It sounds friendlier")).to_be_visible()
    check_page(deciding, check_accessibility)
    deciding.get_by_role("button", name="Approve", exact=True).click()
    expect(deciding.get_by_text("“Warmer words”: Published")).to_be_visible()
    deciding.get_by_text("Revert", exact=True).first.click()
    deciding.get_by_role("button", name="Revert", exact=True).click()
    expect(deciding.get_by_text("“Warmer words”: Reverted")).to_be_visible()
    check_page(deciding, check_accessibility)

    asking.goto(f"{LIBRARY}changes/?kind=bulk_edit")
    asking.get_by_role("region", name="Changes").get_by_role("link").first.click()
    asking.get_by_role("link", name="Undo").click()
    asking.get_by_role("button", name="Undo").last.click()
    expect(asking.get_by_text(re.compile("Undid the changes of"))).to_be_visible()


def test_find_and_replace_is_previewed_made_and_undone(open_as: PageFactory, check_accessibility: Check) -> None:
    page = open_as("author")
    page.goto(f"{LIBRARY}replace/")
    find = page.get_by_label("Find", exact=True)
    find.fill("librar")
    page.get_by_label("Replace by").fill("bibliothec")
    find.press("Enter")
    expect(page.get_by_role("heading", name="What would change")).to_be_visible()
    check_page(page, check_accessibility)
    page.get_by_role("button", name="Make these changes").click()
    expect(page.get_by_role("heading", level=1, name=re.compile("in bulk"))).to_be_visible()
    check_page(page, check_accessibility)
    page.get_by_role("region", name="Changed items").get_by_role("link").first.click()
    expect(page.get_by_role("heading", level=1, name="Before and after")).to_be_visible()
    check_page(page, check_accessibility)
    page.go_back()
    page.get_by_role("link", name="Undo").click()
    check_page(page, check_accessibility)
    page.get_by_role("button", name="Undo").last.click()
    expect(page.get_by_text(re.compile("Undid the changes of"))).to_be_visible()
    expect(page.get_by_role("link", name="Redo")).to_be_visible()


def test_the_preview_of_a_mistake_stays_with_its_input(open_as: PageFactory) -> None:
    page = open_as("author")
    page.goto(f"{LIBRARY}replace/")
    page.get_by_label("Find", exact=True).fill("(")
    page.get_by_label("Regular expression (RE2)").check()
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_label("Find", exact=True)).to_be_focused()
    expect(page.get_by_label("Find", exact=True)).to_have_value("(")


def test_the_filter_of_changes_is_in_the_address(open_as: PageFactory) -> None:
    page = open_as("author")
    page.goto(f"{LIBRARY}changes/")
    page.get_by_label("Kind").select_option("publish")
    expect(page).to_have_url(re.compile("kind=publish"))
    page.go_back()
    expect(page.get_by_label("Kind")).to_have_value("")
