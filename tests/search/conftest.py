"""Fixtures of the search tests: an index of one's own, and content to find."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from content_libraries.libraries.models import ContentLibrary
from content_libraries.search.engine import current_engine

from .building import Shelf
from .engines import WatchedEngine


@pytest.fixture(autouse=True)
def _index_of_its_own(settings: Any, tmp_path: Path) -> None:
    settings.CONTENT_LIBRARIES_SEARCH_INDEX_DIR = str(tmp_path / "search")


@pytest.fixture
def engine(settings: Any, _index_of_its_own: None) -> WatchedEngine:
    """The site's engine, watched."""
    settings.CONTENT_LIBRARIES_SEARCH_ENGINE = "tests.search.engines.WatchedEngine"
    engine = current_engine()
    assert isinstance(engine, WatchedEngine)
    return engine


@pytest.fixture
def shelf(library: ContentLibrary) -> Shelf:
    """The content of ``library``."""
    return Shelf(library)
