"""Restoring blocks of courses to earlier versions, over HTTP and by command (wire: own-restores)."""

from __future__ import annotations

import json
from io import StringIO
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from openedx_content.models_api import DraftChangeLog

from content_libraries import api
from content_libraries.actors import OPERATOR
from content_libraries.history import api as history
from content_libraries.sync.models import CourseLink
from tests.conftest import ClientFactory
from tests.courses.building import COURSE_KEY, PROBLEM, TEXT, UNIT, make_course

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
        ({"version_num": 1, "with_children": True}, "with_children"),
        ({"item_key": "block-v1:Org+Course+Run+type@problem", "version_num": 1}, "item_key"),
    ],
)
def test_bad_input_is_refused_by_field(bob: HistoryClient, body: Any, field: str) -> None:
    answer = asked(bob, **{"item_key": str(UNIT), **body})
    assert (answer.status_code, list(answer.json())) == (400, [field])


def test_a_deleted_block_is_refused_with_what_to_do(bob: HistoryClient) -> None:
    api.delete_block(PROBLEM, user=OPERATOR)
    answer = asked(bob, item_key=str(PROBLEM), version_num=1)
    assert answer.status_code == 400
    assert "Undo the change set that deleted it" in json.dumps(answer.json())


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
