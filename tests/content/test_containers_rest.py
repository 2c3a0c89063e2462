"""Sections, subsections and units over HTTP (wire: containers)."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.contrib.auth.models import User

from content_libraries.actors import OPERATOR
from content_libraries.content import api as content
from content_libraries.libraries.models import ContentLibrary

from .client import ROOT, LibraryClient
from .conftest import ActingAs, add_library

NOT_FOUND = {"detail": "Not found."}
SECONDS = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


def create(lib: LibraryClient, **body: Any) -> Any:
    return lib.http.post(lib.library_url("containers/"), body, format="json")


@pytest.fixture(scope="module")
def shared_unit(shared_lib: LibraryClient) -> LibraryClient:
    lib = add_library(shared_lib, "units")
    names = ("html:a", "html:b", "html:c")
    for name in (*names, "unit:u0", "subsection:s0", "subsection:other", "section:t0"):
        lib.create(name)
    lib.create("unit:u", children=[*names])
    return lib


@pytest.fixture
def unit(lib: LibraryClient, shared_unit: LibraryClient) -> LibraryClient:
    """
    A library with ``unit:u``, which holds ``html:a``, ``html:b`` and ``html:c``.

    Beside it are containers without children.
    """
    return LibraryClient(shared_unit.library, lib.http)


# Creating


@pytest.mark.parametrize("field", ["container_type", "container_type_code"])
def test_a_new_container_is_an_empty_draft(lib: LibraryClient, field: str) -> None:
    response = create(lib, **{field: "unit"}, slug="u1", display_name="Test Unit")
    assert response.status_code == 200
    body = response.json()
    for name in ("created", "modified", "last_draft_created"):
        assert SECONDS.fullmatch(body.pop(name)), name
    mark = body.pop("last_change_set")
    assert SECONDS.fullmatch(mark["created"])
    assert (mark["kind"], mark["user"]) == ("edit", "Bob")
    assert body == {
        "id": "lct:CL-TEST:lib1:unit:u1",
        "display_name": "Test Unit",
        "published_display_name": None,
        "tags_count": 0,
        "last_published": None,
        "published_by": None,
        "last_draft_created_by": "Bob",
        "has_unpublished_changes": True,
        "created_by": "Bob",
        "version_num": 1,
        "collections": [],
        "can_stand_alone": True,
        "container_type_code": "unit",
        "container_type": "unit",
    }
    assert lib.children("unit:u1") == []


@pytest.mark.parametrize(
    ("title", "pattern"),
    [
        ("Alpha Bravo", r"alpha-bravo-[0-9a-f]{6}"),
        ("???", r"section-[0-9a-f]{6}"),
        ("x" * 500, r"x{248}-[0-9a-f]{6}"),
    ],
)
def test_an_id_is_made_from_the_title(lib: LibraryClient, title: str, pattern: str) -> None:
    key = lib.ok(create(lib, container_type="section", display_name=title))["id"]
    assert re.fullmatch(rf"lct:CL-TEST:lib1:section:{pattern}", key)
    assert lib.ok(lib.http.get(f"{ROOT}containers/{key}/"))["display_name"] == title


@pytest.mark.usefixtures("unicode_codes")
def test_an_id_keeps_the_letters_of_the_title(lib: LibraryClient) -> None:
    key = lib.ok(create(lib, container_type="section", display_name="Übung 1"))["id"]
    assert re.fullmatch(r"lct:CL-TEST:lib1:section:übung-1-[0-9a-f]{6}", key)


def test_two_containers_with_the_same_title_get_different_ids(lib: LibraryClient) -> None:
    keys = {create(lib, container_type="unit", display_name="Same").json()["id"] for _ in range(2)}
    assert len(keys) == 2


def test_what_else_clients_send_is_ignored(lib: LibraryClient) -> None:
    response = create(lib, container_type="unit", display_name="T", can_stand_alone=False, title="x")
    assert lib.ok(response)["can_stand_alone"] is True


@pytest.mark.parametrize(
    ("body", "errors"),
    [
        ({"display_name": "T"}, {"container_type_code": ["This field may not be null."]}),
        ({"container_type": "unit"}, {"display_name": ["This field is required."]}),
        ({"container_type": "unit", "display_name": " "}, {"display_name": ["This field may not be blank."]}),
        (
            {"container_type": "unit", "display_name": "T", "slug": None},
            {"slug": ["This field may not be null."]},
        ),
        (
            {"container_type": "unit", "display_name": "x" * 501},
            {"display_name": ["Ensure this field has no more than 500 characters."]},
        ),
    ],
)
def test_fields_are_validated(lib: LibraryClient, body: dict[str, Any], errors: dict[str, Any]) -> None:
    response = create(lib, **body)
    assert (response.status_code, response.json()) == (400, errors)


@pytest.mark.parametrize("field", ["container_type", "container_type_code"])
def test_unknown_types_are_refused(lib: LibraryClient, field: str) -> None:
    response = create(lib, **{field: "chapter"}, display_name="T")
    assert response.status_code == 400
    assert list(response.json()) == ["container_type_code"]


@pytest.mark.parametrize("slug", ["a b", "a:b", "a/b", "x" * 256])
def test_invalid_ids_are_refused(lib: LibraryClient, slug: str) -> None:
    response = create(lib, container_type="unit", display_name="T", slug=slug)
    assert response.status_code == 400
    assert list(response.json()) == ["slug"]


def test_an_id_is_taken_whatever_the_type_and_even_by_a_deleted_container(lib: LibraryClient) -> None:
    lib.create("unit:same")
    lib.delete("unit:same")
    for container_type in ("unit", "section"):
        response = create(lib, container_type=container_type, display_name="T", slug="same")
        assert response.status_code == 400
        assert "already exists" in response.json()["slug"]


# Reading, renaming, deleting, restoring


def test_renaming_makes_a_new_version_even_with_the_same_title(lib: LibraryClient) -> None:
    lib.create("unit:u", "Title")
    lib.publish("unit:u")
    renamed = lib.rename("unit:u", "Title")
    assert (renamed["display_name"], renamed["has_unpublished_changes"]) == ("Title", True)
    assert renamed["collections"] == []


@pytest.mark.parametrize("body", [{}, {"display_name": ""}, {"display_name": "x" * 501}])
def test_a_title_is_required_not_blank_and_not_too_long(lib: LibraryClient, body: dict[str, str]) -> None:
    lib.create("unit:u")
    response = lib.http.patch(lib.url("unit:u"), body, format="json")
    assert response.status_code == 400
    assert list(response.json()) == ["display_name"]


def test_a_restored_container_is_the_same_as_before(lib: LibraryClient) -> None:
    lib.create("html:h")
    lib.create("unit:u", "Title", ["html:h"])
    before = lib.get("unit:u")
    lib.delete("unit:u")
    assert lib.status_of("unit:u") == 404
    assert lib.status_of("html:h") == 200
    lib.restore("unit:u")
    after = lib.get("unit:u")
    assert after.pop("last_change_set") != before.pop("last_change_set")
    assert after == before
    assert lib.children("unit:u") == ["html:h"]
    lib.restore("unit:u")
    again = lib.get("unit:u")
    del again["last_change_set"]
    assert again == before


@pytest.mark.parametrize(
    ("deleted", "order", "after"),
    [
        ("html:b", ["html:c", "html:a"], ["html:c", "html:a", "html:b"]),
        ("html:a", ["html:c", "html:b"], ["html:a", "html:c", "html:b"]),
        ("html:c", ["html:b", "html:a"], ["html:b", "html:c", "html:a"]),
        ("html:c", ["html:a"], ["html:a", "html:c"]),
    ],
)
def test_a_deleted_component_keeps_its_place_while_others_are_arranged(
    unit: LibraryClient, deleted: str, order: list[str], after: list[str]
) -> None:
    unit.delete(deleted)
    unit.edit_children("patch", "unit:u", *order)
    assert unit.children("unit:u") == order
    unit.restore(deleted)
    assert unit.children("unit:u") == after


def test_a_deleted_container_is_hidden_in_its_parents(lib: LibraryClient) -> None:
    lib.create("unit:u")
    lib.create("subsection:s", children=["unit:u"])
    lib.delete("unit:u")
    assert lib.children("subsection:s") == []
    lib.restore("unit:u")
    assert lib.children("subsection:s") == ["unit:u"]


OPERATIONS = [
    ("get", ""),
    ("patch", ""),
    ("delete", ""),
    ("get", "children/"),
    ("post", "children/"),
    ("patch", "children/"),
    ("delete", "children/"),
    ("get", "hierarchy/"),
    ("post", "restore/"),
    ("post", "publish/"),
]


@pytest.mark.parametrize(("method", "suffix"), OPERATIONS)
@pytest.mark.parametrize("name", ["unit:unknown", "section:u"], ids=["unknown", "other type"])
def test_unknown_containers_and_those_of_another_type_are_not_found(
    unit: LibraryClient, method: str, suffix: str, name: str
) -> None:
    body = {"display_name": "T", "usage_keys": [unit.key("html:a")]}
    reads_body = method != "get" and suffix in {"", "children/"}
    response = getattr(unit.http, method)(unit.url(name, suffix), body if reads_body else None, format="json")
    assert (response.status_code, response.json()) == (404, NOT_FOUND)


@pytest.mark.parametrize(("method", "suffix"), OPERATIONS)
@pytest.mark.parametrize(
    "key", ["lct:CL-TEST:lib1:chapter:c", "lb:CL-TEST:lib1:html:h", "lct:CL-TEST:lib1:u", "nonsense"]
)
def test_what_is_no_key_of_a_container_has_no_url(lib: LibraryClient, method: str, suffix: str, key: str) -> None:
    response = getattr(lib.http, method)(f"{ROOT}containers/{key}/{suffix}")
    assert (response.status_code, response.json()) == (404, NOT_FOUND)


# Children


def test_children_are_appended_replaced_and_removed_everywhere(unit: LibraryClient) -> None:
    response = unit.edit_children("post", "unit:u", "html:a", "html:b")
    assert unit.ok(response)["id"] == unit.key("unit:u")
    assert unit.children("unit:u") == ["html:a", "html:b", "html:c", "html:a", "html:b"]
    unit.ok(unit.edit_children("delete", "unit:u", "html:a"))
    assert unit.children("unit:u") == ["html:b", "html:c", "html:b"]
    unit.ok(unit.edit_children("patch", "unit:u", "html:c", "html:a"))
    assert unit.children("unit:u") == ["html:c", "html:a"]


def test_removing_what_is_no_child_still_makes_a_version(unit: LibraryClient) -> None:
    unit.create("html:other")
    unit.publish_all()
    unit.ok(unit.edit_children("delete", "unit:u", "html:other"))
    assert unit.children("unit:u") == ["html:a", "html:b", "html:c"]
    assert unit.is_changed("unit:u")


def test_the_list_can_be_emptied_only_by_removing(unit: LibraryClient) -> None:
    assert unit.edit_children("patch", "unit:u").status_code == 400
    unit.ok(unit.edit_children("delete", "unit:u", "html:a", "html:b", "html:c"))
    assert unit.children("unit:u") == []


@pytest.mark.parametrize(
    ("body", "errors"),
    [
        ({}, ["This field is required."]),
        ({"usage_keys": []}, ["This list may not be empty."]),
        ({"usage_keys": "x"}, ['Expected a list of items but got type "str".']),
        ({"usage_keys": ["lb:CL-TEST:units:html:a", "x"]}, {"1": ["Invalid input."]}),
        ({"usage_keys": ["lct:CL-TEST:units:chapter:c"]}, {"0": ["Invalid input."]}),
        ({"usage_keys": [7]}, {"0": ["Invalid input."]}),
    ],
)
@pytest.mark.parametrize("method", ["post", "patch", "delete"])
def test_lists_of_children_are_validated(unit: LibraryClient, method: str, body: Any, errors: Any) -> None:
    response = getattr(unit.http, method)(unit.url("unit:u", "children/"), body, format="json")
    assert (response.status_code, response.json()) == (400, {"usage_keys": errors})
    assert unit.children("unit:u") == ["html:a", "html:b", "html:c"]


@pytest.mark.parametrize("method", ["post", "patch"])
def test_unknown_and_deleted_children_are_not_found(unit: LibraryClient, method: str) -> None:
    unit.create("html:gone")
    unit.delete("html:gone")
    for name in ("html:gone", "html:unknown", "unit:unknown", "section:u"):
        response = unit.edit_children(method, "unit:u", "html:a", name)
        assert (response.status_code, response.json()) == (404, NOT_FOUND), name
    assert unit.children("unit:u") == ["html:a", "html:b", "html:c"]


@pytest.mark.parametrize(
    ("container", "child"),
    [
        ("unit:u0", "unit:u"),
        ("unit:u0", "subsection:other"),
        ("unit:u0", "unit:u0"),
        ("subsection:s0", "html:a"),
        ("subsection:s0", "subsection:other"),
        ("subsection:s0", "section:t0"),
        ("section:t0", "unit:u"),
        ("section:t0", "html:a"),
    ],
)
@pytest.mark.parametrize("method", ["post", "patch"])
def test_children_of_a_wrong_level_are_refused(unit: LibraryClient, method: str, container: str, child: str) -> None:
    response = unit.edit_children(method, container, child)
    assert response.status_code == 400
    assert isinstance(response.json(), list)
    assert unit.children(container) == []


@pytest.mark.parametrize("method", ["post", "patch", "delete"])
def test_children_of_another_library_are_refused_as_a_whole(
    unit: LibraryClient, make_library: Any, method: str
) -> None:
    other = LibraryClient(make_library("other"), unit.http)
    other.create("html:a")
    body = {"usage_keys": [unit.key("html:a"), other.key("html:a")]}
    response = getattr(unit.http, method)(unit.url("unit:u", "children/"), body, format="json")
    assert response.status_code == 400
    assert unit.children("unit:u") == ["html:a", "html:b", "html:c"]


def test_children_are_components_in_a_unit_and_containers_elsewhere(unit: LibraryClient) -> None:
    unit.create("subsection:s", children=["unit:u"])
    (first, *_rest) = unit.get("unit:u", "children/")
    assert unit.get("html:a").items() >= first.items()
    (only,) = unit.get("subsection:s", "children/")
    assert unit.get("unit:u").items() >= only.items()


def test_published_children_are_those_of_the_published_version_with_published_titles(
    unit: LibraryClient,
) -> None:
    unit.rename("html:a", "Old")
    unit.publish_all()
    unit.rename("html:a", "New")
    unit.create("html:d")
    unit.edit_children("patch", "unit:u", "html:d", "html:c", "html:a")
    assert unit.children("unit:u") == ["html:d", "html:c", "html:a"]
    assert unit.children("unit:u", published=True) == ["html:a", "html:b", "html:c"]
    url = unit.url("unit:u", "children/")
    assert unit.ok(unit.http.get(url, {"published": "TRUE"}))[0]["display_name"] == "Old"
    assert unit.ok(unit.http.get(url, {"published": "no"}))[2]["display_name"] == "New"


def test_published_children_stay_until_their_deletion_is_published(unit: LibraryClient) -> None:
    unit.publish_all()
    unit.delete("html:b")
    assert unit.children("unit:u") == ["html:a", "html:c"]
    assert unit.children("unit:u", published=True) == ["html:a", "html:b", "html:c"]
    unit.publish_all()
    assert unit.children("unit:u", published=True) == ["html:a", "html:c"]


def test_published_children_of_what_was_never_published_are_not_found(unit: LibraryClient) -> None:
    url = unit.url("unit:u", "children/")
    assert unit.http.get(url, {"published": "true"}).status_code == 404


def test_a_deleted_child_comes_back_at_its_old_place(unit: LibraryClient) -> None:
    unit.delete("html:b")
    assert unit.children("unit:u") == ["html:a", "html:c"]
    unit.rename("unit:u", "New title")
    unit.restore("html:b")
    assert unit.children("unit:u") == ["html:a", "html:b", "html:c"]


def create_texts(lib: LibraryClient, count: int) -> list[str]:
    components = [content.ComponentWrite("html", f"h{number}", "T", "<html/>") for number in range(count)]
    content.write_items(OPERATOR, lib.library, components=components)
    return [f"html:h{number}" for number in range(count)]


@pytest.mark.parametrize("count", [2, 12])
def test_reading_and_editing_children_costs_the_same_queries_at_any_size(
    lib: LibraryClient, count: int, django_assert_num_queries: Any, django_assert_max_num_queries: Any
) -> None:
    names = create_texts(lib, count)
    lib.create("unit:u", children=names)
    with django_assert_num_queries(7):
        assert lib.children("unit:u") == names
    with django_assert_max_num_queries(50):
        lib.edit_children("patch", "unit:u", *reversed(names))


# Hierarchy


def members(hierarchy: Any) -> dict[str, list[str]]:
    levels = ("sections", "subsections", "units", "components")
    assert hierarchy.keys() == {"object_key", *levels}
    return {level: [item["id"].split(":", 3)[3] for item in hierarchy[level]] for level in levels if hierarchy[level]}


@pytest.fixture
def tree(lib: LibraryClient) -> LibraryClient:
    """``html:b`` is in two units, ``unit:u1`` in two subsections, ``subsection:s1`` in two sections."""
    for name in ("html:a", "html:b"):
        lib.create(name)
    lib.create("unit:u2", "U2", ["html:b"])
    lib.create("unit:u1", "U1", ["html:a", "html:b", "html:a"])
    lib.create("subsection:s1", "S1", ["unit:u1", "unit:u2"])
    lib.create("subsection:s2", "S2", ["unit:u1"])
    lib.create("section:t1", "T1", ["subsection:s1", "subsection:s2"])
    lib.create("section:t2", "T2", ["subsection:s1"])
    return lib


def test_the_hierarchy_around_items_of_every_level(tree: LibraryClient) -> None:
    assert members(tree.get("html:b", "hierarchy/")) == {
        "sections": ["section:t1", "section:t2"],
        "subsections": ["subsection:s1", "subsection:s2"],
        "units": ["unit:u2", "unit:u1"],
        "components": ["html:b"],
    }
    assert members(tree.get("unit:u2", "hierarchy/")) == {
        "sections": ["section:t1", "section:t2"],
        "subsections": ["subsection:s1"],
        "units": ["unit:u2"],
        "components": ["html:b"],
    }
    assert members(tree.get("subsection:s1", "hierarchy/")) == {
        "sections": ["section:t1", "section:t2"],
        "subsections": ["subsection:s1"],
        "units": ["unit:u1", "unit:u2"],
        "components": ["html:a", "html:b", "html:a", "html:b"],
    }
    assert members(tree.get("section:t1", "hierarchy/")) == {
        "sections": ["section:t1"],
        "subsections": ["subsection:s1", "subsection:s2"],
        "units": ["unit:u1", "unit:u2", "unit:u1"],
        "components": ["html:a", "html:b", "html:a", "html:b", "html:a", "html:b", "html:a"],
    }


def test_the_hierarchy_shows_titles_and_status_of_drafts_without_deleted_items(tree: LibraryClient) -> None:
    tree.publish_all()
    tree.rename("html:a", "New")
    tree.delete("unit:u1")
    hierarchy = tree.get("html:a", "hierarchy/")
    assert hierarchy == {
        "object_key": tree.key("html:a"),
        "sections": [],
        "subsections": [],
        "units": [],
        "components": [{"id": tree.key("html:a"), "display_name": "New", "has_unpublished_changes": True}],
    }
    assert tree.get("unit:u2", "hierarchy/")["units"] == [
        {"id": tree.key("unit:u2"), "display_name": "U2", "has_unpublished_changes": False}
    ]


@pytest.mark.parametrize("count", [2, 12])
def test_a_hierarchy_costs_the_same_queries_at_any_size(
    lib: LibraryClient, count: int, django_assert_num_queries: Any
) -> None:
    lib.create("unit:u", children=create_texts(lib, count))
    lib.create("subsection:s", children=["unit:u"] * count)
    with django_assert_num_queries(8):
        hierarchy = lib.get("subsection:s", "hierarchy/")
    assert len(hierarchy["components"]) == count * count


def test_a_reader_learns_nothing_about_the_validity_of_a_body(
    lib: LibraryClient, acting_as: ActingAs, reader: User
) -> None:
    lib.create("unit:u")
    as_reader = acting_as(reader)
    assert create(as_reader).status_code == 403
    assert as_reader.http.patch(lib.url("unit:u"), {}).status_code == 403
    assert as_reader.edit_children("post", "unit:u").status_code == 403
    assert as_reader.edit_children("post", "unit:unknown", "html:unknown").status_code == 403


class TestPreservedSettings:
    """What a container had in its course is shown, of the draft and of what is published."""

    @pytest.fixture
    def imported(self, lib: LibraryClient, library: ContentLibrary) -> LibraryClient:
        lib.create("unit:u1")
        change_settings(library, {"due": "2030-01-01", "graded": True}, "CC:4.0:BY")
        lib.publish_all()
        change_settings(library, {"due": "2031-01-01"}, "")
        return lib

    def settings_of(self, lib: LibraryClient, name: str, **query: str) -> Any:
        return lib.http.get(f"/api/content_library/v1/containers/{lib.key(name)}/settings/", query)

    def test_of_the_draft_and_of_what_is_published(self, imported: LibraryClient) -> None:
        draft, published = (
            self.settings_of(imported, "unit:u1"),
            self.settings_of(imported, "unit:u1", published="true"),
        )
        assert draft.json() == {"settings": {"due": "2031-01-01"}, "license": "", "is_template": False}
        assert published.json() == {
            "settings": {"due": "2030-01-01", "graded": True},
            "license": "CC:4.0:BY",
            "is_template": False,
        }

    def test_a_container_that_was_made_here_has_none(self, lib: LibraryClient) -> None:
        lib.create("unit:u1")
        assert self.settings_of(lib, "unit:u1").json() == {"settings": {}, "license": "", "is_template": False}
        assert self.settings_of(lib, "unit:u1", published="true").status_code == 404
        assert self.settings_of(lib, "unit:unknown").status_code == 404

    def test_readers_read_them_and_strangers_do_not(
        self, imported: LibraryClient, acting_as: ActingAs, reader: User, stranger: User
    ) -> None:
        assert self.settings_of(acting_as(reader), "unit:u1").status_code == 200
        assert self.settings_of(acting_as(stranger), "unit:u1").status_code == 403


def change_settings(library: ContentLibrary, settings: dict[str, object], license_: str) -> None:
    data = content.ContainerSettingsData(settings, license_)
    unit = content.ContainerWrite("unit", "u1", "u1", ())
    content.write_items(OPERATOR, library, containers=[unit], container_settings={"u1": data})
