"""Drafts and published versions over HTTP (wire: libraries-publish, publishing)."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from openedx_content.models_api import DraftChangeLog, PublishLog

from .client import LibraryClient
from .conftest import ActingAs


@pytest.fixture
def tree(lib: LibraryClient) -> LibraryClient:
    """``section:t`` > ``subsection:s`` > ``unit:u`` > a and b; ``unit:v`` > b and c."""
    for name in ("html:a", "html:b", "html:c"):
        lib.create(name)
    lib.create("unit:u", children=["html:a", "html:b"])
    lib.create("unit:v", children=["html:b", "html:c"])
    lib.create("subsection:s", children=["unit:u"])
    lib.create("section:t", children=["subsection:s"])
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
    assert tree.get("section:t") == {**before, "has_unpublished_changes": True}


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


def test_what_was_created_and_deleted_is_not_published(lib: LibraryClient) -> None:
    lib.create("html:h")
    lib.delete("html:h")
    lib.publish_all()
    lib.publish("html:h")
    assert not PublishLog.objects.exists()


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
