"""How edits are cut by publications, also where times and numbers disagree."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from content_libraries.history.windows import Windows, cut
from content_libraries.keys import component_key
from content_libraries.learning_core.api import DraftEdit, Publication

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def edit(number: int, old: int | None, new: int | None, *, minute: int | None = None, digest: str = "") -> DraftEdit:
    at = NOON + timedelta(minutes=number if minute is None else minute)
    return DraftEdit(number, at, "bob", old, old, f"v{old}", new, new, f"v{new}", digest)


def publication(number: int, new: int | None, *, minute: int, digest: str = "") -> Publication:
    key = component_key("lb:Org:lib:html:a")
    at = NOON + timedelta(minutes=minute)
    return Publication(key, 1, number, number, uuid4(), at, "bob", True, f"v{new}", new, digest)


def numbers(edits: Sequence[DraftEdit]) -> list[int]:
    return [each.log_pk for each in edits]


def told(windows: Windows) -> tuple[dict[int, list[int]], list[int]]:
    return {pk: numbers(edits) for pk, edits in windows.published.items()}, numbers(windows.waiting)


def test_an_edit_stamped_before_a_publish_but_committed_after_it_still_waits() -> None:
    edits = [edit(1, None, 1), edit(2, 1, 2, minute=3)]
    assert told(cut(edits, [publication(1, 1, minute=5)])) == ({1: [1]}, [2])


def test_an_edit_stamped_after_the_publish_that_took_it_does_not_wait() -> None:
    edits = [edit(1, None, 1, minute=9)]
    assert told(cut(edits, [publication(1, 1, minute=5)])) == ({1: [1]}, [])


def test_effects_of_a_late_edit_below_a_container_wait() -> None:
    edits = [edit(1, None, 1, digest="a"), edit(2, 1, 1, minute=3, digest="b")]
    assert told(cut(edits, [publication(1, 1, minute=5, digest="a")])) == ({1: [1]}, [2])


def test_a_publish_of_something_below_takes_effects_by_time() -> None:
    edits = [edit(1, None, 1, digest="a"), edit(2, 1, 1, digest="b"), edit(3, 1, 1, digest="c"), edit(9, 1, 1)]
    publications = [publication(1, 1, minute=1, digest="a"), publication(2, 1, minute=5, digest="partial")]
    assert told(cut(edits, publications)) == ({1: [1], 2: [2, 3]}, [9])


def test_of_several_ways_back_to_a_version_the_last_in_time_was_published() -> None:
    edits = [edit(1, None, 1), edit(2, 1, None), edit(3, None, 1), edit(4, 1, None), edit(5, None, 1)]
    assert told(cut(edits, [publication(1, 1, minute=4)])) == ({1: [1, 2, 3]}, [])


def test_publishing_again_without_edits_takes_nothing() -> None:
    edits = [edit(1, None, 1), edit(2, 1, 2)]
    publications = [publication(1, 1, minute=1), publication(2, 1, minute=9)]
    assert told(cut(edits, publications)) == ({1: [1], 2: []}, [2])


def test_a_published_version_that_no_edit_made_is_cut_by_time() -> None:
    edits = [edit(1, None, 1), edit(2, 1, 2), edit(7, 2, 3)]
    assert told(cut(edits, [publication(1, 99, minute=5)])) == ({1: [1, 2]}, [7])
