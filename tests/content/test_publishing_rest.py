"""Drafts and published versions over HTTP (wire: libraries-publish, publishing)."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openedx_content.models_api import DraftChangeLog, PublishLog

from content_libraries.libraries.models import ContentLibrary
from tests.conftest import MemberFactory

from .client import LibraryClient
from .conftest import ActingAs

pytestmark = pytest.mark.usefixtures("shared_tree")


@pytest.fixture(scope="module")
def shared_tree(shared_lib: LibraryClient) -> None:
    for name in ("html:a", "html:b", "html:c"):
        shared_lib.create(name)
    shared_lib.create("unit:u", children=["html:a", "html:b"])
    shared_lib.create("unit:v", children=["html:b", "html:c"])
    shared_lib.create("subsection:s", children=["unit:u"])
    shared_lib.create("section:t", children=["subsection:s"])


@pytest.fixture
def tree(lib: LibraryClient) -> LibraryClient:
    """``section:t`` > ``subsection:s`` > ``unit:u`` > a and b; ``unit:v`` > b and c. All tests begin with it."""
    return lib


ITEMS = ("html:a", "html:b", "html:c", "unit:u", "unit:v", "subsection:s", "section:t")


def changed(lib: LibraryClient) -> set[str]:
    return {name for name in ITEMS if lib.is_changed(name)}


def test_publishing_a_title_keeps_the_old_one_until_the_next_publish(lib: LibraryClient) -> None:
    lib.create("problem:p")
    lib.publish("problem:p")
    lib.rename("problem:p", "New")
    problem = lib.get("problem:p")
    assert (problem["display_name"], problem["published_display_name"]) == ("New", "Blank Problem")
    assert problem["published_by"] == "Bob"
    lib.publish("problem:p")
    problem = lib.get("problem:p")
    assert problem["published_display_name"] == "New"
    assert not problem["has_unpublished_changes"]


def test_an_edit_below_changes_every_container_above_without_new_versions(tree: LibraryClient) -> None:
    tree.publish_all()
    assert changed(tree) == set()
    before = tree.get("section:t")
    tree.rename("html:a", "New")
    assert changed(tree) == {"html:a", "unit:u", "subsection:s", "section:t"}
    after = tree.get("section:t")
    assert after.pop("last_change_set") != before.pop("last_change_set")
    assert after == {**before, "has_unpublished_changes": True}


def test_publishing_a_section_publishes_changes_below_unchanged_containers(tree: LibraryClient) -> None:
    tree.publish_all()
    tree.rename("html:a", "New")
    tree.publish("section:t")
    assert changed(tree) == set()
    assert tree.get("html:a")["published_display_name"] == "New"


def test_publishing_a_child_cleans_its_parents_and_counts_as_their_last_publish(
    tree: LibraryClient, acting_as: ActingAs, author: User
) -> None:
    tree.publish_all()
    tree.rename("html:a", "New")
    acting_as(author).publish("html:a")
    assert changed(tree) == set()
    assert tree.get("section:t")["published_by"] == author.username
    assert tree.get("unit:v")["published_by"] == "Bob"


def test_publishing_a_child_never_publishes_its_parents(tree: LibraryClient) -> None:
    tree.publish("html:a")
    assert changed(tree) == set(ITEMS) - {"html:a"}
    assert tree.get("unit:u")["last_published"] is None


def test_publishing_one_of_two_containers_leaves_the_other_changed_by_its_other_child(
    tree: LibraryClient,
) -> None:
    tree.publish_all()
    tree.rename("html:b", "Shared")
    tree.rename("html:c", "Other")
    tree.publish("unit:u")
    assert changed(tree) == {"html:c", "unit:v"}


def test_a_deleted_published_child_changes_its_unit(tree: LibraryClient) -> None:
    tree.publish_all()
    tree.delete("html:a")
    assert tree.is_changed("unit:u")
    tree.publish_all()
    assert not tree.is_changed("unit:u")


def test_the_deletion_of_a_component_can_be_published_alone(tree: LibraryClient) -> None:
    tree.publish_all()
    tree.delete("html:a")
    tree.publish("html:a")
    assert not tree.is_changed("unit:u")
    assert tree.children("unit:u", published=True) == ["html:b"]


def test_the_deletion_of_a_container_is_published_with_the_library_only(tree: LibraryClient) -> None:
    tree.publish_all()
    tree.delete("unit:u")
    assert tree.http.post(tree.url("unit:u", "publish/")).status_code == 404
    assert tree.children("subsection:s", published=True) == ["unit:u"]
    tree.publish_all()
    assert tree.children("subsection:s", published=True) == []


def test_discarding_undoes_edits_creations_and_deletions(tree: LibraryClient) -> None:
    tree.publish_all()
    tree.rename("html:a", "New")
    tree.edit_children("patch", "unit:u", "html:b")
    tree.delete("html:c")
    tree.create("html:new")
    tree.discard_all()
    assert changed(tree) == set()
    assert tree.get("html:a")["display_name"] == "Text"
    assert tree.children("unit:u") == ["html:a", "html:b"]
    assert tree.status_of("html:new") == 404


def test_discarding_a_deletion_leaves_nothing_pending_in_the_library(tree: LibraryClient) -> None:
    def pending() -> tuple[bool, bool]:
        library = tree.ok(tree.http.get(tree.library_url()))
        return library["has_unpublished_changes"], library["has_unpublished_deletes"]

    tree.publish_all()
    olx = tree.get("html:a", "olx/")
    assert pending() == (False, False)
    tree.delete("html:a")
    assert pending() == (False, True)
    tree.discard_all()
    assert pending() == (False, False)
    assert tree.get("html:a", "olx/") == olx


def discard(lib: LibraryClient, name: str) -> None:
    assert lib.ok(lib.http.post(lib.url(name, "discard/"))) == {}


def test_discarding_a_component_leaves_others_alone(tree: LibraryClient) -> None:
    tree.publish_all()
    for name in ("html:a", "html:b"):
        tree.rename(name, "New")
    discard(tree, "html:a")
    assert (tree.get("html:a")["display_name"], tree.get("html:b")["display_name"]) == ("Text", "New")
    assert changed(tree) == {"html:b", "unit:u", "unit:v", "subsection:s", "section:t"}


def test_discarding_a_component_undoes_its_deletion_and_its_creation(tree: LibraryClient) -> None:
    tree.publish_all()
    tree.delete("html:a")
    discard(tree, "html:a")
    assert tree.children("unit:u") == ["html:a", "html:b"]
    tree.create("html:new")
    discard(tree, "html:new")
    assert tree.status_of("html:new") == 404


def test_discarding_a_container_takes_along_what_is_in_it(tree: LibraryClient) -> None:
    tree.publish_all()
    tree.rename("html:a", "New")
    tree.rename("html:c", "New")
    tree.delete("html:b")
    tree.edit_children("patch", "unit:u", "html:a")
    tree.rename("section:t", "New")
    discard(tree, "subsection:s")
    assert tree.children("unit:u") == ["html:a", "html:b"]
    assert changed(tree) == {"html:c", "unit:v", "section:t"}


def test_discarding_a_container_deletes_what_was_made_in_it_and_is_nowhere_else(tree: LibraryClient) -> None:
    tree.publish_all()
    made_here = {"can_stand_alone": False}
    for name in ("html:only-here", "html:there-too"):
        tree.ok(tree.http.post(tree.library_url("blocks/"), body_of(name) | made_here, format="json"))
    tree.create("html:by-itself")
    tree.edit_children("post", "unit:u", "html:only-here", "html:there-too", "html:by-itself")
    tree.edit_children("post", "unit:v", "html:there-too")
    discard(tree, "section:t")
    assert tree.children("unit:u") == ["html:a", "html:b"]
    found = {name: tree.status_of(f"html:{name}") for name in ("only-here", "there-too", "by-itself")}
    assert found == {"only-here": 404, "there-too": 200, "by-itself": 200}


def body_of(name: str) -> dict[str, str]:
    block_type, code = name.split(":")
    return {"block_type": block_type, "definition_id": code}


@pytest.mark.parametrize("name", ["html:a", "section:t"])
def test_discarding_nothing_of_an_item_leaves_no_trace(tree: LibraryClient, name: str) -> None:
    tree.publish_all()
    logs = DraftChangeLog.objects.count()
    discard(tree, name)
    assert DraftChangeLog.objects.count() == logs


@pytest.mark.parametrize("name", ["html:x", "unit:x"])
def test_unknown_items_have_nothing_to_discard(tree: LibraryClient, name: str) -> None:
    assert tree.http.post(tree.url(name, "discard/")).status_code == 404


def test_queries_of_a_discard_do_not_grow_with_what_changed(lib: LibraryClient) -> None:
    names = [f"html:{number}" for number in range(4)]
    for name in names:
        lib.create(name)
    lib.edit_children("patch", "unit:u", *names)
    lib.publish_all()
    counts = []
    for size in (1, 4):
        for number in range(size):
            lib.rename(f"html:{number}", f"New {size}")
        with CaptureQueriesContext(connection) as queries:
            discard(lib, "subsection:s")
        counts.append(len(queries))
    assert counts[0] == counts[1]


class TestContributors:
    """Who may edit and not publish undoes their own work, and not that of others."""

    @pytest.fixture
    def contributor(self, acting_as: ActingAs, make_member: MemberFactory, library: ContentLibrary) -> LibraryClient:
        return acting_as(make_member(library, "library_contributor"))

    def test_only_their_own_drafts_are_discarded(self, tree: LibraryClient, contributor: LibraryClient) -> None:
        tree.publish_all()
        tree.rename("html:a", "By the author")
        contributor.rename("html:b", "By the contributor")
        tree.rename("html:c", "By the author")
        contributor.rename("html:c", "By both")
        contributor.create("html:new")
        tree.create("html:newer")
        contributor.discard_all()
        assert [tree.get(f"html:{code}")["display_name"] for code in "abc"] == ["By the author", "Text", "By both"]
        assert [tree.status_of(f"html:{code}") for code in ("new", "newer")] == [404, 200]
        tree.discard_all()
        assert changed(tree) == set()

    def test_what_others_did_before_the_last_publish_does_not_count(
        self, tree: LibraryClient, contributor: LibraryClient
    ) -> None:
        tree.rename("html:a", "By the author")
        tree.publish_all()
        contributor.delete("html:a")
        contributor.discard_all()
        assert tree.get("html:a")["display_name"] == "By the author"
        assert changed(tree) == set()

    def test_an_item_is_discarded_whoever_changed_it(self, tree: LibraryClient, contributor: LibraryClient) -> None:
        tree.publish_all()
        tree.rename("html:a", "By the author")
        discard(contributor, "html:a")
        assert changed(tree) == set()


def test_what_was_created_and_deleted_is_not_published(lib: LibraryClient) -> None:
    lib.publish_all()
    logs = PublishLog.objects.count()
    lib.create("html:h")
    lib.delete("html:h")
    lib.publish_all()
    lib.publish("html:h")
    assert PublishLog.objects.count() == logs


def test_publishing_and_discarding_nothing_leaves_no_trace(tree: LibraryClient) -> None:
    tree.publish_all()
    logs = PublishLog.objects.count(), DraftChangeLog.objects.count()
    tree.publish_all()
    tree.publish("html:a")
    tree.publish("section:t")
    tree.discard_all()
    assert (PublishLog.objects.count(), DraftChangeLog.objects.count()) == logs


def test_each_request_is_one_log(tree: LibraryClient) -> None:
    tree.publish_all()
    assert PublishLog.objects.count() == 1
    logs = DraftChangeLog.objects.count()
    tree.rename("html:b", "One")
    assert DraftChangeLog.objects.count() == logs + 1
    tree.edit_children("post", "unit:u", "html:a")
    assert DraftChangeLog.objects.count() == logs + 2
    tree.discard_all()
    assert DraftChangeLog.objects.count() == logs + 3


@pytest.mark.parametrize("suffix", ["commit/"])
@pytest.mark.parametrize("lib_key", ["lib:CL-TEST:other", "nonsense"])
@pytest.mark.parametrize("method", ["post", "delete"])
def test_unknown_libraries_are_not_found(lib: LibraryClient, method: str, lib_key: str, suffix: str) -> None:
    response: Any = getattr(lib.http, method)(f"/api/libraries/v2/{lib_key}/{suffix}")
    assert (response.status_code, response.json()) == (404, {"detail": "Not found."})
