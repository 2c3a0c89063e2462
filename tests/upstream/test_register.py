"""The register of what leans on other packages is complete, and nothing leans on them elsewhere."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils.module_loading import import_string

ROOT = Path(__file__).resolve().parents[2]
REGISTER = (ROOT / "docs" / "reference" / "workarounds.rst").read_text()
ROOMS = (ROOT / "content_libraries" / "upstream", ROOT / "studio" / "upstream")
HERE = Path(__file__).parent

INSIDES = ("openedx_content.applets", "openedx_authz.engine", "openedx_authz.models", "casbin", "casbin_adapter")
"""Packages and modules that only ``upstream`` imports."""

ENTRY = re.compile(r"^(?P<title>\S.*)\n(?P<text>(?:(?: {4}.*)?\n)+)", re.MULTILINE)
NAMED = re.compile(r"``((?:content_libraries|studio)(?:\.\w+)*)``")
TESTS = re.compile(r"``(test_\w+(?:\.\w+)+)``")


def modules() -> set[str]:
    """Name the modules of the rooms ``upstream``."""
    return {
        ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for room in ROOMS
        for path in room.glob("*.py")
        if path.stem != "__init__"
    }


def known_tests() -> dict[str, bool]:
    """Map the tests of this folder, named as the register names them, to whether they are expected to fail."""
    found: dict[str, bool] = {}
    for path in HERE.glob("test_*.py"):
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.ClassDef):
                found[f"{path.stem}.{node.name}"] = False
                found |= {f"{path.stem}.{node.name}.{name}": fails for name, fails in functions_in(node.body)}
        found |= {f"{path.stem}.{name}": fails for name, fails in functions_in(ast.parse(path.read_text()).body)}
    return found


def functions_in(body: list[ast.stmt]) -> Iterator[tuple[str, bool]]:
    for node in body:
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            marks = [ast.unparse(decorator) for decorator in node.decorator_list]
            yield node.name, any("mark.xfail(strict=True" in mark for mark in marks)


def test_each_module_is_in_the_register() -> None:
    named = set(NAMED.findall(REGISTER))
    assert {module for module in modules() if not any(f"{name}.".startswith(f"{module}.") for name in named)} == set()


@pytest.mark.parametrize("name", sorted(set(NAMED.findall(REGISTER))))
def test_what_the_register_names_is_there(name: str) -> None:
    path = ROOT.joinpath(*name.split("."))
    assert path.is_dir() or path.with_suffix(".py").is_file() or import_string(name)


def test_the_register_names_tests_that_are_there() -> None:
    assert set(TESTS.findall(REGISTER)) - known_tests().keys() == set()


def test_each_fault_is_in_the_register() -> None:
    faults = {name for name, fails in known_tests().items() if fails}
    assert faults == {test for text in re.findall(r":Fault:((?:.|\n {8})+)", REGISTER) for test in TESTS.findall(text)}


def test_each_entry_says_where_it_stands_and_what_tests_it() -> None:
    entries = [entry for entry in ENTRY.finditer(REGISTER) if entry["text"].strip()]
    assert len(entries) > 20
    for entry in entries:
        assert ":Here: " in entry["text"], entry["title"]
        assert TESTS.search(entry["text"]), entry["title"]


def test_each_module_says_what_it_uses_with_which_version_and_when_it_can_go() -> None:
    for module in modules():
        text = ast.get_docstring(ast.parse(ROOT.joinpath(*module.split(".")).with_suffix(".py").read_text())) or ""
        assert re.search(r"^Seen with [\w-]+ \d+\.\d+", text, re.MULTILINE), module
        assert re.search(r"\bcan (go|be left|name)\b", text), module


def test_nothing_else_imports_the_insides() -> None:
    """The import linter tells packages apart, and not what is inside of them."""
    found = [
        f"{path.relative_to(ROOT)}: {name}"
        for package in ("content_libraries", "studio")
        for path in (ROOT / package).rglob("*.py")
        if path.parent not in ROOMS
        for name in imported(path)
        if any(f"{name}.".startswith(f"{inside}.") for inside in INSIDES)
    ]
    assert found == []


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
