"""Draft history and creation entry over HTTP (wire: history)."""

from __future__ import annotations

import re

from django.contrib.staticfiles import finders
from django.test import override_settings
from openedx_content.models_api import DraftChangeLog

from .client import HistoryClient

SECONDS = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


def test_every_kind_of_change_of_a_component_is_told_newest_first(bob: HistoryClient) -> None:
    bob.create("problem:p")
    bob.rename("problem:p", "New")
    bob.set_olx("problem:p", '<problem display_name="New"><p/></problem>')
    bob.delete("problem:p")
    bob.restore("problem:p")
    assert bob.drafts("problem:p") == [
        "created New",
        "deleted New",
        "edited New",
        "renamed New",
        "created Blank Problem",
    ]


def test_an_entry_says_who_when_and_between_which_versions(bob: HistoryClient, ann: HistoryClient) -> None:
    bob.create("problem:p")
    ann.rename("problem:p", "New")
    renamed, created = bob.get("problem:p", "draft_history/")
    assert SECONDS.fullmatch(renamed.pop("changed_at"))
    contributor = renamed.pop("contributor")
    assert contributor["username"] == "library_author"
    assert contributor["profile_image_urls"] == dict.fromkeys(
        ("full", "large", "medium", "small"), "http://testserver/static/content_libraries/profile.svg"
    )
    assert renamed == {
        "changed_by": contributor,
        "title": "New",
        "item_type": "problem",
        "action": "renamed",
        "old_version": 1,
        "new_version": 2,
    }
    assert (created["contributor"]["username"], created["old_version"], created["new_version"]) == ("Bob", 0, 1)


def test_the_picture_is_there() -> None:
    assert finders.find("content_libraries/profile.svg")


@override_settings(CONTENT_LIBRARIES_PROFILE_IMAGE_URL="https://images.example.com/{size}.png")
def test_pictures_may_come_from_elsewhere_in_sizes(bob: HistoryClient) -> None:
    bob.create("problem:p")
    [entry] = bob.get("problem:p", "draft_history/")
    assert entry["contributor"]["profile_image_urls"]["small"] == "https://images.example.com/small.png"


def test_what_nobody_did_has_no_contributor(bob: HistoryClient) -> None:
    bob.create("problem:p")
    DraftChangeLog.objects.update(changed_by=None)
    [entry] = bob.get("problem:p", "draft_history/")
    assert (entry["contributor"], entry["changed_by"]) == (None, None)


def test_the_history_is_empty_right_after_publishing(bob: HistoryClient) -> None:
    bob.create("problem:p")
    bob.create("unit:u", children=["problem:p"])
    bob.publish("unit:u")
    assert bob.drafts("problem:p") == []
    assert bob.drafts("unit:u") == []
    bob.rename("problem:p", "New")
    assert bob.drafts("problem:p") == ["renamed New"]


def test_what_a_discard_threw_away_is_not_told(bob: HistoryClient) -> None:
    bob.create("problem:p")
    bob.create("unit:u", children=["problem:p"])
    bob.publish_all()
    bob.rename("problem:p", "Thrown away")
    bob.discard_all()
    assert bob.drafts("problem:p") == []
    assert bob.drafts("unit:u") == []
    bob.rename("problem:p", "Kept")
    assert bob.drafts("problem:p") == ["renamed Kept"]
    assert sorted(bob.drafts("unit:u")) == ["edited u", "renamed Kept"]


def test_a_discard_of_what_was_never_published_tells_the_whole_history(bob: HistoryClient) -> None:
    bob.create("problem:p")
    bob.discard_all()
    assert bob.drafts("problem:p") == ["deleted Blank Problem", "created Blank Problem"]


def test_deleting_and_restoring_what_is_published_leaves_nothing_to_tell(bob: HistoryClient) -> None:
    bob.create("problem:p")
    bob.publish("problem:p")
    bob.delete("problem:p")
    assert bob.drafts("problem:p") == ["deleted Blank Problem"]
    bob.restore("problem:p")
    assert bob.drafts("problem:p") == []


def test_a_restored_component_whose_deletion_is_published_is_created_again(bob: HistoryClient) -> None:
    bob.create("problem:p")
    bob.publish("problem:p")
    bob.delete("problem:p")
    bob.publish("problem:p")
    assert bob.drafts("problem:p") == []
    bob.restore("problem:p")
    assert bob.drafts("problem:p") == ["created Blank Problem"]


def test_a_container_tells_of_itself_and_of_all_components_below(bob: HistoryClient) -> None:
    bob.create("html:a")
    bob.create("html:b")
    bob.create("unit:u", children=["html:a"])
    bob.create("subsection:s", children=["unit:u"])
    bob.create("section:t", children=["subsection:s"])
    bob.publish_all()
    bob.rename("html:a", "A")
    bob.rename("html:b", "not below")
    bob.rename("unit:u", "between")
    assert sorted(bob.drafts("section:t")) == ["edited t", "edited t", "renamed A"]
    assert sorted(bob.drafts("unit:u")) == ["edited u", "renamed A", "renamed between"]


def test_entries_of_one_moment_are_in_descending_order_of_titles(bob: HistoryClient) -> None:
    bob.create("html:a", "A")
    bob.rename("html:a", "AAA")
    bob.create("unit:u", "MMM", children=["html:a"])
    bob.publish_all()
    bob.rename("html:a", "ZZZ")
    bob.rename("html:a", "BBB")
    assert bob.drafts("unit:u") == ["edited MMM", "renamed BBB", "renamed ZZZ", "edited MMM"]


def test_a_deleted_child_is_told_because_publishing_the_container_publishes_its_deletion(bob: HistoryClient) -> None:
    bob.create("html:a")
    bob.create("unit:u", children=["html:a"])
    bob.publish_all()
    bob.delete("html:a")
    assert sorted(bob.drafts("unit:u")) == ["deleted Text", "edited u"]
    bob.publish("unit:u")
    assert bob.drafts("unit:u") == []
    assert bob.drafts("html:a") == []


def test_publishing_a_child_leaves_the_changes_of_its_container_in_the_history(bob: HistoryClient) -> None:
    bob.create("html:a")
    bob.create("unit:u", children=["html:a"])
    bob.publish_all()
    bob.rename("unit:u", "New")
    bob.rename("html:a", "A")
    bob.publish("html:a")
    assert "renamed New" in bob.drafts("unit:u")
    assert "renamed A" not in bob.drafts("unit:u")


def test_a_deleted_container_is_not_found_a_deleted_component_is(bob: HistoryClient) -> None:
    bob.create("html:a")
    bob.create("unit:u")
    bob.delete("html:a")
    bob.delete("unit:u")
    assert bob.drafts("html:a") == ["deleted Text", "created Text"]
    assert bob.status_of("unit:u", "draft_history/") == 404


def test_unknown_items_have_no_history(bob: HistoryClient) -> None:
    bob.create("unit:u")
    for name in ("html:none", "unit:none", "section:u"):
        for suffix in ("draft_history/", "publish_history/", "creation_entry/"):
            assert bob.status_of(name, suffix) == 404
    assert bob.http.get("/api/libraries/v2/blocks/nonsense/draft_history/").json() == {"detail": "Not found."}


def test_the_creation_entry_stays_as_it_was(bob: HistoryClient, ann: HistoryClient) -> None:
    bob.create("problem:p")
    bob.create("unit:u", "Unit")
    entries = [bob.get(name, "creation_entry/") for name in ("problem:p", "unit:u")]
    assert [(entry["title"], entry["item_type"], entry["action"]) for entry in entries] == [
        ("Blank Problem", "problem", "created"),
        ("Unit", "unit", "created"),
    ]
    assert all(entry["contributor"]["username"] == "Bob" for entry in entries)
    assert all(SECONDS.fullmatch(entry["changed_at"]) for entry in entries)
    for name in ("problem:p", "unit:u"):
        ann.rename(name, "New")
        ann.publish(name)
    assert [bob.get(name, "creation_entry/") for name in ("problem:p", "unit:u")] == entries
