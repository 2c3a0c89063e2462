"""Blocks of courses in the frame that the review of an update shows them in."""

from __future__ import annotations

from typing import Final

from playwright.sync_api import FrameLocator, Page, expect

from .conftest import PageFactory
from .test_blocks import HOST_PAGE

COURSE: Final = "block-v1:DemoX+Reuse101+2026"
UNIT: Final = f"{COURSE}+type@vertical+block@drafts-and-publishing"


def shown(page: Page, site: str, key: str) -> FrameLocator:
    """Open a page of the site's origin with the course's side of a review in a frame."""
    body = HOST_PAGE % f"{site}/xblock/{key}?disable_staff_debug_info=True"
    page.route(f"{site}/host-page", lambda route: route.fulfill(body=body, content_type="text/html"))
    page.goto(f"{site}/host-page")
    return page.frame_locator("iframe")


def test_a_unit_shows_its_blocks_with_their_pictures_and_questions(open_as: PageFactory, site: str) -> None:
    page = open_as("admin")
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    unit = shown(page, site, UNIT)
    expect(unit.get_by_role("heading", name="Drafts and publishing")).to_be_visible()
    text, problem = (unit.frame_locator("iframe").nth(number) for number in range(2))
    picture = text.get_by_role("img").first
    expect(picture).to_have_js_property("complete", value=True)
    assert picture.evaluate("picture => picture.naturalWidth") > 0
    problem.get_by_label("Version 4").check()
    problem.get_by_role("button", name="Submit").click()
    expect(problem.locator(".notification-submit .notification-message")).to_contain_text("Incorrect")
    page.wait_for_function("messages.some(({type, payload}) => type === 'plugin.resize' && payload.height > 900)")
    assert errors == []
