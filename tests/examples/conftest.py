"""Installs packages for a test: they declare entry points, as packages that pip installs do."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from xblock import plugin

from content_libraries.block_types import registry as block_types
from content_libraries.imports.sources import registry as sources

type Install = Callable[[Mapping[str, Mapping[str, str]]], None]
"""Takes group -> name of an entry point -> ``module:object``."""


def _forget() -> None:
    """Let everything that is loaded once in a process be loaded again."""
    for loaded in (block_types.added_types, block_types.described_types, sources.added_formats):
        loaded.cache_clear()


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    monkeypatch.setattr(plugin, "PLUGIN_CACHE", {})

    def make(groups: Mapping[str, Mapping[str, str]]) -> None:
        folder = tmp_path / "site" / "example-1.0.dist-info"
        folder.mkdir(parents=True)
        (folder / "METADATA").write_text("Metadata-Version: 2.1\nName: example\nVersion: 1.0\n")
        lines = [
            line
            for group, points in groups.items()
            for line in (f"[{group}]", *(f"{name} = {value}" for name, value in points.items()))
        ]
        (folder / "entry_points.txt").write_text("\n".join(lines))
        monkeypatch.syspath_prepend(folder.parent)
        _forget()

    yield make
    monkeypatch.undo()
    _forget()
