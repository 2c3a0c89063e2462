"""Collections over HTTP (wire: components-collections, containers-publish, collections)."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.contrib.auth.models import User
from openedx_content.models_api import PublishableEntity
from pytest_django import DjangoAssertNumQueries

from content_libraries.actors import OPERATOR
from content_libraries.content import api as content
from content_libraries.errors import InvalidInputError
from content_libraries.keys import collection_key
from tests.conftest import LibraryFactory

from .client import ROOT, LibraryClient
from .conftest import ActingAs, add_library

NOT_FOUND = {"detail": "Not found."}
MICROSECONDS = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")
REQUIRED = ["This field is required."]


def create(lib: LibraryClient, **body: Any) -> Any:
    return lib.http.post(lib.library_url("collections/"), body, format="json")


def patch(lib: LibraryClient, code: str, **body: Any) -> Any:
    return lib.http.patch(lib.collection_url(code), body, format="json")


def read(lib: LibraryClient, code: str) -> Any:
    return lib.ok(lib.http.get(lib.collection_url(code)))


def listed(lib: LibraryClient, **query: Any) -> Any:
    return lib.ok(lib.http.get(lib.library_url("collections/"), query))


def entity_pk(lib: LibraryClient, name: str) -> int:
    code = name.split(":")[1]
    pk: int = PublishableEntity.objects.get(
        learning_package=lib.library.learning_package_id, entity_ref__endswith=code
    ).id
    return pk


def status_and_body(response: Any) -> tuple[int, Any]:
    return response.status_code, response.json()


@pytest.fixture
def other(lib: LibraryClient, make_library: LibraryFactory) -> LibraryClient:
    """What Bob does in another library."""
    return LibraryClient(make_library("other"), lib.http)


@pytest.fixture(scope="module")
def shared_items(shared_lib: LibraryClient) -> tuple[LibraryClient, LibraryClient]:
    mine, theirs = (add_library(shared_lib, slug) for slug in ("mine", "theirs"))
    for lib in (mine, theirs):
        lib.create("html:h")
        lib.create("html:also")
    mine.create("unit:u")
    mine.create_collection("C", "html:also")
    theirs.create_collection("Theirs")
    return mine, theirs


@pytest.fixture
def filled(lib: LibraryClient, shared_items: tuple[LibraryClient, LibraryClient]) -> LibraryClient:
    """
    ``lib:CL-TEST:mine`` with ``html:h``, ``html:also``, ``unit:u`` and the collection ``c``, which holds ``html:also``.

    There is ``lib:CL-TEST:theirs`` too, with the same components and the collection ``theirs``.
    """
    return LibraryClient(shared_items[0].library, lib.http)


# Creating


def test_a_new_collection_is_empty_and_enabled(lib: LibraryClient, staff: User) -> None:
    response = create(lib, title="My Col", description="What for", key="ignored")
    assert response.status_code == 200
    body = response.json()
    assert read(lib, "my-col") == body
    assert isinstance(body.pop("id"), int)
    for name in ("created", "modified"):
        assert MICROSECONDS.fullmatch(body.pop(name)), name
    assert body == {
        "key": "my-col",
        "title": "My Col",
        "description": "What for",
        "enabled": True,
        "learning_package": lib.library.learning_package_id,
        "created_by": staff.pk,
        "entities": [],
    }


def test_equal_titles_get_numbered_keys_that_deleted_collections_keep(lib: LibraryClient) -> None:
    keys = [lib.create_collection("X")["key"] for _ in range(12)]
    assert keys == ["x", *(f"x-{number}" for number in range(1, 12))]
    lib.delete_collection("x-7")
    assert lib.create_collection("X")["key"] == "x-12"


def test_keys_are_handed_out_in_each_library_for_itself(lib: LibraryClient, other: LibraryClient) -> None:
    assert lib.create_collection("X")["key"] == other.create_collection("X")["key"] == "x"
    assert patch(other, "x", title="Theirs").status_code == 200
    assert read(lib, "x")["title"] == "X"


@pytest.mark.parametrize(
    ("title", "key"),
    [("Café au lait!", "cafe-au-lait"), ("数学", "collection"), ("?!", "collection"), ("t" * 500, "t" * 150)],
)
def test_the_key_is_made_of_what_ascii_has_of_the_title(lib: LibraryClient, title: str, key: str) -> None:
    assert lib.create_collection(title)["key"] == key
    assert lib.create_collection(title)["key"] == f"{key}-1"
    assert read(lib, key)["title"] == title


@pytest.mark.parametrize(
    ("body", "errors"),
    [
        ({}, {"title": REQUIRED, "description": REQUIRED}),
        ({"title": "T"}, {"description": REQUIRED}),
        ({"title": " ", "description": ""}, {"title": ["This field may not be blank."]}),
        ({"title": "T", "description": None}, {"description": ["This field may not be null."]}),
        (
            {"title": "t" * 501, "description": "d" * 10_001},
            {
                "title": ["Ensure this field has no more than 500 characters."],
                "description": ["Ensure this field has no more than 10000 characters."],
            },
        ),
    ],
)
def test_titles_and_descriptions_are_checked(lib: LibraryClient, body: Any, errors: Any) -> None:
    assert status_and_body(create(lib, **body)) == (400, errors)
    assert listed(lib)["count"] == 0


def test_the_python_api_checks_titles_too(lib: LibraryClient) -> None:
    for title in ("", " ", "t" * 501):
        with pytest.raises(InvalidInputError):
            content.create_collection(lib.library.library_key, user=OPERATOR, title=title)
    lib.create_collection("C")
    with pytest.raises(InvalidInputError):
        content.update_collection(
            collection_key("lib-collection:CL-TEST:lib1:c"), user=OPERATOR, description="d" * 10_001
        )


# Listing


def test_collections_are_listed_in_order_of_creation_without_deleted_ones(lib: LibraryClient) -> None:
    for title in ("B", "A", "Gone", "C"):
        lib.create_collection(title)
    lib.delete_collection("gone")
    page = listed(lib)
    assert [collection["key"] for collection in page.pop("results")] == ["b", "a", "c"]
    assert page == {"next": None, "previous": None, "count": 3, "num_pages": 1, "current_page": 1, "start": 0}


def test_collections_come_in_pages(lib: LibraryClient) -> None:
    for _ in range(11):
        lib.create_collection("X")
    first, second = listed(lib), listed(lib, page=2)
    assert (len(first["results"]), first["count"], first["num_pages"]) == (10, 11, 2)
    assert first["next"] == f"http://testserver{lib.library_url('collections/')}?page=2"
    assert ([row["key"] for row in second["results"]], second["start"]) == (["x-10"], 10)
    assert len(listed(lib, page_size=500)["results"]) == 11
    out_of_range = lib.http.get(lib.library_url("collections/"), {"page": 3})
    assert status_and_body(out_of_range) == (404, {"detail": "Invalid page."})


@pytest.mark.parametrize("count", [3, 12])
def test_a_page_of_collections_costs_the_same_queries_at_any_size(
    lib: LibraryClient, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    lib.create("html:h")
    for _ in range(count):
        lib.create_collection("X", "html:h")
    with django_assert_num_queries(6):
        page = listed(lib, page_size=50)
    assert [row["entities"] for row in page["results"]] == [[entity_pk(lib, "html:h")]] * count


# Changing


def test_only_what_is_given_is_changed(lib: LibraryClient) -> None:
    created = lib.create_collection("Old")
    changed = lib.ok(patch(lib, "old", title="New"))
    assert (changed["key"], changed["title"], changed["description"]) == ("old", "New", "")
    assert changed["modified"] > created["modified"]
    assert lib.ok(patch(lib, "old", description="D"))["title"] == "New"
    assert lib.ok(patch(lib, "old", description=""))["description"] == ""
    before = read(lib, "old")
    assert lib.ok(patch(lib, "old")) == before


@pytest.mark.parametrize(
    ("body", "errors"),
    [
        ({"title": ""}, {"title": ["This field may not be blank."]}),
        ({"title": None}, {"title": ["This field may not be null."]}),
    ],
)
def test_a_collection_needs_a_title(lib: LibraryClient, body: Any, errors: Any) -> None:
    lib.create_collection("C")
    assert status_and_body(patch(lib, "c", **body)) == (400, errors)
    assert read(lib, "c")["title"] == "C"


def test_a_deleted_collection_can_be_renamed(lib: LibraryClient) -> None:
    lib.create_collection("C")
    lib.delete_collection("c")
    renamed = lib.ok(patch(lib, "c", title="New"))
    assert (renamed["title"], renamed["enabled"]) == ("New", False)


# Deleting and restoring


def test_a_deleted_collection_comes_back_with_its_items(lib: LibraryClient) -> None:
    lib.create("html:h")
    lib.create("unit:u")
    lib.create_collection("C", "html:h", "unit:u")
    lib.delete_collection("c")
    assert status_and_body(lib.http.get(lib.collection_url("c"))) == (404, NOT_FOUND)
    assert status_and_body(lib.http.delete(lib.collection_url("c"))) == (404, NOT_FOUND)
    assert lib.collections_of("html:h") == []
    lib.restore_collection("c")
    lib.restore_collection("c")
    assert read(lib, "c")["entities"] == [entity_pk(lib, "html:h"), entity_pk(lib, "unit:u")]
    assert lib.collections_of("html:h") == lib.collections_of("unit:u") == ["c"]


# Items


def test_items_are_added_and_removed_and_keys_are_counted_as_sent(lib: LibraryClient) -> None:
    lib.create("html:h")
    lib.create("unit:u")
    lib.create_collection("C")
    assert lib.ok(lib.edit_collection("patch", "c", "html:h")) == {"count": 1}
    assert lib.ok(lib.edit_collection("patch", "c", "html:h", "unit:u", "unit:u")) == {"count": 3}
    assert read(lib, "c")["entities"] == [entity_pk(lib, "html:h"), entity_pk(lib, "unit:u")]
    assert lib.ok(lib.edit_collection("delete", "c", "html:h")) == {"count": 1}
    assert lib.ok(lib.edit_collection("delete", "c", "html:h", "html:h")) == {"count": 2}
    assert read(lib, "c")["entities"] == [entity_pk(lib, "unit:u")]


@pytest.mark.parametrize("method", ["patch", "delete"])
def test_modified_moves_though_nothing_changes(lib: LibraryClient, method: str) -> None:
    lib.create("html:h")
    lib.create_collection("C", *(["html:h"] if method == "patch" else []))
    before = read(lib, "c")
    lib.ok(lib.edit_collection(method, "c", "html:h"))
    after = read(lib, "c")
    assert after.pop("modified") > before.pop("modified")
    assert after == before


@pytest.mark.parametrize("method", ["patch", "delete"])
@pytest.mark.parametrize(
    "key", ["lb:CL-TEST:mine:html:unknown", "lct:CL-TEST:mine:unit:h", "lb:CL-TEST:theirs:html:h", "lb:NO:no:html:h"]
)
def test_one_item_that_is_not_in_the_library_stops_the_request(filled: LibraryClient, method: str, key: str) -> None:
    before = read(filled, "c")
    body = {"usage_keys": [filled.key("html:h"), filled.key("html:also"), key]}
    response = getattr(filled.http, method)(filled.collection_url("c", "items/"), body, format="json")
    assert status_and_body(response) == (404, NOT_FOUND)
    assert read(filled, "c") == before


def test_an_item_is_looked_up_in_its_own_library_only(lib: LibraryClient, other: LibraryClient) -> None:
    for client in (other, lib):
        client.create("html:h")
        client.create_collection("C")
    lib.ok(lib.edit_collection("patch", "c", "html:h"))
    assert read(lib, "c")["entities"] == [entity_pk(lib, "html:h")]
    assert read(other, "c")["entities"] == []


@pytest.mark.parametrize("method", ["patch", "delete"])
@pytest.mark.parametrize(
    ("body", "errors"),
    [
        ({}, REQUIRED),
        (None, REQUIRED),
        ({"usage_keys": []}, ["This list may not be empty."]),
        ({"usage_keys": "lb:CL-TEST:lib1:html:h"}, ['Expected a list of items but got type "str".']),
        ({"usage_keys": ["nonsense"]}, {"0": ["Invalid input."]}),
    ],
)
def test_the_keys_of_items_are_checked(filled: LibraryClient, method: str, body: Any, errors: Any) -> None:
    response = getattr(filled.http, method)(filled.collection_url("c", "items/"), body, format="json")
    assert status_and_body(response) == (400, {"usage_keys": errors})


def test_nothing_is_added_to_a_deleted_collection_but_items_can_be_removed(lib: LibraryClient) -> None:
    lib.create("html:h")
    lib.create_collection("C", "html:h")
    lib.delete_collection("c")
    assert status_and_body(lib.edit_collection("patch", "c", "html:h")) == (
        400,
        ["The collection “c” is deleted. Restore it first."],
    )
    lib.ok(lib.edit_collection("delete", "c", "html:h"))
    lib.restore_collection("c")
    assert read(lib, "c")["entities"] == []


def test_a_deleted_item_stays_and_can_be_removed_but_not_added(lib: LibraryClient) -> None:
    lib.create("html:h")
    lib.create_collection("C", "html:h")
    lib.delete("html:h")
    assert read(lib, "c")["entities"] == [entity_pk(lib, "html:h")]
    lib.restore("html:h")
    assert lib.collections_of("html:h") == ["c"]
    lib.delete("html:h")
    assert status_and_body(lib.edit_collection("patch", "c", "html:h")) == (404, NOT_FOUND)
    lib.ok(lib.edit_collection("delete", "c", "html:h"))
    lib.restore("html:h")
    assert lib.collections_of("html:h") == []


def test_more_items_than_one_query_takes(lib: LibraryClient) -> None:
    components = [content.ComponentWrite("html", f"h{number}", "T", "<html/>") for number in range(1000)]
    content.write_items(OPERATOR, lib.library, components=components)
    names = [f"html:h{number}" for number in range(1000)]
    lib.create_collection("C")
    assert lib.ok(lib.edit_collection("patch", "c", *names)) == {"count": 1000}
    assert len(read(lib, "c")["entities"]) == 1000
    assert lib.ok(lib.edit_collection("delete", "c", *names[1:])) == {"count": 999}
    assert read(lib, "c")["entities"] == [entity_pk(lib, "html:h0")]


# Collections of an item


@pytest.mark.parametrize("name", ["html:h", "unit:u"])
def test_the_collections_of_an_item_are_replaced(lib: LibraryClient, name: str) -> None:
    lib.create(name)
    for title in ("A", "B", "C"):
        lib.create_collection(title)
    assert lib.ok(lib.set_collections(name, "a", "b")) == {"count": 2}
    assert lib.get(name)["collections"] == [{"key": "a", "title": "A"}, {"key": "b", "title": "B"}]
    assert lib.ok(lib.set_collections(name, "c", "b", "b", "unknown", "")) == {"count": 5}
    assert lib.collections_of(name) == ["b", "c"]
    assert lib.ok(lib.set_collections(name)) == {"count": 0}
    assert lib.collections_of(name) == []


def test_deleted_collections_are_neither_entered_nor_left(lib: LibraryClient) -> None:
    lib.create("html:h")
    lib.create_collection("Mine", "html:h")
    for title in ("Empty", "Kept"):
        lib.create_collection(title)
    for code in ("mine", "empty"):
        lib.delete_collection(code)
    assert lib.ok(lib.set_collections("html:h", "empty", "kept")) == {"count": 2}
    assert lib.collections_of("html:h") == ["kept"]
    for code in ("mine", "empty"):
        lib.restore_collection(code)
    assert lib.collections_of("html:h") == ["mine", "kept"]


def test_collections_of_another_library_are_unknown(lib: LibraryClient, other: LibraryClient) -> None:
    lib.create("html:h")
    other.create_collection("Theirs")
    assert lib.ok(lib.set_collections("html:h", "theirs")) == {"count": 1}
    assert lib.collections_of("html:h") == []
    assert read(other, "theirs")["entities"] == []


@pytest.mark.parametrize("name", ["html:h", "unit:u"])
@pytest.mark.parametrize(
    ("body", "errors"),
    [
        ({}, REQUIRED),
        ({"collection_keys": None}, ["This field may not be null."]),
        ({"collection_keys": "a"}, ['Expected a list of items but got type "str".']),
    ],
)
def test_the_keys_of_collections_are_required(filled: LibraryClient, name: str, body: Any, errors: Any) -> None:
    response = filled.http.patch(filled.url(name, "collections/"), body, format="json")
    assert status_and_body(response) == (400, {"collection_keys": errors})


@pytest.mark.parametrize("name", ["html:unknown", "html:gone", "unit:unknown", "unit:gone"])
def test_items_that_are_not_there_have_no_collections(lib: LibraryClient, name: str) -> None:
    if name.endswith("gone"):
        lib.create(name)
        lib.delete(name)
    assert status_and_body(lib.set_collections(name)) == (404, NOT_FOUND)


# Not found, not allowed


@pytest.mark.parametrize(
    ("method", "suffix", "body"),
    [
        ("get", "", None),
        ("patch", "", {"title": "New"}),
        ("delete", "", None),
        ("post", "restore/", None),
        ("patch", "items/", {"usage_keys": ["lb:CL-TEST:mine:html:h"]}),
        ("delete", "items/", {"usage_keys": ["lb:CL-TEST:mine:html:h"]}),
    ],
)
@pytest.mark.parametrize(
    "place",
    [
        "lib:CL-TEST:mine/collections/unknown",
        "lib:CL-TEST:mine/collections/theirs",
        "lib:CL-TEST:mine/collections/no slug",
        "lib:CL-TEST:unknown/collections/c",
        "nonsense/collections/c",
    ],
)
def test_unknown_collections_and_bad_keys_are_not_found(
    filled: LibraryClient, method: str, suffix: str, body: Any, place: str
) -> None:
    request = getattr(filled.http, method)
    url = f"{ROOT}{place}/{suffix}"
    response = request(url) if method == "get" else request(url, body, format="json")
    assert status_and_body(response) == (404, NOT_FOUND)


@pytest.mark.parametrize(
    ("method", "suffix"), [("get", "items/"), ("post", "items/"), ("get", "restore/"), ("put", "")]
)
def test_other_methods_are_not_allowed(filled: LibraryClient, method: str, suffix: str) -> None:
    response = getattr(filled.http, method)(filled.collection_url("c", suffix))
    assert status_and_body(response) == (405, {"detail": f'Method "{method.upper()}" not allowed.'})


def test_a_reader_learns_nothing_about_bodies_items_and_collections(
    lib: LibraryClient, acting_as: ActingAs, reader: User
) -> None:
    as_reader = acting_as(reader)
    assert create(as_reader).status_code == 403
    assert patch(as_reader, "unknown", title="").status_code == 403
    assert as_reader.http.delete(as_reader.collection_url("unknown")).status_code == 403
    assert as_reader.edit_collection("patch", "unknown", "html:unknown").status_code == 403
    assert as_reader.http.patch(as_reader.url("html:unknown", "collections/"), {}, format="json").status_code == 403
