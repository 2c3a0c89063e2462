"""The public events of components and containers (wire: events, events-example, events-transactions, events-timing)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from celery import Celery
from celery.app import app_or_default
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from openedx_content import api as content_api
from openedx_tagging import api as tagging_api

from content_libraries import api
from content_libraries.actors import OPERATOR
from content_libraries.content import api as content
from content_libraries.learning_core import api as learning_core
from tests.endpoints import COURSE_ARCHIVE

from .client import LibraryClient
from .conftest import add_library
from .recorder import Record, associated, once


@pytest.fixture(scope="module")
def shared_tree(shared_lib: LibraryClient) -> LibraryClient:
    lib = add_library(shared_lib, "tree")
    for name in ("problem:p1", "html:h1", "html:h3"):
        lib.create(name)
    lib.create("unit:u1", children=["problem:p1", "html:h1"])
    lib.create("unit:u2", children=["html:h1", "html:h3"])
    lib.create("subsection:s1", children=["unit:u1", "unit:u2"])
    lib.create("subsection:s2", children=["unit:u1"])
    lib.create("section:t1", children=["subsection:s1", "subsection:s2"])
    lib.create("section:t2", children=["subsection:s1"])
    return lib


@pytest.fixture
def tree(lib: LibraryClient, shared_tree: LibraryClient) -> LibraryClient:
    """The worked example (wire: events-example)."""
    return LibraryClient(shared_tree.library, lib.http)


ABOVE_U1 = ("subsection:s1", "subsection:s2", "section:t1", "section:t2")
ABOVE_U2 = ("subsection:s1", "section:t1", "section:t2")


def test_creating(lib: LibraryClient, record: Record) -> None:
    assert record(lambda: lib.create("problem:p1")) == once("block created", "problem:p1")
    assert record(lambda: lib.create("unit:u1")) == once("container created", "unit:u1")


def test_an_edit_updates_the_component_and_each_container_above_once(tree: LibraryClient, record: Record) -> None:
    assert record(lambda: tree.set_olx("html:h1", "<html>new</html>")) == (
        once("block updated", "html:h1") + once("container updated", "unit:u1", "unit:u2", *ABOVE_U1)
    )


def test_a_rename_tells_the_children_of_the_container(tree: LibraryClient, record: Record) -> None:
    assert record(lambda: tree.rename("unit:u1", "New")) == (
        once("container updated", "unit:u1", *ABOVE_U1) + associated("units", "problem:p1", "html:h1")
    )
    assert record(lambda: tree.rename("section:t1", "New")) == (
        once("container updated", "section:t1") + associated("sections", "subsection:s1", "subsection:s2")
    )


def test_a_rename_to_the_same_title_tells_no_children(tree: LibraryClient, record: Record) -> None:
    tree.rename("unit:u1", "Same")
    assert record(lambda: tree.rename("unit:u1", "Same")) == once("container updated", "unit:u1", *ABOVE_U1)


def test_other_children_tell_only_those_that_came_or_went(tree: LibraryClient, record: Record) -> None:
    assert record(lambda: tree.edit_children("delete", "unit:u2", "html:h3")) == (
        once("container updated", "unit:u2", *ABOVE_U2) + associated("units", "html:h3")
    )
    assert record(lambda: tree.edit_children("post", "unit:u2", "problem:p1")) == (
        once("container updated", "unit:u2", *ABOVE_U2) + associated("units", "problem:p1")
    )
    assert record(lambda: tree.edit_children("patch", "unit:u2", "problem:p1", "html:h1")) == (
        once("container updated", "unit:u2", *ABOVE_U2)
    )


def put_into_collection_and_tag(lib: LibraryClient, name: str) -> None:
    lib.create_collection("Col", name)
    taxonomy = tagging_api.create_taxonomy("Subjects")
    tagging_api.add_tag_to_taxonomy(taxonomy, "Maths")
    tagging_api.tag_object(lib.key(name), taxonomy, ["Maths"])


def test_deleting_and_restoring_a_component(tree: LibraryClient, record: Record) -> None:
    put_into_collection_and_tag(tree, "html:h3")
    above = once("container updated", "unit:u2", *ABOVE_U2) + once("collection updated", "col")
    assert record(lambda: tree.delete("html:h3")) == once("block deleted", "html:h3") + above
    assert record(lambda: tree.restore("html:h3")) == (
        once("block created", "html:h3") + above + associated("collections tags", "html:h3")
    )


def test_restoring_something_without_collections_and_tags_associates_nothing(
    lib: LibraryClient, record: Record
) -> None:
    lib.create("html:h")
    lib.delete("html:h")
    assert record(lambda: lib.restore("html:h")) == once("block created", "html:h")


def test_deleting_and_restoring_a_container(tree: LibraryClient, record: Record) -> None:
    put_into_collection_and_tag(tree, "unit:u1")
    above = once("container updated", *ABOVE_U1) + once("collection updated", "col")
    children = associated("units", "problem:p1", "html:h1")
    assert record(lambda: tree.delete("unit:u1")) == once("container deleted", "unit:u1") + above + children
    assert record(lambda: tree.restore("unit:u1")) == (
        once("container created", "unit:u1") + above + children + associated("collections tags", "unit:u1")
    )


@pytest.mark.parametrize("name", ["html:unknown", "html:gone", "unit:unknown", "unit:gone"])
def test_deleting_what_is_not_there_still_sends_a_deletion(lib: LibraryClient, record: Record, name: str) -> None:
    if name.endswith("gone"):
        lib.create(name)
        lib.delete(name)
    kind = "container" if name.startswith("unit") else "block"
    assert record(lambda: lib.http.delete(lib.url(name))) == once(f"{kind} deleted", name)


def test_deleting_without_permission_sends_nothing(
    lib: LibraryClient, record: Record, reader: Any, acting_as: Any
) -> None:
    lib.create("html:h")
    as_reader = acting_as(reader)
    for name in ("html:h", "html:unknown"):
        assert record(lambda name=name: as_reader.http.delete(lib.url(name))) == Counter()


def test_publishing_a_component_publishes_the_containers_that_show_it_published(
    tree: LibraryClient, record: Record
) -> None:
    tree.publish_all()
    tree.edit_children("patch", "unit:u2", "html:h3")
    tree.set_olx("html:h1", "<html>new</html>")
    tree.publish("unit:u2")
    assert record(lambda: tree.publish("html:h1")) == (
        once("block published", "html:h1") + once("container published", "unit:u1", *ABOVE_U1)
    )


def test_publishing_a_component_tells_of_containers_that_were_never_published(
    tree: LibraryClient, record: Record
) -> None:
    assert record(lambda: tree.publish("html:h1")) == (
        once("block published", "html:h1") + once("container published", "unit:u1", "unit:u2", *ABOVE_U1)
    )
    tree.publish("unit:u1")
    tree.set_olx("html:h1", "<html>new</html>")
    assert record(lambda: tree.publish("html:h1")) == (
        once("block published", "html:h1") + once("container published", "unit:u1", "unit:u2", *ABOVE_U1)
    )
    tree.publish_all()
    tree.set_olx("html:h1", "<html>newer</html>")
    tree.edit_children("patch", "unit:u2", "html:h3")
    tree.publish("unit:u2")
    tree.edit_children("patch", "unit:u2", "html:h3", "html:h1")
    assert record(lambda: tree.publish("html:h1")) == (
        once("block published", "html:h1") + once("container published", "unit:u1", *ABOVE_U1)
    )


def test_publishing_a_container_publishes_what_changed_below(tree: LibraryClient, record: Record) -> None:
    assert record(lambda: tree.publish("unit:u1")) == (
        once("block published", "problem:p1", "html:h1") + once("container published", "unit:u1", "unit:u2", *ABOVE_U1)
    )
    tree.publish_all()
    tree.set_olx("problem:p1", "<problem>new</problem>")
    assert record(lambda: tree.publish("section:t2")) == (
        once("block published", "problem:p1") + once("container published", "unit:u1", *ABOVE_U1)
    )


def test_publishing_everything_publishes_deletions_and_nothing_unchanged(tree: LibraryClient, record: Record) -> None:
    tree.publish_all()
    assert record(tree.publish_all) == Counter()
    tree.delete("html:h3")
    assert record(tree.publish_all) == (
        once("block published", "html:h3") + once("container published", "unit:u2", *ABOVE_U2)
    )


def test_discarding_everything(tree: LibraryClient, record: Record) -> None:
    tree.publish_all()
    tree.set_olx("problem:p1", "<problem>new</problem>")
    tree.delete("html:h3")
    tree.create("html:new")
    assert record(tree.discard_all) == (
        once("block updated", "problem:p1")
        + once("block created", "html:h3")
        + once("block deleted", "html:new")
        + once("container updated", "unit:u1", "unit:u2", *ABOVE_U1)
    )


def test_files_and_fields_are_edits(tree: LibraryClient, record: Record) -> None:
    edit = once("block updated", "html:h3") + once("container updated", "unit:u2", *ABOVE_U2)
    file_url = tree.url("html:h3", "assets/static/a.txt")
    body = {"content": SimpleUploadedFile("a.txt", b"A")}
    assert record(lambda: tree.ok(tree.http.put(file_url, body, format="multipart"))) == edit
    for _there_and_not_there in range(2):
        assert record(lambda: tree.ok(tree.http.delete(file_url), 204)) == edit
    fields_url = f"/api/xblock/v2/xblocks/{tree.key('html:h3')}/fields/"
    fields = {"metadata": {"display_name": "New"}}
    assert record(lambda: tree.ok(tree.http.post(fields_url, fields, format="json"))) == edit


def test_copying_and_deleting_the_library_tell_nothing_about_items(tree: LibraryClient, record: Record) -> None:
    assert record(lambda: tree.ok(tree.http.post(tree.url("unit:u1", "copy/")))) == Counter()
    assert record(lambda: tree.ok(tree.http.delete(tree.library_url()))) == Counter()


def test_an_import_tells_each_item_once(lib: LibraryClient, record: Record, staff: User) -> None:
    COURSE_ARCHIVE.seek(0)
    key = lib.library.library_key
    api.upload_source(key, user=staff, file=COURSE_ARCHIVE)
    plan = api.plan_source(key, user=staff, source_key=api.course_key("course-v1:O+C+1"))[1]
    events = record(lambda: api.start_plans([plan], user=staff))
    assert events[("block created", "html:h")] == 1
    assert set(events.values()) == {1}


def test_a_refused_edit_sends_nothing(tree: LibraryClient, record: Record) -> None:
    assert record(lambda: tree.edit_children("post", "unit:u1", "unit:u2")) == Counter()
    assert record(lambda: tree.http.post(tree.url("html:h1", "olx/"), {"olx": "<a/>"})) == Counter()


def test_a_rolled_back_edit_sends_nothing(tree: LibraryClient, record: Record) -> None:
    def rename_and_roll_back() -> None:
        with transaction.atomic():
            tree.rename("unit:u1", "New")
            transaction.set_rollback(True)

    assert record(rename_and_roll_back) == Counter()


def test_learning_packages_without_a_library_send_nothing(record: Record, db: None) -> None:
    package_pk = content_api.create_learning_package("staged", title="Staged").id
    write = learning_core.ComponentWrite("html", "h", "T", "<html/>")
    assert record(lambda: learning_core.write_drafts(package_pk, components=[write], author_pk=None)) == Counter()
    assert record(lambda: learning_core.publish(package_pk, None, author_pk=None)) == Counter()


def write_many(lib: LibraryClient) -> None:
    content.write_items(
        OPERATOR,
        lib.library,
        components=[content.ComponentWrite("html", f"h{n}", "T", "<html/>") for n in range(30)],
        containers=[content.ContainerWrite("unit", "u", "U", tuple(f"xblock.v1:html:h{n}" for n in range(30)))],
    )


MANY = [f"html:h{n}" for n in range(30)]


def test_a_large_change_sends_each_event_once_from_a_job(lib: LibraryClient, record: Record) -> None:
    assert record(lambda: write_many(lib)) == (
        once("block created", *MANY) + once("container created", "unit:u") + associated("units", *MANY)
    )
    assert record(lib.publish_all) == once("block published", *MANY) + once("container published", "unit:u")


@pytest.fixture
def dead_broker() -> Iterator[None]:
    """Jobs go to a broker that nobody listens at."""
    living = app_or_default()
    dead = Celery(broker="amqp://127.0.0.1:1//", set_as_current=False)
    dead.conf.task_publish_retry = False
    dead.conf.broker_transport_options = {"max_retries": 0, "interval_start": 0, "interval_step": 0.1}
    dead.set_current()
    yield
    living.set_current()


@pytest.mark.usefixtures("dead_broker")
def test_events_of_a_large_change_are_sent_though_the_broker_is_down(lib: LibraryClient, record: Record) -> None:
    assert record(lambda: write_many(lib)) == (
        once("block created", *MANY) + once("container created", "unit:u") + associated("units", *MANY)
    )
