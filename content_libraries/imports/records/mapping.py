"""Records which item of a library each block of a source became, and looks it up for the next import."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db.models import Max, QuerySet
from opaque_keys.edx.keys import CourseKey

from ...learning_core.api import DraftWrites, draft_change_log_records, package_id
from ..data import OMITTING_ACTIONS, WRITING_ACTIONS, Action, ImportPlan, PlannedBlock, is_whole
from ..models import (
    MAX_FILE_NAME,
    ModulestoreBlockMigration,
    ModulestoreBlockSource,
    ModulestoreMigration,
    ModulestoreSource,
)
from .forwarding import forward_source, shall_forward


@dataclass(frozen=True, slots=True)
class EarlierTarget:
    """
    The item that an earlier import made of a block.

    Args:
        entity_pk: pk of the item.
        version_pk: the version that an import wrote last; None if the change log of that import was pruned.
        migration_pk: that import.
    """

    entity_pk: int
    version_pk: int | None
    migration_pk: int


@dataclass(frozen=True, slots=True)
class LastImport:
    """When a source was imported last, in ISO 8601, and from which file; "" if it is not known."""

    finished: str
    file_name: str


def earlier_targets(source_key: CourseKey, learning_package_pk: int) -> dict[str, EarlierTarget]:
    """
    Find the items that earlier imports of a source into a library made of its blocks.

    For each block, the newest record with an item counts, over all imports (wire: imports-options). So an import that
    skipped a block does not hide its item.

    Returns: source usage key, as a string -> the item.
    """
    rows: Iterable[Any] = (
        _rows(source_key, learning_package_pk)
        .order_by("pk")
        .values_list("source__key", "target_id", "change_log_record__new_version_id", "overall_migration_id")
    )
    found: dict[str, EarlierTarget] = {}
    for block_key, target_pk, version_pk, migration_pk in rows:
        earlier = found.get(key := str(block_key))
        if version_pk is None and earlier is not None and earlier.entity_pk == target_pk:
            continue  # a later import that forwarded the block without changing its item
        if target_pk is not None:
            found[key] = EarlierTarget(target_pk, version_pk, migration_pk)
    return found


def newest_row_pk(source_key: CourseKey, learning_package_pk: int) -> int:
    """Return the pk of the newest record of a source's blocks in a library; 0 without records."""
    newest = _rows(source_key, learning_package_pk).aggregate(newest=Max("pk"))["newest"]
    return newest or 0


def earlier_fingerprints(source_key: CourseKey, learning_package_pk: int) -> Mapping[str, str] | None:
    """Return the fingerprints of a source's blocks at its last import into a library; None if it was never imported."""
    migrations = ModulestoreMigration.objects.done().filter(
        source__key=source_key, target_id=package_id(learning_package_pk)
    )
    return migrations.exclude(fingerprints={}).order_by("-pk").values_list("fingerprints", flat=True).first()


def last_import(source_key: CourseKey, learning_package_pk: int) -> LastImport | None:
    """Return the last import of a source into a library; None if it was never imported."""
    migrations = ModulestoreMigration.objects.done().filter(
        source__key=source_key, target_id=package_id(learning_package_pk)
    )
    newest = migrations.order_by("-pk").values_list("finished", "file_name", "upload__file_name").first()
    if newest is None:
        return None
    finished, file_name, upload_name = newest
    assert finished is not None  # noqa: S101 - imports that are done have a time
    return LastImport(finished.isoformat(timespec="seconds"), file_name or upload_name or "")


def fingerprints_when_written(targets: Mapping[str, EarlierTarget]) -> Mapping[str, str]:
    """Return the fingerprints that blocks had when an import wrote their items, by usage key. Needs one query."""
    pks = {target.migration_pk for target in targets.values()}
    by_import = dict(ModulestoreMigration.objects.filter(pk__in=pks).values_list("pk", "fingerprints"))
    found = ((key, by_import[target.migration_pk].get(key)) for key, target in targets.items())
    return {key: fingerprint for key, fingerprint in found if fingerprint}


def earlier_collection_code(source_key: CourseKey, learning_package_pk: int) -> str:
    """
    Return the code of the collection that imports of a source into a library filled, if it still exists.

    The latest import whose collection is not deleted counts. Without such an import the result is "".
    """
    migrations = ModulestoreMigration.objects.done().filter(
        source__key=source_key, target_id=package_id(learning_package_pk), target_collection__enabled=True
    )
    return migrations.order_by("-pk").values_list("target_collection__collection_code", flat=True).first() or ""


def _rows(source_key: CourseKey, learning_package_pk: int) -> QuerySet[ModulestoreBlockMigration]:
    return ModulestoreBlockMigration.objects.filter(
        overall_migration__source__key=source_key,
        overall_migration__target_id=package_id(learning_package_pk),
        overall_migration__finished__isnull=False,
        overall_migration__is_failed=False,
        target__isnull=False,
    )


@dataclass(frozen=True, slots=True)
class Written:
    """
    The changes that an import made in the library.

    Args:
        writes: the written items.
        entity_pks: ``entity_ref`` -> pk of all items of the plan, skipped ones too.
        collection_pk: the collection that was filled; None for none.
    """

    writes: DraftWrites
    entity_pks: Mapping[str, int]
    collection_pk: int | None


def record_import(
    plan: ImportPlan,
    learning_package_pk: int,
    written: Written,
    *,
    author_pk: int | None,
    migration: ModulestoreMigration | None = None,
) -> ModulestoreMigration:
    """
    Write the records of an import that has just been applied, in the caller's transaction.

    Also forwards the source if the options say so. Skipped and unchanged blocks get a record only if the source is
    forwarded, so that all forwards lead to this migration.

    Args:
        migration: the row that a job made for this import; a new row if None.
    """
    source, _created = ModulestoreSource.objects.get_or_create(key=plan.source_key)
    forward = shall_forward(plan.options.forward, source, is_whole=is_whole(plan.blocks))
    migration = migration or ModulestoreMigration(source=source, target_id=learning_package_pk, created_by_id=author_pk)
    migration.source_version = plan.source_version
    migration.composition_level = plan.options.level
    migration.repeat_handling_strategy = plan.options.on_repeat
    migration.preserve_url_slugs = plan.options.preserve_url_slugs
    migration.target_collection_id = written.collection_pk
    migration.change_log_id = written.writes.draft_change_log_pk
    migration.file_name = plan.source_name[:MAX_FILE_NAME]
    migration.fingerprints = dict(plan.fingerprints)
    migration.finished = datetime.now(UTC)
    migration.save()
    recorded = WRITING_ACTIONS | OMITTING_ACTIONS | ({Action.SKIP, Action.KEEP} if forward else frozenset())
    blocks = [block for block in plan.blocks if block.action in recorded]
    block_sources = _block_sources(source, blocks)
    log_records = draft_change_log_records(written.writes.draft_change_log_pk)
    ModulestoreBlockMigration.objects.bulk_create(
        [_row(migration, block_sources[str(block.source_key)], block, written, log_records) for block in blocks]
    )
    if forward:
        forward_source(migration)
    return migration


def _row(
    migration: ModulestoreMigration,
    block_source_pk: int,
    block: PlannedBlock,
    written: Written,
    log_records: Mapping[int, int],
) -> ModulestoreBlockMigration:
    has_target = block.entity_ref and block.action != Action.FAILED
    target_pk = written.entity_pks.get(block.entity_ref) if has_target else None
    return ModulestoreBlockMigration(
        overall_migration=migration,
        source_id=block_source_pk,
        target_id=target_pk,
        change_log_record_id=log_records.get(target_pk or 0),
        unsupported_reason=block.reason if block.action in OMITTING_ACTIONS else None,
    )


def _block_sources(source: ModulestoreSource, blocks: list[PlannedBlock]) -> dict[str, int]:
    """Get or create the rows of source blocks. Returns: source usage key, as a string -> pk."""

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
