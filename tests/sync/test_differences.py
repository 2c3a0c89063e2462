"""What differs between two texts, and between two lists of children, as a preview of a sync shows it."""

from __future__ import annotations

from difflib import unified_diff
from typing import Any

import pytest
from opaque_keys.edx.keys import UsageKey

from content_libraries.sync.plan.differences import block_difference, children_difference
from tests.growth import assert_grows_no_faster_than_its_input

LINES = [f"line {number}" for number in range(100)]


def text_difference(old: list[str], new: list[str]) -> dict[str, Any]:
    mine, outcome = ("<html><![CDATA[" + "\n".join(lines) + "]]></html>" for lines in (old, new))
    difference: dict[str, Any] = block_difference(None, outcome, mine, outcome)["text"]
    return difference


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
    expected = list(unified_diff(old, new, "mine", "outcome", n=2, lineterm=""))
    assert text_difference(old, new) == {"changed": True, "lines": expected, "cut": False}


def test_what_is_far_from_the_first_difference_is_cut() -> None:
    between = [f"line {number}" for number in range(2000)]
    difference = text_difference(["a", *between, "b"], ["A", *between, "B"])
    assert difference["lines"][2:] == ["@@ -1,3 +1,3 @@", "-a", "+A", " line 0", " line 1"]
    assert difference["cut"]


def test_texts_of_many_lines_are_compared_in_time_by_their_length() -> None:
    def compare(size: int) -> None:
        mine, outcome = ([f"{side}{n // 2}" if n % 2 else str(n) for n in range(size)] for side in "xy")
        assert text_difference(mine, outcome)["cut"]

    assert_grows_no_faster_than_its_input(compare, size=3000)


def test_many_children_are_compared_in_time_by_their_number() -> None:
    keys = [UsageKey.from_string(f"block-v1:O+C+R+type@html+block@h{number}") for number in range(8000)]

    def compare(size: int) -> None:
        assert len(children_difference(keys[:size], keys[1:size], {})["after"]) == size - 1

    assert_grows_no_faster_than_its_input(compare, size=2000)
