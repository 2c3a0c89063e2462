"""From roles to hits, over HTTP: a key is asked for, and what it finds is searched (wire: search-key)."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from openedx_authz import api as authz_api

from content_libraries import keys
from content_libraries.actors import OPERATOR
from content_libraries.libraries import api as libraries
from tests.conftest import ClientFactory, LibraryFactory, give_role
from tests.courses.building import COURSE_KEY, make_course

from ..building import Shelf
from .conftest import SearchClient

type Committing = Callable[[], AbstractContextManager[Any]]
type Find = Callable[[User], set[str]]

pytestmark = pytest.mark.django_db

KEY_URL = "/api/content_search/v2/studio/"
COURSE = str(COURSE_KEY)
FIRST, SECOND = "lib:CL-TEST:first", "lib:CL-TEST:second"


@pytest.fixture(autouse=True)
def _content(make_library: LibraryFactory, run_on_commit: Committing) -> None:
    """Two libraries and a course of other people, and all of them are in the index."""
    with run_on_commit():
        Shelf(make_library("first")).write("p1")
        Shelf(make_library("second")).write("p1")
        make_course()


@pytest.fixture
def find(api_client: ClientFactory) -> Find:
    """Says in which libraries and courses a user finds anything, with a new key, by all ways of asking."""

    def find(user: User) -> set[str]:
        answer = api_client(user).get(KEY_URL)
        assert answer.status_code == 200
        asks = SearchClient(answer.json()["api_key"])
        everything: dict[str, Any] = {"q": "", "limit": 1000, "facets": ["context_key"]}
        listed, counted = asks.multi(everything, {"q": "p", "filter": 'org = "CL-TEST" OR org EXISTS', "limit": 1000})
        found = {hit["context_key"] for hit in listed["hits"]}
        assert {hit["context_key"] for hit in counted["hits"]} <= found
        assert set(listed["facetDistribution"]["context_key"]) == set(asks.facet("context_key")) == found
        return found

    return find


def test_staff_find_everything_and_strangers_nothing(find: Find, staff: User, stranger: User) -> None:
    assert find(staff) == {FIRST, SECOND, COURSE}
    assert find(stranger) == set()


def test_a_role_counts_from_the_next_key_on_and_not_after_it_is_revoked(find: Find, stranger: User) -> None:
    give_role(stranger, "library_user", FIRST)
    assert find(stranger) == {FIRST}

    authz_api.unassign_role_from_user(stranger.username, "library_user", FIRST)
    assert find(stranger) == set()


def test_course_creators_find_a_public_library_as_long_as_it_is_public(find: Find, stranger: User) -> None:
    libraries.update_library(keys.library_key(SECOND), user=OPERATOR, allow_public_read=True)
    assert find(stranger) == set()

    stranger.groups.add(Group.objects.create(name="course_creators"))
    assert find(stranger) == {SECOND}

    libraries.update_library(keys.library_key(SECOND), user=OPERATOR, allow_public_read=False)
    assert find(stranger) == set()


def test_a_role_in_a_course_finds_the_course_and_no_library(find: Find, stranger: User) -> None:
    give_role(stranger, "course_staff", COURSE)

    assert find(stranger) == {COURSE}


def test_a_role_in_the_libraries_of_an_organization_finds_none_of_its_courses(
    find: Find, make_library: LibraryFactory, stranger: User
) -> None:
    make_library("empty", org="Org")
    give_role(stranger, "library_user", "lib:Org:*")
    assert find(stranger) == set()

    give_role(stranger, "library_user", "lib:CL-TEST:*")
    assert find(stranger) == {FIRST, SECOND}

    give_role(stranger, "course_staff", "course-v1:Org+*")
    assert find(stranger) == {FIRST, SECOND, COURSE}


def test_a_new_library_is_found_with_the_key_that_was_asked_for_after_it(
    find: Find, make_library: LibraryFactory, stranger: User, run_on_commit: Committing
) -> None:
    with run_on_commit():
        third = make_library("third")
    give_role(stranger, "library_admin", str(third.library_key))
    assert find(stranger) == set()

    with run_on_commit():
        Shelf(third).write("p1")
    assert find(stranger) == {str(third.library_key)}
