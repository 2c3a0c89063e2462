"""Creating, reading, changing and deleting a library (wire: libraries)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openedx_authz import api as authz_api
from openedx_content import api as content_api
from openedx_events.content_authoring.signals import (
    CONTENT_LIBRARY_CREATED,
    CONTENT_LIBRARY_DELETED,
    CONTENT_LIBRARY_UPDATED,
)
from organizations.models import Organization
from pytest_django import Settings

from content_libraries.libraries import api as libraries
from content_libraries.libraries.models import ContentLibrary
from tests.conftest import ClientFactory, CommitRunner, LibraryFactory, MemberFactory, UserFactory

URL = "/api/libraries/v2/"
LIBRARY_URL = f"{URL}lib:CL-TEST:lib1/"
BODY = {"org": "CL-TEST", "slug": "lib1", "title": "Library One", "description": ""}
SECONDS = r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$"

type Events = list[tuple[str, str]]


@pytest.fixture
def events() -> Iterator[Events]:
    """What is sent about libraries: pairs of what happened and the library's key."""
    seen: Events = []
    signals = {
        "created": CONTENT_LIBRARY_CREATED,
        "updated": CONTENT_LIBRARY_UPDATED,
        "deleted": CONTENT_LIBRARY_DELETED,
    }
    receivers = []
    for name, signal in signals.items():

        def receive(name: str = name, **payload: Any) -> None:
            seen.append((name, str(payload["content_library"].library_key)))

        signal.connect(receive)
        receivers.append((signal, receive))
    yield seen
    for signal, receive in receivers:
        signal.disconnect(receive)


def created_at(library: ContentLibrary) -> datetime:
    assert library.learning_package is not None
    created: datetime = library.learning_package.created
    return created


def test_a_new_library_is_empty_and_its_creator_administers_it(
    api_client: ClientFactory, staff: User, run_on_commit: CommitRunner, events: Events
) -> None:
    with run_on_commit():
        answer = api_client(staff).post(URL, {**BODY, "description": "About", "license": "CC:4.0:BY"})

    assert answer.status_code == 200
    assert answer.json() == {
        "id": "lib:CL-TEST:lib1",
        "org": "CL-TEST",
        "slug": "lib1",
        "title": "Library One",
        "description": "About",
        "num_blocks": 0,
        "last_published": None,
        "published_by": "",
        "last_draft_created": None,
        "last_draft_created_by": "",
        "allow_public_learning": False,
        "allow_public_read": False,
        "has_unpublished_changes": False,
        "has_unpublished_deletes": False,
        "license": "CC:4.0:BY",
        "can_edit_library": False,
        "created": None,
        "updated": None,
    }
    assert events == [("created", "lib:CL-TEST:lib1")]
    assert api_client(staff).get(f"{LIBRARY_URL}team/").json() == [
        {"access_level": "admin", "username": "Bob", "email": "bob@example.com", "group_name": None}
    ]
    (assignment,) = authz_api.get_user_role_assignments("Bob")
    assert (assignment.roles[0].external_key, assignment.scope.external_key) == (
        "library_admin",
        "lib:CL-TEST:lib1",
    )
    package = content_api.get_learning_package_by_ref("lib:CL-TEST:lib1")
    assert (package.title, package.description) == ("Library One", "About")


def test_names_in_any_script_survive_the_whole_life_of_a_library(api_client: ClientFactory, staff: User) -> None:
    client = api_client(staff)
    created = client.post(URL, {**BODY, "slug": "téstlꜟط", "title": "Tîtle ط", "description": "Déscription 図書"})
    url = f"{URL}lib:CL-TEST:téstlꜟط/"

    assert created.json()["id"] == "lib:CL-TEST:téstlꜟط"
    assert client.get(url).json()["title"] == "Tîtle ط"
    assert client.get(url).json()["description"] == "Déscription 図書"
    assert client.patch(url, {"title": "Neü 図"}).json()["title"] == "Neü 図"
    assert [item["slug"] for item in client.get(URL, {"text_search": "図"}).json()] == ["téstlꜟط"]
    assert client.delete(url).status_code == 200
    assert client.delete(url).status_code == 404


def test_a_slug_is_unique_in_its_organization(
    api_client: ClientFactory,
    staff: User,
    library: ContentLibrary,
    run_on_commit: CommitRunner,
    events: Events,
) -> None:
    client = api_client(staff)

    with run_on_commit():
        answer = client.post(URL, BODY)

    assert answer.status_code == 400
    assert answer.json() == {"slug": "A library with that ID already exists."}
    assert events == []
    assert client.post(URL, {**BODY, "org": "Other"}).status_code == 200


def test_a_slug_whose_learning_package_exists_already_is_taken(api_client: ClientFactory, staff: User) -> None:
    content_api.create_learning_package("lib:CL-TEST:lib1", "Left behind")

    answer = api_client(staff).post(URL, BODY)

    assert answer.json() == {"slug": "A library with that ID already exists."}
    assert not ContentLibrary.objects.exists()


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("org", "with space", 'Enter a valid "slug" consisting of letters, numbers, underscores or hyphens.'),
        ("org", "örg", 'Enter a valid "slug" consisting of letters, numbers, underscores or hyphens.'),
        (
            "slug",
            "a.b",
            "Enter a valid “slug” consisting of Unicode letters, numbers, underscores, or hyphens.",
        ),
        (
            "slug",
            "a b",
            "Enter a valid “slug” consisting of Unicode letters, numbers, underscores, or hyphens.",
        ),
        ("slug", "x" * 51, "Ensure this field has no more than 50 characters."),
        ("title", "", "This field may not be blank."),
        ("title", "x" * 501, "Ensure this field has no more than 500 characters."),
        ("description", "x" * 10_001, "Ensure this field has no more than 10000 characters."),
        ("description", None, "This field may not be null."),
        ("license", "MIT", '"MIT" is not a valid choice.'),
        ("allow_public_read", "perhaps", "Must be a valid boolean."),
        ("learning_package", 9, 'Invalid pk "9" - object does not exist.'),
    ],
)
def test_invalid_values_are_answered_in_a_list(
    api_client: ClientFactory, staff: User, field: str, value: object, message: str
) -> None:
    answer = api_client(staff).post(URL, {**BODY, field: value}, format="json")

    assert answer.status_code == 400
    assert answer.json() == {field: [message]}
    assert not ContentLibrary.objects.exists()


@pytest.mark.parametrize("field", ["org", "slug", "title", "description"])
def test_required_fields_are_required(api_client: ClientFactory, staff: User, field: str) -> None:
    body = {name: value for name, value in BODY.items() if name != field}

    assert api_client(staff).post(URL, body).json() == {field: ["This field is required."]}


def test_an_unknown_organization_is_created_with_the_library(api_client: ClientFactory, staff: User) -> None:
    assert api_client(staff).post(URL, {**BODY, "org": "Brand-New"}).status_code == 200
    assert Organization.objects.filter(short_name="Brand-New", active=True).exists()


def test_an_unknown_organization_is_an_error_where_they_are_not_created(
    api_client: ClientFactory, staff: User, settings: Settings
) -> None:
    settings.ORGANIZATIONS_AUTOCREATE = False

    answer = api_client(staff).post(URL, {**BODY, "org": "Nowhere"})

    assert answer.status_code == 400
    assert answer.json() == {"org": "No such organization 'Nowhere' found."}


def test_course_creators_may_create_libraries_where_the_site_says_so(
    api_client: ClientFactory, stranger: User, settings: Settings
) -> None:
    Organization.objects.create(short_name="CL-TEST", name="CL-TEST")
    client = api_client(stranger)
    stranger.groups.add(Group.objects.create(name="course_creators"))

    assert client.post(URL, BODY).status_code == 403
    settings.CONTENT_LIBRARIES_ENABLE_CREATOR_GROUP = True
    assert client.post(URL, BODY).status_code == 200
    assert client.post(URL, {**BODY, "org": "New"}).json() == {"org": "User not allowed to create libraries in 'New'."}
    assert not Organization.objects.filter(short_name="New").exists()
    stranger.groups.clear()
    assert client.post(URL, {**BODY, "slug": "lib2"}).status_code == 403


def test_permission_is_checked_before_the_body(api_client: ClientFactory, stranger: User) -> None:
    answer = api_client(stranger).post(URL, {"slug": "!"})

    assert answer.status_code == 403
    assert answer.json() == {"detail": "You do not have permission to perform this action."}


def test_reading_a_library_shows_its_content_at_a_glance(
    api_client: ClientFactory, staff: User, library: ContentLibrary, make_user: UserFactory
) -> None:
    package_pk = library.learning_package_id
    alice, client = make_user("Alice"), api_client(staff)
    unit, _ = content_api.create_unit_and_version(
        package_pk,
        "u1",
        title="Unit",
        components=[],
        created=created_at(library),
        created_by=alice.pk,
    )
    empty = client.get(LIBRARY_URL).json()

    assert (empty["num_blocks"], empty["has_unpublished_changes"]) == (1, True)
    assert (empty["last_draft_created_by"], empty["last_published"]) == ("Alice", None)
    assert empty["last_draft_created"] == empty["created"]

    content_api.publish_all_drafts(package_pk, published_by=alice.pk)
    published = client.get(LIBRARY_URL).json()

    assert published["has_unpublished_changes"] is False
    assert (published["last_draft_created"], published["last_draft_created_by"]) == (None, "")
    assert published["published_by"] == "Alice"

    content_api.soft_delete_draft(unit.id)
    deleted = client.get(LIBRARY_URL).json()

    assert (deleted["has_unpublished_changes"], deleted["has_unpublished_deletes"]) == (False, True)
    assert deleted["num_blocks"] == 0

    content_api.reset_drafts_to_published(package_pk)
    restored = client.get(LIBRARY_URL).json()

    assert (restored["has_unpublished_changes"], restored["has_unpublished_deletes"]) == (False, False)
    assert restored["num_blocks"] == 1


def test_dates_are_in_utc_with_whole_seconds(
    api_client: ClientFactory, staff: User, library: ContentLibrary, settings: Settings
) -> None:
    settings.TIME_ZONE = "Asia/Tokyo"

    body = api_client(staff).get(LIBRARY_URL).json()

    package = content_api.get_learning_package_by_ref("lib:CL-TEST:lib1")
    assert body["created"] == package.created.strftime("%Y-%m-%dT%H:%M:%SZ")
    assert body["updated"] == package.updated.strftime("%Y-%m-%dT%H:%M:%SZ")


def test_only_reading_one_library_tells_whether_it_can_be_edited(
    api_client: ClientFactory, staff: User, author: User, reader: User, library: ContentLibrary
) -> None:
    assert api_client(author).get(LIBRARY_URL).json()["can_edit_library"] is True
    assert api_client(reader).get(LIBRARY_URL).json()["can_edit_library"] is False
    assert api_client(author).patch(LIBRARY_URL, {"title": "New"}).json()["can_edit_library"] is False
    assert api_client(staff).post(URL, {**BODY, "slug": "b"}).json()["can_edit_library"] is False


def test_a_library_without_learning_package_can_be_read_and_deleted(
    api_client: ClientFactory, staff: User, library: ContentLibrary
) -> None:
    ContentLibrary.objects.create(org=library.org, slug="old")
    client = api_client(staff)

    assert client.get(f"{URL}lib:CL-TEST:old/").json()["num_blocks"] == 0
    assert [item["title"] for item in client.get(URL).json()] == ["Library One", "old"]
    assert client.patch(f"{URL}lib:CL-TEST:old/", {"title": "New"}).status_code == 400
    assert client.delete(f"{URL}lib:CL-TEST:old/").status_code == 200


@pytest.mark.parametrize("key", ["lib:CL-TEST:nope", "lib:CL-TEST", "lib:a:b:c", "course-v1:a+b+c", "%20"])
@pytest.mark.parametrize("method", ["get", "patch", "delete"])
def test_unknown_and_malformed_keys_are_not_found(
    api_client: ClientFactory, staff: User, method: str, key: str
) -> None:
    answer = getattr(api_client(staff), method)(f"{URL}{key}/")

    assert answer.status_code == 404
    assert answer.json() == {"detail": "Not found."}


def test_a_change_moves_the_date_and_is_announced(
    api_client: ClientFactory,
    staff: User,
    library: ContentLibrary,
    run_on_commit: CommitRunner,
    events: Events,
) -> None:
    before = content_api.get_learning_package_by_ref("lib:CL-TEST:lib1").updated
    with run_on_commit():
        answer = api_client(staff).patch(
            LIBRARY_URL,
            {
                "title": "New",
                "description": "About",
                "license": "CC:4.0:BY:SA",
                "slug": "other",
                "org": "Other",
                "allow_public_read": True,
            },
            format="json",
        )

    body = answer.json()
    assert answer.status_code == 200
    assert (body["id"], body["title"], body["description"]) == ("lib:CL-TEST:lib1", "New", "About")
    assert (body["license"], body["allow_public_read"], body["allow_public_learning"]) == (
        "CC:4.0:BY:SA",
        True,
        False,
    )
    assert events == [("updated", "lib:CL-TEST:lib1")]
    assert content_api.get_learning_package_by_ref("lib:CL-TEST:lib1").updated > before


def test_an_equal_value_counts_as_a_change_and_no_value_does_not(
    api_client: ClientFactory,
    staff: User,
    library: ContentLibrary,
    run_on_commit: CommitRunner,
    events: Events,
) -> None:
    client = api_client(staff)
    with run_on_commit():
        assert client.patch(LIBRARY_URL, {}).status_code == 200
    assert events == []
    with run_on_commit():
        assert client.patch(LIBRARY_URL, {"title": "Library One"}).status_code == 200
    assert events == [("updated", "lib:CL-TEST:lib1")]


def test_a_form_without_a_flag_leaves_the_flag_alone(
    api_client: ClientFactory, staff: User, make_library: LibraryFactory
) -> None:
    make_library(allow_public_read=True)

    answer = api_client(staff).patch(LIBRARY_URL, {"title": "New"}, format="multipart")

    assert answer.json()["allow_public_read"] is True


@pytest.mark.parametrize("field", ["title", "description"])
@pytest.mark.parametrize("body_format", ["json", "multipart"])
def test_a_change_rejects_blank_texts(
    api_client: ClientFactory, staff: User, library: ContentLibrary, field: str, body_format: str
) -> None:
    answer = api_client(staff).patch(LIBRARY_URL, {field: ""}, format=body_format)

    assert answer.status_code == 400
    assert answer.json() == {field: ["This field may not be blank."]}


def test_the_license_can_be_taken_away(api_client: ClientFactory, staff: User, make_library: LibraryFactory) -> None:
    make_library(license="CC:4.0:BY")

    assert api_client(staff).patch(LIBRARY_URL, {"license": ""}).json()["license"] == ""


def test_deleting_is_announced_once_and_only_for_the_library(
    api_client: ClientFactory,
    staff: User,
    library: ContentLibrary,
    run_on_commit: CommitRunner,
    events: Events,
) -> None:
    client = api_client(staff)
    with run_on_commit():
        answer = client.delete(LIBRARY_URL)

    assert (answer.status_code, answer.json()) == (200, {})
    assert events == [("deleted", "lib:CL-TEST:lib1")]
    assert client.get(LIBRARY_URL).status_code == 404


def test_a_failure_leaves_nothing_and_announces_nothing(
    staff: User, make_library: LibraryFactory, run_on_commit: CommitRunner, events: Events
) -> None:
    with pytest.raises(RuntimeError), run_on_commit(), failing_transaction():
        make_library()

    assert events == []
    assert not ContentLibrary.objects.exists()
    make_library()
    assert authz_api.is_user_allowed("Bob", "content_libraries.view_library", "lib:CL-TEST:lib1")
    assert len(authz_api.get_user_role_assignments("Bob")) == 1


@contextmanager
def failing_transaction() -> Iterator[None]:
    from django.db import transaction

    with transaction.atomic():
        yield
        raise RuntimeError


def test_a_new_library_under_an_old_key_gives_nobody_his_old_rights(
    api_client: ClientFactory,
    staff: User,
    library: ContentLibrary,
    make_member: MemberFactory,
    make_library: LibraryFactory,
) -> None:
    former = [make_member(library, name) for name in ("library_author", "author")]
    assert [api_client(user).get(LIBRARY_URL).status_code for user in former] == [200, 200]

    libraries.delete_library(library.library_key, user=staff)
    make_library()

    assert [api_client(user).get(LIBRARY_URL).status_code for user in former] == [403, 403]
    assert not authz_api.is_user_allowed("library_author", "content_libraries.view_library", "lib:CL-TEST:lib1")


def test_reading_takes_the_same_number_of_queries_whatever_is_in_the_library(
    api_client: ClientFactory, author: User, library: ContentLibrary
) -> None:
    client, package_pk = api_client(author), library.learning_package_id
    counts = []
    for total in (2, 12):
        for number in range(total - 2, total):
            content_api.create_unit_and_version(
                package_pk,
                f"u{total}-{number}",
                title="Unit",
                components=[],
                created=created_at(library),
                created_by=None,
            )
        with CaptureQueriesContext(connection) as queries:
            assert client.get(LIBRARY_URL).status_code == 200
        counts.append(len(queries))

    # The user; the library; roles and levels; figures, creator of the newest draft, publish.
    assert counts == [7, 7]
