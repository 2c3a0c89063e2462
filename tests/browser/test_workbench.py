"""The workbench in a browser: its pages can be used by everybody, and fit into windows of all sizes."""

from __future__ import annotations

import re
from typing import Final

import pytest
from playwright.sync_api import Page, expect

from .conftest import Check, PageFactory, Screenshot

WIDTHS: Final = (375, 768, 1280)
LIBRARY: Final = "/libraries/lib:DemoX:welcome/"
PAGES: Final = {
    "libraries": "/libraries/",
    "new-library": "/libraries/new/",
    "content": LIBRARY,
    "settings": f"{LIBRARY}settings/",
    "team": f"{LIBRARY}team/",
    "permissions": f"{LIBRARY}team/explain/",
    "outline": f"{LIBRARY}outline/",
    "new-item": f"{LIBRARY}items/new/",
    "collections": f"{LIBRARY}collections/",
    "new-collection": f"{LIBRARY}collections/new/",
    "changes": f"{LIBRARY}changes/",
    "publish": f"{LIBRARY}publish/",
    "releases": f"{LIBRARY}releases/",
    "new-release": f"{LIBRARY}releases/new/",
    "replace": f"{LIBRARY}replace/",
    "bulk-settings": f"{LIBRARY}bulk-settings/",
    "backups": f"{LIBRARY}backups/",
    "import": f"{LIBRARY}import/",
    "courses": "/courses/",
    "archives": "/archives/",
}
"""All pages that need no preparation. A new page adds its path here, under the name of its picture."""


def check_page(page: Page, check_accessibility: Check) -> None:
    """Fail where the page is wider than the window, or axe finds a serious violation, in light and in dark."""
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{page.url} overflows {width} px"
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        check_accessibility(page)


@pytest.mark.parametrize("name", PAGES)
def test_every_page_can_be_used_by_everybody(
    open_as: PageFactory, check_accessibility: Check, screenshot: Screenshot, name: str
) -> None:
    page = open_as("admin" if name == "new-library" else "library_admin")
    response = page.goto(PAGES[name])
    assert response
    assert response.status == 200
    expect(page.get_by_role("heading", level=1)).to_have_count(1)
    screenshot(page, f"workbench-{name}")
    check_page(page, check_accessibility)


def test_the_search_narrows_the_list_and_the_back_button_widens_it(open_as: PageFactory) -> None:
    page = open_as("author")
    page.get_by_label("Search libraries").fill("nothing like this")
    expect(page.get_by_role("heading", name="No library matches")).to_be_visible()
    expect(page).to_have_url(re.compile("/libraries/.q=nothing"))
    page.go_back()
    expect(page.get_by_role("link", name="Welcome to content libraries")).to_be_visible()


def test_a_library_is_created_with_the_keyboard_after_a_mistake(open_as: PageFactory) -> None:
    page = open_as("admin")
    page.goto("/libraries/new/")
    page.get_by_label("Title").fill("Made in a browser")
    page.get_by_label("Organization").fill("DemoX")
    page.get_by_label("Name in the key").fill("not a slug")
    page.get_by_label("Name in the key").press("Enter")
    expect(page.get_by_text("Nothing was saved.")).to_be_visible()
    field = page.get_by_label("Name in the key")
    expect(field).to_be_focused()
    expect(page.get_by_label("Title")).to_have_value("Made in a browser")
    field.fill("browser")
    field.press("Enter")
    expect(page.get_by_text("“Made in a browser” is created.")).to_be_visible()
    expect(page).to_have_url("/libraries/lib:DemoX:browser/")


def test_the_demo_is_entered_with_one_click(open_as: PageFactory, check_accessibility: Check) -> None:
    page = open_as(None)
    page.goto("/")
    check_page(page, check_accessibility)
    page.get_by_role("button", name="Log in as contributor").click()
    expect(page.get_by_role("link", name="Welcome to content libraries")).to_be_visible()
    expect(page.get_by_text("contributor", exact=True)).to_be_visible()


def test_a_member_gets_a_role_and_sees_why(open_as: PageFactory) -> None:
    page = open_as("library_admin")
    page.goto(f"{LIBRARY}team/")
    page.get_by_label("Username or e-mail address").fill("outsider")
    page.get_by_label("Role", exact=True).select_option("library_user")
    page.get_by_role("button", name="Give role").click()
    expect(page.get_by_text("outsider has the role “Library user” now.")).to_be_visible()
    page.get_by_role("link", name="outsider").click()
    expect(page.get_by_role("row", name="See the library").first).to_contain_text("Library user")
    page.go_back()
    page.get_by_role("button", name="Remove outsider").click()
    expect(page.get_by_role("link", name="outsider")).to_have_count(0)
