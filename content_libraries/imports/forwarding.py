"""
Where references to a source lead: import contract, section 7.

A legacy library that is forwarded is frozen: its content is the library's now.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from opaque_keys.edx.keys import UsageKey
from opaque_keys.edx.locator import LibraryLocator

from ..errors import ConflictError
from ..keys import CourseKey
from .models import ModulestoreBlockMigration, ModulestoreBlockSource, ModulestoreMigration, ModulestoreSource


class SourceFrozenError(ConflictError):
    """A legacy library was migrated, and is read-only since."""

    code = "source_frozen"


def forwards(wish: bool | None, source: ModulestoreSource) -> bool:
    """
    Whether an import forwards its source.

    Unspecified means: a legacy library is forwarded by its first migration, and a course never.
    """
    if wish is not None:
        return wish
    return isinstance(source.key, LibraryLocator) and source.forwarded_id is None


def forward_source(migration: ModulestoreMigration) -> None:
    """
    Let the source and its blocks lead to what a migration recorded, in the caller's transaction.

    Blocks that it did not record keep a forward only into the same library, so that a source never leads to two.
    """
    ModulestoreSource.objects.filter(pk=migration.source_id).update(forwarded=migration)
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
    for block in blocks:
        old = block.forwarded
        if block.pk in rows:
            block.forwarded_id = rows[block.pk]
            changed.append(block)
        elif old is not None and old.overall_migration.target_id != migration.target_id:
            block.forwarded_id = None
            changed.append(block)
    ModulestoreBlockSource.objects.bulk_update(changed, ["forwarded"], batch_size=500)


def get_forwarding(source_key: CourseKey) -> ModulestoreMigration | None:
    """The migration that references to a source lead to; None if the source is not forwarded."""
    return (
        ModulestoreMigration.objects.done()
        .filter(forwards__key=source_key)
        .select_related("source", "target", "target_collection")
        .first()
    )


def is_forwarded(source_key: CourseKey) -> bool:
    """Whether references to a source lead to a library."""
    return get_forwarding(source_key) is not None


def get_forwarding_for_blocks(keys: Collection[UsageKey]) -> Mapping[UsageKey, ModulestoreBlockMigration]:
    """What references to blocks lead to; blocks that are not forwarded are left out. One query."""
    rows = ModulestoreBlockMigration.objects.filter(forwards__key__in=list(keys)).select_related(
        "source", "target", "change_log_record", "overall_migration"
    )
    return {row.source.key: row for row in rows}


def refuse_frozen(source_key: CourseKey, source_version: str) -> None:
    """
    Raise SourceFrozenError for other content of a legacy library than that which was migrated and forwarded.

    Whoever stores legacy libraries asks this before an edit, with "" as the version.
    """
    if not isinstance(source_key, LibraryLocator):
        return
    migration = get_forwarding(source_key)
    if migration is not None and migration.source_version != source_version:
        raise SourceFrozenError(
            f"{source_key} was migrated to “{migration.target.title}” ({migration.target.package_ref}) and is"
            " read-only since. Edit it there."
        )
