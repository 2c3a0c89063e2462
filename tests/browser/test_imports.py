"""Imports in the Django admin, as staff sees them: from the choice of sources to the result, with a real worker."""

from __future__ import annotations

import re
import tarfile
from collections.abc import Mapping
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.running import manage
from tests.sites import Environment

from .conftest import Check, PageFactory, Screenshot

WORKER_MS = 60_000
PROBLEMS = (
    '<problem url_name="p1" display_name="Sum">1</problem><problem url_name="p2" display_name="Product">2</problem>'
)

COURSE = f"""<course url_name="1" org="B" course="One" display_name="Arithmetic">
<chapter url_name="c1" display_name="Numbers" start="2026-01-01T00:00:00Z">
<sequential url_name="s1" display_name="Adding and multiplying" graded="true"><vertical url_name="v1"
display_name="Practice"><html url_name="h1" display_name="What to do">Solve both. &lt;img src="/static/map.png"
alt="Map"&gt;</html>{PROBLEMS}
<conditional url_name="x1" display_name="Only for those who passed">
<problem url_name="p3" display_name="Power">3</problem>
</conditional></vertical></sequential></chapter></course>"""

FILES = {"map.png": b"map", "handbook.pdf": b"handbook"}


def packed(folder: Path, name: str, root: str, files: Mapping[str, bytes] | None = None) -> Path:
    """A ``.tar.gz`` with one folder, one root file, and these static files."""
    source = folder / name
    (source / "static").mkdir(parents=True)
    for path, content in (files or {}).items():
        (source / "static" / path).write_bytes(content)
    kind = "library" if root.startswith("<library") else "course"
    (source / f"{kind}.xml").write_text(root)
    with tarfile.open(folder / f"{name}.tar.gz", "w:gz") as archive:
        archive.add(source, kind)
    return folder / f"{name}.tar.gz"


def make_library(environment: Environment, key: str, title: str) -> None:
    manage(environment, "create_library", key, "--title", title)


def choose(page: Page, model: str, names: list[str], action: str) -> None:
    """Tick rows of an admin list and run an action on them."""
    page.goto(f"/admin/content_libraries/{model}/")
    for name in names:
        page.get_by_role("row", name=re.compile(name)).first.get_by_role("checkbox").check()
    page.get_by_label("Action:").select_option(label=action)
    page.get_by_role("button", name="Go").click()


def upload(page: Page, archive: Path) -> None:
    page.goto("/admin/content_libraries/sourceupload/add/")
    page.get_by_label("Archive:").set_input_files(archive)
    page.get_by_role("button", name="Save", exact=True).click()
    page.wait_for_url("**/importjob/**")


def test_a_course_is_imported_with_preview_and_progress(
    open_as: PageFactory, environment: Environment, screenshot: Screenshot, tmp_path: Path, check_accessibility: Check
) -> None:
    make_library(environment, "lib:DemoX:from-course", "From a course")
    earlier = (
        '<course url_name="0" org="B" course="One"><html url_name="h1" display_name="What to do">Rest.</html></course>'
    )
    manage(environment, "import_course", str(packed(tmp_path, "zero", earlier)), "lib:DemoX:from-course")
    manage(environment, "load_course", str(packed(tmp_path, "one", COURSE, FILES)))
    page = open_as("admin")
    choose(page, "course", [re.escape("course-v1:B+One+1")], "Import into library…")
    page.get_by_label("Target library").fill("lib:DemoX:from-course")
    check_accessibility(page)
    screenshot(page, "import-form")
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_role("heading", name="Preview of the import")).to_be_visible()
    for line, detail in {
        "1 item gets another ID, as its own is taken": "h1_1 in place of h1",
        "1 new item has the title of another item": "block-v1:B+One+1+type@html+block@h1",
        "1 static file does not come along, as nothing refers to it": "handbook.pdf",
    }.items():
        page.get_by_text(line).click()
        expect(page.get_by_role("listitem").filter(has_text=detail).first).to_be_visible()
    check_accessibility(page)
    screenshot(page, "import-preview")
    page.get_by_text("Block by block").click()
    page.get_by_label("What happens").select_option("unsupported")
    expect(page.get_by_role("status")).to_contain_text(re.compile(r"^[1-9]\d* of \d+ blocks"))

    page.get_by_role("button", name="Start the import").click()
    expect(page.get_by_role("button", name="Cancel")).to_be_visible()
    screenshot(page, "import-progress")
    expect(page.get_by_text(re.compile("^Done in part$")).first).to_be_visible(timeout=WORKER_MS)
    expect(page.get_by_role("button", name="Cancel")).to_have_count(0)  # the page is shown anew
    expect(page.get_by_text(re.compile("^Succeeded$"))).to_have_count(0)
    check_accessibility(page)
    screenshot(page, "import-result")
    page.get_by_role("link", name="Block by block").click()
    page.get_by_role("link", name=re.compile("lb:DemoX:from-course:html")).first.click()
    expect(page).to_have_url(re.compile("/authoring/library/lib:DemoX:from-course/components"))
    page.go_back()
    page.get_by_role("link", name="Not imported").click()
    expect(page.get_by_role("cell", name=re.compile("has children")).first).to_be_visible()
    check_accessibility(page)
    screenshot(page, "import-blocks")
    with page.expect_download() as download:
        page.get_by_role("link", name="Download as CSV").click()
    assert "has children, so it is not supported" in Path(download.value.path()).read_text()

    choose(page, "course", [re.escape("course-v1:B+One+1")], "Import into library…")
    page.get_by_label("Target library").fill("lib:DemoX:from-course")
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_text("0 blocks were added in the source, 0 changed, 0 removed")).to_be_visible()


def test_lists_of_imports_are_read_without_scrolling_sideways(open_as: PageFactory) -> None:
    page = open_as("admin")
    for name in ("importjob", "modulestoremigration", "modulestoreblockmigration", "modulestoresource"):
        page.goto(f"/admin/content_libraries/{name}/")
        expect(page.locator("#result_list tbody tr").first).to_be_visible()
        hidden = "[...document.querySelectorAll('html, .results')].map(part => part.scrollWidth - part.clientWidth)"
        assert set(page.evaluate(hidden)) == {0}, name


def test_the_library_of_an_import_is_proposed_or_made(
    open_as: PageFactory, tmp_path: Path, check_accessibility: Check
) -> None:
    page = open_as("admin")
    upload(page, packed(tmp_path, "three", f'<course url_name="3" org="B" course="Three">{PROBLEMS}</course>'))
    page.get_by_label("Target library").press_sequentially("lib:DemoX:wel")
    expect(page.locator("datalist option[value='lib:DemoX:welcome']")).to_have_count(1)
    page.get_by_label("Target library").fill("lib:DemoX:made-for-it")
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_text("There is no library “lib:DemoX:made-for-it”.")).to_be_visible()
    check_accessibility(page)
    page.get_by_label("Title, for a new library").fill("Made for it")
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_text("The library lib:DemoX:made-for-it was made.")).to_be_visible()
    page.get_by_role("button", name="Start the import").click()
    expect(page.get_by_text(re.compile("^Succeeded$"))).to_be_visible(timeout=WORKER_MS)


def test_a_failed_import_says_why_and_is_tried_again(
    open_as: PageFactory, environment: Environment, screenshot: Screenshot, tmp_path: Path, check_accessibility: Check
) -> None:
    make_library(environment, "lib:DemoX:failing", "Failing")
    course = f'<course url_name="1" org="B" course="Two" display_name="Two sums">{PROBLEMS}</course>'
    page = open_as("admin")
    upload(page, packed(tmp_path, "two", course))
    page.get_by_label("Target library").fill("lib:DemoX:failing")
    page.get_by_role("button", name="Preview").click()
    manage(environment, "import_course", str(packed(tmp_path / "other", "two", course)), "lib:DemoX:failing")
    page.get_by_role("button", name="Start the import").click()
    expect(page.get_by_text(re.compile("^Failed$")).first).to_be_visible(timeout=WORKER_MS)
    expect(page.get_by_text(re.compile("The library changed since this import was planned")).first).to_be_visible()
    check_accessibility(page)
    screenshot(page, "import-failed")
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_text(re.compile("^Succeeded$"))).to_be_visible(timeout=WORKER_MS)
    page.goto("/admin/content_libraries/importjob/?state__exact=failed")
    expect(page.get_by_role("row", name=re.compile("lib:DemoX:failing.*Failed"))).to_be_visible()
    check_accessibility(page)
    page.goto("/admin/content_libraries/importjob/")
    screenshot(page, "import-jobs")


def test_legacy_libraries_are_migrated_in_bulk(
    open_as: PageFactory, screenshot: Screenshot, tmp_path: Path, check_accessibility: Check
) -> None:
    page = open_as("admin")
    for name in ("Algebra", "Geometry"):
        library = (
            f'<library url_name="library" org="B" library="{name}" display_name="Legacy {name}">{PROBLEMS}</library>'
        )
        upload(page, packed(tmp_path, name, library))
    choose(page, "sourceupload", ["Legacy Algebra", "Legacy Geometry"], "Migrate legacy libraries…")
    page.get_by_label("A new library for each").check()
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_role("row", name=re.compile("library-v1:B.Algebra.*new library lib:B:Algebra"))).to_be_visible()
    check_accessibility(page)
    screenshot(page, "legacy-preview")
    page.get_by_role("button", name="Start the migration").click()
    expect(page.get_by_text(re.compile("^Succeeded$"))).to_have_count(2, timeout=WORKER_MS)
    check_accessibility(page)
    screenshot(page, "legacy-result")
    page.goto("/admin/content_libraries/modulestoresource/")
    expect(page.get_by_role("row", name=re.compile("library-v1:B.Geometry.*Legacy Geometry"))).to_be_visible()
