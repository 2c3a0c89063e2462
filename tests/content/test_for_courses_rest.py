"""Reading a library on behalf of a course that takes content from it (libraries-rest contract, section 6.3)."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from django.contrib.auth.models import User
from opaque_keys.edx.keys import CourseKey

from content_libraries import api
from tests.conftest import give_role

from .client import LibraryClient
from .conftest import ActingAs

COURSE_KEY = api.course_key("course-v1:Org+Course+Run")
FORBIDDEN = {"detail": "You do not have permission to perform this action."}


@pytest.fixture
def reviewer(acting_as: ActingAs, stranger: User, lib: LibraryClient) -> LibraryClient:
    """Somebody without any role in the library, who is on the staff of a course."""
    lib.create("html:h1")
    lib.create("unit:u1", "Unit", children=["html:h1"])
    api.create_course(COURSE_KEY, user=None, display_name="A course")
    give_role(stranger, "course_staff", str(COURSE_KEY))
    return acting_as(stranger)


def urls_for(client: LibraryClient, course_key: CourseKey | str) -> list[str]:
    query = f"?course_id={quote(str(course_key))}"
    embed = f"/xblocks/v2/{client.key('html:h1')}/embed/student_view/"
    return [client.url("unit:u1") + query, client.url("unit:u1", "children/") + query, embed + query]


def test_who_may_view_library_updates_in_a_course_may_read_what_they_come_from(reviewer: LibraryClient) -> None:
    unit, children, embed = (reviewer.http.get(url) for url in urls_for(reviewer, COURSE_KEY))
    assert unit.json()["display_name"] == "Unit"
    assert [child["id"] for child in children.json()] == [reviewer.key("html:h1")]
    assert embed.status_code == 200
    unquoted = f"{reviewer.url('unit:u1')}?course_id={COURSE_KEY}"
    assert reviewer.http.get(unquoted).status_code == 200


def test_nothing_else_is_open_to_them(reviewer: LibraryClient) -> None:
    query = f"?course_id={quote(str(COURSE_KEY))}"
    for url in (
        reviewer.library_url(),
        reviewer.url("html:h1"),
        reviewer.url("html:h1", "olx/"),
        reviewer.url("unit:u1", "hierarchy/"),
        f"/xblocks/v2/{reviewer.key('html:h1')}/embed/studio_view/",
    ):
        assert reviewer.http.get(url + query).status_code == 403
    response = reviewer.http.patch(reviewer.url("unit:u1") + query, {"display_name": "Mine"}, format="json")
    assert (response.status_code, response.json()) == (403, FORBIDDEN)
    assert reviewer.http.delete(reviewer.url("unit:u1") + query).status_code == 403


@pytest.mark.parametrize("course_key", ["", "course-v1:No+Such+Course"])
def test_without_rights_in_the_course_the_library_decides(reviewer: LibraryClient, course_key: str) -> None:
    for url in urls_for(reviewer, course_key):
        assert reviewer.http.get(url).status_code == 403


@pytest.mark.parametrize("course_key", ["nonsense", "library-v1:Org+Legacy", "lib:CL-TEST:lib1"])
def test_what_is_no_course_is_not_found(lib: LibraryClient, reviewer: LibraryClient, course_key: str) -> None:
    for client in (lib, reviewer):
        for url in urls_for(client, course_key):
            assert client.http.get(url).status_code == 404


def test_inactive_and_anonymous_people_gain_nothing(
    reviewer: LibraryClient, stranger: User, acting_as: ActingAs
) -> None:
    stranger.is_active = False
    stranger.save()
    unit, children, embed = urls_for(reviewer, COURSE_KEY)
    assert [reviewer.http.get(url).status_code for url in (unit, children, embed)] == [403] * 3
    assert [acting_as(None).http.get(url).status_code for url in (unit, children)] == [401] * 2
