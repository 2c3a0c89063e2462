"""``docs/reference/frontend-calls.rst`` and the cases agree: each call has cases, and each case belongs to a call."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from .calls import CASES

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "frontend-calls.rst"
NOT_SERVED = "What is not served"
ROW = re.compile(r"^   \* - (must|should|soft)\n     - ``(.+?)``\n     - (.+?)(?=\n   \* -|\n\n|\Z)", re.M | re.S)
CASE_OF = {case.name: case for case in CASES}


def rows(text: str) -> list[tuple[str, str]]:
    """Call and last column of each row."""
    return [(call, " ".join(last.split())) for _mark, call, last in ROW.findall(text)]


SERVED, _, REST = PAGE.read_text().partition(NOT_SERVED)
CASES_OF_CALLS = [(call, name) for call, names in rows(SERVED) for name in names.split("; ")]
NOT_SERVED_CALLS = {call for call, _why in rows(REST)}


def test_each_case_has_a_name_of_its_own_and_is_listed_once() -> None:
    assert len(CASE_OF) == len(CASES)
    assert sorted(name for _call, name in CASES_OF_CALLS) == sorted(CASE_OF)


@pytest.mark.parametrize(("call", "name"), CASES_OF_CALLS)
def test_a_case_asks_what_its_row_says(call: str, name: str) -> None:
    """Names in braces stand for any part of a path."""
    parts = re.split(r"\{\w+\}", call)
    asked = CASE_OF[name].call.request.partition("?")[0]
    assert re.fullmatch("[^/]+".join(re.escape(part) for part in parts), asked)


def test_only_what_is_said_to_be_missing_is_missing() -> None:
    """A case that finds nothing, beside others that do, is about a key; alone it is about the call."""
    statuses: dict[str, set[int]] = {}
    for call, name in CASES_OF_CALLS:
        statuses.setdefault(call, set()).add(CASE_OF[name].call.answer)
    assert {call for call, answers in statuses.items() if answers <= {404, 405}} == NOT_SERVED_CALLS
