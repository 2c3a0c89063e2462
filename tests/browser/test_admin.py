"""The lists of the Django admin that are ours: they open, nothing keeps people from using them."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from .conftest import Check, PageFactory, Screenshot
from .content import LIBRARY, Author

COURSE = "course-v1:DemoX+Reuse101+2026"
LISTS = (
    "contentlibrary",
    "contentlibrarypermission",
    "course",
    "importjob",
    "syncrun",
    "modulestoremigration",
    "modulestoreblockmigration",
    "modulestoresource",
    "sourceupload",
    "searchcheckpoint",
    "courselink",
    "legacyconversion",
    "backupjob",
    "changesetname",
    "release",
    "bulkeditjob",
    "stagedcontent",
    "studentstate",
)


@pytest.fixture
def admin(open_as: PageFactory) -> Page:
    return open_as("admin")


@pytest.mark.parametrize("name", LISTS)
def test_lists_are_usable_by_everybody(
    admin: Page, screenshot: Screenshot, check_accessibility: Check, name: str
) -> None:
    admin.goto(f"/admin/content_libraries/{name}/")
    expect(admin.locator("#content h1")).to_be_visible()
    check_accessibility(admin)
    screenshot(admin, f"admin-{name}")


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("name", LISTS)
def test_lists_are_read_without_scrolling_sideways(admin: Page, name: str, language: str) -> None:
    admin.set_extra_http_headers({"Accept-Language": language})
    admin.set_viewport_size({"width": 1280, "height": 900})
    admin.goto(f"/admin/content_libraries/{name}/")
    expect(admin.locator("html")).to_have_attribute("lang", language)
    hidden = "[...document.querySelectorAll('html, .results')].map(part => part.scrollWidth - part.clientWidth)"
    assert set(admin.evaluate(hidden)) == {0}


@pytest.mark.parametrize("name", LISTS)
def test_lists_fit_into_a_small_window(admin: Page, check_accessibility: Check, name: str) -> None:
    """Wide tables scroll; the page does not."""
    admin.set_viewport_size({"width": 375, "height": 700})
    admin.goto(f"/admin/content_libraries/{name}/")
    assert admin.evaluate("document.documentElement.scrollWidth") == 375
    check_accessibility(admin)


def test_buttons_leave_long_names_readable(admin: Page) -> None:
    admin.goto(f"/admin/content_libraries/course/{COURSE}/change/")
    title, button = (admin.locator(part).first.bounding_box() for part in ("#content > h2", ".object-tools a"))
    assert title
    assert button
    assert title["y"] + title["height"] <= button["y"]


def test_a_library_has_its_figures_and_its_team(
    admin: Page, screenshot: Screenshot, check_accessibility: Check
) -> None:
    admin.goto("/admin/content_libraries/contentlibrary/")
    admin.get_by_role("link", name=f"Welcome to content libraries {LIBRARY}").click()
    expect(admin.get_by_text("50 components")).to_be_visible()
    check_accessibility(admin)
    screenshot(admin, "admin-library")


def test_a_library_is_made_and_renamed(admin: Page, check_accessibility: Check) -> None:
    admin.goto("/admin/content_libraries/contentlibrary/")
    admin.get_by_role("link", name="New library").click()
    admin.get_by_label("Organization").fill("DemoX")
    admin.get_by_label("Slug").fill("welcome")
    admin.get_by_label("Title").fill("Made in the admin")
    admin.get_by_role("button", name="Save and continue editing").click()
    expect(admin.get_by_text("A library with that ID already exists.")).to_be_visible()
    check_accessibility(admin)
    admin.get_by_label("Slug").fill("made")
    admin.get_by_role("button", name="Save and continue editing").click()
    expect(admin.get_by_text("lib:DemoX:made", exact=True).first).to_be_visible()
    check_accessibility(admin)
    admin.get_by_label("Description").fill("By an operator")
    admin.get_by_role("button", name="Save", exact=True).click()
    expect(admin.get_by_role("link", name="Made in the admin lib:DemoX:made")).to_be_visible()


def test_a_role_is_given_changed_and_taken_away(
    admin: Page, screenshot: Screenshot, check_accessibility: Check
) -> None:
    admin.goto(f"/admin/content_libraries/contentlibrarypermission/?library={LIBRARY}")
    admin.get_by_role("link", name="Give a role").click()
    expect(admin.get_by_label("Library key")).to_have_value(LIBRARY)
    check_accessibility(admin)
    admin.get_by_label("User").fill("nobody@example.com")
    admin.get_by_role("button", name="Save").click()
    expect(admin.get_by_text("There is no user “nobody@example.com”.")).to_be_visible()
    check_accessibility(admin)
    admin.get_by_label("User").fill("outsider")
    admin.get_by_label("Role").select_option("library_user")
    admin.get_by_role("button", name="Save").click()
    expect(admin.get_by_text("Gave outsider the role Library user.")).to_be_visible()
    admin.get_by_role("link", name=f"Change Library user of outsider in {LIBRARY}").click()
    check_accessibility(admin)
    screenshot(admin, "role")
    admin.get_by_label("Role").select_option("library_author")
    admin.get_by_role("button", name="Save").click()
    admin.get_by_role("link", name=f"Change Library author of outsider in {LIBRARY}").click()
    admin.get_by_role("button", name="Take away").click()
    expect(admin.get_by_text("Took the role Library author from outsider.")).to_be_visible()
    expect(admin.get_by_role("rowheader", name="outsider")).to_have_count(0)


def test_a_sync_is_watched_to_its_end_and_listed(
    admin: Page, site: str, screenshot: Screenshot, check_accessibility: Check
) -> None:
    Author(admin, site).start_sync(COURSE)
    admin.goto("/admin/content_libraries/syncrun/")
    admin.get_by_role("link", name=COURSE).first.click()
    expect(admin.get_by_text("Succeeded", exact=True)).to_be_visible(timeout=60_000)
    check_accessibility(admin)
    screenshot(admin, "sync-result")
    for name, listed in (("admin-syncrun", "content_libraries/syncrun"), ("admin-tasks", "user_tasks/usertaskstatus")):
        admin.goto(f"/admin/{listed}/")
        expect(admin.get_by_role("cell", name="Succeeded").first).to_be_visible()
        check_accessibility(admin)
        screenshot(admin, name)
