"""The filter language (wire: search-http)."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from content_libraries.conf import SEARCH_MAX_CONDITIONS
from content_libraries.search.conditions import (
    AllOf,
    AnyOf,
    Condition,
    Exists,
    InRange,
    IsEmpty,
    IsNull,
    Not,
    OneOf,
)
from content_libraries.search.filters import (
    MAX_DEPTH,
    MAX_LENGTH,
    FilterError,
    filter_text,
    parse_filter,
)

ATTRIBUTES = ("a", "b", "tags.level0", "n")
A1, B2 = OneOf("a", ("1",)), OneOf("b", ("2",))


def parse(given: object) -> Condition | None:
    return parse_filter(given, ATTRIBUTES)


@pytest.mark.parametrize(
    ("text", "condition"),
    [
        ("a = 1", A1),
        ("a=1", A1),
        ('a = "1"', A1),
        ("a = '1'", A1),
        ("'a' = '1'", A1),
        ("  a\n=\t1  ", A1),
        ("a = lib-x_y.z/w", OneOf("a", ("lib-x_y.z/w",))),
        ("a = élève", OneOf("a", ("élève",))),
        (r'a = "say \"hi\""', OneOf("a", ('say "hi"',))),
        (r"a = 'it\'s'", OneOf("a", ("it's",))),
        (r'a = "C:\\"', OneOf("a", ("C:\\",))),
        ('a = "x = 1 OR b = 2"', OneOf("a", ("x = 1 OR b = 2",))),
        ('a = "AND"', OneOf("a", ("AND",))),
        ("a = Android", OneOf("a", ("Android",))),
        ('tags.level0 = "T > A"', OneOf("tags.level0", ("T > A",))),
        ("a != 1", Not(A1)),
        ("n > 1", InRange("n", low=1.0, with_low=False)),
        ("n >= 1.5", InRange("n", low=1.5)),
        ("n < -1", InRange("n", high=-1.0, with_high=False)),
        ('n <= "1e3"', InRange("n", high=1000.0)),
        ("n 1 TO 5", InRange("n", 1.0, 5.0)),
        ("a IN [1, '2',\"3\"]", OneOf("a", ("1", "2", "3"))),
        ("a IN[1,]", A1),
        ("a IN []", OneOf("a", ())),
        ("a NOT IN [1]", Not(A1)),
        ("a EXISTS", Exists("a")),
        ("a NOT EXISTS", Not(Exists("a"))),
        ("a IS NULL", IsNull("a")),
        ("a IS NOT NULL", Not(IsNull("a"))),
        ("a IS EMPTY", IsEmpty("a")),
        ("a IS NOT EMPTY", Not(IsEmpty("a"))),
        ("NOT a = 1", Not(A1)),
        ("NOT NOT a = 1", A1),
        ("(a = 1)", A1),
        ("a = 1 AND b = 2", AllOf((A1, B2))),
        ("a = 1 OR b = 2", AnyOf((A1, B2))),
        ("a = 1 OR b = 2 AND a = 1", AnyOf((A1, AllOf((B2, A1))))),
        ("(a = 1 OR b = 2) AND a = 1", AllOf((AnyOf((A1, B2)), A1))),
        ("NOT a = 1 AND b = 2", AllOf((Not(A1), B2))),
        ("NOT (a = 1 AND b = 2)", Not(AllOf((A1, B2)))),
        ("a = 1 AND b = 2 AND a EXISTS", AllOf((A1, B2, Exists("a")))),
    ],
)
def test_texts(text: str, condition: Condition) -> None:
    assert parse(text) == condition


@pytest.mark.parametrize(
    ("given", "condition"),
    [
        (None, None),
        ("", None),
        ("  ", None),
        ([], None),
        ([[]], None),
        ([[], ""], None),
        ([[], "a = 1"], A1),
        (["a = 1", "b = 2"], AllOf((A1, B2))),
        ([["a = 1", "b = 2"]], AnyOf((A1, B2))),
        ([[], "a = 1", ["a = 1", "b = 2", ""], []], AllOf((A1, AnyOf((A1, B2))))),
        (["a = 1 OR b = 2", "b = 2"], AllOf((AnyOf((A1, B2)), B2))),
    ],
)
def test_lists(given: object, condition: Condition | None) -> None:
    assert parse(given) == condition


@pytest.mark.parametrize(
    "given",
    [
        "a",
        "a =",
        "= 1",
        "a = 1 b = 2",
        "a = 1 AND",
        "AND a = 1",
        "(a = 1",
        "a = 1)",
        "()",
        'a = "1',
        "a = 'it's'",
        "a = AND",
        "a == 1",
        "a IN 1",
        "a IN [1",
        "a IN [1 2]",
        "a IN [,]",
        "a IS 1",
        "a IS",
        "a NOT 1",
        "n > x",
        "n > nan",
        "n > inf",
        "n 1 TO",
        "a = 1; b",
        "a CONTAINS x",
        "_geoRadius(1, 2, 3)",
        "c = 1",
        "a.b = 1",
        "a = x:y",
        "a = 1 or b = 2",
        1,
        {"a": 1},
        True,
        [1],
        [["a = 1", 1]],
        [[["a = 1"]]],
        [None],
    ],
)
def test_what_is_not_understood_is_an_error(given: object) -> None:
    with pytest.raises(FilterError):
        parse(given)


def test_errors_say_what_and_where() -> None:
    with pytest.raises(FilterError, match=r"Expected a word or a text in quotes, but found `AND` at character 5"):
        parse("a = AND")
    with pytest.raises(FilterError, match=r"Attribute `c` is not filterable.*`a`, `b`.*character 11"):
        parse("a = 1 AND c = 2")


def test_filters_are_bounded() -> None:
    nested = "(" * MAX_DEPTH + "a = 1" + ")" * MAX_DEPTH
    many = " OR ".join(["a = 1"] * (SEARCH_MAX_CONDITIONS.value + 1))

    with pytest.raises(FilterError, match="deep"):
        parse(nested)
    with pytest.raises(FilterError, match="long"):
        parse(many)
    with pytest.raises(FilterError, match="long"):
        parse([["a = 1"] * (SEARCH_MAX_CONDITIONS.value + 1)])
    with pytest.raises(FilterError, match="long"):
        parse("a = " + "1" * MAX_LENGTH)
    assert parse(nested[1:-1]) == A1
    assert parse("NOT " * 10_001 + "a = 1") == Not(A1)


def test_many_values_are_fine() -> None:
    keys = [f"block-v1:O+C+R+type@html+block@{number}" for number in range(5_000)]

    assert parse(filter_text(OneOf("a", keys))) == OneOf("a", tuple(keys))


_conditions: st.SearchStrategy[Condition] = st.recursive(
    st.builds(OneOf, st.sampled_from(ATTRIBUTES), st.lists(st.text(max_size=8), max_size=3).map(tuple))
    | st.builds(Exists, st.sampled_from(ATTRIBUTES))
    | st.builds(IsNull, st.sampled_from(ATTRIBUTES))
    | st.builds(IsEmpty, st.sampled_from(ATTRIBUTES))
    | st.builds(
        InRange,
        st.just("n"),
        low=st.floats(allow_nan=False, allow_infinity=False),
        with_low=st.booleans(),
    ),
    lambda inner: (
        st.builds(Not, inner.filter(lambda condition: not isinstance(condition, Not)))
        | st.lists(inner, min_size=2, max_size=3).map(lambda parts: AllOf(tuple(parts)))
        | st.lists(inner, min_size=2, max_size=3).map(lambda parts: AnyOf(tuple(parts)))
    ),
    max_leaves=12,
)


@given(_conditions)
def test_what_is_written_is_read_as_it_was(condition: Condition) -> None:
    assert parse(filter_text(condition)) == condition


@given(
    st.lists(
        st.sampled_from(
            [
                "a",
                "n",
                "c",
                "=",
                "!=",
                ">",
                "AND",
                "OR",
                "NOT",
                "IN",
                "TO",
                "IS",
                "NULL",
                "EMPTY",
                "EXISTS",
                "(",
                ")",
                "[",
                "]",
                ",",
                '"',
                "'",
                '"x"',
                "1",
                "\\",
                " ",
                "é",
                "\x00",
                ":",
            ]
        )
    ).map(" ".join)
    | st.text()
)
@example('a = "\\')
def test_any_text_is_read_or_refused(text: str) -> None:
    refused: Any = None
    try:
        parse(text)
    except FilterError as error:
        refused = error
    assert refused is None or refused.message
