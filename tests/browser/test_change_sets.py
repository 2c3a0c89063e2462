"""Change sets and releases in the Django admin: found, read, compared, undone, restored and approved."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from .conftest import Check, PageFactory, Screenshot
from .content import LIBRARY, Author

OLD = '<problem display_name="Noble gases"><p>Helium is a metal.</p></problem>'
NEW = '<problem display_name="Noble gases"><p>Helium is a gas.</p></problem>'


@pytest.fixture
def admin(open_as: PageFactory) -> Page:
    return open_as("admin")


def open_newest(page: Page, place: str) -> None:
    """Look for the change sets of an item in the sidebar's list, and open the newest one."""
    page.goto("/admin/")
    page.get_by_role("link", name="Change sets", exact=True).click()
    page.get_by_label("Library, course or item").fill(place)
    page.get_by_role("button", name="Search").click()
    page.locator("#content tbody a").first.click()


def test_a_change_is_found_compared_undone_and_done_again(
    admin: Page, site: str, screenshot: Screenshot, check_accessibility: Check
) -> None:
    author = Author(admin, site)
    key = author.add("problem", OLD)
    author.set_olx(key, NEW)

    open_newest(admin, key)
    expect(admin.get_by_role("heading", name="Edited “Noble gases”")).to_be_visible()
    check_accessibility(admin)
    screenshot(admin, "change-set")
    admin.get_by_role("link", name="Before and after").click()
    expect(admin.locator(".difference .removed").first).to_contain_text("Helium is a metal.")
    check_accessibility(admin)
    admin.get_by_role("link", name="Edited “Noble gases”").click()

    admin.get_by_role("link", name="Undo this change set").click()
    expect(admin.get_by_text("1 item changes")).to_be_visible()
    check_accessibility(admin)
    screenshot(admin, "undo")
    admin.get_by_role("button", name="Undo", exact=True).click()
    expect(admin.get_by_text("Undid the changes of 1 item.")).to_be_visible()
    assert "Helium is a metal." in author.olx(key)

    admin.get_by_role("link", name="Undo this change set").click()
    admin.get_by_role("button", name="Undo", exact=True).click()
    expect(admin.get_by_text("Undid the changes of 1 item.")).to_be_visible()
    assert "Helium is a gas." in author.olx(key)


def test_what_was_changed_since_is_named_and_an_earlier_version_is_restored(
    admin: Page, site: str, check_accessibility: Check
) -> None:
    author = Author(admin, site)
    key = author.add("problem", OLD)
    open_newest(admin, key)
    earlier = admin.url
    author.set_olx(key, NEW)

    admin.get_by_role("link", name="Undo this change set").click()
    expect(admin.get_by_text("1 item cannot be undone")).to_be_visible()
    expect(admin.get_by_text("Nothing can be undone.")).to_be_visible()
    check_accessibility(admin)
    admin.get_by_role("link", name="Show it").click()
    admin.get_by_role("link", name="Before and after").click()
    admin.get_by_role("link", name="Restore version 2").click()
    check_accessibility(admin)
    admin.get_by_role("button", name="Restore").click()
    expect(admin.get_by_text("Restored 1 item.")).to_be_visible()
    assert admin.url != earlier
    assert "Helium is a metal." in author.olx(key)


def test_a_requested_release_is_approved_and_published(
    admin: Page, site: str, open_as: PageFactory, screenshot: Screenshot, check_accessibility: Check
) -> None:
    author = Author(admin, site)
    key = author.add("problem", NEW)
    author.request_release(LIBRARY, [key], title="Noble gases for week one", reason="Reviewed by the team.")

    admin.goto("/admin/content_libraries/release/")
    admin.get_by_role("link", name="Noble gases for week one").click()
    expect(admin.get_by_text("Reviewed by the team.")).to_be_visible()
    check_accessibility(admin)
    screenshot(admin, "release")
    admin.get_by_role("button", name="Approve this content").click()
    expect(admin.get_by_text("The release is approved.")).to_be_visible()
    admin.get_by_role("button", name="Publish now").click()
    expect(admin.get_by_text("The release is published.")).to_be_visible()
    check_accessibility(admin)
