"""Searching through the Python API."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser, User
from openedx_tagging import api as tagging_api

from content_libraries import keys
from content_libraries.actors import OPERATOR
from content_libraries.search.api import Sort, search
from content_libraries.search.upkeep import catch_up

from .building import Shelf


@pytest.fixture(autouse=True)
def _content(shelf: Shelf) -> None:
    taxonomy = tagging_api.create_taxonomy("Place")
    for value, parent in (("Europe", None), ("France", "Europe"), ("Asia", None)):
        tagging_api.add_tag_to_taxonomy(taxonomy, value, parent)
    shelf.write("p1", "p2", "p3", unit1=["p1"])
    tagging_api.tag_object(shelf.key("p1"), taxonomy, ["France"])
    tagging_api.tag_object(shelf.key("p2"), taxonomy, ["Europe", "Asia"])
    shelf.collect("spring", "p1", "unit1")
    catch_up(shelf.pk)


def found(user: Any, **query: Any) -> set[str]:
    return {hit["block_id"] for hit in search(user, **query).hits}


def test_the_operator_finds_everything() -> None:
    assert found(OPERATOR) == {"p1", "p2", "p3", "unit1", "spring"}
    assert found(OPERATOR, library_key=keys.library_key("lib:CL-TEST:lib1"), q="p1") >= {"p1"}
    assert found(OPERATOR, library_key=keys.library_key("lib:CL-TEST:unknown")) == set()


def test_others_find_what_they_may_view(staff: User, stranger: User) -> None:
    assert found(staff) == found(OPERATOR)
    assert found(stranger) == set()
    assert found(AnonymousUser()) == set()


def test_tags_are_found_with_what_is_below_them() -> None:
    assert found(OPERATOR, tags=["Place"]) == {"p1", "p2"}
    assert found(OPERATOR, tags=["Place > Europe"]) == {"p1", "p2"}
    assert found(OPERATOR, tags=["Place > Europe > France"]) == {"p1"}
    assert found(OPERATOR, tags=["Place > Europe", "Place > Asia"]) == {"p2"}
    assert found(OPERATOR, tags=["Place > Europe > France > Paris > Marais > Street"]) == set()


def test_members_of_collections_are_found() -> None:
    assert found(OPERATOR, collections=["spring"]) == {"p1", "unit1"}


def test_facets_are_counted_for_what_the_user_may_view(staff: User, stranger: User) -> None:
    facets = ["block_type", "tags.level0"]

    assert search(staff, facets=facets).facets == {
        "block_type": {"problem": 3, "unit": 1},
        "tags.level0": {"Place > Europe": 2, "Place > Asia": 1},
    }
    assert search(stranger, facets=facets).facets == {"block_type": {}, "tags.level0": {}}


def test_hits_can_be_sorted() -> None:
    result = search(OPERATOR, types=["library_block"], sort=[Sort("display_name", descending=True)])

    assert [hit["display_name"] for hit in result.hits] == ["P3", "P2", "P1"]
