"""The list of libraries (wire: libraries-list)."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import Group, User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from content_libraries.libraries import api as libraries
from content_libraries.libraries.models import ContentLibrary
from tests.conftest import ClientFactory, LibraryFactory, UserFactory, give_role

URL = "/api/libraries/v2/"


def slugs(answer: Any) -> list[str]:
    body = answer.json()
    return [item["slug"] for item in (body if isinstance(body, list) else body["results"])]


def test_items_show_what_is_cheap_and_leave_the_rest_at_its_default(
    api_client: ClientFactory, make_library: LibraryFactory, staff: User
) -> None:
    make_library(description="Long", license="CC:4.0:BY", allow_public_read=True)

    answer = api_client(staff).get(URL)

    assert answer.status_code == 200
    assert answer.json() == [
        {
            "id": "lib:CL-TEST:lib1",
            "org": "CL-TEST",
            "slug": "lib1",
            "title": "Library One",
            "description": "",
            "num_blocks": 0,
            "last_published": None,
            "published_by": "",
            "last_draft_created": None,
            "last_draft_created_by": "",
            "allow_public_learning": False,
            "allow_public_read": True,
            "has_unpublished_changes": False,
            "has_unpublished_deletes": False,
            "license": "CC:4.0:BY",
            "can_edit_library": False,
            "created": None,
            "updated": None,
        }
    ]


def test_the_envelope_has_all_keys_and_links_that_keep_the_query(
    api_client: ClientFactory, make_library: LibraryFactory, staff: User
) -> None:
    for number in range(5):
        make_library(f"lib{number}")

    answer = api_client(staff).get(URL, {"pagination": "TRUE", "page_size": "2", "page": "2", "type": "complex"})

    body = answer.json()
    assert [body[key] for key in ("count", "num_pages", "current_page", "start")] == [5, 3, 2, 2]
    assert slugs(answer) == ["lib2", "lib3"]
    assert body["next"] == "http://testserver/api/libraries/v2/?page=3&page_size=2&pagination=TRUE&type=complex"
    assert body["previous"] == "http://testserver/api/libraries/v2/?page_size=2&pagination=TRUE&type=complex"


def test_a_bare_list_is_only_one_page_too(api_client: ClientFactory, make_library: LibraryFactory, staff: User) -> None:
    for number in range(12):
        make_library(f"lib{number:02}")

    assert len(slugs(api_client(staff).get(URL))) == 10
    assert slugs(api_client(staff).get(URL, {"pagination": "no", "page": "2"})) == ["lib10", "lib11"]


def test_an_invalid_page_size_means_ten(api_client: ClientFactory, make_library: LibraryFactory, staff: User) -> None:
    for number in range(11):
        make_library(f"lib{number:02}")

    client = api_client(staff)
    shown = {size: len(slugs(client.get(URL, {"page_size": size}))) for size in ("0", "-3", "many", "")}
    assert shown == dict.fromkeys(shown, 10)


def test_more_than_a_hundred_on_a_page_are_clamped(api_client: ClientFactory, staff: User) -> None:
    org = ContentLibrary._meta.get_field("org").related_model._default_manager.create(short_name="O", name="O")
    ContentLibrary.objects.bulk_create(ContentLibrary(org=org, slug=f"lib{n}") for n in range(103))

    assert len(slugs(api_client(staff).get(URL, {"page_size": "1000"}))) == 100


def test_a_page_behind_the_last_one_is_not_found(api_client: ClientFactory, staff: User) -> None:
    answer = api_client(staff).get(URL, {"page": "2"})

    assert answer.status_code == 404
    assert answer.json() == {"detail": "Invalid page."}


def test_libraries_are_found_by_organization_and_by_text(
    api_client: ClientFactory, make_library: LibraryFactory, staff: User
) -> None:
    make_library("a", org="Alpha", title="Physics")
    make_library("b", org="Beta", title="Chemistry", description="About ALPHA decay")
    make_library("alphabet", org="Beta", title="Letters")
    make_library("c", org="Beta", title="More physics")
    client = api_client(staff)

    assert slugs(client.get(URL, {"org": "Alpha"})) == ["a"]
    assert slugs(client.get(URL, {"text_search": "alpha"})) == ["a", "alphabet", "b"]
    assert slugs(client.get(URL, {"text_search": "PHYSICS"})) == ["a", "c"]
    assert slugs(client.get(URL, {"text_search": "physics", "org": "Beta"})) == ["c"]
    assert slugs(client.get(URL, {"text_search": "%"})) == []


def test_libraries_are_ordered(api_client: ClientFactory, make_library: LibraryFactory, staff: User) -> None:
    make_library("z", org="A", title="banana")
    make_library("y", org="B", title="Apple")
    make_library("x", org="B", title="cherry")
    make_library("w", org="C", title="Date")
    libraries.update_library(ContentLibrary.objects.get(slug="z").library_key, user=staff, description="new")
    client = api_client(staff)

    assert slugs(client.get(URL)) == ["z", "x", "y", "w"]
    assert slugs(client.get(URL, {"order": "title"})) == ["y", "z", "x", "w"]
    assert slugs(client.get(URL, {"order": "-title"})) == ["w", "x", "z", "y"]
    assert slugs(client.get(URL, {"order": "created"})) == ["z", "y", "x", "w"]
    assert slugs(client.get(URL, {"order": "-updated"}))[0] == "z"
    assert slugs(client.get(URL, {"order": "size"})) == ["z", "x", "y", "w"]


def test_a_library_that_several_grants_open_is_listed_once(
    api_client: ClientFactory, library: ContentLibrary, stranger: User
) -> None:
    group, creators = Group.objects.create(name="g"), Group.objects.create(name="course_creators")
    stranger.groups.add(group, creators)
    library.permission_grants.create(user=stranger, access_level="read")
    library.permission_grants.create(group=group, access_level="admin")
    for scope in ("lib:CL-TEST:lib1", "lib:CL-TEST:*", "lib:*"):
        give_role(stranger, "library_user", scope)
    give_role(stranger, "library_author", "lib:CL-TEST:lib1")
    ContentLibrary.objects.update(allow_public_read=True)

    answer = api_client(stranger).get(URL, {"pagination": "true"})

    assert answer.json()["count"] == 1
    assert slugs(answer) == ["lib1"]


def test_only_libraries_that_the_caller_may_view_are_listed(
    api_client: ClientFactory, make_library: LibraryFactory, stranger: User
) -> None:
    wanted: dict[str, dict[str, Any]] = {
        "by-role": {},
        "by-level": {},
        "by-group": {},
        "foreign": {},
        "public-read": {"allow_public_read": True},
        "public-learning": {"allow_public_learning": True},
        "in-org": {"org": "Own"},
        "in-like-org": {"org": "Own2"},
    }
    for slug, values in wanted.items():
        make_library(slug, **values)
    group = Group.objects.create(name="g")
    stranger.groups.add(group)
    ContentLibrary.objects.get(slug="by-level").permission_grants.create(user=stranger, access_level="read")
    ContentLibrary.objects.get(slug="by-group").permission_grants.create(group=group, access_level="author")
    give_role(stranger, "library_user", "lib:CL-TEST:by-role")
    give_role(stranger, "library_contributor", "lib:Own:*")
    client = api_client(stranger)

    assert slugs(client.get(URL)) == ["by-group", "by-level", "by-role", "in-org"]

    stranger.groups.add(Group.objects.create(name="course_creators"))
    assert slugs(client.get(URL)) == ["by-group", "by-level", "by-role", "public-read", "in-org"]

    give_role(stranger, "library_user", "lib:*")
    assert len(slugs(client.get(URL))) == 8


def test_nothing_is_listed_for_an_inactive_account(
    api_client: ClientFactory, library: ContentLibrary, make_user: UserFactory
) -> None:
    inactive = make_user("inactive", is_active=False, is_staff=True)
    give_role(inactive, "library_admin", "lib:CL-TEST:lib1")

    assert slugs(api_client(inactive).get(URL)) == []


def test_the_number_of_queries_does_not_depend_on_the_number_of_libraries(
    api_client: ClientFactory, make_library: LibraryFactory, stranger: User
) -> None:
    client = api_client(stranger)
    counts = {}
    for total in (2, 12):
        for number in range(ContentLibrary.objects.count(), total):
            library = make_library(f"lib{number}", org=f"Org{number % 3}")
            library.permission_grants.create(user=stranger, access_level="read")
            give_role(stranger, "library_author", str(library.library_key))
        for pagination in ("true", "false"):
            with CaptureQueriesContext(connection) as queries:
                answer = client.get(URL, {"pagination": pagination, "page_size": "100", "order": "title"})
            assert len(slugs(answer)) == total
            counts[total, pagination] = len(queries)

    # The user, the count of the pages, the page.
    assert counts == dict.fromkeys(counts, 3)
