"""Undoing change sets of courses: places of blocks, links, files, and what belongs together."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User

from content_libraries import api
from content_libraries.actors import OPERATOR
from content_libraries.history import api as history
from content_libraries.sync.models import CourseLink
from tests.conftest import ClientFactory, give_role
from tests.courses.building import COURSE_KEY, PROBLEM, ROOT, SECTION, SUBSECTION, TEXT, UNIT, key, make_course

from .client import HistoryClient
from .test_undo import URL, asked, last, steps, undo

pytestmark = pytest.mark.django_db


def newest(kind: str | None = None) -> history.ChangeSet:
    wanted = None if kind is None else history.ChangeKind(kind)
    return history.list_change_sets(COURSE_KEY, user=OPERATOR, kind=wanted)[0:1][0]


def take_back(change_set: history.ChangeSet, on_conflict: str = "refuse") -> history.Undone:
    return history.undo_change_set(change_set.uuid, user=OPERATOR, on_conflict=history.OnConflict(on_conflict))


def children(usage_key: Any) -> list[str]:
    structure = api.course_store().structure(COURSE_KEY)
    return [child.block_id for child in structure.children.get(usage_key, ())]


@pytest.fixture
def course() -> None:
    make_course()
    api.create_block(SUBSECTION, user=OPERATOR, block_type="vertical", block_id="other")


OTHER = key("vertical", "other")


def test_a_moved_block_goes_back_to_its_place(course: None) -> None:
    api.move_block(TEXT, user=OPERATOR, parent_key=OTHER)
    take_back(newest())
    assert (children(UNIT), children(OTHER)) == (["t", "p"], [])
    take_back(newest())
    assert (children(UNIT), children(OTHER)) == (["p"], ["t"])


def test_both_places_of_a_moved_block_belong_together(course: None) -> None:
    api.move_block(TEXT, user=OPERATOR, parent_key=OTHER)
    move = newest()
    api.create_block(OTHER, user=OPERATOR, block_type="html", block_id="later")
    with pytest.raises(history.UndoConflictError) as refused:
        take_back(move)
    reasons = {conflict.key: conflict.reason.value for conflict in refused.value.plan.conflicts}
    assert reasons == {OTHER: "changed_later", UNIT: "belongs_together"}
    with pytest.raises(history.NothingToUndoError):
        take_back(move, "skip")
    assert (children(UNIT), children(OTHER)) == (["p"], ["t", "later"])


def test_a_deleted_tree_comes_back(course: None) -> None:
    api.delete_block(UNIT, user=OPERATOR)
    take_back(newest())
    assert children(SUBSECTION) == ["unit", "other"]
    assert children(UNIT) == ["t", "p"]


def test_a_block_whose_parent_is_gone_stays_deleted(course: None) -> None:
    api.delete_block(TEXT, user=OPERATOR)
    deletion = newest()
    api.delete_block(UNIT, user=OPERATOR)
    with pytest.raises(history.NothingToUndoError):
        take_back(deletion, "skip")
    assert TEXT not in api.course_store().structure(COURSE_KEY).blocks


def test_the_course_has_its_earlier_name_again(course: None) -> None:
    api.edit_block(ROOT, user=OPERATOR, settings={"display_name": "New name"})
    take_back(newest())
    assert api.Course.get_from_id(COURSE_KEY).display_name == "A course"


def test_files_come_back_and_need_the_permission_for_files(
    course: None, author: User, api_client: ClientFactory
) -> None:
    api.write_course_file(COURSE_KEY, "static/a.txt", b"old", user=OPERATOR)
    api.write_course_file(COURSE_KEY, "static/a.txt", b"new", user=OPERATOR)
    edit = newest()
    give_role(author, "course_editor", str(COURSE_KEY))
    may = api.CoursePermission.EDIT_FILES in api.CourseRoleBackend().permissions(author, COURSE_KEY)
    answer = api_client(author).post(f"{URL}{edit.uuid}/undo_previews/", {}, format="json")
    assert answer.status_code == (200 if may else 403)
    take_back(edit)
    assert dict(api.course_store().read_files(COURSE_KEY, ["static/a.txt"])) == {"static/a.txt": b"old"}


def test_a_sync_goes_with_its_link_and_is_offered_again(bob: HistoryClient, staff: User, course: None) -> None:
    bob.create("problem:p")
    bob.publish_all()
    block, _synced = api.create_linked_block(UNIT, user=staff, upstream=bob.key("problem:p"))
    bob.rename("problem:p", "New")
    bob.publish_all()
    bob.ok(bob.http.post(f"/api/contentstore/v2/downstreams/{block.usage_key}/sync", {}, format="json"))
    sync = last(bob, course_key=str(COURSE_KEY))
    synced = CourseLink.objects.get().version_synced
    assert synced is not None
    done = undo(bob, sync)
    assert steps(done) == [("revert", "New")]
    link = CourseLink.objects.get()
    shown = bob.ok(bob.http.get(f"/api/contentstore/v2/downstreams/{block.usage_key}"))
    assert (link.version_synced, shown["ready_to_sync"]) == (synced - 1, True)
    assert api.check_links(None, repair=False) == []
    undo(bob, last(bob, course_key=str(COURSE_KEY)))
    link.refresh_from_db()
    assert link.version_synced == synced


def test_the_creation_of_a_linked_block_takes_its_link_along(bob: HistoryClient, staff: User, course: None) -> None:
    bob.create("problem:p")
    bob.publish_all()
    api.create_linked_block(UNIT, user=staff, upstream=bob.key("problem:p"))
    take_back(newest())
    assert not CourseLink.objects.exists()
    take_back(newest())
    assert CourseLink.objects.count() == 1
    assert api.check_links(None, repair=False) == []


def test_a_publish_of_a_course_is_taken_back(course: None) -> None:
    api.publish_course(COURSE_KEY, user=OPERATOR)
    api.edit_block(PROBLEM, user=OPERATOR, settings={"display_name": "New"})
    api.publish_course(COURSE_KEY, user=OPERATOR)
    take_back(newest("publish"))
    store = api.course_store()
    assert store.blocks(COURSE_KEY, [PROBLEM], published=True)[PROBLEM].title == "P"
    assert store.blocks(COURSE_KEY, [PROBLEM])[PROBLEM].title == "New"
    assert SECTION in store.structure(COURSE_KEY, published=True).blocks


def test_a_paste_in_a_course_goes_with_its_tags(course: None, bob: HistoryClient) -> None:
    api.duplicate_block(UNIT, user=OPERATOR)
    assert len(children(SUBSECTION)) == 3
    take_back(newest("paste"))
    assert children(SUBSECTION) == ["unit", "other"]


def test_a_stranger_to_a_course_may_not_undo_there(
    course: None, bob: HistoryClient, stranger: User, api_client: ClientFactory
) -> None:
    api.edit_block(PROBLEM, user=OPERATOR, settings={"display_name": "New"})
    edit = last(bob, course_key=str(COURSE_KEY))
    client = HistoryClient(bob.library, api_client(stranger))
    assert asked(client, edit).status_code == 403
