"""The page that says which test covers which behaviour names only tests that there are."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
PAGE = PROJECT / "docs" / "reference" / "contract-tests.rst"
BEHAVIOURS = 33


@cache
def functions_in(path: str) -> frozenset[str]:
    nodes = ast.walk(ast.parse((PROJECT / path).read_text()))
    return frozenset(node.name for node in nodes if isinstance(node, ast.FunctionDef))


def test_every_behaviour_names_tests_that_exist() -> None:
    parts = re.split(r"^(\d+)\. ", PAGE.read_text(), flags=re.MULTILINE)
    named = {
        int(number): re.findall(r"``(tests/[\w/]+\.py)::(\w+)``", text)
        for number, text in zip(parts[1::2], parts[2::2], strict=True)
    }
    assert list(named) == list(range(1, BEHAVIOURS + 1))
    assert [number for number, tests in named.items() if not tests] == []
    assert [test for tests in named.values() for test in tests if test[1] not in functions_in(test[0])] == []
