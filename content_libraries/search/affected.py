"""Finds the documents that a change affects (wire: search-upkeep)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from ..content.api import has_licenses, pks_with_other_license
from ..courses import api as courses
from ..keys import CourseKey
from ..learning_core import api as learning_core
from ..learning_core.api import NO_LOGS, EntityChange, LogMark
from .models import SearchCheckpoint


@dataclass(frozen=True, slots=True)
class Change:
    """
    A change, as an event reports it.

    Args:
        log: the log that was written; 0 for no log. It is named because it may have a lower number than a log that was
            committed earlier, and then lies before the checkpoint.
        entity_pks, collection_codes: entities and collections that changed without a trace in the logs.
    """

    log: LogMark = NO_LOGS
    entity_pks: frozenset[int] = frozenset()
    collection_codes: frozenset[str] = frozenset()


NO_CHANGE: Final = Change()


@dataclass(frozen=True, slots=True)
class Affected:
    """Components, containers and collections whose documents have to be made again, or removed."""

    entity_pks: frozenset[int]
    collection_codes: frozenset[str]

    def __len__(self) -> int:
        return len(self.entity_pks) + len(self.collection_codes)

    def __or__(self, other: Affected) -> Affected:
        return Affected(self.entity_pks | other.entity_pks, self.collection_codes | other.collection_codes)


NOTHING: Final = Affected(frozenset(), frozenset())


def affected_since(checkpoint: SearchCheckpoint, *, until: LogMark, change: Change) -> Affected:
    """Find the items whose documents may be outdated by changes since a checkpoint."""
    changes = learning_core.entity_changes(
        checkpoint.learning_package_pk,
        after=LogMark(checkpoint.draft_change_log_pk, checkpoint.publish_log_pk),
        until=until,
        late=change.log,
    )
    if isinstance(checkpoint.context_key, CourseKey):
        recorded = _in_course(checkpoint.context_key, changes)
    else:
        recorded = _in_library(checkpoint.learning_package_pk, changes)
    pending = checkpoint.pending
    return recorded | Affected(
        change.entity_pks.union(pending["entity_pks"]), change.collection_codes.union(pending["collection_codes"])
    )


def _in_library(learning_package_pk: int, changes: Sequence[EntityChange]) -> Affected:
    """
    Find the documents that changes in a library affect.

    The log has a record for every container of a changed item. Three effects have no records: children show the titles
    of their containers, items inherit licenses, and collections count their members.
    """
    moved = learning_core.children_with_other_parents(changes)
    changed = {record.entity_pk for record in changes} | moved
    if has_licenses(learning_package_pk):
        changed |= _with_other_licenses(changes, moved)
    coming_or_going = {record.entity_pk for record in changes if record.comes_or_goes}
    return Affected(frozenset(changed), frozenset(learning_core.collection_codes_with(coming_or_going)))


def _with_other_licenses(changes: Sequence[EntityChange], moved: set[int]) -> set[int]:
    """
    Find the items that may inherit another license than before.

    These are all items below a container that has another license, and below a child of another container.
    """
    edited = [
        (record.entity_pk, record.old_version_pk, record.new_version_pk)
        for record in changes
        if record.is_draft and record.old_version_pk != record.new_version_pk
    ]
    above = pks_with_other_license(edited) | moved
    return learning_core.draft_pks_within(above) if above else set()


def _in_course(course_key: CourseKey, changes: Sequence[EntityChange]) -> Affected:
    """
    Find the documents that changes in a course affect.

    The document of a block depends on its own draft and on the titles of the blocks above it. So a block that has
    moved, or whose parent has a new title, affects everything below it.
    """
    edited = [record for record in changes if record.is_draft and record.old_version_pk != record.new_version_pk]
    if not edited:
        return NOTHING
    moved = learning_core.children_with_other_parents(edited)
    within = courses.entity_pks_within(course_key, moved) if moved else set()
    return Affected(frozenset(within.union(record.entity_pk for record in edited)), frozenset())


def next_to_fill(checkpoint: SearchCheckpoint, *, limit: int) -> tuple[Affected, int | None]:
    """
    Find the next items while everything in a package is put into the index: entities first, then collections.

    Returns: at most ``limit`` entities, and the point of filling when their documents are in the index.
    """
    pk, after = checkpoint.learning_package_pk, checkpoint.filling_after
    if after is None:
        return NOTHING, None
    entity_pks = learning_core.entity_pks_after(pk, after, limit=limit)
    if len(entity_pks) == limit:
        return Affected(frozenset(entity_pks), frozenset()), entity_pks[-1]
    return Affected(frozenset(entity_pks), frozenset(learning_core.collection_codes_of(pk))), None
