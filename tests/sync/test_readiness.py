"""When an update is offered: when a sync would write what the library has published (wire: sync-readiness)."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from opaque_keys.edx.keys import UsageKey

from content_libraries.api import CreateBlock
from content_libraries.learning_core import api as learning_core

from .building import (
    ROOT,
    SUBSECTION,
    UNIT,
    Author,
    Shelf,
    actions,
    body,
    child,
    children,
    edit,
    titles,
    write_unlinked,
)


@pytest.fixture
def section(author: Author, shelf: Shelf) -> UsageKey:
    return author.create(shelf.key("sec1"), ROOT, category="chapter")


@pytest.fixture
def unit(author: Author, shelf: Shelf) -> UsageKey:
    return author.create(shelf.key("unit1"), SUBSECTION, category="vertical")


def is_offered(author: Author, top: UsageKey) -> bool:
    """Whether a block is offered an update; all places that say so have to agree."""
    row = next(row for row in author.links() if row["downstream_usage_key"] == str(top))
    answers: set[bool] = {
        author.link(top)["ready_to_sync"],
        str(top) in author.ready(),
        str(top) not in [one["downstream_usage_key"] for one in author.links(ready_to_sync="false")],
        row["ready_to_sync"] or row["ready_to_sync_from_children"],
        author.summary()[0]["ready_to_sync_count"] > 0,
        str(top) in author.preview_course()["blocks"],
    }
    assert len(answers) == 1, answers
    return True in answers


def take_away(author: Author, shelf: Shelf, name: str, top: UsageKey) -> None:
    shelf.delete(name)
    shelf.publish()
    author.sync(top)


def test_what_returns_to_the_library_is_offered_and_comes_back(author: Author, shelf: Shelf, unit: UsageKey) -> None:
    take_away(author, shelf, "p1", unit)
    assert (titles(children(unit)), is_offered(author, unit)) == (["Text one"], False)
    shelf.restore("p1")
    assert is_offered(author, unit) is False
    shelf.publish()
    assert is_offered(author, unit) is True
    assert author.link(unit)["state"] == "update"
    assert actions(author.preview(unit)) == [("create", "library_structure", "Problem one")]
    author.sync(unit)
    assert (titles(children(unit)), is_offered(author, unit)) == (["Text one", "Problem one"], False)


def test_what_returns_at_depth_is_offered_by_the_structure(author: Author, shelf: Shelf, section: UsageKey) -> None:
    take_away(author, shelf, "unit2", section)
    assert is_offered(author, section) is False
    shelf.restore("unit2")
    shelf.publish()
    assert is_offered(author, section) is True
    author.sync(section)
    assert titles(children(child(section, 0))) == ["Unit one", "Unit two"]
    assert is_offered(author, section) is False


def test_a_restored_draft_takes_no_deletion_back(author: Author, shelf: Shelf, unit: UsageKey) -> None:
    shelf.delete("p1")
    shelf.publish()
    before = author.preview(unit)
    assert is_offered(author, unit) is True
    shelf.restore("p1")
    assert is_offered(author, unit) is True
    assert author.preview(unit) == before
    assert ("delete", "deleted_upstream", "Problem one") in actions(before)
    shelf.publish()
    assert is_offered(author, unit) is False
    assert titles(children(unit)) == ["Text one", "Problem one"]


def test_a_declined_return_is_silent_until_the_library_shows_other_children(
    author: Author, shelf: Shelf, unit: UsageKey
) -> None:
    take_away(author, shelf, "p1", unit)
    shelf.restore("p1")
    shelf.publish()
    author.decline(unit)
    assert (is_offered(author, unit), author.link(unit)["state"]) == (False, "declined")
    shelf.delete("t1")
    shelf.publish()
    assert is_offered(author, unit) is True
    author.sync(unit)
    assert titles(children(unit)) == ["Problem one"]
    take_away(author, shelf, "p1", unit)
    shelf.restore("t1")
    shelf.restore("p1")
    shelf.publish()
    assert is_offered(author, unit) is True  # the same list as the declined one, and offered anew


def test_a_declined_update_stays_declined_with_its_children(author: Author, shelf: Shelf, unit: UsageKey) -> None:
    shelf.container("unit1", "t1", "p1", "t2", title="Unit one")
    shelf.publish()
    author.decline(unit)
    assert is_offered(author, unit) is False
    shelf.delete("p1")
    shelf.publish()
    assert is_offered(author, unit) is True


def test_what_was_added_in_the_course_offers_nothing(author: Author, shelf: Shelf, unit: UsageKey) -> None:
    edit(child(unit, 0), text="<p>Mine</p>", display_name="Mine")
    assert is_offered(author, unit) is False
    assert body(child(unit, 0)) == "<p>Mine</p>"


def test_a_version_that_the_library_went_back_to_is_offered_as_an_earlier_one(author: Author, shelf: Shelf) -> None:
    shelf.component("t1", title="Two")
    shelf.publish()
    text = author.create(shelf.key("t1"), UNIT)
    item = learning_core.named_items([(shelf.pk, shelf.ref("t1"))])[shelf.pk, shelf.ref("t1")]
    first = learning_core.numbered_versions([(item.pk, 1)])[item.pk, 1]
    learning_core.move_drafts(shelf.pk, {item.pk: first}, author_pk=None)
    assert is_offered(author, text) is False
    shelf.publish()
    assert is_offered(author, text) is True
    assert actions(author.preview(text)) == [("take", "earlier_version", "Two")]
    author.decline(text)
    assert is_offered(author, text) is False
    author.sync(text)
    assert (titles([text]), author.link(text)["version_synced"]) == (["Text one"], 1)


def test_queries_do_not_grow_with_links(author: Author, shelf: Shelf, section: UsageKey) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            author.link(section)
            author.ready()
            author.summary()
        return len(captured)

    queries()  # what a process learns once
    few = queries()
    names = [f"t{number}" for number in range(3, 9)]
    for name in names:
        shelf.component(name)
    shelf.container("unit2", "t2", *names, title="Unit two")
    shelf.publish()
    author.sync(section)
    for name in names:
        author.create(shelf.key(name), UNIT)
    assert queries() == few


def test_local_work_in_what_a_sync_removes_is_a_conflict_at_every_depth(
    author: Author, shelf: Shelf, section: UsageKey
) -> None:
    text, unit = child(section, 0, 0, 0), child(section, 0, 0)
    edit(text, text="<p>Mine</p>", display_name="My text")
    edit(unit, display_name="My unit")
    shelf.delete("unit1")
    shelf.delete("t1")
    shelf.publish()
    conflicts = author.preview(section)["conflicts"]
    assert [(one["usage_key"], one["name"], one["mine"], one["theirs"]) for one in conflicts] == [
        (str(unit), "display_name", "My unit", None),
        (str(text), "data", "<p>Mine</p>", None),
        (str(text), "display_name", "My text", None),
    ]
    assert {(one["outcome"], *one["choices"]) for one in conflicts} == {("take_upstream", "decline")}


def test_the_text_of_what_was_added_in_the_course_is_shown_before_it_goes(author: Author, unit: UsageKey) -> None:
    added = unit.course_key.make_usage_key("html", "added")
    write_unlinked(CreateBlock(added, '<html display_name="Added"><![CDATA[<p>Mine</p>]]></html>', parent=unit))
    conflicts = author.preview(unit)["conflicts"]
    assert [(one["name"], one["mine"], one["upstream"]) for one in conflicts] == [
        ("data", "<p>Mine</p>", ""),
        ("display_name", "Added", ""),
    ]


def test_a_hint_says_what_is_possible(author: Author, shelf: Shelf, unit: UsageKey) -> None:
    text = author.create(shelf.key("t1"), UNIT)
    shelf.delete("t1")
    shelf.publish()
    assert "Unlink the block to keep it" in author.link(text)["error_message"]
    message = author.link(child(unit, 0))["error_message"]
    assert ("not found in the system" in message, "Unlink the block" in message) == (True, False)
    assert f"unlink “{unit}”" in message
    author.unlink(unit)
    assert "Unlink the block to keep it" in author.link(child(unit, 0))["error_message"]
