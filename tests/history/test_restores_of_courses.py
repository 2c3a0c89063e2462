"""Restoring blocks of courses to earlier versions, over HTTP and by command (wire: own-restores)."""

from __future__ import annotations

import json
from io import StringIO
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openedx_content.models_api import DraftChangeLog

from content_libraries import api
from content_libraries.actors import OPERATOR
from content_libraries.history import api as history
from content_libraries.sync.models import CourseLink
from tests.conftest import ClientFactory
from tests.courses.building import COURSE_KEY, PROBLEM, SUBSECTION, TEXT, UNIT, make_course

from .client import HistoryClient
from .test_restores import asked, preview, restore, steps
from .test_undo import last

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def course(db: None) -> None:
    make_course()


def rename(key: Any, title: str) -> None:
    api.edit_block(key, user=OPERATOR, settings={"display_name": title})


def title(key: Any) -> str:
    return str(api.get_block(key, user=OPERATOR).title)


def children(key: Any) -> tuple[Any, ...]:
    return api.get_block(key, user=OPERATOR).children


def outline() -> dict[Any, tuple[str, tuple[Any, ...]]]:
    """Title and children of each block."""
    structure = api.get_structure(COURSE_KEY, user=OPERATOR)
    return {key: (block.title, structure.children.get(key, ())) for key, block in structure.blocks.items()}


def test_a_block_goes_back_to_a_version_in_a_new_version(bob: HistoryClient) -> None:
    rename(PROBLEM, "New")
    wanted = {"item_key": str(PROBLEM), "version_num": 1}
    plan = preview(bob, **wanted)
    assert [(change["from_version"], change["to_version"]) for change in plan["changes"]] == [(2, 1)]
    assert title(PROBLEM) == "New"
    done = restore(bob, **wanted)
    assert (title(PROBLEM), steps(done)) == ("P", [("revert", "P")])
    assert api.get_block(PROBLEM, user=OPERATOR).version_num == 3
    newest = last(bob, course_key=str(COURSE_KEY))
    assert (done["change_set"], newest["kind"]) == (newest, "restore")
    history.undo_change_set(newest["uuid"], user=OPERATOR)
    assert title(PROBLEM) == "New"


def test_a_block_that_holds_blocks_keeps_them(bob: HistoryClient) -> None:
    rename(UNIT, "New")
    api.delete_block(TEXT, user=OPERATOR)
    restore(bob, item_key=str(UNIT), version_num=1)
    unit = api.get_block(UNIT, user=OPERATOR)
    assert (unit.title, unit.children) == ("A unit", (PROBLEM,))


def test_a_block_that_holds_blocks_goes_back_with_everything_in_it(bob: HistoryClient) -> None:
    before = outline()
    rename(PROBLEM, "New")
    api.delete_block(TEXT, user=OPERATOR)
    other = api.create_block(SUBSECTION, user=OPERATOR, block_type="vertical", block_id="other").usage_key
    api.create_block(UNIT, user=OPERATOR, block_type="html", block_id="later", settings={"display_name": "Later"})
    wanted = {"item_key": str(UNIT), "version_num": 1, "with_children": True}
    expected = [("revert", "A unit"), ("restore", "t"), ("revert", "P"), ("delete", "Later")]
    assert steps(preview(bob, **wanted)) == expected
    done = restore(bob, **wanted)
    assert steps(done) == expected
    assert children(UNIT) == (TEXT, PROBLEM)
    assert title(PROBLEM) == "P"
    assert children(SUBSECTION) == (UNIT, other)
    assert done["change_set"]["changes"] == 4
    api.delete_block(other, user=OPERATOR)
    assert outline() == before
    assert preview(bob, **wanted)["changes"] == []


def test_a_block_that_stands_elsewhere_now_comes_back(bob: HistoryClient) -> None:
    other = api.create_block(SUBSECTION, user=OPERATOR, block_type="vertical", block_id="other").usage_key
    api.move_block(PROBLEM, user=OPERATOR, parent_key=other)
    done = restore(bob, item_key=str(UNIT), version_num=1, with_children=True)
    assert steps(done) == [("revert", "A unit"), ("move", "P")]
    assert (children(UNIT), children(other)) == ((TEXT, PROBLEM), ())
    history.undo_change_set(done["change_set"]["uuid"], user=OPERATOR)
    assert (children(UNIT), children(other)) == ((TEXT,), (PROBLEM,))


def test_a_block_that_holds_the_container_now_is_refused(bob: HistoryClient) -> None:
    inner = api.create_block(UNIT, user=OPERATOR, block_type="vertical", block_id="inner").usage_key
    version = api.get_block(UNIT, user=OPERATOR).version_num
    api.move_block(inner, user=OPERATOR, parent_key=SUBSECTION)
    api.move_block(UNIT, user=OPERATOR, parent_key=inner)
    answer = asked(bob, item_key=str(UNIT), version_num=version, with_children=True)
    assert (answer.status_code, list(answer.json())) == (400, ["with_children"])
    assert children(inner) == (UNIT,)


def test_a_deleted_block_comes_back_where_it_stood(bob: HistoryClient) -> None:
    api.delete_block(TEXT, user=OPERATOR)
    assert steps(restore(bob, item_key=str(TEXT), version_num=1)) == [("restore", "t")]
    assert children(UNIT) == (TEXT, PROBLEM)
    later = api.create_block(UNIT, user=OPERATOR, block_type="html", block_id="later").usage_key
    api.delete_block(PROBLEM, user=OPERATOR)
    restore(bob, item_key=str(PROBLEM), version_num=1)
    assert children(UNIT) == (TEXT, PROBLEM, later)
    assert api.check_links(None, repair=False) == []


@pytest.mark.parametrize(("with_children", "expected"), [(True, (TEXT, PROBLEM)), (False, ())])
def test_a_deleted_container_comes_back(bob: HistoryClient, with_children: bool, expected: tuple[Any, ...]) -> None:
    before = api.create_block(SUBSECTION, user=OPERATOR, block_type="vertical", index=0).usage_key
    api.delete_block(UNIT, user=OPERATOR)
    restore(bob, item_key=str(UNIT), version_num=1, with_children=with_children)
    assert children(SUBSECTION) == (before, UNIT)
    assert children(UNIT) == expected


def test_a_deleted_block_whose_parent_is_gone_is_refused_with_what_to_do(bob: HistoryClient) -> None:
    for first in (PROBLEM, UNIT):
        api.delete_block(first, user=OPERATOR)
    for block in (PROBLEM, TEXT):
        answer = asked(bob, item_key=str(block), version_num=1)
        assert (answer.status_code, list(answer.json())) == (400, ["item_key"])
        assert f"Restore “{UNIT}” first" in answer.json()["item_key"]


def test_queries_do_not_grow_with_the_blocks_of_a_container(bob: HistoryClient) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            done = history.restore_versions(history.ItemVersion(UNIT, 1, with_children=True), user=OPERATOR)
            assert done.change_set is not None
        return len(captured)

    api.delete_block(TEXT, user=OPERATOR)
    rename(PROBLEM, "New")
    api.create_block(UNIT, user=OPERATOR, block_type="html")
    few = queries()
    rename(PROBLEM, "New")
    api.delete_block(TEXT, user=OPERATOR)
    for _number in range(9):
        api.create_block(UNIT, user=OPERATOR, block_type="html")
    assert queries() == few


def test_a_restore_to_the_present_content_does_nothing(bob: HistoryClient) -> None:
    count = DraftChangeLog.objects.count()
    done = restore(bob, item_key=str(PROBLEM), version_num=1)
    assert (done["change_set"], done["changes"]) == (None, [])
    assert DraftChangeLog.objects.count() == count


def test_the_link_of_a_block_follows(bob: HistoryClient, staff: User) -> None:
    bob.create("problem:p")
    bob.publish_all()
    block, _synced = api.create_linked_block(UNIT, user=staff, upstream=bob.key("problem:p"))
    bob.rename("problem:p", "New")
    bob.publish_all()
    api.sync_block(block.usage_key, user=staff)
    synced = CourseLink.objects.get().version_synced
    restore(bob, item_key=str(block.usage_key), version_num=1)
    assert synced is not None
    assert CourseLink.objects.get().version_synced == synced - 1
    assert api.check_links(None, repair=False) == []


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"version_num": 9}, "version_num"),
        ({"item_key": str(PROBLEM), "version_num": 1, "with_children": True}, "with_children"),
        ({"item_key": "block-v1:Org+Course+Run+type@problem", "version_num": 1}, "item_key"),
    ],
)
def test_bad_input_is_refused_by_field(bob: HistoryClient, body: Any, field: str) -> None:
    answer = asked(bob, **{"item_key": str(UNIT), **body})
    assert (answer.status_code, list(answer.json())) == (400, [field])


def test_who_may_not_edit_is_refused(bob: HistoryClient, stranger: User, api_client: ClientFactory) -> None:
    rename(PROBLEM, "New")
    client = HistoryClient(bob.library, api_client(stranger))
    assert asked(client, item_key=str(PROBLEM), version_num=1).status_code == 403
    assert title(PROBLEM) == "New"


def test_the_command_restores_a_block() -> None:
    rename(PROBLEM, "New")
    out = StringIO()
    call_command("restore_version", str(PROBLEM), "--version-num", "1", "--json", stdout=out)
    assert json.loads(out.getvalue())["changes"][0]["item_key"] == str(PROBLEM)
    assert title(PROBLEM) == "P"
