"""Two roles on one site: what an administrator and a contributor see, may do, and are refused."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from .conftest import Check, PageFactory, Screenshot
from .content import LIBRARY, Author


def test_a_contributor_writes_and_an_administrator_publishes(
    open_as: PageFactory, site: str, screenshot: Screenshot, check_accessibility: Check
) -> None:
    contributor, admin = open_as("contributor"), open_as("admin")
    expect(contributor.get_by_role("row", name="Welcome to content libraries")).to_be_visible()
    expect(contributor.get_by_role("link", name="Administration")).to_have_count(0)
    screenshot(contributor, "start-page-of-a-contributor")
    author = Author(contributor, site)
    author.add("html", "<html>By a contributor</html>")
    refused = author.try_to_publish(LIBRARY)
    assert refused.status == 403

    contributor.goto("/admin/")
    expect(contributor.get_by_text("You are authenticated as contributor, but are not authorized")).to_be_visible()
    check_accessibility(contributor)
    screenshot(contributor, "admin-refused")

    admin.get_by_role("link", name="Administration").click()
    check_accessibility(admin)
    screenshot(admin, "admin-index")
    admin.get_by_role("rowheader", name="Content libraries").get_by_role("link").click()
    admin.get_by_role("link", name="With unpublished changes").click()
    row = admin.get_by_role("row", name=re.compile(LIBRARY))
    expect(row.locator(".field-unpublished")).not_to_have_text("0")
    row.get_by_role("checkbox").check()
    admin.get_by_label("Action:").select_option(label="Publish all changes of the selected libraries")
    admin.get_by_role("button", name="Go").click()
    expect(admin.get_by_role("heading", name="Publish all changes of these libraries?")).to_be_visible()
    new = re.compile(f"new: “Text” \\(lb:{LIBRARY.removeprefix('lib:')}:html:")
    expect(admin.get_by_text(new).first).to_be_visible()  # tests before this one may have left others
    check_accessibility(admin)
    screenshot(admin, "publish-asked")
    admin.get_by_role("button", name="Yes, publish").click()
    expect(admin.get_by_text(f"Published {LIBRARY}.")).to_be_visible()
    screenshot(admin, "libraries-published")


def test_who_may_do_what_stands_in_one_list(
    open_as: PageFactory, screenshot: Screenshot, check_accessibility: Check
) -> None:
    admin = open_as("admin")
    admin.goto("/admin/content_libraries/contentlibrary/")
    admin.get_by_role("link", name=f"Team of {LIBRARY}").click()
    expect(admin.get_by_role("row", name=re.compile("contributor.*Library contributor"))).to_contain_text("view, edit")
    check_accessibility(admin)
    screenshot(admin, "teams")
    admin.get_by_label("Role or level").select_option("library_author")
    admin.get_by_role("button", name="Search").click()
    expect(admin.get_by_role("row", name=re.compile("Library author"))).to_have_count(1)
    expect(admin.get_by_role("row", name=re.compile("Library contributor"))).to_have_count(0)


def test_who_logs_in_wrongly_is_told(open_as: PageFactory, screenshot: Screenshot, check_accessibility: Check) -> None:
    page = open_as(None)
    page.goto("/login")
    check_accessibility(page)
    page.get_by_label("Username").fill("admin")
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("alert")).to_be_visible()
    check_accessibility(page)
    screenshot(page, "login-refused")
