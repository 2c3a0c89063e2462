"""Legacy libraries that were migrated, and blocks of courses that use them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from opaque_keys.edx.keys import CourseKey, UsageKey

from content_libraries import api
from content_libraries.actors import OPERATOR
from content_libraries.olx.api import root_tag
from tests.imports.conftest import legacy_archive

SOURCE = "library-v1:O+L1"
TARGET = api.library_key("lib:CL-TEST:migrated")


def migrate_legacy_library(folder: Path, outline: str, *, forward: bool = True) -> api.ImportResult:
    """Migrate the legacy library ``library-v1:O+L1`` with this content into ``lib:CL-TEST:migrated``, published."""
    api.create_library(user=OPERATOR, org="CL-TEST", slug="migrated", title="Migrated")
    archive = legacy_archive(folder, outline)
    options = api.ImportOptions(forward=forward)
    return api.import_archive(TARGET, user=OPERATOR, source=archive, options=options, publish=True)


def add_legacy_block(
    unit: UsageKey, name: str, children: Sequence[tuple[str, str]] = (), **settings: str | None
) -> UsageKey:
    """
    A block that uses the legacy library.

    Args:
        children: ID and OLX of each.
        settings: attributes, in place of what such a block has; None takes one away.
    """
    course_key: CourseKey = unit.course_key
    usual = {"source_library_id": SOURCE, "source_library_version": "5f1e", "max_count": "1"}
    attributes = {key: value for key, value in (usual | settings).items() if value is not None}
    text = " ".join(f'{key}="{value}"' for key, value in attributes.items())
    block: UsageKey = course_key.make_usage_key("library_content", name)
    keys = [course_key.make_usage_key(root_tag(olx), child) for child, olx in children]
    changes = [api.CreateBlock(key, olx) for key, (_child, olx) in zip(keys, children, strict=True)]
    create = api.CreateBlock(block, f"<library_content {text}/>", children=tuple(keys), parent=unit)
    api.apply_course_plan(course_key, api.CoursePlan((*changes, create)), user=OPERATOR)
    return block
