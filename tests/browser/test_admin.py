"""The lists of the Django admin that are ours: they open, nothing keeps people from using them."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from .conftest import Check, PageFactory, Screenshot
from .content import LIBRARY, Author

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


def test_a_library_has_its_figures_and_its_team(
    admin: Page, screenshot: Screenshot, check_accessibility: Check
) -> None:
    admin.goto("/admin/content_libraries/contentlibrary/")
    admin.get_by_role("link", name=f"Welcome to content libraries {LIBRARY}").click()
    expect(admin.get_by_text("50 components")).to_be_visible()
    check_accessibility(admin)
    screenshot(admin, "admin-library")


def test_a_sync_is_watched_to_its_end_and_listed(
    admin: Page, site: str, screenshot: Screenshot, check_accessibility: Check
) -> None:
    run = Author(admin, site).start_sync("course-v1:DemoX+Reuse101+2026")
    admin.goto("/admin/content_libraries/syncrun/")
    admin.get_by_role("link", name=run).click()
    expect(admin.get_by_text("Succeeded", exact=True)).to_be_visible(timeout=60_000)
    check_accessibility(admin)
    screenshot(admin, "sync-result")
    for name, listed in (("admin-syncrun", "content_libraries/syncrun"), ("admin-tasks", "user_tasks/usertaskstatus")):
        admin.goto(f"/admin/{listed}/")
        expect(admin.get_by_role("cell", name="Succeeded").first).to_be_visible()
        check_accessibility(admin)
        screenshot(admin, name)
