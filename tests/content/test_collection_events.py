"""The public events of collections (wire: events, events-transactions)."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from django.db import transaction
from openedx_content import api as content_api

from content_libraries.actors import OPERATOR
from content_libraries.content import api as content

from .client import LibraryClient
from .recorder import Events, Record, associated, once

NOTHING: Events = Counter()


@pytest.fixture
def with_items(lib: LibraryClient) -> LibraryClient:
    """A library with two items, and the empty collection ``c``."""
    lib.create("html:h")
    lib.create("unit:u")
    lib.create_collection("C")
    return lib


@pytest.fixture
def filled(with_items: LibraryClient) -> LibraryClient:
    """The same with both items in ``c``."""
    with_items.ok(with_items.edit_collection("patch", "c", "html:h", "unit:u"))
    return with_items


ITEMS = associated("collections", "html:h", "unit:u")


def patch(lib: LibraryClient, **body: Any) -> Any:
    return lib.ok(lib.http.patch(lib.collection_url("c"), body, format="json"))


def test_creating(lib: LibraryClient, record: Record) -> None:
    assert record(lambda: lib.create_collection("C")) == once("collection created", "c")


def test_a_refused_creation_sends_nothing(lib: LibraryClient, record: Record) -> None:
    assert record(lambda: lib.http.post(lib.library_url("collections/"), {}, format="json")) == NOTHING


@pytest.mark.parametrize("body", [{"title": "New"}, {"title": "C"}, {"description": "New"}])
def test_a_change_tells_every_item(filled: LibraryClient, record: Record, body: dict[str, str]) -> None:
    assert record(lambda: patch(filled, **body)) == once("collection updated", "c") + ITEMS


def test_a_change_of_nothing_sends_nothing(filled: LibraryClient, record: Record) -> None:
    assert record(lambda: patch(filled)) == NOTHING


def test_adding_and_removing_tell_the_items_that_really_came_or_went(with_items: LibraryClient, record: Record) -> None:
    lib, updated = with_items, once("collection updated", "c")
    assert record(lambda: lib.edit_collection("patch", "c", "html:h")) == updated + associated("collections", "html:h")
    assert record(lambda: lib.edit_collection("patch", "c", "html:h", "unit:u")) == (
        updated + associated("collections", "unit:u")
    )
    assert record(lambda: lib.edit_collection("patch", "c", "html:h")) == NOTHING
    assert record(lambda: lib.edit_collection("delete", "c", "html:h", "unit:u")) == updated + ITEMS
    assert record(lambda: lib.edit_collection("delete", "c", "html:h")) == NOTHING


def test_a_refused_addition_sends_nothing(with_items: LibraryClient, record: Record) -> None:
    assert record(lambda: with_items.edit_collection("patch", "c", "html:h", "html:unknown")) == NOTHING


def test_deleting_sends_a_deletion_with_and_without_items(filled: LibraryClient, record: Record) -> None:
    assert record(lambda: filled.delete_collection("c")) == once("collection deleted", "c") + ITEMS
    assert record(lambda: filled.http.delete(filled.collection_url("c"))) == NOTHING
    filled.create_collection("Empty")
    assert record(lambda: filled.delete_collection("empty")) == once("collection deleted", "empty")


def test_restoring_sends_a_creation_once(filled: LibraryClient, record: Record) -> None:
    filled.delete_collection("c")
    assert record(lambda: filled.restore_collection("c")) == once("collection created", "c") + ITEMS
    assert record(lambda: filled.restore_collection("c")) == NOTHING


def test_items_are_told_while_they_are_published_or_in_draft(filled: LibraryClient, record: Record) -> None:
    filled.publish("html:h")
    for name in ("html:h", "unit:u"):
        filled.delete(name)
    told = associated("collections", "html:h")
    assert record(lambda: patch(filled, title="New")) == once("collection updated", "c") + told
    filled.publish_all()
    assert record(lambda: patch(filled, title="Newer")) == once("collection updated", "c")


@pytest.mark.parametrize("name", ["html:h", "unit:u"])
def test_setting_the_collections_of_an_item_tells_each_collection_that_it_enters_or_leaves(
    with_items: LibraryClient, record: Record, name: str
) -> None:
    lib = with_items
    for title in ("A", "B"):
        lib.create_collection(title)
    told = associated("collections", name)
    assert record(lambda: lib.set_collections(name, "a", "c")) == once("collection updated", "a", "c") + told + told
    assert record(lambda: lib.set_collections(name, "c", "a", "unknown")) == NOTHING
    assert record(lambda: lib.set_collections(name, "a")) == once("collection updated", "c") + told
    assert record(lambda: lib.set_collections(name)) == once("collection updated", "a") + told


def test_setting_collections_does_not_tell_deleted_ones(filled: LibraryClient, record: Record) -> None:
    filled.delete_collection("c")
    assert record(lambda: filled.set_collections("html:h")) == NOTHING


@pytest.mark.parametrize(("name", "kind"), [("html:h", "block"), ("unit:u", "container")])
def test_an_item_that_comes_or_goes_updates_its_enabled_collections(
    filled: LibraryClient, record: Record, name: str, kind: str
) -> None:
    filled.create_collection("Gone", name)
    filled.delete_collection("gone")
    updated = once("collection updated", "c")
    assert record(lambda: filled.delete(name)) == once(f"{kind} deleted", name) + updated
    assert record(lambda: filled.restore(name)) == (
        once(f"{kind} created", name) + updated + associated("collections", name)
    )


def test_an_edit_updates_no_collection(filled: LibraryClient, record: Record) -> None:
    assert record(lambda: filled.rename("html:h", "New")) == once("block updated", "html:h")


def test_discarding_updates_the_collections_of_what_comes_or_goes(filled: LibraryClient, record: Record) -> None:
    filled.publish("unit:u")
    filled.delete("unit:u")
    assert record(filled.discard_all) == (
        once("block deleted", "html:h")
        + once("container created", "unit:u")
        + once("collection updated", "c")
        + associated("collections", "unit:u")
    )


def test_publishing_updates_the_collections_of_what_gets_or_loses_a_published_version(
    filled: LibraryClient, record: Record
) -> None:
    published, updated = once("block published", "html:h"), once("collection updated", "c")
    assert record(lambda: filled.publish("html:h")) == published + updated
    filled.rename("html:h", "New")
    assert record(lambda: filled.publish("html:h")) == published
    filled.delete("html:h")
    assert record(lambda: filled.publish("html:h")) == published + updated


def test_a_rolled_back_change_sends_nothing(filled: LibraryClient, record: Record) -> None:
    def rename_and_roll_back() -> None:
        with transaction.atomic():
            patch(filled, title="New")
            transaction.set_rollback(True)

    assert record(rename_and_roll_back) == NOTHING


def test_learning_packages_without_a_library_send_nothing(record: Record, db: None) -> None:
    package = content_api.create_learning_package("staged", title="Staged")
    assert record(lambda: content_api.create_collection(package.id, "c", title="C", created_by=None)) == NOTHING


def test_many_items_are_told_once_each_from_a_job(lib: LibraryClient, record: Record) -> None:
    many = [f"html:h{number}" for number in range(30)]
    components = [content.ComponentWrite("html", name.split(":")[1], "T", "<html/>") for name in many]
    content.write_items(OPERATOR, lib.library, components=components)
    lib.create_collection("C")
    expected = once("collection updated", "c") + associated("collections", *many)
    assert record(lambda: lib.edit_collection("patch", "c", *many)) == expected
    assert record(lambda: patch(lib, title="New")) == expected
    assert record(lib.publish_all) == once("block published", *many) + once("collection updated", "c")
    assert record(lambda: lib.delete_collection("c")) == (
        once("collection deleted", "c") + associated("collections", *many)
    )
