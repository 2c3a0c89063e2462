"""How a part of a linked structure names the structure: all spellings are read, one is written."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import pytest
from django.apps import apps
from opaque_keys.edx.keys import UsageKey

from content_libraries import api
from content_libraries.actors import OPERATOR
from content_libraries.olx.api import with_attributes
from content_libraries.sync.models import CourseLink

from .building import COURSE_KEY, SUBSECTION, UNIT, Author, Shelf, block, child, edit, write_unlinked

TOP_LEVEL = "top_level_downstream_parent_key"
SPELLINGS = ("vertical:{id}", "vertical@{id}", '{{"type": "vertical", "id": "{id}"}}')
"""How a part names its structure: today, in earlier versions of this app, and in older courses of the platform."""


@pytest.fixture(params=SPELLINGS)
def spelled(request: pytest.FixtureRequest, author: Author, shelf: Shelf) -> tuple[UsageKey, UsageKey]:
    """A linked unit and a part of it, which names the unit in one of the spellings."""
    unit = author.create(shelf.key("unit1"), SUBSECTION)
    text = child(unit, 0)
    name = {TOP_LEVEL: request.param.format(id=unit.block_id)}
    write_unlinked(api.UpdateBlock(text, with_attributes(block(text).olx, name)))
    return unit, text


def test_every_spelling_of_the_structure_that_a_block_is_part_of_is_understood(
    author: Author, shelf: Shelf, spelled: tuple[UsageKey, UsageKey]
) -> None:
    unit, text = spelled
    assert author.link(text)["top_level_parent_key"] == str(unit)
    shelf.component("t1", title="New")
    shelf.publish()
    assert author.ready() == [str(unit)]
    author.sync(unit)
    assert block(text).settings[TOP_LEVEL] == f"vertical:{unit.block_id}"


def test_an_edit_writes_the_spelling_of_the_platform(author: Author, spelled: tuple[UsageKey, UsageKey]) -> None:
    unit, text = spelled
    edit(text, display_name="Mine")
    assert block(text).settings[TOP_LEVEL] == f"vertical:{unit.block_id}"


def test_an_export_writes_the_spelling_of_the_platform(
    author: Author, spelled: tuple[UsageKey, UsageKey], tmp_path: Path
) -> None:
    unit, text = spelled
    before = block(text).olx
    for publish in (False, True):
        target = tmp_path / f"published {publish}"
        if publish:
            api.publish_course(COURSE_KEY, user=OPERATOR)
        api.export_course(COURSE_KEY, target, user=OPERATOR)
        (exported,) = target.rglob(f"{text.block_id}.xml")
        assert f'{TOP_LEVEL}="vertical:{unit.block_id}"' in exported.read_text()
    assert block(text).olx == before


def test_a_migration_puts_rows_right_that_did_not_know_their_structure(
    author: Author, shelf: Shelf, spelled: tuple[UsageKey, UsageKey]
) -> None:
    other = author.create(shelf.key("t2"), UNIT)
    CourseLink.objects.update(top_level_parent_key=None)
    migration = import_module("content_libraries.migrations.0020_links_know_their_structures")
    migration.name_structures(apps, None)
    unit, text = spelled
    assert author.link(text)["top_level_parent_key"] == str(unit)
    assert author.link(other)["top_level_parent_key"] is None
    assert api.check_links(None, repair=False) == []
