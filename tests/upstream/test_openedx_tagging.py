"""What is relied on inside of openedx-tagging, and what is wrong there."""

from __future__ import annotations

import importlib
from typing import Any

import pytest
from django.db.migrations import RunPython
from django.db.migrations.operations.base import Operation
from openedx_tagging import api, rules
from openedx_tagging.models import ObjectTag, Tag
from rules.permissions import permissions

from content_libraries.upstream.openedx_tagging import DELETES_AND_ALTERS, EXPORT_ID, VALUE, add_tag, object_tag

from .tables import table_of
from .written_tables import TAGGING


def test_the_table_of_tags_is_what_its_writer_knows() -> None:
    assert {"ObjectTag": table_of(ObjectTag), "Tag": table_of(Tag)} == TAGGING


def test_a_row_is_a_whole_tag_of_a_read_only_taxonomy(db: None) -> None:
    """``api.add_tag_to_taxonomy`` refuses to add it, and computes no more columns than the model does."""
    taxonomy = api.create_taxonomy("Languages", "", allow_multiple=False, read_only=True)
    with pytest.raises(ValueError, match="read-only"):
        api.add_tag_to_taxonomy(taxonomy, "Svenska", external_id="sv")
    add_tag(taxonomy, "Svenska", external_id="sv")
    assert [(tag["value"], tag["external_id"]) for tag in api.get_tags(taxonomy)] == [("Svenska", "sv")]


def test_tags_say_what_their_private_columns_keep() -> None:
    deleted: Any = None
    tag = object_tag("lb:Org:lib:html:a", deleted, None, "Value", export_id="taxonomy")
    assert (tag.value, tag.export_id) == ("Value", "taxonomy")
    assert {VALUE, EXPORT_ID} <= {field.attname for field in ObjectTag._meta.concrete_fields}


@pytest.mark.parametrize(
    ("permission", "predicate"),
    [
        ("view_objecttag_objectid", "can_view_object_tag_objectid"),
        ("change_objecttag_objectid", "can_change_object_tag_objectid"),
        ("remove_objecttag_objectid", "can_remove_object_tag_objectid"),
    ],
)
def test_objects_have_rules_of_their_own(permission: str, predicate: str) -> None:
    """``tagging.rules`` replaces them for objects of libraries, and asks them about all others."""
    assert hasattr(rules, predicate)
    assert f"oel_tagging.{permission}" in permissions


def test_the_rules_that_are_replaced_are_those_that_the_package_knows() -> None:
    names = {name.removeprefix("oel_tagging.") for name in permissions if name.startswith("oel_tagging.")}
    assert names == {
        *("add_taxonomy", "change_taxonomy", "delete_taxonomy", "view_taxonomy"),
        *("add_tag", "change_tag", "delete_tag", "view_tag", "list_tag"),
        *("add_objecttag", "change_objecttag", "delete_objecttag", "view_objecttag", "can_tag_object"),
        *("view_objecttag_objectid", "change_objecttag_objectid", "remove_objecttag_objectid"),
        *("view_objecttag_taxonomy", "change_objecttag_taxonomy"),
    }


@pytest.mark.xfail(
    strict=True,
    reason="openedx-core 1.15: the migration deletes rows and changes their table in one transaction",
    raises=AssertionError,
)
def test_the_migration_runs_on_postgresql() -> None:
    """It does once its rows are deleted in another transaction than the one in which their table changes."""
    app, name = DELETES_AND_ALTERS
    assert app == "oel_tagging"
    migration: Any = importlib.import_module(f"openedx_tagging.migrations.{name}").Migration
    operations: list[Operation] = migration.operations
    deletes = any(isinstance(operation, RunPython) for operation in operations)
    alters = any(getattr(operation, "model_name", "") == "taxonomy" for operation in operations)
    assert not (deletes and alters and migration.atomic)
