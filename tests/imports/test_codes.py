"""Codes of imported items (wire: imports-options)."""

from __future__ import annotations

import pytest

from content_libraries.errors import InvalidInputError
from content_libraries.imports.plan.codes import MAX_CODE, CodeAllocator, code_from_id, code_from_title


@pytest.mark.parametrize(
    ("url_name", "code"),
    [("intro", "intro"), ("a b/c:d", "a_b_c_d"), ("ࠒröblæm.1", "ࠒröblæm.1"), ("x" * 300, "x" * MAX_CODE)],
)
def test_ids_are_kept_as_far_as_keys_allow(url_name: str, code: str) -> None:
    assert code_from_id(url_name) == code


@pytest.mark.parametrize(
    ("url_name", "code"),
    [("intro", "intro"), ("Übung 1", "Ubung_1"), ("解答.1", ".1"), ("解答", "id-2c0fd0267f"), ("ࠒröblæm", "roblm")],
)
def test_where_codes_are_ascii_ids_are_kept_as_far_as_that_allows(url_name: str, code: str) -> None:
    assert code_from_id(url_name, is_ascii=True) == code


@pytest.mark.parametrize(
    ("title", "code"),
    [("Wörds & Titles!", "words-titles"), ("漢字", "fallback"), ("", "fallback"), ("t" * 300, "t" * MAX_CODE)],
)
def test_titles_become_ascii_slugs_or_give_way_to_the_id(title: str, code: str) -> None:
    assert code_from_title(title, "fallback") == code


def test_components_have_a_name_space_for_each_type_and_containers_share_one() -> None:
    codes = CodeAllocator({("html", "intro")}, {"week"})
    assert codes.component("html", "intro") == "intro_1"
    assert codes.component("html", "intro") == "intro_2"
    assert codes.component("problem", "intro") == "intro"
    assert codes.container("week") == "week_1"
    assert codes.container("intro") == "intro"


def test_a_thousand_equal_names_are_enough() -> None:
    codes = CodeAllocator(set(), {"w", *(f"w_{number}" for number in range(1, 1001))})
    with pytest.raises(InvalidInputError, match="“w”"):
        codes.container("w")
