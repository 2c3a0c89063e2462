"""The content of a library in a browser: searching, putting into order, editing, and undo."""

from __future__ import annotations

import re
from typing import Final

import pytest
from playwright.sync_api import Page, expect

from .conftest import Check, PageFactory
from .test_workbench import LIBRARY, check_page


def open_first(page: Page, kind: str) -> None:
    """Open the first item of a type that the search finds."""
    page.goto(f"{LIBRARY}?type={kind}&order=display_name")
    page.locator("#results table tbody a").first.click()
    expect(page.get_by_role("heading", level=2).first).to_be_visible()


def open_section(page: Page) -> None:
    """Open a section of the demo course, with two subsections."""
    page.goto(f"{LIBRARY}?type=section")
    page.get_by_role("link", name="Plan for reuse", exact=True).click()
    expect(page.get_by_role("heading", level=2).first).to_be_visible()


def titles(page: Page) -> list[str]:
    return page.locator(".wb-children").first.locator(".wb-row > a").all_inner_texts()


@pytest.mark.parametrize("kind", ["section", "unit", "problem", "html"])
def test_pages_of_items_can_be_used_by_everybody(open_as: PageFactory, check_accessibility: Check, kind: str) -> None:
    page = open_as("author")
    open_first(page, kind)
    address = page.url
    tabs = ("", "fields/", "olx/", "files/", "versions/") if kind in {"problem", "html"} else ("", "rename/", "add/")
    for tab in (*tabs, "delete/", "tags/", "collections/"):
        response = page.goto(address + tab)
        assert response
        assert response.status == 200
        check_page(page, check_accessibility)


def test_facets_narrow_the_search_and_stay_after_a_reload(open_as: PageFactory) -> None:
    page = open_as("author")
    page.goto(LIBRARY)
    page.get_by_role("checkbox", name=re.compile("^Unit")).check()
    expect(page).to_have_url(re.compile("type=unit"))
    expect(page.locator("#results tbody td:nth-child(2)").first).to_have_text("Unit")
    page.reload()
    expect(page.get_by_role("checkbox", name=re.compile("^Unit"))).to_be_checked()
    page.go_back()
    expect(page.get_by_role("checkbox", name=re.compile("^Unit"))).not_to_be_checked()


def test_children_are_put_into_order_with_the_keyboard(open_as: PageFactory) -> None:
    page = open_as("author")
    open_section(page)
    before = titles(page)
    assert len(before) > 1
    button = page.get_by_role("button", name=f"Move “{before[0]}” down", exact=True)
    button.focus()
    button.press("Enter")
    expect(page.locator("#announcer")).to_have_text(f"Now at place 2 of {len(before)}.")
    assert titles(page) == [before[1], before[0], *before[2:]]
    expect(page.get_by_role("button", name=f"Move “{before[0]}” down", exact=True)).to_be_focused()
    page.get_by_role("button", name=f"Move “{before[0]}” up", exact=True).press("Enter")
    expect(page.locator("#announcer")).to_have_text(f"Now at place 1 of {len(before)}.")
    page.reload()
    assert titles(page) == before


def test_children_are_dragged_into_order(open_as: PageFactory) -> None:
    page = open_as("author")
    open_section(page)
    before = titles(page)
    rows = page.locator(".wb-sortable").first.locator("> li")
    with page.expect_response(re.compile("/order/")):
        rows.nth(0).drag_to(rows.nth(1), target_position={"x": 200, "y": 40})
    assert titles(page)[:2] == [before[1], before[0]]
    page.reload()
    assert titles(page)[:2] == [before[1], before[0]]
    with page.expect_response(re.compile("/order/")):
        page.get_by_role("button", name=f"Move “{before[0]}” up", exact=True).click()


def test_what_is_in_a_child_is_shown_below_it(open_as: PageFactory) -> None:
    page = open_as("user")
    open_section(page)
    page.locator("details summary").first.click()
    expect(page.locator(".wb-nested .wb-row").first).to_be_visible()


OLX: Final = '<html display_name="Of the browser"><![CDATA[<p>Hello</p>]]></html>'


def test_a_component_is_made_edited_and_deleted_and_each_step_taken_back(open_as: PageFactory) -> None:
    page = open_as("contributor")
    page.goto(f"{LIBRARY}items/new/")
    page.get_by_label("Type").select_option("html")
    page.get_by_role("button", name="Create").click()
    expect(page.get_by_text("It is created, as a draft.")).to_be_visible()
    address = page.url
    page.get_by_role("link", name="OLX").click()
    source = page.get_by_label("OLX")
    source.fill("<html><p></html>")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text(re.compile("Line 1"))).to_be_visible()
    expect(source).to_have_value("<html><p></html>")
    source.fill(OLX)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="Of the browser", level=2)).to_be_visible()
    page.get_by_role("link", name="Preview").click()
    expect(page.frame_locator("iframe").get_by_text("Hello")).to_be_visible()
    page.get_by_role("link", name="Fields").click()
    page.get_by_label("Display Name").first.fill("Renamed in a form")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="Renamed in a form", level=2)).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("heading", name="Of the browser", level=2)).to_be_visible()
    page.get_by_role("link", name="Delete").click()
    expect(page.get_by_text("It is used nowhere.")).to_be_visible()
    page.get_by_role("button", name="Delete").click()
    expect(page).to_have_url(re.compile(f"{LIBRARY}$"))
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("The change is undone.")).to_be_visible()
    page.goto(address)
    expect(page.get_by_role("heading", name="Of the browser", level=2)).to_be_visible()
    page.get_by_role("link", name="Files").click()
    page.get_by_label("File", exact=True).set_input_files(
        {"name": "note.txt", "mimeType": "text/plain", "buffer": b"A note"}
    )
    page.get_by_role("button", name="Upload").click()
    expect(page.get_by_role("link", name="static/note.txt")).to_be_visible()


def test_who_was_refused_meanwhile_keeps_the_text(open_as: PageFactory) -> None:
    """A message appears on the page, which stays as it is."""
    page = open_as("author")
    open_first(page, "html")
    page.get_by_role("link", name="OLX").click()
    page.get_by_label("OLX").fill("<html>My long text</html>")
    page.locator("form[method=post] input[name=csrfmiddlewaretoken]").evaluate_all(
        "inputs => inputs.forEach(input => { input.value = 'x' })"
    )
    page.evaluate("document.body.removeAttribute('hx-headers')")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("The site did not answer as it should.")).to_be_visible()
    expect(page.get_by_label("OLX")).to_have_value("<html>My long text</html>")
