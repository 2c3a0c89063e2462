"""Restoring earlier versions over HTTP and by command (wire: own-restores)."""

from __future__ import annotations

import json
from io import StringIO
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openedx_content.models_api import DraftChangeLog

from content_libraries import api
from content_libraries.actors import OPERATOR
from content_libraries.history import api as history
from tests.conftest import ClientFactory

from .client import HistoryClient
from .test_undo import last, make, title

V1 = "/api/content_library/v1/"


def asked(client: HistoryClient, **body: Any) -> Any:
    return client.http.post(f"{V1}version_restores/", body, format="json")


def preview(client: HistoryClient, **body: Any) -> Any:
    return client.ok(client.http.post(f"{V1}version_restore_previews/", body, format="json"))


def restore(client: HistoryClient, **body: Any) -> Any:
    return client.ok(asked(client, **body), 201)


def steps(plan: Any) -> list[tuple[str, str]]:
    return [(change["action"], change["title"]) for change in plan["changes"]]


def nested(bob: HistoryClient) -> None:
    """Two problems in a unit in a subsection."""
    make(bob, "problem:p", "P")
    make(bob, "problem:q", "Q")
    bob.create("unit:u", title="U", children=["problem:p", "problem:q"])
    bob.create("subsection:s", title="S", children=["unit:u"])


def test_a_component_goes_back_to_a_version_in_a_new_version(bob: HistoryClient) -> None:
    make(bob, "problem:p", "Old")
    bob.rename("problem:p", "New")
    wanted = {"item_key": bob.key("problem:p"), "version_num": 2}
    plan = preview(bob, **wanted)
    assert [(change["from_version"], change["to_version"]) for change in plan["changes"]] == [(3, 2)]
    assert title(bob, "problem:p") == "New"
    done = restore(bob, **wanted)
    assert (title(bob, "problem:p"), steps(done)) == ("Old", [("revert", "Old")])
    assert done["change_set"] == last(bob)
    assert (last(bob)["kind"], last(bob)["summary"]) == ("restore", "Restored “Old”")
    assert bob.drafts("problem:p")[0] == "renamed Old"
    assert preview(bob, **wanted | {"version_num": 3})["changes"][0]["from_version"] == 4


def test_a_restore_to_the_present_version_does_nothing(bob: HistoryClient) -> None:
    make(bob, "problem:p", "Old")
    count = DraftChangeLog.objects.count()
    done = restore(bob, item_key=bob.key("problem:p"), version_num=2)
    assert (done["change_set"], done["changes"]) == (None, [])
    assert DraftChangeLog.objects.count() == count


def test_a_deleted_item_comes_back_in_any_version(bob: HistoryClient) -> None:
    make(bob, "problem:p", "Old")
    bob.rename("problem:p", "New")
    bob.delete("problem:p")
    assert steps(restore(bob, item_key=bob.key("problem:p"), version_num=2)) == [("restore", "Old")]
    assert title(bob, "problem:p") == "Old"


def test_the_changes_of_a_preview_have_pages(bob: HistoryClient) -> None:
    nested(bob)
    bob.delete("problem:p")
    bob.delete("problem:q")
    body = {"item_key": bob.key("unit:u"), "version_num": 2, "with_children": True}
    address = f"{V1}version_restore_previews/?page_size=1&page="
    pages = [bob.ok(bob.http.post(f"{address}{number}", body, format="json")) for number in (1, 2)]
    assert sorted(step for page in pages for step in steps(page)) == [("restore", "P"), ("restore", "Q")]
    assert [(page["change_count"], page["page"], page["num_pages"]) for page in pages] == [(2, 1, 2), (2, 2, 2)]


def test_a_container_goes_back_without_what_is_in_it(bob: HistoryClient) -> None:
    nested(bob)
    bob.rename("problem:p", "P2")
    bob.ok(bob.edit_children("patch", "unit:u", "problem:q"))
    done = restore(bob, item_key=bob.key("unit:u"), version_num=2)
    assert steps(done) == [("revert", "U")]
    assert bob.children("unit:u") == ["problem:p", "problem:q"]
    assert title(bob, "problem:p") == "P2"


def test_a_container_goes_back_with_everything_in_it(bob: HistoryClient) -> None:
    nested(bob)
    bob.rename("problem:p", "P2")
    bob.ok(bob.edit_children("patch", "unit:u", "problem:q"))
    bob.delete("problem:q")
    done = restore(bob, item_key=bob.key("subsection:s"), version_num=2, with_children=True)
    assert sorted(steps(done)) == [("restore", "Q"), ("revert", "P"), ("revert", "U")]
    assert bob.children("subsection:s") == ["unit:u"]
    assert bob.children("unit:u") == ["problem:p", "problem:q"]
    assert (title(bob, "problem:p"), title(bob, "problem:q")) == ("P", "Q")
    assert done["change_set"]["changes"] == 3


def test_what_was_deleted_then_is_deleted_again(bob: HistoryClient) -> None:
    nested(bob)
    bob.delete("problem:q")
    bob.rename("unit:u", "U2")
    bob.restore("problem:q")
    done = restore(bob, item_key=bob.key("unit:u"), version_num=3, with_children=True)
    assert steps(done) == [("delete", "Q")]
    assert bob.children("unit:u") == ["problem:p"]


def test_the_draft_of_a_library_goes_back_to_a_publish(bob: HistoryClient) -> None:
    nested(bob)
    bob.publish_all()
    publish = last(bob)
    bob.rename("problem:p", "P2")
    bob.delete("problem:q")
    make(bob, "problem:r", "R")
    bob.publish_all()
    done = restore(bob, library_key=bob.lib_key, publish_log=publish["uuid"])
    assert sorted(steps(done)) == [("delete", "R"), ("restore", "Q"), ("revert", "P")]
    assert title(bob, "problem:p") == "P"
    assert bob.children("unit:u") == ["problem:p", "problem:q"]
    assert bob.status_of("problem:r") == 404
    assert bob.get("problem:p")["published_display_name"] == "P2"
    undone = history.undo_change_set(done["change_set"]["uuid"], user=OPERATOR)
    assert len(undone.plan.steps) == 3
    assert title(bob, "problem:p") == "P2"


def test_bad_input_names_the_field(bob: HistoryClient) -> None:
    make(bob, "problem:p", "P")
    bob.publish_all()
    key, uuid = bob.key("problem:p"), "7d0a3c1e-5b0f-4a55-9d0b-0f6f0c8b1f7a"
    bad: dict[str, dict[str, Any]] = {
        "version_num": {"item_key": key, "version_num": 99},
        "with_children": {"item_key": key, "version_num": 1, "with_children": True},
        "publish_log": {"library_key": bob.lib_key, "publish_log": uuid},
        "item_key": {"item_key": "nonsense", "version_num": 1},
        "library_key": {"library_key": "nonsense", "publish_log": uuid},
    }
    found = {field: asked(bob, **body) for field, body in bad.items()}
    assert {field: (answer.status_code, list(answer.json())) for field, answer in found.items()} == {
        field: (400, [field]) for field in bad
    }
    for field, body in {
        "item_key": {},
        "version_num": {"item_key": key, "library_key": bob.lib_key, "publish_log": uuid, "version_num": 1},
    }.items():
        answer = asked(bob, **body)
        assert answer.status_code == 400
        assert field in answer.json()
    assert asked(bob, item_key=bob.key("problem:none"), version_num=1).status_code == 404


def test_a_publish_of_another_library_is_no_publish_of_this_one(bob: HistoryClient, staff: User) -> None:
    make(bob, "problem:p", "P")
    bob.publish_all()
    api.create_library(user=staff, org="CL-TEST", slug="second", title="Second")
    answer = asked(bob, library_key="lib:CL-TEST:second", publish_log=last(bob)["uuid"])
    assert (answer.status_code, list(answer.json())) == (400, ["publish_log"])


def test_who_may_restore(
    bob: HistoryClient, contributor: User, reader: User, stranger: User, api_client: ClientFactory
) -> None:
    make(bob, "problem:p", "P")
    body = {"item_key": bob.key("problem:p"), "version_num": 1}
    for user, expected in ((reader, {403}), (stranger, {403}), (contributor, {200, 201})):
        client = HistoryClient(bob.library, api_client(user))
        answers = {
            client.http.post(f"{V1}{path}/", body, format="json").status_code
            for path in ("version_restore_previews", "version_restores")
        }
        assert answers == expected


def test_the_number_of_queries_does_not_depend_on_the_number_of_items(bob: HistoryClient) -> None:
    def queries(names: list[str]) -> tuple[int, int, int]:
        """Of the undo of a publish, the restore of a library, and the undo of that restore."""
        for name in names:
            bob.create(name)
        bob.publish_all()
        publish = last(bob)["uuid"]
        for name in names:
            bob.rename(name, "New")
        bob.publish_all()
        with CaptureQueriesContext(connection) as of_publish:
            history.undo_change_set(last(bob)["uuid"], user=OPERATOR)
        with CaptureQueriesContext(connection) as of_restore:
            history.restore_versions(history.LibraryState(bob.library.library_key, publish), user=OPERATOR)
        with CaptureQueriesContext(connection) as of_undo:
            history.undo_change_set(last(bob, kind="restore")["uuid"], user=OPERATOR)
        return len(of_publish), len(of_restore), len(of_undo)

    few = queries(["problem:p0", "problem:p1"])
    assert queries([f"html:h{number}" for number in range(12)]) == few


class TestCommands:
    """``restore_version`` and ``undo_change_set``."""

    def run(self, *args: str) -> Any:
        out = StringIO()
        call_command(*args, "--json", stdout=out)
        return json.loads(out.getvalue().splitlines()[-1])

    def test_an_item_is_restored(self, bob: HistoryClient) -> None:
        make(bob, "problem:p", "Old")
        bob.rename("problem:p", "New")
        command = ("restore_version", bob.key("problem:p"), "--version-num", "2")
        plan = self.run(*command, "--dry-run")
        assert (plan["change_set"], len(plan["changes"]), title(bob, "problem:p")) == (None, 1, "New")
        done = self.run(*command)
        assert (done["change_set"], title(bob, "problem:p")) == (last(bob)["uuid"], "Old")

    def test_a_library_is_restored_as_a_user(self, bob: HistoryClient) -> None:
        make(bob, "problem:p", "Old")
        bob.publish_all()
        publish = last(bob)
        bob.rename("problem:p", "New")
        out = StringIO()
        call_command("restore_version", bob.lib_key, "--publish-log", publish["uuid"], "--user", "Bob", stdout=out)
        assert out.getvalue().splitlines()[-1] == "Restored 1 item."
        assert last(bob)["user"] == "Bob"

    def test_options_that_do_not_fit_are_refused(self, bob: HistoryClient) -> None:
        for args in ((bob.lib_key,), (bob.key("problem:p"),)):
            with pytest.raises(CommandError, match="Name --"):
                call_command("restore_version", *args)

    def test_a_change_set_is_undone(self, bob: HistoryClient) -> None:
        make(bob, "problem:p", "Old")
        bob.rename("problem:p", "New")
        edit = last(bob)["uuid"]
        plan = self.run("undo_change_set", edit, "--dry-run")
        assert (plan["change_set"], len(plan["changes"])) == (None, 1)
        out = StringIO()
        call_command("undo_change_set", edit, stdout=out)
        assert out.getvalue().splitlines()[-1] == f"Undid 1 change ({last(bob)['uuid']})."
        with pytest.raises(CommandError, match="was changed by"):
            call_command("undo_change_set", edit)
