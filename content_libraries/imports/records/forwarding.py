"""
Lets references to a source lead to the library that it was imported into (wire: imports-forwarding).

A legacy library that is forwarded is frozen: its content is edited in the new library from then on.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from opaque_keys.edx.keys import UsageKey
from opaque_keys.edx.locator import LibraryLocator

from ...actors import Actor
from ...errors import ConflictError
from ...keys import CourseKey, ItemKey, course_key, library_key
from ...learning_core import api as learning_core
from ...libraries.api import viewable_libraries
from ..models import ModulestoreBlockMigration, ModulestoreBlockSource, ModulestoreMigration, ModulestoreSource


class SourceFrozenError(ConflictError):
    """A legacy library was migrated, and is read-only since then."""

    code = "source_frozen"


def shall_forward(wish: bool | None, source: ModulestoreSource, *, is_whole: bool) -> bool:
    """
    Return whether an import forwards its source.

    If ``wish`` is None, the first migration of a legacy library forwards it if all its blocks can be read, and imports
    of courses do not. A forwarded legacy library is read-only, so its broken blocks could not be corrected.
    """
    if wish is not None:
        return wish
    return is_whole and isinstance(source.key, LibraryLocator) and source.forwarded_id is None


def would_forward(wish: bool | None, source_key: CourseKey, *, is_whole: bool) -> bool:
    """Return whether an import that starts now would forward its source; see ``shall_forward``."""
    source = ModulestoreSource.objects.filter(key=source_key).first()
    return shall_forward(wish, source or ModulestoreSource(key=source_key), is_whole=is_whole)


def forward_source(migration: ModulestoreMigration) -> None:
    """
    Let references to a source and its blocks lead to the items of a migration, in the caller's transaction.

    A block that the migration did not record keeps an earlier forward only if that leads to the same library. So
    references to one source never lead to two libraries.
    """
    source = ModulestoreSource.objects.get(pk=migration.source_id)
    old_pk = source.forwarded_id
    ModulestoreSource.objects.filter(pk=source.pk).update(forwarded=migration)
    rows = dict(
        ModulestoreBlockMigration.objects.filter(overall_migration=migration, target__isnull=False).values_list(
            "source_id", "pk"
        )
    )
    blocks = list(
        ModulestoreBlockSource.objects.filter(overall_source_id=migration.source_id).select_related(
            "forwarded__overall_migration"
        )
    )
    changed = []
    before = {block.pk: block.forwarded_id for block in blocks}
    for block in blocks:
        old = block.forwarded
        if block.pk in rows:
            block.forwarded_id = rows[block.pk]
            changed.append(block)
        elif old is not None and old.overall_migration.target_id != migration.target_id:
            block.forwarded_id = None
            changed.append(block)
    ModulestoreBlockSource.objects.bulk_update(changed, ["forwarded"], batch_size=500)
    _record(
        source,
        removed=(old_pk, {block.pk: before[block.pk] for block in changed}),
        added=(migration.pk, {block.pk: block.forwarded_id for block in changed}),
    )


type _Forwards = tuple[int | None, Mapping[int, int | None]]
"""The migration that a source leads to, and the row that each changed block of it leads to, by the block's pk."""


def forwards_to_take_back(effects: Iterable[learning_core.Effect]) -> list[CourseKey]:
    """Return the keys of the sources whose references ``take_back_forwards`` would lead elsewhere."""
    found = []
    for effect in effects:
        if effect.kind is not learning_core.EffectKind.FORWARDS:
            continue
        migration_pk, blocks = _forwards(*effect.added)
        source = ModulestoreSource.objects.filter(key=course_key(effect.object_key)).first()
        if source is None:
            continue
        of_blocks = ModulestoreBlockSource.objects.filter(overall_source=source).values_list("pk", "forwarded_id")
        if source.forwarded_id == migration_pk or any(blocks.get(pk, 0) == row_pk for pk, row_pk in of_blocks):
            found.append(source.key)
    return found


def take_back_forwards(effects: Iterable[learning_core.Effect]) -> None:
    """
    Let references lead to where they led before a change set, in the caller's transaction.

    A reference that another import has led elsewhere since stays, and so does one that would lead to a deleted row.

    Args:
        effects: effects of the set; other kinds are ignored.
    """
    for effect in effects:
        if effect.kind is learning_core.EffectKind.FORWARDS:
            source = ModulestoreSource.objects.filter(key=course_key(effect.object_key)).first()
            if source is not None:
                _take_back(source, removed=_forwards(*effect.removed), added=_forwards(*effect.added))


def _take_back(source: ModulestoreSource, *, removed: _Forwards, added: _Forwards) -> None:
    present, migrations = source.forwarded_id, ModulestoreMigration.objects
    wanted = present
    if present == added[0] and (removed[0] is None or migrations.filter(pk=removed[0]).exists()):
        wanted = removed[0]
        ModulestoreSource.objects.filter(pk=source.pk).update(forwarded=wanted)
    there: set[int] = set()
    for part in learning_core.in_parts(pk for pk in removed[1].values() if pk is not None):
        there.update(ModulestoreBlockMigration.objects.filter(pk__in=part).values_list("pk", flat=True))
    changed = []
    for block in ModulestoreBlockSource.objects.filter(overall_source=source):
        row_pk = removed[1].get(block.pk)
        if block.pk in added[1] and block.forwarded_id == added[1][block.pk] and (row_pk is None or row_pk in there):
            block.forwarded_id = row_pk
            changed.append(block)
    ModulestoreBlockSource.objects.bulk_update(changed, ["forwarded"], batch_size=500)
    _record(
        source,
        removed=(present, {block.pk: added[1][block.pk] for block in changed}),
        added=(wanted, {block.pk: block.forwarded_id for block in changed}),
    )


def _record(source: ModulestoreSource, *, removed: _Forwards, added: _Forwards) -> None:
    effect = learning_core.Effect(
        learning_core.EffectKind.FORWARDS,
        str(source.key),
        [removed[0], list(removed[1].items())],
        [added[0], list(added[1].items())],
    )
    learning_core.record_effects([effect])


def _forwards(migration_pk: int | None, blocks: Iterable[tuple[int, int | None]]) -> _Forwards:
    return migration_pk, dict(blocks)


def get_forwarding(source_key: CourseKey) -> ModulestoreMigration | None:
    """Return the migration that references to a source lead to; None if the source is not forwarded."""
    return (
        ModulestoreMigration.objects.done()
        .filter(forwards__key=source_key)
        .select_related("source", "target", "target_collection")
        .first()
    )


def is_forwarded(source_key: CourseKey) -> bool:
    """Return whether references to a source lead to a library."""
    return get_forwarding(source_key) is not None


def get_forwarding_for_blocks(keys: Collection[UsageKey]) -> Mapping[UsageKey, ModulestoreBlockMigration]:
    """Return the rows that references to blocks lead to, by usage key; other blocks are left out. Needs one query."""
    rows = ModulestoreBlockMigration.objects.filter(forwards__key__in=list(keys)).select_related(
        "source", "target", "change_log_record", "overall_migration"
    )
    return {row.source.key: row for row in rows}


def forwarded_among(source_keys: Collection[CourseKey]) -> frozenset[CourseKey]:
    """Return the sources among the given ones that are forwarded. Needs one query."""
    done = ModulestoreMigration.objects.done().filter(forwards__key__in=list(source_keys))
    keys: Iterable[Any] = done.values_list("forwards__key", flat=True)
    return frozenset(keys)


@dataclass(frozen=True, slots=True)
class ForwardedBlock:
    """
    A block of a forwarded source.

    Args:
        item: the library item that references to the block lead to; None for a block that became no item.
        version_pk: the version of the item that the migration wrote or left unchanged; None without an item.
    """

    source_key: UsageKey
    item: ItemKey | None = None
    version_pk: int | None = None


def forwarded_blocks(source_key: CourseKey) -> list[ForwardedBlock]:
    """
    List the blocks of a forwarded source, in the order in which they were first recorded.

    The list is empty for a source that is not forwarded. Needs a constant number of queries.
    """
    migration = get_forwarding(source_key)
    if migration is None or migration.finished is None:
        return []
    row = "forwarded__change_log_record__new_version_id"
    blocks = list(
        ModulestoreBlockSource.objects.filter(overall_source=migration.source_id)
        .order_by("pk")
        .values_list("key", "forwarded__target_id", row)
    )
    targets = [target_pk for _key, target_pk, _version_pk in blocks if target_pk is not None]
    keys = learning_core.item_keys(migration.target_id, targets, library_key=library_key(migration.target.package_ref))
    unwritten = [target_pk for _key, target_pk, version_pk in blocks if target_pk is not None and version_pk is None]
    found_there = learning_core.versions_at(unwritten, migration.finished)
    return [
        ForwardedBlock(key, keys.get(target_pk), version_pk or found_there.get(target_pk))
        if target_pk is not None
        else ForwardedBlock(key)
        for key, target_pk, version_pk in blocks
    ]


def refuse_frozen(source_key: CourseKey, source_version: str, *, user: Actor) -> None:
    """
    Raise SourceFrozenError if a forwarded legacy library has other content than when it was migrated.

    A host that stores legacy libraries calls this before an edit, with "" as the version.

    Args:
        source_version: digest of the present content.
        user: the error names the new library if this user may view it.
    """
    if not isinstance(source_key, LibraryLocator):
        return
    migration = get_forwarding(source_key)
    if migration is None or migration.source_version == source_version:
        return
    if viewable_libraries(user).filter(learning_package=migration.target_id).exists():
        raise SourceFrozenError(
            _("%(source)s was migrated to “%(title)s” (%(library)s) and is read-only since. Edit it there.")
            % {"source": source_key, "title": migration.target.title, "library": migration.target.package_ref}
        )
    raise SourceFrozenError(
        _("%(source)s was migrated to another library and is read-only since.") % {"source": source_key}
    )
