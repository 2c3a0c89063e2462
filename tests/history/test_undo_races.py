"""What happens at the same time as an undo: no edit is lost, nothing is half undone, no set is undone twice."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User

from content_libraries import api
from content_libraries.actors import OPERATOR
from content_libraries.courses.api import Block
from content_libraries.errors import PlanOutdatedError
from content_libraries.history import api as history
from content_libraries.libraries.models import ContentLibrary
from tests.conftest import LibraryFactory, UserFactory
from tests.courses.building import COURSE_KEY, PROBLEM, make_course
from tests.racing import meetings, needs_locks

pytestmark = [needs_locks, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("site_of_races")]


# Transactions are real here, so that nothing can be shared with other tests.
@pytest.fixture
def staff(make_user: UserFactory) -> User:
    return make_user("Bob", is_staff=True)


@pytest.fixture
def library(make_library: LibraryFactory) -> ContentLibrary:
    return make_library()


@pytest.fixture
def problem(library: ContentLibrary) -> Any:
    key = library.library_key
    api.create_component(key, user=OPERATOR, block_type="problem", component_code="p")
    return api.item_key(f"lb:{key.org}:{key.slug}:problem:p")


def edit(key: Any, title: str) -> Any:
    return api.set_olx(key, user=OPERATOR, olx=f'<problem display_name="{title}"/>')


def title(key: Any) -> str:
    return str(api.get_item(key, user=OPERATOR).display_name)


def newest(key: Any) -> history.ChangeSet:
    return history.list_change_sets(key, user=OPERATOR)[0:1][0]


def undo(change_set: history.ChangeSet) -> history.Undone:
    return history.undo_change_set(change_set.uuid, user=OPERATOR)


def test_an_undo_meets_an_edit_of_what_it_takes_back(library: ContentLibrary, problem: Any) -> None:
    for meeting in meetings():
        edit(problem, "Old")
        edit(problem, "New")
        change_set = newest(library.library_key)
        undone, _saved = meeting.of(lambda wanted=change_set: undo(wanted), lambda: edit(problem, "Mine"))
        assert isinstance(undone, history.Undone | history.UndoConflictError)
        assert title(problem) == "Mine"


def test_an_edit_meets_an_undo_of_what_it_changes(library: ContentLibrary, problem: Any) -> None:
    for meeting in meetings():
        edit(problem, "Old")
        edit(problem, "New")
        change_set = newest(library.library_key)
        _saved, undone = meeting.of(lambda: edit(problem, "Mine"), lambda wanted=change_set: undo(wanted))
        assert isinstance(undone, history.Undone | history.UndoConflictError)
        assert title(problem) == "Mine"


def test_two_undos_take_a_set_back_once(library: ContentLibrary, problem: Any) -> None:
    for meeting in meetings():
        edit(problem, "Old")
        edit(problem, "New")
        change_set = newest(library.library_key)
        both = meeting.of(*[lambda wanted=change_set: undo(wanted)] * 2)
        assert sorted(type(each).__name__ for each in both) == ["UndoConflictError", "Undone"]
        assert title(problem) == "Old"


def rename(title: str) -> Any:
    return api.edit_block(PROBLEM, user=OPERATOR, settings={"display_name": title})


def test_an_undo_in_a_course_meets_an_edit_there(db: None) -> None:
    """The edit is refused if the undo comes between its reading and its writing."""
    make_course()
    for meeting in meetings():
        rename("Old")
        rename("New")
        change_set = newest(COURSE_KEY)
        undone, edited = meeting.of(lambda wanted=change_set: undo(wanted), lambda: rename("Mine"))
        assert_undone_or_edited(undone, edited)


def test_an_edit_in_a_course_meets_an_undo_there(db: None) -> None:
    make_course()
    for meeting in meetings():
        rename("Old")
        rename("New")
        change_set = newest(COURSE_KEY)
        edited, undone = meeting.of(lambda: rename("Mine"), lambda wanted=change_set: undo(wanted))
        assert_undone_or_edited(undone, edited)


def assert_undone_or_edited(undone: Any, edited: Any) -> None:
    """Exactly what was not refused has happened, and at least one has."""
    outcome = (type(undone), type(edited), api.get_block(PROBLEM, user=OPERATOR).title)
    assert outcome in {
        (history.UndoConflictError, Block, "Mine"),
        (history.Undone, Block, "Mine"),
        (history.Undone, PlanOutdatedError, "Old"),
    }


def test_two_undos_in_a_course_take_a_set_back_once(db: None) -> None:
    make_course()
    for meeting in meetings():
        rename("Old")
        rename("New")
        change_set = newest(COURSE_KEY)
        both = meeting.of(*[lambda wanted=change_set: undo(wanted)] * 2)
        assert sorted(type(each).__name__ for each in both) == ["UndoConflictError", "Undone"]
        assert api.get_block(PROBLEM, user=OPERATOR).title == "Old"


def test_two_restores_of_a_version_leave_that_version(library: ContentLibrary, problem: Any) -> None:
    for meeting in meetings():
        edit(problem, "Old")
        number = newest_version(problem)
        edit(problem, "New")
        target = history.ItemVersion(problem, number)
        meeting.of(*[lambda wanted=target: history.restore_versions(wanted, user=OPERATOR)] * 2)
        assert title(problem) == "Old"


def newest_version(key: Any) -> int:
    records = history.change_set_records(newest(key).uuid, user=OPERATOR)
    return records[0:1][0].new_version or 0
