"""Which XBlock types count as installed."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from xblock import plugin
from xblock.core import XBlock
from xblock.fields import Scope, String

from content_libraries.content import block_types


class Plain(XBlock):
    """A block with a title of its own."""

    display_name = String(default="Plain title", scope=Scope.settings)


class Nameless(XBlock):
    """A block without a title."""


class Parent(XBlock):
    """A block that holds blocks."""

    has_children = True


def broken() -> Any:
    raise ImportError("a library of this block is missing")


def half_installed() -> Any:
    raise RuntimeError("the models of this block are in no app of INSTALLED_APPS")


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Entry points ``plain``, ``_moved_extracted``, ``nameless``, ``parent``, ``broken`` and ``half_installed``."""
    loaders = {
        "plain": lambda: Plain,
        "_moved_extracted": lambda: Plain,
        "nameless": lambda: Nameless,
        "parent": lambda: Parent,
        "broken": broken,
        "half_installed": half_installed,
    }
    points = [(name, SimpleNamespace(name=name, load=load, group="xblock.v1")) for name, load in loaders.items()]
    monkeypatch.setattr(XBlock, "extra_entry_points", points)
    monkeypatch.setattr(plugin, "PLUGIN_CACHE", {})


@pytest.mark.usefixtures("installed")
def test_a_type_is_found_under_its_published_and_its_extracted_entry_point() -> None:
    assert block_types.block_class("plain") is Plain
    assert block_types.block_class("moved") is Plain
    assert block_types.block_class("unknown") is None


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize("name", ["broken", "half_installed"])
def test_a_type_that_cannot_be_imported_counts_as_not_installed(name: str) -> None:
    assert block_types.block_class(name) is None
    assert not block_types.has_children(name)


@pytest.mark.usefixtures("installed")
def test_an_import_that_failed_is_not_tried_again(caplog: pytest.LogCaptureFixture) -> None:
    block_types.block_class("half_installed")
    block_types.block_class("half_installed")
    assert len(caplog.records) <= 1


@pytest.mark.usefixtures("installed")
def test_titles_are_the_defaults_of_the_field_or_else_the_type() -> None:
    assert block_types.default_title("plain") == "Plain title"
    assert block_types.default_title("nameless") == "nameless"
    assert block_types.default_title("unknown") == "unknown"


@pytest.mark.usefixtures("installed")
def test_blocks_with_children_are_known_by_their_class_or_by_name() -> None:
    assert block_types.has_children("parent")
    assert block_types.has_children("vertical")
    assert not block_types.has_children("plain")


def test_asking_for_strange_names_leaves_nothing_in_the_memory_of_the_process() -> None:
    known = len(plugin.PLUGIN_CACHE)
    assert block_types.block_class("x" * 10_000) is None
    assert block_types.block_class("_html_extracted") is None
    assert len(plugin.PLUGIN_CACHE) == known
