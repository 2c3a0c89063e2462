"""A running site with the demo content, a Chromium, and pages for each of the demo's users."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page, StorageState, sync_playwright

from tests.running import prepared_site, running_site
from tests.sites import PASSWORD, PROJECT, Environment

from .frontend_build import stand_in_build

SWITCHES: Final = (
    "--no-sandbox",  # containers often run as root
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
SERIOUS: Final = {"serious", "critical"}

type PageFactory = Callable[[str | None], Page]
type Screenshot = Callable[[Page, str], None]
type Check = Callable[[Page], None]


@pytest.fixture(scope="session")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Environment:
    """A prepared site of its own, with a stand-in for the authoring frontend."""
    build = stand_in_build(tmp_path_factory.mktemp("dist"))
    return prepared_site(tmp_path_factory.mktemp("site"), SECURE_COOKIES="false", DEMO="true", MFE_DIST=str(build))


@pytest.fixture(scope="session")
def site(environment: Environment) -> Iterator[str]:
    """The address of the running site."""
    with running_site(environment) as address:
        yield address


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, or the one that ``CHROMIUM`` names."""
    executable = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    assert executable, "No Chromium is installed; `make test-browser` installs it on Debian."
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=executable, args=list(SWITCHES))
        yield launched
        launched.close()


@pytest.fixture(scope="session")
def logged_in() -> dict[str, StorageState]:
    """Cookies of users who have logged in: username -> cookies. A test that logs out has to take its own away."""
    return {}


@pytest.fixture
def forbidden() -> list[str]:
    """What pages tried and their policies forbid."""
    return []


@pytest.fixture
def open_as(
    site: str, environment: Environment, browser: Browser, logged_in: dict[str, StorageState], forbidden: list[str]
) -> Iterator[PageFactory]:
    """
    Opens a window at the start page for a user who has logged in through the login page; None for nobody.

    In the end fails where a page did what its policy forbids.
    """
    contexts = []

    def note(message: ConsoleMessage) -> None:
        url = message.location.get("url")  # styles that hide the caret in screenshots come from nowhere
        if url and "Content Security Policy" in message.text:
            forbidden.append(f"{url}: {message.text}")

    def open_page(username: str | None) -> Page:
        cookies = logged_in.get(username or "")
        context = browser.new_context(base_url=site, viewport={"width": 1280, "height": 900}, storage_state=cookies)
        contexts.append(context)
        context.on("console", note)
        page = context.new_page()
        if username is not None and cookies is None:
            page.goto("/login")
            page.get_by_label("Username").fill(username)
            page.get_by_label("Password").fill(_password(username, environment))
            page.get_by_role("button", name="Log in").click()
            page.wait_for_url(f"{site}/libraries/")
            logged_in[username] = context.storage_state()
        elif username is not None:
            page.goto("/")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not forbidden


@pytest.fixture(scope="session")
def screenshot() -> Screenshot:
    """Keeps a picture of a page for the documentation: in ``SCREENSHOTS``, by default where ``make docs`` looks."""
    folder = Path(os.environ.get("SCREENSHOTS", PROJECT / "docs" / "images"))
    folder.mkdir(parents=True, exist_ok=True)

    def keep(page: Page, name: str) -> None:
        page.screenshot(path=folder / f"{name}.png")

    return keep


@pytest.fixture
def check_accessibility() -> Check:
    """Fails where axe finds a violation that keeps people from using the page."""

    def check(page: Page) -> None:
        found = Axe().run(page).response["violations"]
        serious = [
            f"{violation['id']}: {violation['help']}: {violation['nodes'][0]['html']}"
            for violation in found
            if violation["impact"] in SERIOUS
        ]
        assert not serious

    return check


def _password(username: str, environment: Environment) -> str:
    if username == "admin":
        return (Path(environment["STUDIO_DATA_DIR"]) / "admin_password").read_text()
    return PASSWORD
