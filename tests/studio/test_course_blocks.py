"""Pages about one block of a course, which the frontend links to or shows in a frame."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pytest
from django.contrib.auth.models import User
from django.test import Client

from content_libraries import api
from content_libraries.libraries.models import ContentLibrary
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


def embed_of(component: str, version: int) -> str:
    query = urlencode({"version": version, "course_id": str(COURSE_KEY)})
    return f"/xblocks/v2/{component}/embed/student_view/?{query}"


def test_a_linked_component_is_shown_as_it_was_synced(client: Client, shelf: Shelf, staff: User) -> None:
    block, _synced = api.create_linked_block(UNIT, user=staff, upstream=shelf.key("t1"))
    shelf.component("t1", body="<p>Two</p>")
    shelf.publish()
    client.force_login(staff)
    for key in (str(block.usage_key), str(block.usage_key).replace("+type@", "+branch@draft-branch+type@")):
        response = client.get(f"/xblock/{key}?disable_staff_debug_info=True")
        assert (response.status_code, response["Location"]) == (302, embed_of(shelf.key("t1"), 1))
        page = client.get(response["Location"]).content.decode()
        assert "<p>One</p>" in page


def test_what_was_edited_in_the_course_has_a_notice_that_may_be_framed(
    client: Client, shelf: Shelf, staff: User, settings: Any
) -> None:
    settings.CORS_ALLOWED_ORIGINS = ["https://apps.example.com"]
    block, _synced = api.create_linked_block(UNIT, user=staff, upstream=shelf.key("t1"))
    api.edit_block(block.usage_key, user=staff, olx="<html><![CDATA[<p>Mine</p>]]></html>")
    client.force_login(staff)
    response = client.get(f"/xblock/{block.usage_key}")
    assert response.status_code == 200
    assert "it was edited in this course" in response.content.decode()
    assert "frame-ancestors 'self' https://apps.example.com;" in response["Content-Security-Policy"]
    assert "X-Frame-Options" not in response


def test_a_title_of_its_own_makes_no_difference(client: Client, shelf: Shelf, staff: User) -> None:
    block, _synced = api.create_linked_block(UNIT, user=staff, upstream=shelf.key("t1"))
    api.edit_block(block.usage_key, user=staff, settings={"display_name": "Mine"})
    client.force_login(staff)
    assert client.get(f"/xblock/{block.usage_key}").status_code == 302


def test_who_may_not_see_the_course_learns_nothing(client: Client, shelf: Shelf, staff: User, stranger: User) -> None:
    block, _synced = api.create_linked_block(UNIT, user=staff, upstream=shelf.key("t1"))
    assert client.get(f"/xblock/{block.usage_key}").status_code == 401
    client.force_login(stranger)
    assert client.get(f"/xblock/{block.usage_key}").status_code == 404


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
