"""What ``make lint`` does not check of the architecture: no circles, small modules, READMEs, lists of all rooms."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import grimp
import pytest

PROJECT = Path(__file__).resolve().parents[1]
PACKAGES = ("content_libraries", "studio")
MAX_LINES = 400
MAX_FUNCTION_LINES = 60


@cache
def graph() -> grimp.ImportGraph:
    """Every import of the packages, those inside of functions too."""
    return grimp.build_graph(*PACKAGES, cache_dir=None)


def circles() -> Iterator[list[str]]:
    """Yield groups of modules in which each module imports every other one, directly or over others."""
    reached = {module: graph().find_upstream_modules(module) for module in graph().modules}
    for module, above in reached.items():
        circle = sorted(other for other in above if module in reached[other])
        if circle and module == min(module, *circle):
            yield circle


@cache
def contracts() -> list[dict[str, Any]]:
    """What ``lint-imports`` checks."""
    found: list[dict[str, Any]] = tomllib.loads((PROJECT / "pyproject.toml").read_text())["tool"]["importlinter"][
        "contracts"
    ]
    return found


def contract(name: str) -> dict[str, Any]:
    (found,) = [each for each in contracts() if each["name"] == name]
    return found


def rooms() -> list[str]:
    """The packages in ``content_libraries`` that the contracts protect."""
    return _names(contract("Rooms are entered by their doors: api and data")["protected_modules"])


def _names(modules: list[str]) -> list[str]:
    return [name.removeprefix("content_libraries.") for name in modules]


def test_no_modules_import_each_other() -> None:
    assert list(circles()) == []


def test_every_room_is_protected_and_explained() -> None:
    folders = {path.parent.name for path in PROJECT.glob("content_libraries/*/api.py")}
    assert folders == set(rooms())
    assert [name for name in rooms() if not (PROJECT / "content_libraries" / name / "README.rst").is_file()] == []


def test_every_room_is_closed_to_the_host_and_to_openedx_content() -> None:
    closed = _names(contract("The host enters the app only through its api")["forbidden_modules"])
    assert set(closed) >= set(rooms())
    ignorant = _names(contract("Only the learning_core room knows openedx_content")["source_modules"])
    assert set(ignorant) >= set(rooms()) - {"learning_core"}


def test_the_documentation_has_all_rooms_in_the_order_of_the_layers() -> None:
    layers = contract("Rooms import only from the rooms below them")["layers"]
    modules = [name.strip() for layer in layers for name in layer.split("|")]
    table = (PROJECT / "docs" / "architecture.rst").read_text().split("\nroom  ")[1].split("\n\n")[0]
    told = re.findall(r"^(\w+)  ", table, re.MULTILINE)
    assert told == [name for name in modules if name in told]
    assert set(told) >= set(rooms())


@pytest.mark.parametrize("package", PACKAGES)
def test_modules_and_functions_are_small(package: str) -> None:
    long = []
    for path in sorted((PROJECT / package).rglob("*.py")):
        if "migrations" in path.parts:
            continue
        text = path.read_text()
        name = path.relative_to(PROJECT)
        if text.count("\n") > MAX_LINES:
            long.append(f"{name}: {text.count(chr(10))} lines")
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef) and _lines(node) > MAX_FUNCTION_LINES:
                long.append(f"{name}: {node.name} has {_lines(node)} lines")
    assert long == []


def _lines(function: ast.FunctionDef) -> int:
    """Return the lines of a function without those of its docstring."""
    docstring = function.body[0].end_lineno if ast.get_docstring(function, clean=False) else function.lineno
    return (function.end_lineno or 0) - (docstring or 0)
