"""An import on the pages of the workbench, with a real worker."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import expect

from tests.imports.conftest import course_archive

from .conftest import Check, PageFactory, Screenshot
from .test_workbench import LIBRARY, check_page


def test_an_author_imports_a_course_and_sees_what_came(
    open_as: PageFactory, check_accessibility: Check, screenshot: Screenshot, tmp_path: Path
) -> None:
    page = open_as("author")
    page.goto(f"{LIBRARY}import/")
    check_page(page, check_accessibility)
    page.get_by_label("File").set_input_files(course_archive(tmp_path, run="workbench"))
    page.get_by_role("button", name="Upload").click()
    expect(page.get_by_role("heading", name="Import “Course workbench”")).to_be_visible()
    check_page(page, check_accessibility)
    page.get_by_role("button", name="Show the plan").click()
    expect(page.get_by_text("Nothing is written yet.")).to_be_visible()
    check_page(page, check_accessibility)
    screenshot(page, "workbench-import-plan")
    page.get_by_role("button", name="Start the import").click()
    expect(page.get_by_role("link", name="Show the library")).to_be_visible(timeout=60_000)
    expect(page.get_by_text("created").first).to_be_visible()
    check_page(page, check_accessibility)
    page.goto(f"{LIBRARY}import/")
    expect(page.get_by_role("link", name="Course workbench").last).to_be_visible()
