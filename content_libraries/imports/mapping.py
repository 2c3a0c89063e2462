"""Which item of a library a block of a source became: kept with every import, looked up by the next."""

from __future__ import annotations

from collections.abc import Mapping

from opaque_keys.edx.keys import CourseKey

from ..learning_core.api import DraftWrites, draft_change_log_records
from .data import WRITING_ACTIONS, Action, ImportPlan, PlannedBlock
from .models import (
    ModulestoreBlockMigration,
    ModulestoreBlockSource,
    ModulestoreMigration,
    ModulestoreSource,
)


def earlier_targets(source_key: CourseKey, learning_package_pk: int) -> dict[str, int]:
    """
    Find what earlier imports of a source into a library made of its blocks.

    For each block the newest row with a target counts, over all runs (import contract, section 3), so a run that
    skipped a block does not make it forgotten.

    Returns: source usage key, as a string -> entity pk.
    """
    rows = (
        ModulestoreBlockMigration.objects.filter(
            overall_migration__source__key=source_key,
            overall_migration__target_id=learning_package_pk,
            overall_migration__is_failed=False,
            target__isnull=False,
        )
        .order_by("pk")
        .values_list("source__key", "target_id")
    )
    return {str(key): target_pk for key, target_pk in rows if target_pk is not None}


def record(
    plan: ImportPlan, learning_package_pk: int, writes: DraftWrites, *, author_pk: int | None
) -> ModulestoreMigration:
    """Write the rows of an import that has just been applied, in the caller's transaction."""
    source, _created = ModulestoreSource.objects.get_or_create(key=plan.source_key)
    migration = ModulestoreMigration.objects.create(
        source=source,
        source_version=plan.source_version,
        composition_level=plan.options.level,
        repeat_handling_strategy=plan.options.on_repeat,
        preserve_url_slugs=plan.options.preserve_url_slugs,
        target_id=learning_package_pk,
        change_log_id=writes.draft_change_log_pk,
        created_by_id=author_pk,
    )
    blocks = [block for block in plan.blocks if block.action in WRITING_ACTIONS | {Action.LEAVE_OUT}]
    block_sources = _block_sources(source, blocks)
    log_records = draft_change_log_records(writes.draft_change_log_pk)
    ModulestoreBlockMigration.objects.bulk_create(
        [_row(migration, block_sources[str(block.source_key)], block, writes, log_records) for block in blocks]
    )
    return migration


def _row(
    migration: ModulestoreMigration,
    block_source_pk: int,
    block: PlannedBlock,
    writes: DraftWrites,
    log_records: Mapping[int, int],
) -> ModulestoreBlockMigration:
    target_pk = writes.entity_pks.get(block.entity_ref) if block.entity_ref else None
    return ModulestoreBlockMigration(
        overall_migration=migration,
        source_id=block_source_pk,
        target_id=target_pk,
        change_log_record_id=log_records.get(target_pk or 0),
        unsupported_reason=block.reason if block.action == Action.LEAVE_OUT else None,
    )


def _block_sources(source: ModulestoreSource, blocks: list[PlannedBlock]) -> dict[str, int]:
    """Get or create the rows of source blocks. Returns source usage key, as a string -> pk."""

    def stored() -> dict[str, int]:
        return {str(key): pk for key, pk in source.blocks.values_list("key", "pk")}

    known = stored()
    missing = [block.source_key for block in blocks if str(block.source_key) not in known]
    if not missing:
        return known
    ModulestoreBlockSource.objects.bulk_create(
        [ModulestoreBlockSource(overall_source=source, key=key) for key in missing]
    )
    return stored()
