"""Reads the results of imports, and counts of an import before it starts (wire: imports-start)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet
from opaque_keys.edx.keys import UsageKey
from opaque_keys.edx.locator import CourseLocator

from ..actors import Actor
from ..keys import CourseKey, ItemKey, LibraryLocatorV2
from ..learning_core.api import CollectionLabel, item_keys
from ..libraries.api import Permission, access_library, package_pk, viewable_libraries
from ..olx.api import tree_with_drafts
from .data import MAKING_ACTIONS, OMITTING_ACTIONS, Action, ImportOptions, ImportPlan, Level, OnRepeat
from .models import ModulestoreBlockMigration, ModulestoreMigration
from .plan.planning import plan_tree
from .report import KINDS
from .sources.finding import find_source, readable_keys, titles_of

SUCCEEDED: Final = "Succeeded"
PARTIAL: Final = "Partial"
FAILED: Final = "Failed"
IN_PROGRESS: Final = "In Progress"


@dataclass(frozen=True, slots=True)
class BlockResult:
    """The result of one import for one block. A block without a ``target_key`` has an ``unsupported_reason``."""

    source_key: UsageKey
    target_key: ItemKey | None
    unsupported_reason: str | None


@dataclass(frozen=True, slots=True)
class CourseImport:
    """
    One import of a course into a library by a job.

    Args:
        display_name: title of the course; None if the site does not know the course any more.
        collection: the collection that was filled; None for none.
        state: ``PARTIAL`` if it succeeded, but left blocks out.
        progress: from 0 to 1.
    """

    task_uuid: UUID
    source_key: CourseKey
    display_name: str | None
    collection: CollectionLabel | None
    state: str
    progress: float


@dataclass(frozen=True, slots=True)
class Preview:
    """
    Counts of the blocks that an import of a whole source would write or leave out.

    Blocks that cannot be read count as unsupported.

    Args:
        total_blocks, total_components, sections, subsections, units: include unsupported blocks, but not the children
            of unsupported blocks.
        limit: how many items a library may have.
    """

    state: Literal["success", "partial", "block_limit_reached"]
    unsupported_blocks: int
    limit: int
    total_blocks: int
    total_components: int
    sections: int
    subsections: int
    units: int

    @property
    def unsupported_percentage(self) -> float:
        return 100 * self.unsupported_blocks / self.total_blocks if self.total_blocks else 0


def migrations_of(keys: Sequence[CourseKey], *, user: Actor) -> dict[str, list[ModulestoreMigration]]:
    """
    Find the successful imports of sources, newest first, by key of the source.

    Sources that the user may not read are left out, and so are imports into libraries that the user may not view. Needs
    a constant number of queries.
    """
    found: dict[str, list[ModulestoreMigration]] = {str(key): [] for key in readable_keys(keys, user=user)}
    migrations = (
        ModulestoreMigration.objects.done()
        .filter(source__key__in=list(keys), target__contentlibrary__in=viewable_libraries(user))
        .select_related("source", "target", "target_collection")
        .order_by("-pk")
    )
    for migration in migrations:
        if (key := str(migration.source.key)) in found:
            found[key].append(migration)
    return found


def course_imports(library_key: LibraryLocatorV2, *, user: Actor) -> list[CourseImport]:
    """
    List the imports of courses into a library by jobs, newest first. Needs VIEW.

    Needs a constant number of queries. Raises NotFoundError and NotAllowedError.
    """
    library = access_library(user, library_key, Permission.VIEW)
    reasons = ModulestoreBlockMigration.objects.filter(overall_migration=OuterRef("pk"), target__isnull=True)
    migrations = [
        migration
        for migration in ModulestoreMigration.objects.filter(target=library.learning_package, job__isnull=False)
        .select_related("source", "target_collection", "job__task_status")
        .annotate(has_reasons=Exists(reasons))
        .order_by("-pk")
        if isinstance(migration.source.key, CourseLocator)
    ]
    titles = titles_of([migration.source.key for migration in migrations])
    return [
        CourseImport(
            task_uuid=migration.job.uuid,
            source_key=migration.source.key,
            display_name=titles.get(str(migration.source.key)),
            collection=migration.live_collection,
            state=_state(migration, has_reasons=migration.has_reasons),
            progress=_progress(migration),
        )
        for migration in migrations
        if migration.job is not None
    ]


def block_results(
    library_key: LibraryLocatorV2,
    *,
    user: Actor,
    source_key: CourseKey | None = None,
    collection_code: str | None = None,
    job_uuid: UUID | None = None,
    is_failed: bool | None = None,
) -> list[BlockResult]:
    """
    List the results of imports into a library block by block, newer imports first, parents before children.

    Args:
        user: needs VIEW.
        source_key, collection_code, job_uuid: list only results of this source, collection or job.
        is_failed: list only blocks without a target (True), or with one (False). True without ``job_uuid`` lists each
            block once, and only if no later import has a result for it.

    Needs a constant number of queries. Raises NotFoundError and NotAllowedError.
    """
    library = access_library(user, library_key, Permission.VIEW)
    rows = ModulestoreBlockMigration.objects.filter(overall_migration__target=library.learning_package)
    if source_key is not None:
        rows = rows.filter(overall_migration__source__key=source_key)
    if collection_code is not None:
        rows = rows.filter(overall_migration__target_collection__collection_code=collection_code)
    if job_uuid is not None:
        rows = rows.filter(overall_migration__job__uuid=job_uuid)
    if is_failed is not None:
        rows = rows.filter(target__isnull=is_failed)
    if is_failed and job_uuid is None:
        rows = _still_missing(rows)
    values = list(
        rows.order_by("-overall_migration_id", "pk").values_list("source__key", "target_id", "unsupported_reason")
    )
    keys = item_keys(package_pk(library), {pk for _key, pk, _reason in values if pk}, library_key=library_key)
    return [BlockResult(source, keys.get(pk or 0), None if pk else reason) for source, pk, reason in values if source]


def preview(
    library_key: LibraryLocatorV2,
    *,
    user: Actor,
    source_key: CourseKey,
    level: Level = Level.SECTION,
    on_repeat: OnRepeat = OnRepeat.FORK,
) -> Preview:
    """
    Plan an import and count its blocks. Needs EDIT on the library and read access to the source.

    Drafts of an archive are included, because imports that are started over REST include them. Raises NotFoundError,
    NotAllowedError and OlxError.
    """
    library = access_library(user, library_key, Permission.EDIT)
    tree = tree_with_drafts(find_source(source_key, user=user).open().tree(), place_all=True)
    plan = plan_tree(tree, library, ImportOptions(level=level, on_repeat=on_repeat), user=user)
    if plan.size.live >= plan.size.limit:
        return Preview("block_limit_reached", 0, plan.size.limit, 0, 0, 0, 0, 0)
    return _count_blocks(plan)


def _count_blocks(plan: ImportPlan) -> Preview:
    unsupported = sum(block.action in OMITTING_ACTIONS for block in plan.blocks)
    counts = dict.fromkeys((*KINDS.values(), "components"), 0)
    for block in plan.blocks:
        if block.action in MAKING_ACTIONS | OMITTING_ACTIONS | {Action.RESTORE, Action.UPDATE}:
            counts[KINDS.get(block.item_type, "components")] += 1
    state: Literal["success", "partial", "block_limit_reached"] = "partial" if unsupported else "success"
    return Preview(
        state="block_limit_reached" if plan.size.is_exceeded else state,
        unsupported_blocks=unsupported,
        limit=plan.size.limit,
        total_blocks=sum(counts.values()),
        total_components=counts["components"],
        sections=counts["sections"],
        subsections=counts["subsections"],
        units=counts["units"],
    )


def _still_missing(rows: QuerySet[ModulestoreBlockMigration]) -> QuerySet[ModulestoreBlockMigration]:
    """Filter rows to the newest row of each block in a library: no later import has a row for the block."""
    later = ModulestoreBlockMigration.objects.filter(
        source=OuterRef("source"),
        overall_migration__target=OuterRef("overall_migration__target"),
        pk__gt=OuterRef("pk"),
    )
    return rows.exclude(Exists(later))


def _state(migration: ModulestoreMigration, *, has_reasons: bool) -> str:
    if migration.finished is None:
        return IN_PROGRESS
    if migration.is_failed:
        return FAILED
    return PARTIAL if has_reasons else SUCCEEDED


def _progress(migration: ModulestoreMigration) -> float:
    status = migration.job.task_status if migration.job else None
    if migration.finished is not None or status is None:
        return 1.0 if migration.finished else 0.0
    return float(status.completed_steps / status.total_steps)
