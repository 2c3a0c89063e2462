"""What differs between two states of a block, between two texts, and between two lists of children."""

from __future__ import annotations

from difflib import unified_diff
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from content_libraries.olx.api import (
    ComparedState,
    FileState,
    children_difference,
    state_difference,
    text_difference,
)
from content_libraries.sync.plan.differences import block_difference
from tests.growth import assert_grows_no_faster_than_its_input

LINES = [f"line {number}" for number in range(100)]


def compared(old: list[str], new: list[str]) -> dict[str, Any]:
    return text_difference("\n".join(old), "\n".join(new))


def texts_of(group: dict[str, Any]) -> tuple[str, str]:
    """The two texts that the words of a group make."""
    old = "".join(part["text"] for part in group["parts"] if part["kind"] != "added")
    return old, "".join(part["text"] for part in group["parts"] if part["kind"] != "removed")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (LINES, [*LINES[:50], "new", *LINES[50:]]),
        (LINES, LINES[1:]),
        (LINES, LINES[:-3]),
        (LINES[:-3], LINES),
        (LINES, ["first", *LINES[1:60], *LINES[70:], "last"]),
        (["a"], ["b"]),
        ([], ["b"]),
    ],
)
def test_lines_are_those_of_a_unified_difference(old: list[str], new: list[str]) -> None:
    expected = list(unified_diff(old, new, "before", "after", n=2, lineterm=""))
    difference = compared(old, new)
    assert (difference["changed"], difference["lines"], difference["cut"]) == (True, expected, False)


def test_equal_texts_do_not_differ() -> None:
    assert compared(LINES, LINES) == {"changed": False, "lines": [], "cut": False, "words": []}


def test_lines_that_replace_others_are_compared_by_word() -> None:
    difference = compared(["same", "The cat sat.", "same", "gone"], ["same", "The dog sat.", "same"])
    [group] = difference["words"]
    assert difference["lines"][group["line"]] == "-The cat sat."
    assert group["parts"] == [
        {"kind": "equal", "text": "The "},
        {"kind": "removed", "text": "cat"},
        {"kind": "added", "text": "dog"},
        {"kind": "equal", "text": " sat.\n"},
    ]


@given(st.lists(st.text("ab-+ \u00e4", max_size=5)), st.lists(st.text("ab-+ \u00e4", max_size=5)))
def test_words_make_up_the_lines_that_they_compare(old: list[str], new: list[str]) -> None:
    difference = compared(old, new)
    for group in difference["words"]:
        before, after = texts_of(group)
        shown = [f"-{line}" for line in before.splitlines()] + [f"+{line}" for line in after.splitlines()]
        assert difference["lines"][group["line"] : group["line"] + len(shown)] == shown


def test_what_is_far_from_the_first_difference_is_cut() -> None:
    between = [f"line {number}" for number in range(2000)]
    difference = compared(["a", *between, "b"], ["A", *between, "B"])
    assert difference["lines"][2:] == ["@@ -1,3 +1,3 @@", "-a", "+A", " line 0", " line 1"]
    assert difference["cut"]


def test_lines_of_very_many_characters_are_cut() -> None:
    difference = compared(["a", "x" * 300_000], ["b", "y" * 300_000])
    assert difference["cut"]
    assert difference["lines"][2:] == ["@@ -1,2 +1,2 @@", "-a"]


def test_texts_of_many_lines_are_compared_in_time_by_their_length() -> None:
    def compare(size: int) -> None:
        mine, outcome = ([f"{side}{n // 2}" if n % 2 else str(n) for n in range(size)] for side in "xy")
        assert compared(mine, outcome)["cut"]

    assert_grows_no_faster_than_its_input(compare, size=3000)


def test_lines_of_many_words_are_compared_in_time_by_their_length() -> None:
    def compare(size: int) -> None:
        old, new = (" ".join(f"{side}{n // 2}" if n % 2 else str(n) for n in range(size)) for side in "xy")
        assert text_difference(old, new)["words"] == []

    assert_grows_no_faster_than_its_input(compare, size=2000)


def test_many_children_are_compared_in_time_by_their_number() -> None:
    keys = [f"h{number}" for number in range(8000)]

    def compare(size: int) -> None:
        assert len(children_difference(keys[:size], keys[1:size], {})["after"]) == size - 1

    assert_grows_no_faster_than_its_input(compare, size=2000)


def test_children_are_added_removed_and_moved() -> None:
    difference = children_difference(["a", "b", "c"], ["c", "a", "d", "e"], {"e": ("other", 4)})
    assert difference["added"] == [{"usage_key": "d", "index": 2}, {"usage_key": "e", "index": 3}]
    assert difference["removed"] == [{"usage_key": "b", "index": 1}]
    assert difference["moves"] == [
        {"usage_key": "c", "from_parent": None, "from_index": 2, "to_index": 0},
        {"usage_key": "a", "from_parent": None, "from_index": 0, "to_index": 1},
        {"usage_key": "e", "from_parent": "other", "from_index": 4, "to_index": 3},
    ]


def test_a_child_that_stands_in_two_places_can_be_added_and_removed_once() -> None:
    difference = children_difference(["a", "b"], ["a", "b", "a"], {})
    assert (difference["added"], difference["removed"], difference["moves"]) == (
        [{"usage_key": "a", "index": 2}],
        [],
        [],
    )
    assert children_difference(["a", "a"], ["a"], {})["removed"] == [{"usage_key": "a", "index": 1}]


def test_all_parts_of_a_state_are_compared() -> None:
    old = ComparedState(
        "Old",
        '<html display_name="Old" b="1">One</html>',
        {"graded": "true"},
        (("x", "X"), ("y", "Y")),
        {"static/a.png": FileState("d1", 1), "static/b.png": FileState("d2", 2), "static/c.png": FileState("d3", 3)},
    )
    new = ComparedState(
        "New",
        '<html display_name="New">Two</html>',
        {"graded": "false"},
        (("y", "Y2"),),
        {"static/a.png": FileState("d1", 1), "static/b.png": FileState("d9", 9), "static/d.png": FileState("d4", 4)},
    )
    difference = state_difference(old, new)
    assert difference["title"] == {"changed": True, "before": "Old", "after": "New"}
    assert difference["settings"] == [
        {"name": "b", "before": "1", "after": None},
        {"name": "display_name", "before": "Old", "after": "New"},
        {"name": "graded", "before": "true", "after": "false"},
    ]
    assert difference["text"]["lines"][-2:] == ["-One", "+Two"]
    assert difference["olx"]["lines"][-2:] == [f"-{old.olx}", f"+{new.olx}"]
    assert difference["children"]["renamed"] == [{"usage_key": "y", "before": "Y", "after": "Y2"}]
    assert difference["files"] == {
        "added": [{"path": "static/d.png", "digest": "d4", "size": 4}],
        "removed": [{"path": "static/c.png", "digest": "d3", "size": 3}],
        "changed": [
            {"path": "static/b.png", "before": {"digest": "d2", "size": 2}, "after": {"digest": "d9", "size": 9}}
        ],
    }


def test_a_state_is_compared_with_nothing() -> None:
    difference = state_difference(None, ComparedState("New", "<html>One</html>"))
    assert difference["title"] == {"changed": True, "before": None, "after": "New"}
    assert difference["text"]["lines"][-1] == "+One"


def test_olx_that_cannot_be_read_is_compared_as_text() -> None:
    difference = state_difference(ComparedState("A", "<html>"), ComparedState("A", "<html>One</html>"))
    assert (difference["settings"], difference["text"]["lines"][-2:]) == ([], ["-<html>", "+One"])


def test_previews_of_syncs_have_the_same_format() -> None:
    old, new = '<html a="1">One</html>', '<html a="2">Two</html>'
    preview = block_difference(old, new, old, new)
    compared_states = state_difference(ComparedState("", old), ComparedState("", new))
    assert preview["settings"] == [
        {"name": "a", "before": "1", "after": "2", "base": "1", "theirs": "2", "mine": "1", "outcome": "2"}
    ]
    assert preview["text"] | {"lines": preview["text"]["lines"][2:]} == compared_states["text"] | {
        "lines": compared_states["text"]["lines"][2:]
    }
    assert preview["text"]["lines"][:2] == ["--- mine", "+++ outcome"]
