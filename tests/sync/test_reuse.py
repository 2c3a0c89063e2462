"""What a picker marks: items that cannot be reused in a place of a course as they stand (wire: sync-rows)."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from opaque_keys.edx.keys import UsageKey

from content_libraries import api
from content_libraries.actors import OPERATOR
from content_libraries.learning_core import api as learning_core
from tests.conftest import ClientFactory, LibraryFactory

from .building import COURSE_KEY, ROOT, SECTION, SUBSECTION, UNIT, Author, Shelf, child, children
from .test_pasting import copy, try_paste

CHECKS = "/api/content_library/v1/reuse_checks/"
NOT_INSTALLED = "lb:CL-TEST:lib1:nobody-has-this:x1"


def check(author: Author, parent: UsageKey, *items: str) -> dict[str, tuple[str | None, str]]:
    """Item -> what stands against its reuse, and how that is said."""
    body = {"parent_locator": str(parent), "upstream_keys": items}
    response = author.client.post(CHECKS, body, format="json")
    assert response.status_code == 200, response.json()
    return {one["upstream_key"]: (one["problem"], one["message"]) for one in response.json()}


def add_a_component_of_a_type_that_nobody_has(shelf: Shelf) -> None:
    olx = "<nobody-has-this/>"
    write = learning_core.ComponentWrite("nobody-has-this", "x1", "X", olx)
    learning_core.write_drafts(shelf.pk, components=[write], author_pk=None)
    shelf.publish()


def test_what_stands_against_reuse_is_named(author: Author, shelf: Shelf, make_library: LibraryFactory) -> None:
    add_a_component_of_a_type_that_nobody_has(shelf)
    shelf.component("t9")
    shelf.delete("p1")
    shelf.publish("p1")
    other = Shelf(make_library("other"))
    other.component("t1")
    other.publish()
    found = check(
        author,
        UNIT,
        shelf.key("t1"),
        shelf.key("t9"),
        shelf.key("p1"),
        "lb:CL-TEST:none:html:t1",
        other.key("t1"),
        NOT_INSTALLED,
        shelf.key("unit1"),
        "nonsense",
    )
    assert [problem for problem, _message in found.values()] == [
        None,
        "unpublished",
        "deleted",
        "unknown_library",
        "inaccessible",
        "unsupported_type",
        "unfit_parent",
        "malformed",
    ]
    assert [bool(message) for _problem, message in found.values()] == [False, *[True] * 7]


@pytest.mark.parametrize(
    ("parent", "fits"),
    [(ROOT, {"sec1"}), (SECTION, {"sub1"}), (SUBSECTION, {"unit1"}), (UNIT, {"t1"}), (child, set())],
)
def test_an_item_fits_into_its_kind_of_parent_only(author: Author, shelf: Shelf, parent: Any, fits: set[str]) -> None:
    place = child(UNIT, 0) if parent is child else parent
    names = ("sec1", "sub1", "unit1", "t1")
    found = check(author, place, *map(shelf.key, names))
    assert {name for name in names if found[shelf.key(name)][0] is None} == fits
    for name in set(names) - fits:
        before = children(place)
        refused = author.try_create(shelf.key(name), place)
        assert (refused.status_code, refused.json()["error_code"]) == (400, "unfit_parent")
        copy(author, shelf.key(name))
        assert try_paste(author, place).json()["error_code"] == "unfit_parent"
        assert children(place) == before


def test_nothing_fits_into_a_linked_container(author: Author, shelf: Shelf) -> None:
    unit = author.create(shelf.key("unit1"), SUBSECTION)
    assert check(author, unit, shelf.key("t1"))[shelf.key("t1")][0] == "linked_structure"


def test_a_bank_takes_components_and_experiments_take_units(author: Author, shelf: Shelf) -> None:
    bank, groups = COURSE_KEY.make_usage_key("itembank", "bank"), COURSE_KEY.make_usage_key("split_test", "groups")
    for key in (bank, groups):
        api.apply_course_plan(
            COURSE_KEY, api.CoursePlan((api.CreateBlock(key, f"<{key.block_type}/>", parent=UNIT),)), user=OPERATOR
        )
    assert author.create(shelf.key("t1"), bank) in children(bank)
    assert author.create(shelf.key("unit1"), groups) in children(groups)


def test_a_type_that_the_site_does_not_have_is_marked_and_not_created(author: Author, shelf: Shelf) -> None:
    add_a_component_of_a_type_that_nobody_has(shelf)
    before = children(UNIT)
    refused = author.try_create(NOT_INSTALLED, UNIT)
    assert (refused.status_code, "nobody-has-this" in refused.json()["error"]) == (400, True)
    assert children(UNIT) == before


def test_a_type_that_courses_must_not_have_is_marked_and_its_links_say_so(
    author: Author, shelf: Shelf, settings: Any
) -> None:
    key = author.create(shelf.key("p1"), UNIT)
    assert author.link(key)["reuse_problem"] is None
    settings.CONTENT_LIBRARIES_COURSE_DISABLED_BLOCKS = ["problem"]
    assert check(author, UNIT, shelf.key("p1"))[shelf.key("p1")][0] == "unsupported_type"
    assert author.link(key)["reuse_problem"] == "unsupported_type"
    assert author.sync(key)["error_message"] is None
    shelf.delete("p1")
    shelf.publish()
    assert author.link(key)["reuse_problem"] == "deleted"


def test_only_who_may_add_to_a_course_checks_what_fits(
    author: Author, shelf: Shelf, stranger: User, api_client: ClientFactory
) -> None:
    body = {"parent_locator": str(UNIT), "upstream_keys": [shelf.key("t1")]}
    assert api_client(stranger).post(CHECKS, body, format="json").status_code == 403
    gone = str(COURSE_KEY.make_usage_key("vertical", "gone"))
    assert author.client.post(CHECKS, body | {"parent_locator": gone}, format="json").status_code == 404
    wrongs: list[dict[str, Any]] = [
        {"upstream_keys": []},
        {"upstream_keys": ["x"] * 101},
        {"parent_locator": "nonsense"},
    ]
    for wrong in wrongs:
        assert author.client.post(CHECKS, body | wrong, format="json").status_code == 400


def test_a_check_of_many_items_costs_what_one_costs(
    author: Author, shelf: Shelf, django_assert_max_num_queries: Any
) -> None:
    check(author, UNIT, shelf.key("t1"))  # what a process learns once
    with CaptureQueriesContext(connection) as few:
        check(author, UNIT, shelf.key("t1"))
    for number in range(3, 8):
        shelf.component(f"t{number}")
    shelf.publish()
    with django_assert_max_num_queries(len(few)):
        check(author, UNIT, *(shelf.key(f"t{number}") for number in range(1, 8)))
