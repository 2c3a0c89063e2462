"""Taxonomies, and tags of what is in libraries (wire: tagging, events)."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from io import StringIO
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openedx_events.content_authoring.signals import CONTENT_OBJECT_ASSOCIATIONS_CHANGED, CONTENT_OBJECT_TAGS_CHANGED
from openedx_tagging import api as tagging_api
from openedx_tagging.models import ObjectTag, Taxonomy
from organizations.models import Organization
from pytest_django import DjangoAssertNumQueries
from rest_framework.test import APIClient

from content_libraries.libraries import api as libraries
from content_libraries.libraries.models import ContentLibrary
from content_libraries.tagging import api as tagging
from tests.conftest import ClientFactory, CommitRunner, LibraryFactory, MemberFactory, UserFactory, give_role

from .client import LibraryClient

ROOT = "/api/content_tagging/v1/"
PROBLEM = "lb:CL-TEST:lib1:problem:p1"
OBJECTS = (PROBLEM, "lct:CL-TEST:lib1:unit:u1", "lib-collection:CL-TEST:lib1:c1", "lib:CL-TEST:lib1")

type TaxonomyFactory = Callable[..., Taxonomy]
"""``make_taxonomy("Subjects", "CL-TEST")``: name, organizations (or ``all_orgs=True``), fields of the taxonomy."""


@pytest.fixture
def make_taxonomy(library: ContentLibrary) -> TaxonomyFactory:
    def make(name: str, *orgs: str, all_orgs: bool = False, **fields: Any) -> Taxonomy:
        taxonomy = tagging_api.create_taxonomy(name, export_id=name.lower().replace(" ", "-"), **fields)
        if orgs or all_orgs:
            tagging.set_organizations(
                taxonomy, [Organization.objects.get_or_create(short_name=org)[0] for org in orgs], all_orgs=all_orgs
            )
        return taxonomy

    return make


@pytest.fixture
def subjects(make_taxonomy: TaxonomyFactory) -> Taxonomy:
    """For the organization of ``library``: Maths > Algebra, Maths > Geometry, Physics."""
    taxonomy = make_taxonomy("Subjects", "CL-TEST")
    tagging_api.add_tag_to_taxonomy(taxonomy, "Maths")
    tagging_api.add_tag_to_taxonomy(taxonomy, "Algebra", "Maths")
    tagging_api.add_tag_to_taxonomy(taxonomy, "Geometry", "Maths")
    tagging_api.add_tag_to_taxonomy(taxonomy, "Physics")
    return taxonomy


def get_tags(http: APIClient, object_id: str, **query: Any) -> Any:
    return http.get(f"{ROOT}object_tags/{object_id}/", query)


def put_tags(http: APIClient, object_id: str, tags: dict[int, list[str]]) -> Any:
    body = {"tagsData": [{"taxonomy": taxonomy, "tags": values} for taxonomy, values in tags.items()]}
    return http.put(f"{ROOT}object_tags/{object_id}/", body, format="json")


def values_of(response: Any) -> dict[str, list[str]]:
    """Taxonomy -> values, of an answer about one object."""
    assert response.status_code == 200, response.content
    (tags,) = response.json().values()
    return {entry["name"]: [tag["value"] for tag in entry["tags"]] for entry in tags["taxonomies"]}


# Taxonomies.


def list_taxonomies(http: APIClient, **query: str) -> list[str]:
    response = http.get(f"{ROOT}taxonomies/", query)
    assert response.status_code == 200, response.content
    return [taxonomy["name"] for taxonomy in response.json()["results"]]


def test_a_page_of_taxonomies_says_what_the_user_may_do(
    subjects: Taxonomy, author: User, api_client: ClientFactory
) -> None:
    page = api_client(author).get(f"{ROOT}taxonomies/", {"enabled": "true", "org": "CL-TEST"}).json()

    assert page == {
        "next": None,
        "previous": None,
        "count": 1,
        "num_pages": 1,
        "current_page": 1,
        "start": 0,
        "can_add_taxonomy": False,
        "results": [
            {
                "id": subjects.pk,
                "name": "Subjects",
                "description": "",
                "enabled": True,
                "allow_multiple": True,
                "allow_free_text": False,
                "read_only": False,
                "visible_to_authors": True,
                "tags_count": 4,
                "can_change_taxonomy": False,
                "can_delete_taxonomy": False,
                "can_tag_object": True,
                "export_id": "subjects",
                "orgs": ["CL-TEST"],
                "all_orgs": False,
            }
        ],
    }


def test_authors_see_the_enabled_taxonomies_of_their_organizations(
    make_taxonomy: TaxonomyFactory, author: User, stranger: User, staff: User, api_client: ClientFactory
) -> None:
    make_taxonomy("Of all", all_orgs=True)
    make_taxonomy("Of ours", "CL-TEST", "Other")
    make_taxonomy("Of others", "Other")
    make_taxonomy("Of nobody")
    make_taxonomy("Disabled", "CL-TEST", enabled=False)

    assert list_taxonomies(api_client(author)) == ["Of all", "Of ours"]
    assert list_taxonomies(api_client(stranger)) == ["Of all"]
    assert list_taxonomies(api_client(staff)) == ["Disabled", "Of all", "Of nobody", "Of others", "Of ours"]
    assert list_taxonomies(api_client(staff), enabled="false") == ["Disabled"]
    assert list_taxonomies(api_client(staff), org="Other") == ["Of all", "Of others", "Of ours"]
    assert list_taxonomies(api_client(author), org="Other") == ["Of all", "Of ours"]
    assert list_taxonomies(api_client(staff), unassigned="true") == ["Of nobody"]


def test_a_role_for_a_whole_organization_shows_its_taxonomies(
    make_taxonomy: TaxonomyFactory, stranger: User, api_client: ClientFactory
) -> None:
    make_taxonomy("Of ours", "CL-TEST")
    give_role(stranger, "library_user", "lib:CL-TEST:*")

    assert list_taxonomies(api_client(stranger)) == ["Of ours"]


@pytest.mark.parametrize("query", [{"org": "CL-TEST", "unassigned": "true"}, {"org": "Unknown"}, {"enabled": "maybe"}])
def test_contradictory_or_unknown_filters_are_refused(
    query: dict[str, str], library: ContentLibrary, staff: User, api_client: ClientFactory
) -> None:
    assert api_client(staff).get(f"{ROOT}taxonomies/", query).status_code == 400


def test_nobody_sees_anything_without_an_active_account(
    subjects: Taxonomy, make_taxonomy: TaxonomyFactory, make_user: UserFactory, api_client: ClientFactory
) -> None:
    make_taxonomy("Of all", all_orgs=True)
    inactive = make_user("inactive", is_active=False, is_staff=True)
    for path in ("taxonomies/", f"taxonomies/{subjects.pk}/tags/", f"object_tags/{PROBLEM}/"):
        assert api_client().get(ROOT + path).status_code == 401
        assert api_client(inactive).get(ROOT + path).status_code == 403
    assert api_client().get(f"{ROOT}object_tag_counts/{PROBLEM}/").status_code == 401


def test_a_taxonomy_of_others_is_not_found(
    make_taxonomy: TaxonomyFactory, author: User, api_client: ClientFactory
) -> None:
    foreign = make_taxonomy("Of others", "Other")

    assert api_client(author).get(f"{ROOT}taxonomies/{foreign.pk}/").status_code == 404
    assert api_client(author).get(f"{ROOT}taxonomies/{foreign.pk}/tags/").status_code == 403


def test_the_list_costs_the_same_however_many_taxonomies_there_are(
    make_taxonomy: TaxonomyFactory,
    author: User,
    api_client: ClientFactory,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    make_taxonomy("First", "CL-TEST")
    with CaptureQueriesContext(connection) as queries:
        assert len(list_taxonomies(api_client(author))) == 1
    cost = len(queries)
    for number in range(8):
        make_taxonomy(f"Next-{number}", "CL-TEST", "Other")

    with django_assert_num_queries(cost):
        assert len(list_taxonomies(api_client(author))) == 9


def test_staff_creates_a_taxonomy_and_says_for_whom_it_is(
    library: ContentLibrary, author: User, staff: User, api_client: ClientFactory
) -> None:
    body = {"name": "New", "export_id": "new"}
    assert api_client(author).post(f"{ROOT}taxonomies/", body, format="json").status_code == 403
    created = api_client(staff).post(f"{ROOT}taxonomies/", body, format="json")
    assert created.status_code == 201
    assert (created.json()["orgs"], created.json()["all_orgs"]) == ([], False)
    url = f"{ROOT}taxonomies/{created.json()['id']}/"
    assert list_taxonomies(api_client(author)) == []

    given = api_client(staff).put(f"{url}orgs/", {"orgs": ["CL-TEST"]}, format="json")
    assert (given.json()["orgs"], given.json()["all_orgs"]) == (["CL-TEST"], False)
    assert list_taxonomies(api_client(author)) == ["New"]
    assert api_client(author).put(f"{url}orgs/", {"all_orgs": True}, format="json").status_code == 403

    given = api_client(staff).put(f"{url}orgs/", {"all_orgs": True}, format="json")
    assert (given.json()["orgs"], given.json()["all_orgs"]) == ([], True)
    for bad in ({}, {"orgs": ["CL-TEST"], "all_orgs": True}, {"orgs": ["Unknown"]}):
        assert api_client(staff).put(f"{url}orgs/", bad, format="json").status_code == 400
    assert api_client(staff).get(url).json()["all_orgs"] is True


def test_tags_of_a_taxonomy(subjects: Taxonomy, author: User, api_client: ClientFactory) -> None:
    tagging_api.tag_object(PROBLEM, subjects, ["Algebra"])
    url = f"{ROOT}taxonomies/{subjects.pk}/tags/"

    page = api_client(author).get(url, {"include_counts": ""}).json()

    assert page["can_add_tag"] is False
    assert page["count"] == 2
    maths = page["results"][0]
    assert maths.pop("_id") == subjects.tag_set.get(value="Maths").pk
    assert maths == {
        "value": "Maths",
        "external_id": subjects.tag_set.get(value="Maths").external_id,
        "child_count": 2,
        "depth": 0,
        "parent_value": None,
        "usage_count": 1,
        "sub_tags_url": f"http://testserver{url}?parent_tag=Maths",
        "can_change_tag": False,
        "can_delete_tag": False,
    }
    below = api_client(author).get(maths["sub_tags_url"]).json()["results"]
    assert [tag["value"] for tag in below] == ["Algebra", "Geometry"]
    everything = api_client(author).get(url, {"full_depth_threshold": 1000}).json()["results"]
    assert [tag["value"] for tag in everything] == ["Maths", "Algebra", "Geometry", "Physics"]
    found = api_client(author).get(url, {"search_term": "geo", "full_depth_threshold": "1000"}).json()["results"]
    assert [tag["value"] for tag in found] == ["Maths", "Geometry"]
    assert api_client(author).get(url, {"full_depth_threshold": 10_001}).status_code == 400
    assert api_client(author).get(url, {"parent_tag": "Unknown"}).status_code == 404


# Tags of objects.


@pytest.mark.parametrize("body", [{"tag": "x" * 5_000}, {"tag": "New", "external_id": "x" * 300}], ids=["tag", "id"])
def test_a_tag_that_is_too_long_is_refused(
    subjects: Taxonomy, staff: User, api_client: ClientFactory, body: dict[str, str]
) -> None:
    assert api_client(staff).post(f"{ROOT}taxonomies/{subjects.pk}/tags/", body, format="json").status_code == 400


@pytest.mark.parametrize("number", ["9" * 5_000, "9" * 19])
def test_a_number_that_no_taxonomy_has_is_not_found(
    subjects: Taxonomy, staff: User, api_client: ClientFactory, number: str
) -> None:
    for url in (f"{ROOT}taxonomies/{number}/", f"{ROOT}taxonomies/{number}/tags/"):
        assert api_client(staff).get(url).status_code == 404


def test_an_object_without_tags_is_listed_too(library: ContentLibrary, reader: User, api_client: ClientFactory) -> None:
    assert get_tags(api_client(reader), PROBLEM).json() == {PROBLEM: {"taxonomies": []}}


@pytest.mark.parametrize("object_id", OBJECTS)
def test_tags_are_given_to_everything_in_a_library(
    object_id: str, subjects: Taxonomy, author: User, api_client: ClientFactory
) -> None:
    expected = {
        object_id: {
            "taxonomies": [
                {
                    "name": "Subjects",
                    "taxonomy_id": subjects.pk,
                    "can_tag_object": True,
                    "export_id": "subjects",
                    "tags": [
                        {
                            "value": "Algebra",
                            "lineage": ["Maths", "Algebra"],
                            "can_delete_objecttag": True,
                            "is_copied": False,
                        }
                    ],
                }
            ]
        }
    }

    response = put_tags(api_client(author), object_id, {subjects.pk: ["Algebra"]})

    assert (response.status_code, response.json()) == (200, expected)
    assert get_tags(api_client(author), object_id).json() == expected


def test_a_put_replaces_the_tags_of_the_taxonomies_that_it_names(
    subjects: Taxonomy, make_taxonomy: TaxonomyFactory, author: User, api_client: ClientFactory
) -> None:
    words = make_taxonomy("Words", all_orgs=True, allow_free_text=True)
    http = api_client(author)
    put_tags(http, PROBLEM, {subjects.pk: ["Algebra", "Physics"], words.pk: ["easy"]})

    assert values_of(put_tags(http, PROBLEM, {subjects.pk: ["Geometry"]})) == {
        "Subjects": ["Geometry"],
        "Words": ["easy"],
    }
    assert values_of(get_tags(http, PROBLEM, taxonomy=words.pk)) == {"Words": ["easy"]}
    assert values_of(put_tags(http, PROBLEM, {subjects.pk: []})) == {"Words": ["easy"]}
    assert values_of(put_tags(http, PROBLEM, {})) == {"Words": ["easy"]}


# Role or level -> may see, may give tags.
ROLES = {
    "library_user": (200, 403),
    "library_contributor": (200, 200),
    "library_author": (200, 200),
    "library_admin": (200, 200),
    "read": (200, 403),
    "author": (200, 200),
    "admin": (200, 200),
}


@pytest.mark.parametrize("role", ROLES)
def test_the_role_in_the_library_decides(
    role: str, subjects: Taxonomy, library: ContentLibrary, make_member: MemberFactory, api_client: ClientFactory
) -> None:
    tagging_api.tag_object(PROBLEM, subjects, ["Algebra"])
    http = api_client(make_member(library, role))
    may_see, may_tag = ROLES[role]

    answer = get_tags(http, PROBLEM)

    assert answer.status_code == may_see
    (entry,) = answer.json()[PROBLEM]["taxonomies"]
    assert entry["can_tag_object"] is (may_tag == 200)
    assert entry["tags"][0]["can_delete_objecttag"] is (may_tag == 200)
    assert put_tags(http, PROBLEM, {subjects.pk: ["Physics"]}).status_code == may_tag


def test_strangers_are_refused_and_staff_is_not(
    subjects: Taxonomy, stranger: User, staff: User, api_client: ClientFactory
) -> None:
    forbidden = {"detail": "You do not have permission to perform this action."}
    for response in (
        get_tags(api_client(stranger), PROBLEM),
        put_tags(api_client(stranger), PROBLEM, {subjects.pk: ["Algebra"]}),
        put_tags(api_client(stranger), PROBLEM, {subjects.pk: ["Unknown"]}),
    ):
        assert (response.status_code, response.json()) == (403, forbidden)
    assert put_tags(api_client(staff), PROBLEM, {subjects.pk: ["Algebra"]}).status_code == 200
    assert put_tags(api_client(), PROBLEM, {subjects.pk: ["Algebra"]}).status_code == 401


def test_a_role_in_another_library_is_of_no_use(
    subjects: Taxonomy,
    make_library: LibraryFactory,
    make_member: MemberFactory,
    api_client: ClientFactory,
) -> None:
    admin_of_other = make_member(make_library("lib2"), "library_admin")

    assert put_tags(api_client(admin_of_other), PROBLEM, {subjects.pk: ["Algebra"]}).status_code == 403


def test_other_methods_are_not_allowed(library: ContentLibrary, staff: User, api_client: ClientFactory) -> None:
    for method in ("post", "patch", "delete"):
        response = getattr(api_client(staff), method)(f"{ROOT}object_tags/{PROBLEM}/", {"tagsData": []}, format="json")
        assert response.status_code == 405


@pytest.mark.parametrize("object_id", ["lb:CL-TEST:*", "lb:CL-TEST:lib1:*", f"{PROBLEM},lib:CL-TEST:lib1"])
def test_tags_of_several_objects_at_once_are_refused(
    object_id: str, library: ContentLibrary, staff: User, api_client: ClientFactory
) -> None:
    assert get_tags(api_client(staff), object_id).status_code == 400
    assert put_tags(api_client(staff), object_id, {}).status_code == 400


@pytest.mark.parametrize("object_id", ["lib:CL-TEST:unknown", "lb:CL-TEST:lib1", "lct:CL-TEST:lib1:shelf:s", "nothing"])
def test_unknown_libraries_and_malformed_keys_are_not_found(
    object_id: str, subjects: Taxonomy, staff: User, api_client: ClientFactory
) -> None:
    assert get_tags(api_client(staff), object_id).status_code == 404
    assert put_tags(api_client(staff), object_id, {subjects.pk: ["Algebra"]}).status_code == 404


def test_what_a_taxonomy_does_not_allow_changes_nothing(
    subjects: Taxonomy, make_taxonomy: TaxonomyFactory, author: User, api_client: ClientFactory
) -> None:
    single = make_taxonomy("Single", "CL-TEST", allow_multiple=False, allow_free_text=True)
    words = make_taxonomy("Words", "CL-TEST", allow_free_text=True)
    http = api_client(author)
    put_tags(http, PROBLEM, {subjects.pk: ["Algebra"]})

    for bad in (
        {subjects.pk: ["Physics", "Chemistry"]},
        {subjects.pk: ["Physics", "physics"]},
        {subjects.pk: [], single.pk: ["one", "two"]},
        {subjects.pk: [], words.pk: ["with > sign"]},
        {subjects.pk: [], words.pk: [f"word {number}" for number in range(101)]},
        {subjects.pk: [], words.pk: ["x" * 501]},
        {subjects.pk: [], 987654: ["unknown taxonomy"]},
    ):
        assert put_tags(http, PROBLEM, bad).status_code == 400
    assert http.put(f"{ROOT}object_tags/{PROBLEM}/", {}, format="json").status_code == 400
    assert values_of(get_tags(http, PROBLEM)) == {"Subjects": ["Algebra"]}


@pytest.mark.parametrize("user", ["author", "staff"])
def test_taxonomies_of_other_organizations_cannot_be_used(
    user: str, make_taxonomy: TaxonomyFactory, author: User, staff: User, api_client: ClientFactory
) -> None:
    http = api_client({"author": author, "staff": staff}[user])
    for taxonomy in (
        make_taxonomy("Foreign", "Other", allow_free_text=True),
        make_taxonomy("Unassigned", allow_free_text=True),
        make_taxonomy("Disabled", all_orgs=True, allow_free_text=True, enabled=False),
    ):
        response = put_tags(http, PROBLEM, {taxonomy.pk: ["word"]})
        assert response.status_code == 400
        assert taxonomy.name in response.json()[0]
    assert not ObjectTag.objects.exists()


def test_tags_of_a_taxonomy_that_was_taken_away_are_seen_by_staff_only(
    subjects: Taxonomy, author: User, staff: User, api_client: ClientFactory
) -> None:
    put_tags(api_client(author), PROBLEM, {subjects.pk: ["Algebra"]})

    tagging.set_organizations(subjects)

    assert values_of(get_tags(api_client(author), PROBLEM)) == {}
    (entry,) = get_tags(api_client(staff), PROBLEM).json()[PROBLEM]["taxonomies"]
    assert entry["can_tag_object"] is False


def test_reading_costs_the_same_however_many_tags_an_object_has(
    make_taxonomy: TaxonomyFactory,
    author: User,
    api_client: ClientFactory,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    http = api_client(author)
    words = [make_taxonomy(f"Words-{number}", "CL-TEST", allow_free_text=True) for number in range(4)]
    tagging_api.tag_object(PROBLEM, words[0], ["one"])
    with CaptureQueriesContext(connection) as queries:
        get_tags(http, PROBLEM)
    cost = len(queries)
    for taxonomy in words:
        tagging_api.tag_object(PROBLEM, taxonomy, [f"word {number}" for number in range(9)])

    with django_assert_num_queries(cost):
        assert len(get_tags(http, PROBLEM).json()[PROBLEM]["taxonomies"]) == 4


# Counts.


def test_counts(subjects: Taxonomy, stranger: User, api_client: ClientFactory) -> None:
    unit = "lct:CL-TEST:lib1:unit:u1"
    tagging_api.tag_object(PROBLEM, subjects, ["Algebra", "Geometry"])
    tagging_api.tag_object(unit, subjects, ["Physics"])

    def count(pattern: str, query: str = "") -> Any:
        response = api_client(stranger).get(f"{ROOT}object_tag_counts/{pattern}/{query}")
        return response.json() if response.status_code == 200 else response.status_code

    assert count(PROBLEM) == {PROBLEM: 2}
    assert count(PROBLEM, "?count_implicit") == {PROBLEM: 3}
    assert count(f"{PROBLEM},{unit},lb:CL-TEST:lib1:html:h1") == {PROBLEM: 2, unit: 1}
    assert count("lb:CL-TEST:lib1:*") == {PROBLEM: 2}
    assert count("lb:CL-TEST:lib2:*") == {}
    assert count("lb:*:lib1") == 400


def test_items_tell_how_many_tags_they_have(
    lib: LibraryClient, subjects: Taxonomy, author: User, api_client: ClientFactory
) -> None:
    lib.create("problem:p1")

    put_tags(api_client(author), PROBLEM, {subjects.pk: ["Algebra"]})

    assert lib.get("problem:p1")["tags_count"] == 2


# Events.


@pytest.fixture
def events() -> Iterator[list[tuple[str, ...]]]:
    """The events about tags that were sent: (kind, object id, *changes)."""
    sent: list[tuple[str, ...]] = []

    def associations_changed(content_object: Any, **_kwargs: Any) -> None:
        sent.append(("associations", content_object.object_id, *content_object.changes))

    def tags_changed(content_object: Any, **_kwargs: Any) -> None:
        sent.append(("tags", content_object.object_id))

    CONTENT_OBJECT_ASSOCIATIONS_CHANGED.connect(associations_changed)
    CONTENT_OBJECT_TAGS_CHANGED.connect(tags_changed)
    yield sent
    CONTENT_OBJECT_ASSOCIATIONS_CHANGED.disconnect(associations_changed)
    CONTENT_OBJECT_TAGS_CHANGED.disconnect(tags_changed)


@pytest.mark.parametrize("object_id", OBJECTS)
def test_a_change_is_announced_once_after_the_commit(
    object_id: str,
    subjects: Taxonomy,
    make_taxonomy: TaxonomyFactory,
    author: User,
    api_client: ClientFactory,
    events: list[tuple[str, ...]],
    run_on_commit: CommitRunner,
) -> None:
    words = make_taxonomy("Words", "CL-TEST", allow_free_text=True)
    with run_on_commit():
        put_tags(api_client(author), object_id, {subjects.pk: ["Algebra", "Physics"], words.pk: ["easy"]})
        assert events == []

    assert events == [("associations", object_id, "tags"), ("tags", object_id)]


def test_what_changes_nothing_is_not_announced(
    subjects: Taxonomy,
    make_taxonomy: TaxonomyFactory,
    author: User,
    reader: User,
    api_client: ClientFactory,
    events: list[tuple[str, ...]],
    run_on_commit: CommitRunner,
) -> None:
    foreign = make_taxonomy("Foreign", "Other", allow_free_text=True)
    put_tags(api_client(author), PROBLEM, {subjects.pk: ["Algebra"]})

    with run_on_commit():
        put_tags(api_client(author), PROBLEM, {})
        put_tags(api_client(author), PROBLEM, {subjects.pk: ["Algebra"]})
        put_tags(api_client(author), PROBLEM, {subjects.pk: ["Unknown"]})
        put_tags(api_client(author), PROBLEM, {subjects.pk: [], foreign.pk: ["word"]})
        put_tags(api_client(reader), PROBLEM, {subjects.pk: ["Physics"]})

    assert events == []


# A library and its tags.


def test_the_tags_of_a_deleted_library_go_away_with_it(
    subjects: Taxonomy,
    make_library: LibraryFactory,
    staff: User,
    run_on_commit: CommitRunner,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    make_library("lib11")
    others = ("lb:CL-TEST:lib11:problem:p1", "lib:CL-TEST:lib11", "lb:Other:lib1:problem:p1")
    for object_id in (*OBJECTS, *others):
        tagging_api.tag_object(object_id, subjects, ["Algebra"])
    library_key = libraries.get_library(tagging.object_key("lib:CL-TEST:lib1")).library_key  # type: ignore[arg-type]

    with run_on_commit():
        libraries.delete_library(library_key, user=staff)

    assert set(ObjectTag.objects.values_list("object_id", flat=True)) == set(others)
    with django_assert_max_num_queries(1):
        tagging.delete_tags_of_library(library_key)


def export(http: APIClient, object_id: str = "lib:CL-TEST:lib1") -> list[list[str]]:
    response: Any = http.get(f"{ROOT}object_tags/{object_id}/export/")
    assert response.status_code == 200, response.content
    assert response["Content-Type"].startswith("text/csv")
    assert response["Content-Disposition"] == f'attachment; filename="{object_id}_tags.csv"'
    return list(csv.reader(StringIO(response.getvalue().decode())))


def test_the_tags_of_a_library_are_exported(
    lib: LibraryClient, subjects: Taxonomy, make_taxonomy: TaxonomyFactory, author: User, api_client: ClientFactory
) -> None:
    words = make_taxonomy("Words", "CL-TEST", allow_free_text=True)
    foreign = make_taxonomy("Foreign", "Other", allow_free_text=True)
    lib.create("problem:p1")
    lib.create("problem:gone")
    lib.create("unit:u1", "Unit, one")
    lib.rename("problem:p1", "=HYPERLINK(1)")
    lib.delete("problem:gone")
    tagging_api.tag_object(PROBLEM, subjects, ["Physics", "Algebra"])
    tagging_api.tag_object(PROBLEM, foreign, ["secret"])
    tagging_api.tag_object("lib:CL-TEST:lib1", words, ["Größe"])

    assert export(api_client(author)) == [
        ["Name", "Type", "ID", "subjects", "words"],
        ["Library One", "library", "lib:CL-TEST:lib1", "", "Größe"],
        ["'=HYPERLINK(1)", "problem", PROBLEM, "Algebra; Physics", ""],
        ["Unit, one", "unit", "lct:CL-TEST:lib1:unit:u1", "", ""],
    ]


def test_only_those_who_see_a_library_export_its_tags(
    library: ContentLibrary, reader: User, stranger: User, staff: User, api_client: ClientFactory
) -> None:
    url = f"{ROOT}object_tags/lib:CL-TEST:lib1/export/"
    assert len(export(api_client(reader))) == 2
    assert api_client(stranger).get(url).status_code == 403
    assert api_client().get(url).status_code == 401
    for unknown in ("lib:CL-TEST:unknown", PROBLEM):
        assert api_client(staff).get(f"{ROOT}object_tags/{unknown}/export/").status_code == 404


def test_an_export_costs_the_same_however_many_items_there_are(
    lib: LibraryClient,
    subjects: Taxonomy,
    author: User,
    api_client: ClientFactory,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    lib.create("problem:p1")
    with CaptureQueriesContext(connection) as queries:
        export(api_client(author))
    cost = len(queries)
    for number in range(5):
        lib.create(f"problem:next{number}")
        tagging_api.tag_object(lib.key(f"problem:next{number}"), subjects, ["Algebra"])

    with django_assert_num_queries(cost):
        assert len(export(api_client(author))) == 8


# What other apps ask openedx-tagging.


def test_the_permissions_of_openedx_tagging_follow_the_roles(
    subjects: Taxonomy, make_taxonomy: TaxonomyFactory, author: User, reader: User, stranger: User
) -> None:
    foreign = make_taxonomy("Foreign", "Other")

    def allowed(user: User, name: str, target: Any) -> bool:
        return user.has_perm(f"oel_tagging.{name}", target)

    for permission in ("change_objecttag_objectid", "remove_objecttag_objectid"):
        assert [allowed(user, permission, PROBLEM) for user in (author, reader, stranger)] == [True, False, False]
    for object_id in ("lb:CL-TEST:unknown:problem:p1", "lb:malformed", "course-v1:CL-TEST+C+R"):
        assert not allowed(author, "change_objecttag_objectid", object_id)
    permission = "view_objecttag_objectid"
    assert [allowed(user, permission, PROBLEM) for user in (author, reader, stranger)] == [True, True, False]
    assert allowed(stranger, permission, "course-v1:CL-TEST+C+R")
    for permission in ("view_taxonomy", "list_tag", "change_objecttag_taxonomy"):
        assert allowed(author, permission, subjects)
        assert not allowed(author, permission, foreign)
