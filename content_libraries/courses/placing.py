"""
Finds blocks of a course and their places by Learning Core entities, for an index that follows the change logs.

No function checks permissions, because the results are not shown to users. The number of queries does not depend on how
many blocks there are.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from opaque_keys.edx.keys import CourseKey, UsageKey

from ..learning_core import api as learning_core
from ..learning_core.api import ChangeSetMark
from .course_reader import CourseReader, find_course, learning_package_of
from .data import CourseStructure, PlacedBlock
from .models import CourseBlock


def placed_blocks(course_key: CourseKey, entity_pks: Collection[int]) -> dict[UsageKey, PlacedBlock | None]:
    """
    Read the drafts of the blocks among some entities.

    Args:
        entity_pks: entities of the course's learning package; files are left out.

    Returns: usage key -> block, ordered by key; None if the block is deleted or has no place in the course. A block
    whose OLX is damaged in the storage has an empty ``olx``.
    Raises NotFoundError if the course is not kept in Learning Core.
    """
    reader = CourseReader(course_key, "draft")
    modified: dict[UsageKey, datetime | None] = {}
    for part in learning_core.in_parts(entity_pks):
        rows: Any = CourseBlock.objects.filter(course=reader.course, entity__pk__in=part)
        modified.update(rows.values_list("usage_key", "entity__draft__version__created"))
    structure = reader.structure
    standing = {key: time for key, time in modified.items() if time is not None and key in structure.reachable}
    texts = reader.definitions(standing, skip_damaged=True)
    placed = {
        key: PlacedBlock(
            usage_key=key,
            title=structure.blocks[key].title,
            olx=texts.get(key, ""),
            ancestors=_ancestors(key, structure),
            modified=time,
        )
        for key, time in standing.items()
    }
    return {key: placed.get(key) for key in sorted(modified)}


def entity_pks_within(course_key: CourseKey, entity_pks: Collection[int]) -> set[int]:
    """
    Return the given entities and the entities of all blocks below them in the draft.

    Raises NotFoundError if the course is not kept in Learning Core.
    """
    reader = CourseReader(course_key, "draft")
    tops = [reader.key_of[pk] for pk in entity_pks if pk in reader.key_of]
    below = {key for top in tops for key, _depth in reader.structure.walk(top)}
    return {*entity_pks, *(reader.rows[key].entity_pk for key in below)}


def package_of_course(course_key: CourseKey) -> int:
    """Return the pk of a course's learning package. Raises NotFoundError if Learning Core does not keep the course."""
    return learning_package_of(find_course(course_key))


def find_block_entities(usage_keys: Collection[UsageKey]) -> dict[int, set[int]]:
    """
    Find the entities of blocks, deleted ones included. Blocks that were never kept in Learning Core are left out.

    Returns: pk of a learning package -> entity pks.
    """
    found: dict[int, set[int]] = {}
    for part in learning_core.in_parts(usage_keys):
        blocks = CourseBlock.objects.filter(usage_key__in=part, course__learning_package__isnull=False)
        for learning_package_pk, entity_pk in blocks.values_list("course__learning_package_id", "entity_id"):
            found.setdefault(learning_package_pk, set()).add(entity_pk)
    return found


def block_keys_of(entity_pks: Collection[int]) -> dict[int, UsageKey]:
    """Map entities to the usage keys of their blocks, deleted ones included. Files are left out."""
    keys: dict[int, UsageKey] = {}
    for part in learning_core.in_parts(entity_pks):
        rows: Any = CourseBlock.objects.filter(entity__pk__in=part)
        keys.update(rows.values_list("entity_id", "usage_key"))
    return keys


def last_change_sets(usage_keys: Collection[UsageKey]) -> dict[UsageKey, ChangeSetMark]:
    """
    Read which change sets changed the drafts of blocks last, or something below the blocks. Checks no permission.

    Blocks that Learning Core does not keep are left out.
    """
    entities = {pk for pks in find_block_entities(usage_keys).values() for pk in pks}
    keys = block_keys_of(entities)
    return {keys[pk]: mark for pk, mark in learning_core.last_change_sets(entities).items()}


def _ancestors(key: UsageKey, structure: CourseStructure) -> tuple[tuple[UsageKey, str], ...]:
    found: list[tuple[UsageKey, str]] = []
    while (parent := _first_parent(key, structure)) and parent != structure.root:
        found.append((parent, structure.blocks[parent].title))
        key = parent
    return tuple(reversed(found))


def _first_parent(key: UsageKey, structure: CourseStructure) -> UsageKey | None:
    """Return the first parent of a block that itself has a place in the course, or None."""
    return next((parent for parent in structure.parents.get(key, ()) if parent in structure.reachable), None)
