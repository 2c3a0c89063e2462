"""Undoing change sets of libraries over HTTP (wire: own-undo)."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.conftest import ClientFactory

from .client import HistoryClient

URL = "/api/content_library/v1/change_sets/"


def last(client: HistoryClient, **query: Any) -> Any:
    """The newest change set, by default of the library."""
    wanted = query if query.keys() & {"course_key", "item_key"} else {"library_key": client.lib_key, **query}
    return client.ok(client.http.get(URL, wanted))["results"][0]


def preview(client: HistoryClient, entry: Any) -> Any:
    return client.ok(client.http.post(f"{URL}{entry['uuid']}/undo_previews/", {}, format="json"))


def asked(client: HistoryClient, entry: Any, **body: Any) -> Any:
    return client.http.post(f"{URL}{entry['uuid']}/undos/", body, format="json")


def undo(client: HistoryClient, entry: Any, **body: Any) -> Any:
    return client.ok(asked(client, entry, **body), 201)


def title(client: HistoryClient, name: str) -> str:
    return str(client.get(name)["display_name"])


def make(client: HistoryClient, name: str, title: str) -> None:
    """Create a component with a title of its own, in two change sets."""
    client.create(name)
    client.rename(name, title)


def steps(plan: Any) -> list[tuple[str, str]]:
    return [(change["action"], change["title"]) for change in plan["changes"]]


def test_an_undo_brings_the_version_before_back_and_its_undo_is_a_redo(bob: HistoryClient) -> None:
    make(bob, "problem:p", "Old")
    bob.rename("problem:p", "New")
    edit = last(bob)
    assert steps(preview(bob, edit)) == [("revert", "New")]
    assert title(bob, "problem:p") == "New"
    done = undo(bob, edit)
    assert steps(done) == [("revert", "New")]
    assert title(bob, "problem:p") == "Old"
    new = last(bob)
    assert done["change_set"] == new
    assert (new["kind"], new["summary"], new["undoes"]) == ("undo", "Undid 1 change", edit["uuid"])
    assert bob.ok(bob.http.get(f"{URL}{edit['uuid']}/"))["undone_by"] == new["uuid"]
    undo(bob, new)
    assert title(bob, "problem:p") == "New"


def test_the_undo_of_an_edit_after_a_publish_leaves_nothing_to_publish(bob: HistoryClient) -> None:
    make(bob, "problem:p", "Old")
    bob.publish_all()
    bob.rename("problem:p", "New")
    undo(bob, last(bob))
    assert bob.get("problem:p")["has_unpublished_changes"] is False


def test_edits_are_undone_one_after_the_other(bob: HistoryClient) -> None:
    make(bob, "problem:p", "One")
    bob.rename("problem:p", "Two")
    two = last(bob)
    bob.rename("problem:p", "Three")
    three = last(bob)
    undo(bob, three)
    undo(bob, two)
    assert title(bob, "problem:p") == "One"


def test_the_undo_of_a_creation_deletes_and_the_undo_of_a_deletion_restores(bob: HistoryClient) -> None:
    bob.create("unit:u", title="U")
    creation = last(bob)
    assert steps(undo(bob, creation)) == [("delete", "U")]
    assert bob.status_of("unit:u") == 404
    undo(bob, last(bob))
    bob.delete("unit:u")
    assert steps(undo(bob, last(bob))) == [("restore", "U")]
    assert title(bob, "unit:u") == "U"


def test_children_come_back_in_their_places(bob: HistoryClient) -> None:
    for name in ("a", "b", "c"):
        bob.create(f"problem:{name}")
    bob.create("unit:u", children=["problem:a", "problem:b", "problem:c"])
    bob.ok(bob.edit_children("patch", "unit:u", "problem:c", "problem:a"))
    undo(bob, last(bob))
    assert bob.children("unit:u") == ["problem:a", "problem:b", "problem:c"]


def test_a_later_change_is_named_and_refuses_the_undo(bob: HistoryClient, ann: HistoryClient) -> None:
    make(bob, "problem:p", "Old")
    bob.rename("problem:p", "New")
    edit = last(bob)
    ann.rename("problem:p", "Newest")
    later = last(bob)
    answer = asked(bob, edit)
    assert answer.status_code == 409
    [conflict] = answer.json()["conflicts"]
    assert (conflict["item_key"], conflict["reason"]) == (bob.key("problem:p"), "changed_later")
    assert (conflict["user"], conflict["changed_at"], conflict["change_set"]) == (
        "library_author",
        later["created"],
        later["uuid"],
    )
    assert "library_author" in answer.json()["detail"]
    assert preview(bob, edit)["conflict_count"] == 1
    assert asked(bob, edit, on_conflict="skip").status_code == 409  # nothing is left to undo
    assert title(bob, "problem:p") == "Newest"
    assert last(bob) == later


def test_the_second_undo_of_a_set_is_refused(bob: HistoryClient) -> None:
    make(bob, "problem:p", "Old")
    bob.rename("problem:p", "New")
    edit = last(bob)
    undo(bob, edit)
    assert asked(bob, edit).json()["conflicts"][0]["change_set"] == last(bob)["uuid"]


def test_items_that_were_changed_later_are_skipped(bob: HistoryClient, ann: HistoryClient) -> None:
    make(bob, "problem:p", "P")
    make(bob, "problem:q", "Q")
    bob.publish_all()
    bob.rename("problem:p", "P2")
    bob.rename("problem:q", "Q2")
    bob.discard_all()
    discard = last(bob)
    ann.rename("problem:q", "Q3")
    done = undo(bob, discard, on_conflict="skip")
    assert steps(done) == [("revert", "P")]
    assert done["conflict_count"] == 1
    assert (title(bob, "problem:p"), title(bob, "problem:q")) == ("P2", "Q3")


def test_the_undo_of_a_publish_publishes_the_earlier_versions_and_keeps_drafts(bob: HistoryClient) -> None:
    make(bob, "problem:p", "Old")
    bob.publish_all()
    bob.rename("problem:p", "New")
    make(bob, "problem:q", "Q")
    bob.publish_all()
    publish = last(bob)
    bob.rename("problem:p", "Newer")
    plan = preview(bob, publish)
    assert sorted(steps(plan)) == [("revert", "New"), ("unpublish", "Q")]
    done = undo(bob, publish)
    assert done["change_set"]["kind"] == "undo"
    assert title(bob, "problem:p") == "Newer"
    assert bob.get("problem:p")["published_display_name"] == "Old"
    assert bob.get("problem:q")["published_display_name"] is None
    assert bob.get("problem:q")["has_unpublished_changes"] is True
    undo(bob, last(bob))
    assert bob.get("problem:p")["published_display_name"] == "New"
    assert last(bob, kind="undo")["undoes"] == done["change_set"]["uuid"]
    assert last(bob, kind="publish")["uuid"] == publish["uuid"]


def test_who_may_undo(
    bob: HistoryClient, author: User, contributor: User, reader: User, stranger: User, api_client: ClientFactory
) -> None:
    make(bob, "problem:p", "Old")
    bob.publish_all()
    publish = last(bob)
    bob.rename("problem:p", "New")
    edit = last(bob)

    def answers(user: User, entry: Any) -> set[int]:
        client = api_client(user)
        url = f"{URL}{entry['uuid']}/"
        return {
            client.post(f"{url}undo_previews/", {}, format="json").status_code,
            client.post(f"{url}undos/", {}, format="json").status_code,
        }

    assert answers(reader, edit) == answers(stranger, edit) == {403}
    assert answers(reader, publish) == answers(contributor, publish) == {403}
    assert answers(contributor, edit) == {200, 201}
    assert answers(author, publish) == {200, 201}


@pytest.mark.parametrize(
    ("body", "field"), [({"on_conflict": "overwrite"}, "on_conflict"), ({"surprise": 1}, "surprise")]
)
def test_bad_bodies_name_the_field(bob: HistoryClient, body: Any, field: str) -> None:
    bob.create("problem:p")
    answer = asked(bob, last(bob), **body)
    assert (answer.status_code, list(answer.json())) == (400, [field])


def test_the_lists_of_a_preview_have_pages(bob: HistoryClient, ann: HistoryClient) -> None:
    names = [f"problem:p{number}" for number in range(4)]
    for name in names:
        bob.create(name)
    bob.publish_all()
    publish = last(bob)["uuid"]
    for name in names:
        bob.rename(name, "New")
    body = {"library_key": bob.lib_key, "publish_log": publish}
    restored = bob.ok(bob.http.post("/api/content_library/v1/version_restores/", body, format="json"), 201)
    ann.rename(names[0], "Newest")
    address = f"{URL}{restored['change_set']['uuid']}/undo_previews/"
    pages = [bob.ok(bob.http.post(f"{address}?page={number}&page_size=2")) for number in (1, 2)]
    assert [(len(page["changes"]), len(page["conflicts"])) for page in pages] == [(2, 1), (1, 0)]
    assert {(page["change_count"], page["conflict_count"], page["num_pages"]) for page in pages} == {(3, 1, 2)}
    assert len({change["item_key"] for page in pages for change in page["changes"]}) == 3


def test_an_unknown_set_is_not_found(bob: HistoryClient) -> None:
    entry = {"uuid": "7d0a3c1e-5b0f-4a55-9d0b-0f6f0c8b1f7a"}
    assert asked(bob, entry).status_code == 404


def test_removed_records_are_told(bob: HistoryClient) -> None:
    from openedx_content.models_api import DraftChangeLog

    bob.create("problem:p")
    bob.rename("problem:p", "New")
    edit, log = last(bob), DraftChangeLog.objects.latest("pk")
    bob.rename("problem:p", "Newer")
    log.records.all().delete()
    answer = asked(bob, edit)
    assert answer.status_code == 400
    assert "Restore single items" in answer.json()[0]


def test_a_preview_takes_a_constant_number_of_queries(bob: HistoryClient) -> None:
    """Also with conflicts, which are named with who changed each item later."""

    def queries(names: list[str]) -> int:
        for name in names:
            make(bob, name, "Old")
        bob.discard_all()
        discard = last(bob)
        for name in names[::2]:
            bob.restore(name)
        with CaptureQueriesContext(connection) as captured:
            plan = preview(bob, discard)
        assert plan["conflict_count"] == len(names) // 2
        assert len(plan["changes"]) >= len(names) // 2
        return len(captured)

    assert queries(["problem:a", "problem:b"]) == queries([f"problem:p{number}" for number in range(8)])
