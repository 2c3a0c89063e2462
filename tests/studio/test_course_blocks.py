"""Pages about one block of a course, which the frontend links to or shows in a frame."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pytest
from django.contrib.auth.models import User
from django.test import Client
from opaque_keys.edx.keys import UsageKey

from content_libraries import api
from content_libraries.actors import OPERATOR
from content_libraries.libraries.models import ContentLibrary
from tests.conftest import UserFactory, give_role
from tests.courses.building import COURSE_KEY, SUBSECTION, TEXT, UNIT, make_course
from tests.sync.building import Shelf

pytestmark = pytest.mark.django_db

FRONTEND = "https://apps.example.com/authoring"


@pytest.fixture
def shelf(library: ContentLibrary) -> Shelf:
    """A course, and a library with a published section."""
    make_course()
    shelf = Shelf(library)
    shelf.fill()
    return shelf


@pytest.fixture
def linked(shelf: Shelf, staff: User) -> UsageKey:
    """A block that was synced with the first version of a text; the library has a second one."""
    block, _synced = api.create_linked_block(UNIT, user=staff, upstream=shelf.key("t1"))
    shelf.component("t1", body="<p>Two</p>")
    shelf.publish()
    return block.usage_key


@pytest.fixture
def editor(make_user: UserFactory) -> User:
    """Edits the course, and is in no library."""
    user = make_user("editor")
    give_role(user, "course_editor", str(COURSE_KEY))
    return user


@pytest.fixture
def auditor(make_user: UserFactory) -> User:
    """May see the course and its links, and edits nothing."""
    user = make_user("auditor")
    give_role(user, "course_auditor", str(COURSE_KEY))
    return user


def page_at(client: Client, key: object, query: str = "") -> str:
    """Follow the address of a block to the page that is shown."""
    response = client.get(f"/xblock/{key}{query}", follow=True)
    assert response.status_code == 200, response.content
    return response.content.decode()


def test_a_block_is_shown_as_the_course_has_it(client: Client, linked: UsageKey, editor: User) -> None:
    client.force_login(editor)
    for key in (str(linked), str(linked).replace("+type@", "+branch@draft-branch+type@")):
        assert "<p>One</p>" in page_at(client, key, "?disable_staff_debug_info=True")


def test_what_was_edited_in_the_course_is_shown(client: Client, linked: UsageKey, editor: User) -> None:
    api.edit_block(linked, user=editor, olx="<html><![CDATA[<p>Mine</p>]]></html>")
    client.force_login(editor)
    page = page_at(client, linked)
    assert "<p>Mine</p>" in page
    assert "<p>One</p>" not in page


def test_blocks_of_the_course_itself_are_shown(client: Client, shelf: Shelf, editor: User) -> None:
    client.force_login(editor)
    assert "Hi" in page_at(client, TEXT)
    assert f"/xblocks/v2/{TEXT}/embed/student_view/" in page_at(client, UNIT)


def test_who_edits_nothing_sees_what_the_library_has_if_it_is_the_same(
    client: Client, linked: UsageKey, auditor: User
) -> None:
    client.force_login(auditor)
    assert "<p>One</p>" in page_at(client, linked)
    api.edit_block(linked, user=OPERATOR, settings={"display_name": "Mine"})
    assert "<p>One</p>" in page_at(client, linked)


def test_who_edits_nothing_is_told_what_is_not_shown(
    client: Client, linked: UsageKey, auditor: User, settings: Any
) -> None:
    settings.CORS_ALLOWED_ORIGINS = ["https://apps.example.com"]
    api.edit_block(linked, user=OPERATOR, olx="<html><![CDATA[<p>Mine</p>]]></html>")
    client.force_login(auditor)
    response = client.get(f"/xblock/{linked}")
    assert response.status_code == 200
    assert "This block was edited here." in response.content.decode()
    assert "Mine" not in response.content.decode()
    assert "frame-ancestors 'self' https://apps.example.com;" in response["Content-Security-Policy"]
    assert "X-Frame-Options" not in response
    assert "you need to be allowed to edit the course" in page_at(client, TEXT)


def test_who_may_not_see_the_course_learns_nothing(client: Client, linked: UsageKey, stranger: User) -> None:
    assert client.get(f"/xblock/{linked}").status_code == 401
    client.force_login(stranger)
    assert client.get(f"/xblock/{linked}").status_code == 404


@pytest.mark.parametrize(
    ("key", "page"),
    [
        (UNIT, f"/course/{COURSE_KEY}/container/{UNIT}"),
        (TEXT, f"/course/{COURSE_KEY}/container/{TEXT}"),
        (SUBSECTION, f"/course/{COURSE_KEY}?{urlencode({'show': str(SUBSECTION)})}"),
    ],
)
def test_links_to_containers_lead_to_the_frontend(client: Client, settings: Any, key: object, page: str) -> None:
    settings.COURSE_AUTHORING_MICROFRONTEND_URL = FRONTEND
    response = client.get(f"/container/{key}")
    assert (response.status_code, response["Location"]) == (302, FRONTEND + page)


@pytest.mark.parametrize("key", ["nonsense", "lb:CL-TEST:lib1:html:t1", "block-v1:A+B+C+type@html"])
def test_what_is_no_block_of_a_course_leads_nowhere(client: Client, settings: Any, staff: User, key: str) -> None:
    settings.COURSE_AUTHORING_MICROFRONTEND_URL = FRONTEND
    client.force_login(staff)
    assert client.get(f"/container/{key}").status_code == 404
    assert client.get(f"/xblock/{key}").status_code == 404


def test_courses_in_lists_lead_to_the_frontend_where_it_is(
    client: Client, shelf: Shelf, staff: User, settings: Any
) -> None:
    client.force_login(staff)
    for frontend, url in (("", ""), (f"{FRONTEND}/", f"{FRONTEND}/course/{COURSE_KEY}")):
        settings.COURSE_AUTHORING_MICROFRONTEND_URL = frontend
        (card,) = client.get("/api/contentstore/v2/home/courses").json()["results"]["courses"]
        assert card["url"] == url


def test_without_a_frontend_there_is_no_page(client: Client, settings: Any) -> None:
    settings.COURSE_AUTHORING_MICROFRONTEND_URL = ""
    assert client.get(f"/container/{UNIT}").status_code == 404
