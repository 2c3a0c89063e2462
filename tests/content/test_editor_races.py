"""Two editors who start from one version and save at the same time: one edit is written, the other one is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User

from content_libraries import api
from content_libraries.errors import VersionConflictError
from content_libraries.keys import (
    LibraryCollectionLocator,
    LibraryContainerLocator,
    LibraryUsageLocatorV2,
)
from content_libraries.libraries.models import ContentLibrary
from tests.conftest import LibraryFactory, UserFactory
from tests.courses.building import PROBLEM, make_course
from tests.racing import meetings, needs_locks

pytestmark = [needs_locks, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("site_of_races")]

STEP = 8


@pytest.fixture
def staff(make_user: UserFactory) -> User:
    return make_user("Bob", is_staff=True)


@pytest.fixture
def library(make_library: LibraryFactory) -> ContentLibrary:
    return make_library()


@pytest.fixture
def problem(library: ContentLibrary, staff: User) -> LibraryUsageLocatorV2:
    created = api.create_component(library.library_key, user=staff, block_type="problem", component_code="p")
    assert isinstance(created.key, LibraryUsageLocatorV2)
    return created.key


@pytest.fixture
def unit(library: ContentLibrary, staff: User, problem: LibraryUsageLocatorV2) -> LibraryContainerLocator:
    created = api.create_container(library.library_key, user=staff, container_type="unit", title="Unit")
    assert isinstance(created.key, LibraryContainerLocator)
    return created.key


def assert_one_wins(version: Callable[[], int], save: Callable[[str, int], Any]) -> None:
    """
    Let two editors meet who start from the same version.

    Args:
        version: reads the current version.
        save: saves a text over an expected version.
    """
    for meeting in meetings(STEP):
        base = version()
        results = meeting.of(lambda base=base: save("one", base), lambda base=base: save("other", base))
        refused = [result for result in results if isinstance(result, VersionConflictError)]
        assert len(refused) == 1, results
        assert (refused[0].base_version, refused[0].current_version) == (base, version())
        assert version() > base


def test_one_of_two_texts_is_saved(problem: LibraryUsageLocatorV2, staff: User) -> None:
    assert_one_wins(
        lambda: api.get_item(problem, user=staff).version_num,
        lambda text, base: api.set_olx(problem, user=staff, olx=f"<problem>{text}</problem>", expected_version=base),
    )
    assert api.get_item(problem, user=staff).version_num > 2


def test_one_of_two_orders_of_children_is_saved(
    unit: LibraryContainerLocator, problem: LibraryUsageLocatorV2, staff: User
) -> None:
    assert_one_wins(
        lambda: api.get_item(unit, user=staff).version_num,
        lambda _text, base: api.append_children(unit, user=staff, child_keys=[problem], expected_version=base),
    )
    children = api.get_children(unit, user=staff)
    assert len(children) == api.get_item(unit, user=staff).version_num - 1


def test_one_of_two_titles_of_a_collection_is_saved(library: ContentLibrary, staff: User) -> None:
    created = api.create_collection(library.library_key, user=staff, title="c")
    key = LibraryCollectionLocator(library.library_key, created.code)
    assert_one_wins(
        lambda: api.collection_version(api.get_collection(key, user=staff)),
        lambda text, base: api.update_collection(key, user=staff, title=text, expected_version=base),
    )


def test_one_of_two_edits_of_a_course_block_is_saved(staff: User) -> None:
    make_course()
    assert_one_wins(
        lambda: api.get_block(PROBLEM, user=staff).version_num,
        lambda text, base: api.edit_block(
            PROBLEM, user=staff, settings={"display_name": f"{text} {base}"}, version_num=base
        ),
    )
