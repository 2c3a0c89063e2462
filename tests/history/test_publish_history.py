"""Publish history and its entries over HTTP (wire: history)."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from openedx_content.models_api import PublishLogRecord

from tests.conftest import ClientFactory, LibraryFactory

from .client import HistoryClient, asked_for, told, usernames


def test_without_a_publish_there_is_no_group(bob: HistoryClient) -> None:
    bob.create("html:a")
    bob.create("unit:u", children=["html:a"])
    assert bob.groups("html:a") == []
    assert bob.groups("unit:u") == []


def test_a_group_says_who_published_what_of_whom(bob: HistoryClient, ann: HistoryClient) -> None:
    bob.create("problem:p")
    ann.rename("problem:p", "First")
    bob.publish("problem:p")
    ann.rename("problem:p", "Second")
    ann.publish("problem:p")
    second, first = bob.groups("problem:p")
    assert first["published_by"] == "Bob"
    assert first["published_at"].endswith("Z")
    assert usernames(first) == ["library_author", "Bob"]
    assert first["contributors_count"] == 2
    assert first["scope_entity_key"] == bob.key("problem:p")
    assert first["direct_published_entities"] == [
        {"entity_key": bob.key("problem:p"), "title": "First", "entity_type": "problem"}
    ]
    assert second["published_by"] == "library_author"
    assert usernames(second) == ["library_author"]
    assert bob.published("problem:p") == [["renamed Second"], ["renamed First", "created Blank Problem"]]


def test_a_component_published_in_a_unit_names_the_unit(bob: HistoryClient) -> None:
    bob.create("html:a")
    bob.create("unit:u", "Unit", children=["html:a"])
    bob.create("subsection:s", "Subsection", children=["unit:u"])
    bob.publish("unit:u")
    [of_component] = bob.groups("html:a")
    assert of_component["scope_entity_key"] == bob.key("html:a")
    assert of_component["direct_published_entities"] == [
        {"entity_key": bob.key("unit:u"), "title": "Unit", "entity_type": "unit"}
    ]
    [of_unit] = bob.groups("unit:u")
    assert of_unit["scope_entity_key"] is None
    assert asked_for(of_unit) == ["Unit"]
    assert bob.published("unit:u") == [["edited Unit", "created Unit", "created Text"]]
    assert bob.published("html:a") == [["created Text"]]


def test_a_component_published_in_a_changed_section_names_the_section(bob: HistoryClient) -> None:
    bob.create("html:a")
    bob.create("unit:u", children=["html:a"])
    bob.create("subsection:s", children=["unit:u"])
    bob.create("section:t", "Section", children=["subsection:s"])
    bob.publish_all()
    bob.rename("subsection:s", "Subsection")
    bob.rename("html:a", "A")
    bob.publish("section:t")
    for name in ("html:a", "unit:u", "subsection:s", "section:t"):
        assert asked_for(bob.groups(name)[0]) == ["Section"]


def test_one_operation_is_one_group_of_a_container(bob: HistoryClient, ann: HistoryClient) -> None:
    for name in ("html:a", "html:b"):
        bob.create(name)
    bob.create("unit:u", "Unit", children=["html:a", "html:b"])
    bob.publish_all()
    ann.rename("html:a", "A")
    bob.rename("html:b", "B")
    bob.publish_all()
    latest, _first = bob.groups("unit:u")
    assert asked_for(latest) == ["A", "B"]
    assert usernames(latest) == ["Bob", "library_author"]
    assert sorted(bob.published("unit:u")[0]) == ["edited Unit", "edited Unit", "renamed A", "renamed B"]


def test_publishing_a_child_is_a_group_of_the_container_that_names_the_child(bob: HistoryClient) -> None:
    bob.create("html:a")
    bob.create("unit:u", children=["html:a"])
    bob.publish_all()
    bob.rename("unit:u", "New")
    bob.rename("html:a", "A")
    bob.publish("html:a")
    assert asked_for(bob.groups("unit:u")[0]) == ["A"]
    assert "renamed New" not in bob.published("unit:u")[0]
    bob.publish("unit:u")
    assert "renamed New" in bob.published("unit:u")[0]


def test_what_was_discarded_before_is_not_in_a_publish(bob: HistoryClient, ann: HistoryClient) -> None:
    bob.create("problem:p")
    bob.create("unit:u", "Unit", children=["problem:p"])
    bob.publish_all()
    ann.rename("problem:p", "Thrown away")
    bob.discard_all()
    bob.rename("problem:p", "Kept")
    bob.publish_all()
    assert bob.published("problem:p")[0] == ["renamed Kept"]
    assert sorted(bob.published("unit:u")[0]) == ["edited Unit", "renamed Kept"]
    assert usernames(bob.groups("problem:p")[0]) == ["Bob"]


def test_a_published_deletion_keeps_the_last_title(bob: HistoryClient, ann: HistoryClient) -> None:
    bob.create("problem:p")
    bob.rename("problem:p", "Last title")
    bob.publish("problem:p")
    ann.delete("problem:p")
    bob.publish("problem:p")
    deletion = bob.groups("problem:p")[0]
    assert asked_for(deletion) == ["Last title"]
    assert usernames(deletion) == ["library_author"]
    assert bob.published("problem:p")[0] == ["deleted Last title"]


def test_older_data_has_a_group_for_each_item(bob: HistoryClient) -> None:
    bob.create("html:a")
    bob.create("unit:u", "Unit", children=["html:a"])
    bob.publish("unit:u")
    PublishLogRecord.objects.update(direct=None)
    groups = bob.groups("unit:u")
    assert sorted((asked_for(group), group["scope_entity_key"]) for group in groups) == [
        (["Text"], bob.key("html:a")),
        (["Unit"], bob.key("unit:u")),
    ]
    assert len({group["publish_log_uuid"] for group in groups}) == 1
    uuid = groups[0]["publish_log_uuid"]
    assert told(bob.ok(bob.entries_response("unit:u", uuid))) == ["edited Unit", "created Unit"]
    assert told(bob.ok(bob.entries_response("html:a", uuid))) == ["created Text"]
    [of_component] = bob.groups("html:a")
    assert asked_for(of_component) == ["Text"]


def test_an_operation_that_the_item_took_no_part_in_has_no_entries(bob: HistoryClient) -> None:
    bob.create("html:a")
    bob.create("html:b")
    bob.create("unit:u")
    bob.publish("html:b")
    [of_other] = bob.groups("html:b")
    for name in ("html:a", "unit:u"):
        for uuid in (of_other["publish_log_uuid"], str(uuid4())):
            assert bob.ok(bob.entries_response(name, uuid)) == []


def test_the_older_path_answers_the_same(bob: HistoryClient) -> None:
    bob.create("html:a")
    bob.publish("html:a")
    [group] = bob.groups("html:a")
    uuid = group["publish_log_uuid"]
    entries = bob.get("html:a", f"publish_history/{uuid}/entries/")
    assert entries == bob.ok(bob.entries_response("html:a", uuid))
    assert entries[0]["changed_by"]["username"] == "Bob"


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ({}, "scope_entity_key and publish_log_uuid are required."),
        ({"scope_entity_key": "x"}, "scope_entity_key and publish_log_uuid are required."),
        ({"publish_log_uuid": "x"}, "scope_entity_key and publish_log_uuid are required."),
        ({"scope_entity_key": "x", "publish_log_uuid": "y"}, "Invalid publish_log_uuid: 'y'"),
        ({"scope_entity_key": "x", "publish_log_uuid": str(uuid4())}, "Invalid scope_entity_key: 'x'"),
        ({"scope_entity_key": "lct:a:b:lesson:c", "publish_log_uuid": str(uuid4())},
         "Invalid scope_entity_key: 'lct:a:b:lesson:c'"),
    ],
)  # fmt: skip
def test_a_query_that_makes_no_sense_is_explained(bob: HistoryClient, query: dict[str, str], message: str) -> None:
    response = bob.http.get(bob.library_url("publish_history_entries/"), query)
    assert (response.status_code, response.json()) == (400, {"error": message})


def test_unknown_items_have_no_entries(bob: HistoryClient) -> None:
    for name in ("html:none", "unit:none"):
        response = bob.entries_response(name, str(uuid4()))
        assert (response.status_code, response.json()) == (404, {"detail": "Not found."})


def test_entries_of_another_library_are_not_found_even_for_who_may_see_both(
    bob: HistoryClient, make_library: LibraryFactory, staff: User, api_client: ClientFactory
) -> None:
    other = HistoryClient(make_library("other"), api_client(staff))
    other.create("html:a")
    other.publish("html:a")
    [group] = other.groups("html:a")
    query = {"scope_entity_key": other.key("html:a"), "publish_log_uuid": group["publish_log_uuid"]}
    assert bob.http.get(bob.library_url("publish_history_entries/"), query).status_code == 404
    bob.create("html:a")
    assert bob.ok(bob.entries_response("html:a", group["publish_log_uuid"])) == []
