"""The pages that say which test covers which behaviour name only tests that there are."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[1]
PAGES = PROJECT / "docs" / "reference"


@cache
def functions_in(path: str) -> frozenset[str]:
    nodes = ast.walk(ast.parse((PROJECT / path).read_text()))
    return frozenset(node.name for node in nodes if isinstance(node, ast.FunctionDef))


PAGES_AND_BEHAVIOURS = [("contract-tests.rst", 33), ("sync-behaviours.rst", 75), ("import-behaviours.rst", 104)]


@pytest.mark.parametrize(("page", "behaviours"), PAGES_AND_BEHAVIOURS)
def test_every_behaviour_names_tests_that_exist(page: str, behaviours: int) -> None:
    parts = re.split(r"^(\d+)\. ", (PAGES / page).read_text(), flags=re.MULTILINE)
    named = {
        int(number): re.findall(r"``(tests/[\w/]+\.py)::(\w+)``", text)
        for number, text in zip(parts[1::2], parts[2::2], strict=True)
    }
    assert list(named) == list(range(1, behaviours + 1))
    assert [number for number, tests in named.items() if not tests] == []
    assert [test for tests in named.values() for test in tests if test[1] not in functions_in(test[0])] == []


def test_every_row_about_damaged_sources_names_tests_that_exist() -> None:
    rows = (PAGES / "imports.rst").read_text().split("   * - ")[2:]
    named = [re.findall(r"``(tests/[\w/]+\.py)::(\w+)``", row) for row in rows]
    assert len(rows) > 20
    assert [row for row, tests in zip(rows, named, strict=True) if not tests] == []
    assert [test for tests in named for test in tests if test[1] not in functions_in(test[0])] == []
