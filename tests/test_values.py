"""Short texts that stand for huge values are refused before anything is made of them; others are read."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from content_libraries.characters import valid_text, valid_value
from content_libraries.errors import InvalidValueError
from content_libraries.values import ValueBudget, check_plain, file_budget, read_json, read_value

BILLION_LAUGHS = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{name}: &{name} [{','.join([f'*{before}'] * 9)}]\n" for before, name in zip("abcdef", "bcdefg", strict=True)
)
EMOJI = "\U0001f600"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('["a", "b"]', ["a", "b"]),
        ("[a, b]", ["a", "b"]),
        ("- a\n- b: 1\n", ["a", {"b": 1}]),
        ("Alice's text, with [brackets", "Alice's text, with [brackets"),
        ('{"a": {"b": [1, 2.5, true, null]}}', {"a": {"b": [1, 2.5, True, None]}}),
        ("2024-02-29", date(2024, 2, 29)),
        ("1:30", 90),
        ("", None),
        ('{"a": "[[[[{{{{,,,,"}', {"a": "[[[[{{{{,,,,"}),
        ('["\\ud83d\\ude00"]', [EMOJI]),
        ('["\\ud83d no", {"\\ude00": "\\\\ud83d"}]', ["\ufffd no", {"\ufffd": "\\ud83d"}]),
        ("NaN", "NaN"),
    ],
)
def test_ordinary_values_are_read(text: str, value: Any) -> None:
    assert read_value(text) == value


@pytest.mark.parametrize(
    "text",
    [
        BILLION_LAUGHS,
        "[&a x, *a]",
        "[" * 1_000 + "]" * 1_000,
        "[" * 1_000,
        '{"a":' * 100 + "1" + "}" * 100,
        "- " * 800 + "x",
        "? " * 800 + "x",
        json.dumps([0] * 50_000),
        "- x\n" * 50_000,
        "[" + "[]," * 50_000 + "]",
        json.dumps("x" * 2_000_000),
        ":".join(["1"] * 50_000),
        "[" + ":".join(["1"] * 200) + "]",
        "0x" + "f" * 5_000,
        "9" * 5_000,
        "[1e999]",
        "[.inf]",
        ".nan",
        "!!binary aGVsbG8=",
        "!!python/object/apply:os.system [ls]",
        "!!set {a, b}",
        "{? [1, 2] : x}",
        "{2024-02-29: x}",
        "[2024-99-99]",
        "[unclosed",
        "a: b: c",
        "\x00",
    ],
    ids=lambda text: repr(text[:20]),
)
def test_what_stands_for_more_than_it_shows_is_refused(text: str) -> None:
    with pytest.raises(InvalidValueError) as refusal:
        read_value(text)
    assert refusal.value.message


def test_values_of_one_block_share_a_budget() -> None:
    budget = ValueBudget(nodes=10)
    read_value("[1, 2, 3]", budget)
    read_value("- 1\n- 2\n", budget)
    with pytest.raises(InvalidValueError):
        read_value("[1, 2, 3, 4, 5]", budget)


def test_a_file_of_settings_may_hold_more() -> None:
    policy = json.dumps({f"problem/p{number}": {"weight": 1} for number in range(100_000)})
    assert read_json(b"\xef\xbb\xbf" + policy.encode(), file_budget()) == json.loads(policy)
    with pytest.raises(InvalidValueError):
        read_json("[" + "{}," * 2_000_000 + "{}]", file_budget())


@pytest.mark.parametrize(
    "text", ["", "{", "yes", "[NaN]", b"\xff", '"' + '\\"' * 400_000], ids=lambda text: repr(text[:9])
)
def test_json_alone_is_not_yaml(text: str | bytes) -> None:
    with pytest.raises(InvalidValueError):
        read_json(text)


def test_halves_of_characters_become_characters() -> None:
    assert valid_text("\ud83d\ude00") == EMOJI
    assert valid_text("a\ud83db\ude00") == "a\ufffdb\ufffd"
    assert valid_value({"\ud83d": ["\ude00", 1, None, float("inf")]}) == {"\ufffd": ["\ufffd", 1, None, None]}
    assert valid_text(f"{EMOJI} \x00é\x07") == f"{EMOJI} \ufffdé\x07"


def test_values_that_blocks_make_are_held_against_the_same_limits() -> None:
    check_plain({"a": [1, {"b": (None, True, date(2024, 2, 29))}]})
    endless: list[Any] = []
    endless.append(endless)
    for value in (endless, [b"x"], {(1, 2): 3}, [float("nan")], {"a": 10**200}):
        with pytest.raises(InvalidValueError):
            check_plain(value)
