"""The outline of a library."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User

from content_libraries.content import api as content
from content_libraries.keys import container_key
from content_libraries.libraries.models import ContentLibrary
from content_libraries.search import api as search

from .conftest import HTMX, Browse, Cost

pytestmark = pytest.mark.django_db

OUTLINE = "/libraries/lib:CL-TEST:lib1/outline/"


@pytest.fixture(autouse=True)
def _index_of_its_own(settings: Any, tmp_path: Path) -> None:
    settings.CONTENT_LIBRARIES_SEARCH_INDEX_DIR = str(tmp_path / "search")


@pytest.fixture
def nested(library: ContentLibrary, staff: User) -> None:
    """A section with a subsection, and a unit elsewhere."""
    key = library.library_key
    made = [
        content.create_container(key, user=staff, container_type=level, title=f"My {level}", container_code=level)
        for level in ("section", "subsection", "unit")
    ]
    content.append_children(container_key(str(made[0].key)), user=staff, child_keys=[made[1].key])
    search.rebuild()


@pytest.mark.usefixtures("nested")
@pytest.mark.parametrize("level", ["section", "subsection", "unit"])
def test_the_containers_of_a_level_are_listed(reader: User, browse: Browse, level: str) -> None:
    page = browse(reader).get(f"{OUTLINE}?level={level}").content.decode()
    assert [f">My {each}<" in page for each in ("section", "subsection", "unit")] == [
        each == level for each in ("section", "subsection", "unit")
    ]


@pytest.mark.usefixtures("nested")
def test_sections_come_first_and_are_opened_where_they_are(reader: User, browse: Browse) -> None:
    client = browse(reader)
    page = client.get(f"{OUTLINE}?level=nonsense").content.decode()
    children = "/items/lct:CL-TEST:lib1:section:section/children/"
    assert f'hx-get="{children}"' in page
    assert "My subsection" in client.get(children, headers=HTMX).content.decode()


def test_a_search_that_is_off_is_told(library: ContentLibrary, reader: User, browse: Browse, settings: Any) -> None:
    settings.CONTENT_LIBRARIES_SEARCH_ENGINE = "off"
    assert "Search is not available at the moment." in browse(reader).get(OUTLINE).content.decode()


def test_the_number_of_queries_does_not_depend_on_the_number_of_sections(
    library: ContentLibrary, staff: User, browse: Browse, cost: Cost
) -> None:
    counts = []
    for numbers in (range(1), range(1, 60)):
        for number in numbers:
            content.create_container(library.library_key, user=staff, container_type="section", title=f"S {number}")
        search.rebuild()
        counts.append(cost(browse(staff), OUTLINE))
    assert counts[0] == counts[1]
