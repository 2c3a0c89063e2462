"""
Lists and reads change sets: what users did to libraries and courses, one action at a time (ADR 0045).

Whoever may VIEW a library or a course reads its change sets.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _
from opaque_keys.edx.keys import UsageKey

from ..actors import OPERATOR, Actor
from ..courses import api as courses
from ..errors import NotFoundError
from ..keys import (
    CourseKey,
    ItemKey,
    LibraryContainerLocator,
    LibraryLocatorV2,
    LibraryUsageLocatorV2,
    item_type_of,
    library_key_of,
)
from ..learning_core import api as learning_core
from ..learning_core.data import ChangeKind, ChangeSetFigures, ChangeSetFilter, ChangeSetLog
from ..libraries import api as libraries
from ..libraries.api import Permission
from .data import ChangeRecord, ChangeSet
from .wording import summary_of

type ContextKey = LibraryLocatorV2 | CourseKey
type AnyItemKey = ItemKey | UsageKey


@dataclass(frozen=True, slots=True)
class Listed[T]:
    """A list that paginators count, and read one part at a time."""

    length: Callable[[], int]
    read: Callable[[int, int], list[T]]

    def __len__(self) -> int:
        return self.length()

    def __getitem__(self, part: slice) -> list[T]:
        start, stop, _step = part.indices(len(self) if part.stop is None else part.stop)
        return self.read(start, stop)


def list_change_sets(
    key: ContextKey | AnyItemKey,
    *,
    user: Actor,
    kind: ChangeKind | None = None,
    username: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> Listed[ChangeSet]:
    """
    List what users did to a library, a course or an item, newest first. Needs VIEW.

    Args:
        key: a library, a course, or an item or block, deleted or not. The sets of an item include the sets that changed
            only something below it.
        user: the user who asks.
        kind: only sets of this kind.
        username: only what this user did.
        since, until: only sets of this time and later; only sets of earlier times.

    Raises NotFoundError and NotAllowedError.
    """
    context_key, learning_package_pk, entity_pk = place_of(key, user)
    wanted = ChangeSetFilter(kind, username, entity_pk, since, until)

    def read(start: int, stop: int) -> list[ChangeSet]:
        logs = learning_core.change_sets.list_change_sets(learning_package_pk, wanted, start=start, stop=stop)
        return _change_sets(context_key, logs)

    return Listed(lambda: learning_core.change_sets.count_change_sets(learning_package_pk, wanted), read)


def get_change_set(uuid: UUID, *, user: Actor) -> ChangeSet:
    """Read one change set. Needs VIEW of its library or course. Raises NotFoundError and NotAllowedError."""
    log, context_key = access_change_set(uuid, user=user)
    return _change_sets(context_key, [log])[0]


def change_set_records(uuid: UUID, *, user: Actor) -> Listed[ChangeRecord]:
    """
    List what a change set did to each item. Needs VIEW of its library or course.

    Items that changed themselves come first, then the items that are recorded only because something below them
    changed. Raises NotFoundError and NotAllowedError.
    """
    log, context_key = access_change_set(uuid, user=user)
    return Listed(
        lambda: learning_core.change_sets.count_change_set_records(log),
        lambda start, stop: _records(log, context_key, start, stop),
    )


def place_of(key: ContextKey | AnyItemKey, user: Actor) -> tuple[ContextKey, int, int | None]:
    """Return the library or course of a key, its learning package, and the entity of an item."""
    match key:
        case LibraryLocatorV2():
            return key, libraries.package_pk(libraries.access_library(user, key, Permission.VIEW)), None
        case CourseKey():
            courses.require_in_course(user, key, courses.CoursePermission.VIEW)
            return key, courses.package_of_course(key), None
    return item_place(key, user=user)


def item_place(key: AnyItemKey, *, user: Actor) -> tuple[ContextKey, int, int]:
    """
    Find an item or block, deleted or not. Needs VIEW.

    Returns: its library or course, its learning package, and its entity. Raises NotFoundError and NotAllowedError.
    """
    if isinstance(key, LibraryUsageLocatorV2 | LibraryContainerLocator):
        library_key = library_key_of(key)
        package_pk = libraries.package_pk(libraries.access_library(user, library_key, Permission.VIEW))
        return library_key, package_pk, learning_core.find_item(package_pk, key, deleted_too=True).pk
    courses.require_in_course(user, key.course_key, courses.CoursePermission.VIEW)
    for package_pk, entity_pks in courses.find_block_entities([key]).items():
        return key.course_key, package_pk, entity_pks.pop()
    raise NotFoundError(_("There is no “%(block)s”.") % {"block": key})


def access_change_set(uuid: UUID, *, user: Actor) -> tuple[ChangeSetLog, ContextKey]:
    """
    Find a change set for a user, and the library or course whose content it changed. Needs VIEW.

    Raises NotFoundError and NotAllowedError.
    """
    log = learning_core.change_sets.find_change_set(uuid)
    if log is not None:
        mine = {"learning_package__id": log.learning_package_pk}
        library = libraries.viewable_libraries(OPERATOR).filter(**mine).first()
        if library is not None:
            libraries.require(user, library, Permission.VIEW)
            return log, library.library_key
        course = courses.viewable_courses(OPERATOR).filter(**mine).first()
        if course is not None:
            courses.require_in_course(user, course.id, courses.CoursePermission.VIEW)
            return log, course.id
    raise NotFoundError(_("There is no change set “%(uuid)s”.") % {"uuid": uuid})


def _change_sets(context_key: ContextKey, logs: Sequence[ChangeSetLog]) -> list[ChangeSet]:
    figures = learning_core.change_sets.change_set_figures(logs)
    undone_by = learning_core.change_sets.undone_by([log.uuid for log in logs])
    return [
        _change_set(context_key, log, figures.get((log.branch, log.pk), ChangeSetFigures()), undone_by.get(log.uuid))
        for log in logs
    ]


def describe_change_set(context_key: ContextKey, log: ChangeSetLog) -> ChangeSet:
    """Describe a change set of a library or course. Checks no permission."""
    return _change_sets(context_key, [log])[0]


def _change_set(
    context_key: ContextKey, log: ChangeSetLog, figures: ChangeSetFigures, undone_by: UUID | None
) -> ChangeSet:
    return ChangeSet(
        uuid=log.uuid,
        context_key=context_key,
        kind=log.kind,
        user=log.username,
        created=log.at,
        source_key=log.source_key,
        job_uuid=log.job_uuid,
        undoes=log.undoes,
        undone_by=undone_by,
        changes=figures.changes,
        side_effects=figures.side_effects,
        summary=summary_of(log, figures),
    )


def _records(log: ChangeSetLog, context_key: ContextKey, start: int, stop: int) -> list[ChangeRecord]:
    rows = learning_core.change_sets.change_set_records(log, start=start, stop=stop)
    effects = learning_core.change_sets.change_set_effects(log, [row.pk for row in rows])
    entity_pks = {row.entity_pk for row in rows}.union(*effects.values())
    keys = keys_of_entities(log, context_key, entity_pks)
    return [
        ChangeRecord(
            key=keys.get(row.entity_pk),
            item_type=item_type_of_key(keys.get(row.entity_pk)),
            title=row.title,
            old_version=row.old_version_num,
            new_version=row.new_version_num,
            direct=row.direct,
            affects=tuple(keys[pk] for pk in effects.get(row.pk, ()) if pk in keys),
        )
        for row in rows
    ]


def keys_of_entities(log: ChangeSetLog, context_key: ContextKey, entity_pks: Collection[int]) -> dict[int, AnyItemKey]:
    """Map entities of a change set to the keys of their items or blocks. Files of courses are left out."""
    if isinstance(context_key, LibraryLocatorV2):
        return {**learning_core.item_keys(log.learning_package_pk, entity_pks, library_key=context_key)}
    return {**courses.block_keys_of(entity_pks)}


def item_type_of_key(key: AnyItemKey | None) -> str:
    """Return the type of the XBlock or container of a key; ``file`` for None, which stands for a file of a course."""
    if key is None:
        return "file"
    if isinstance(key, LibraryUsageLocatorV2 | LibraryContainerLocator):
        return item_type_of(key)
    return str(key.block_type)
