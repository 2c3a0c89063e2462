"""Reading a library on behalf of a course that is linked to it (wire: for-course; ADR 0020)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from drf_spectacular.generators import SchemaGenerator
from opaque_keys.edx.keys import CourseKey, UsageKey

from content_libraries import api
from content_libraries.actors import OPERATOR
from content_libraries.rest.query import COURSE_PARAMETER
from tests.conftest import give_role
from tests.courses.building import ROOT, SUBSECTION, UNIT, make_course
from tests.endpoints import DOWNSTREAMS, USUAL_ARGUMENTS, endpoints, request

from .client import LibraryClient
from .conftest import ActingAs

COURSE_KEY = ROOT.course_key
OTHER_COURSE_KEY = api.course_key("course-v1:Org+Other+Run")
FORBIDDEN = {"detail": "You do not have permission to perform this action."}
QUERY = f"?course_id={quote(str(COURSE_KEY))}"
PARTS = {"html:h1": UNIT, "unit:u1": SUBSECTION, "section:s1": ROOT}
"""Items -> a block of the course into which they can go."""


@pytest.fixture(scope="module")
def shared_shelf(shared_lib: LibraryClient) -> None:
    lib = shared_lib
    for name in ("html:h1", "html:h2", "html:beside"):
        lib.create(name)
    lib.rename("html:h1", "Published text")
    picture = {"content": SimpleUploadedFile("pic.png", b"PNG")}
    lib.ok(lib.http.put(lib.url("html:h1", "assets/static/pic.png"), picture, format="multipart"))
    lib.set_olx("html:h1", '<html display_name="Published text"><![CDATA[<img src="/static/pic.png"/>]]></html>')
    lib.create("unit:u1", "Published unit", children=["html:h1"])
    lib.create("subsection:sub1", "Published subsection", children=["unit:u1"])
    lib.create("section:s1", "Published section", children=["subsection:sub1"])
    lib.create("unit:beside", "Other unit", children=["html:h1", "html:h2"])
    lib.create_collection("c1", "unit:u1")
    lib.publish_all()
    lib.create("html:draft")
    lib.set_olx("html:h1", '<html display_name="Secret text"><![CDATA[Secret words]]></html>')
    lib.rename("unit:u1", "Secret unit")
    lib.add_children("unit:u1", "html:draft")
    make_course()
    api.create_course(OTHER_COURSE_KEY, user=OPERATOR, display_name="Another course")


@pytest.fixture
def shelf(shared_shelf: None, lib: LibraryClient) -> LibraryClient:
    """A section, published, in which everything but the section was changed since; and two texts beside it."""
    return lib


@pytest.fixture
def reviewer(acting_as: ActingAs, stranger: User, shelf: LibraryClient) -> LibraryClient:
    """Somebody without any role in the library, who is on the staff of two courses."""
    for course_key in (COURSE_KEY, OTHER_COURSE_KEY):
        give_role(stranger, "course_staff", str(course_key))
    return acting_as(stranger)


def link_to(client: LibraryClient, name: str) -> UsageKey:
    """Let the course use an item."""
    block, _synced = api.create_linked_block(PARTS[name], user=OPERATOR, upstream=client.key(name))
    return block.usage_key


def embed(client: LibraryClient, name: str, **query: Any) -> str:
    more = "".join(f"&{key}={value}" for key, value in query.items())
    return f"/xblocks/v2/{client.key(name)}/embed/student_view/{QUERY}{more}"


def statuses(client: LibraryClient, *urls: str) -> list[int]:
    return [client.http.get(url).status_code for url in urls]


def everything_about(client: LibraryClient) -> list[str]:
    """What the parameter could open: each container, its children, each component."""
    containers = ("section:s1", "subsection:sub1", "unit:u1", "unit:beside")
    texts = ("html:h1", "html:h2", "html:beside", "html:draft")
    return [
        *(client.url(name, suffix) + QUERY for name in containers for suffix in ("", "children/")),
        *(embed(client, name) for name in texts),
    ]


def opened(client: LibraryClient) -> list[str]:
    """Which of these a caller may read, by short names."""
    found = [url for url in everything_about(client) if client.http.get(url).status_code == 200]
    return [
        url.removesuffix(QUERY).partition("lib1:")[2].replace("/embed/student_view", "").strip("/") for url in found
    ]


def test_nothing_is_open_that_the_course_does_not_link_to(reviewer: LibraryClient) -> None:
    assert set(statuses(reviewer, *everything_about(reviewer))) == {403}


@pytest.mark.parametrize(
    ("linked", "open_to_the_course"),
    [
        ("html:h1", ["section:s1", "subsection:sub1", "unit:u1", "unit:beside", "html:h1"]),
        ("unit:u1", ["section:s1", "subsection:sub1", "unit:u1", "unit:u1/children", "unit:beside", "html:h1"]),
        (
            "section:s1",
            [
                "section:s1",
                "section:s1/children",
                "subsection:sub1",
                "subsection:sub1/children",
                "unit:u1",
                "unit:u1/children",
                "unit:beside",
                "html:h1",
            ],
        ),
    ],
)
def test_a_link_opens_the_item_what_is_in_it_and_the_names_of_what_it_is_in(
    reviewer: LibraryClient, linked: str, open_to_the_course: list[str]
) -> None:
    link_to(reviewer, linked)
    assert opened(reviewer) == open_to_the_course


def test_only_what_is_published_is_shown(reviewer: LibraryClient) -> None:
    link_to(reviewer, "unit:u1")
    unit = reviewer.http.get(reviewer.url("unit:u1") + QUERY).json()
    assert (unit["display_name"], unit["published_display_name"]) == ("Published unit", "Published unit")
    assert (unit["has_unpublished_changes"], unit["last_draft_created"], unit["collections"]) == (False, None, [])
    for published in ("", "&published=true", "&published=false"):
        (child,) = reviewer.http.get(f"{reviewer.url('unit:u1', 'children/')}{QUERY}{published}").json()
        assert (child["id"], child["display_name"]) == (reviewer.key("html:h1"), "Published text")
        assert (child["has_unpublished_changes"], child["last_draft_created"]) == (False, None)


def test_previews_show_versions_that_were_published_with_their_files(reviewer: LibraryClient) -> None:
    link_to(reviewer, "html:h1")
    for version in ({}, {"version": "published"}, {"version": 4}):
        page = reviewer.http.get(embed(reviewer, "html:h1", **version))
        assert page.status_code == 200
        html = page.content.decode()
        assert "pic.png?token=" in html
        assert "Secret" not in html
        picture = html.split('src="http://testserver', 1)[1].split('"')[0]
        assert reviewer.http.get(picture).getvalue() == b"PNG"
        assert reviewer.http.get(picture.partition("?")[0]).status_code == 403
    assert reviewer.http.get(embed(reviewer, "html:h1", version="draft")).status_code == 403
    for unpublished in (1, 5, 99):
        assert reviewer.http.get(embed(reviewer, "html:h1", version=unpublished)).status_code == 404


def test_what_was_published_once_can_be_compared_with_what_is(reviewer: LibraryClient, shelf: LibraryClient) -> None:
    link_to(reviewer, "html:h1")
    shelf.publish("html:h1")
    assert "Secret words" in reviewer.http.get(embed(reviewer, "html:h1")).content.decode()
    assert "Secret words" not in reviewer.http.get(embed(reviewer, "html:h1", version=4)).content.decode()


def test_a_deletion_counts_when_it_is_published(reviewer: LibraryClient, shelf: LibraryClient) -> None:
    link_to(reviewer, "unit:u1")
    urls = (reviewer.url("unit:u1") + QUERY, reviewer.url("unit:u1", "children/") + QUERY)
    shelf.delete("unit:u1")
    assert statuses(reviewer, *urls) == [200, 200]
    shelf.publish_all()
    assert statuses(reviewer, *urls) == [404, 404]


def test_a_link_that_never_was_one_opens_nothing(reviewer: LibraryClient) -> None:
    upstream = {"upstream": reviewer.key("html:h1"), "upstream_version": "1"}
    api.create_block(UNIT, user=OPERATOR, block_type="problem", settings=upstream)
    assert set(statuses(reviewer, *everything_about(reviewer))) == {403}


def test_links_of_another_course_open_nothing(reviewer: LibraryClient) -> None:
    link_to(reviewer, "section:s1")
    query = f"?course_id={quote(str(OTHER_COURSE_KEY))}"
    assert set(statuses(reviewer, *(url.replace(QUERY, query) for url in everything_about(reviewer)))) == {403}


def test_a_plus_sign_that_arrives_as_a_space_is_one(reviewer: LibraryClient) -> None:
    link_to(reviewer, "unit:u1")
    assert reviewer.http.get(f"{reviewer.url('unit:u1')}?course_id={COURSE_KEY}").status_code == 200


def described_with_the_parameter() -> Iterator[str]:
    """Paths of the reads of a library that take the parameter, with stars for arguments, as the schema has them."""
    for path, methods in SchemaGenerator().get_schema(request=None, public=True)["paths"].items():
        for parameter in methods.get("get", {}).get("parameters", ()):
            if parameter["name"] == "course_id" and parameter.get("description") == COURSE_PARAMETER.description:
                yield path.replace("{", "<").replace("}", ">")


def test_no_other_endpoint_is_opened_by_a_link(reviewer: LibraryClient) -> None:
    link_to(reviewer, "unit:u1")
    arguments = {
        "container_key": reviewer.key("unit:u1"),
        "usage_key": reviewer.key("html:h1"),
        "key": reviewer.key("html:h1"),
        "object_id": reviewer.key("html:h1"),
    }
    ways = [endpoint for endpoint in endpoints() if endpoint[0] == "GET"]
    course = QUERY.removeprefix("?")

    def allowed(query: str) -> set[str]:
        answers = {path: request(reviewer.http, (method, path), arguments, query=query) for method, path in ways}
        return {path for path, answer in answers.items() if answer.status_code not in {401, 403, 404}}

    assert USUAL_ARGUMENTS["lib_key"] == reviewer.lib_key
    assert allowed(course) - allowed("") - {DOWNSTREAMS} == set(described_with_the_parameter()) | {
        "/xblocks/v2/<key>/embed/<view_name>/"  # a page, which the schema leaves out
    }


def test_nothing_is_edited_because_of_a_link(reviewer: LibraryClient) -> None:
    link_to(reviewer, "unit:u1")
    response = reviewer.http.patch(reviewer.url("unit:u1") + QUERY, {"display_name": "Mine"}, format="json")
    assert (response.status_code, response.json()) == (403, FORBIDDEN)
    assert reviewer.http.delete(reviewer.url("unit:u1") + QUERY).status_code == 403
    editor = f"/xblocks/v2/{reviewer.key('html:h1')}/embed/studio_view/{QUERY}"
    assert reviewer.http.get(editor).status_code == 403


def test_who_may_view_the_library_reads_drafts_with_or_without_a_course(
    reviewer: LibraryClient, stranger: User
) -> None:
    give_role(stranger, "library_user", reviewer.lib_key)
    unit = reviewer.http.get(reviewer.url("unit:u1") + QUERY).json()
    assert (unit["display_name"], unit["has_unpublished_changes"]) == ("Secret unit", True)
    assert "Secret words" in reviewer.http.get(embed(reviewer, "html:h1")).content.decode()


def urls_for(client: LibraryClient, course_key: CourseKey | str) -> list[str]:
    query = f"?course_id={quote(str(course_key))}"
    return [url.replace(QUERY, query) for url in everything_about(client)]


@pytest.mark.parametrize("course_key", ["", "course-v1:No+Such+Course"])
def test_without_rights_in_the_course_the_library_decides(reviewer: LibraryClient, course_key: str) -> None:
    link_to(reviewer, "section:s1")
    assert set(statuses(reviewer, *urls_for(reviewer, course_key))) == {403}


@pytest.mark.parametrize("course_key", ["nonsense", "library-v1:Org+Legacy", "lib:CL-TEST:lib1"])
def test_what_is_no_course_is_not_found(lib: LibraryClient, reviewer: LibraryClient, course_key: str) -> None:
    for client in (lib, reviewer):
        assert set(statuses(client, *urls_for(client, course_key))) == {404}


def test_inactive_and_anonymous_people_gain_nothing(
    reviewer: LibraryClient, stranger: User, acting_as: ActingAs
) -> None:
    link_to(reviewer, "section:s1")
    stranger.is_active = False
    stranger.save()
    assert set(statuses(reviewer, *everything_about(reviewer))) == {403}
    nobody = acting_as(None)
    assert set(statuses(nobody, *everything_about(nobody))) <= {401, 403}
