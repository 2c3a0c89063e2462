"""Imports for other rooms and for hosts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from uuid import UUID

from django.utils.translation import gettext as _

from .. import site_language
from ..actors import Actor
from ..keys import CourseKey, LibraryLocatorV2
from ..libraries.api import Permission, access_library, package_pk
from ..olx.api import refuse_broken, tree_with_drafts
from .apply import apply_plan
from .checks import check_added_formats
from .data import Action, ImportOptions, ImportPlan, ImportResult, Level, OnRepeat, PlannedBlock
from .jobs.requests import SourceRequest, cancel_job, find_job, find_jobs, list_jobs, start_imports, start_plans
from .legacy.listing import LegacyLibrary, MigrationTarget, list_legacy_libraries
from .legacy.migrating import Destination, LegacyMigration, migrate_legacy_libraries, start_legacy_migrations
from .models import SourceUpload, StoredPlan
from .plan.outdated import ImportOutdatedError, LibraryChange
from .plan.planning import plan_tree
from .plan.repeating import RepeatInDoubtError
from .plan.stored import find_plan, store_plan
from .progress import JobProgress, SourceProgress, describe_jobs
from .records.forwarding import (
    ForwardedBlock,
    SourceFrozenError,
    forwarded_among,
    forwarded_blocks,
    forwards_to_take_back,
    get_forwarding,
    get_forwarding_for_blocks,
    is_forwarded,
    take_back_forwards,
)
from .report import plan_report, plan_rows, question_of, result_report
from .results import BlockResult, block_results
from .retrying import retry_job
from .sources.base import Source, SourceChangedError, SourceFormat
from .sources.finding import UnknownSourceError, find_source, is_path, named_source, require_forwarding
from .sources.registry import SourcePath, as_source, upload_suffixes
from .sources.uploads import list_sources, upload_source
from .wording import outcomes_in_words, repeat_in_words, report_lines, unreadable_in_words

__all__ = [
    "Action",
    "BlockResult",
    "Destination",
    "ForwardedBlock",
    "ImportOptions",
    "ImportOutdatedError",
    "ImportPlan",
    "ImportResult",
    "JobProgress",
    "LegacyLibrary",
    "LegacyMigration",
    "Level",
    "LibraryChange",
    "MigrationTarget",
    "OnRepeat",
    "PlannedBlock",
    "RepeatInDoubtError",
    "Source",
    "SourceChangedError",
    "SourceFormat",
    "SourceFrozenError",
    "SourceProgress",
    "SourceRequest",
    "SourceUpload",
    "StoredPlan",
    "UnknownSourceError",
    "apply_import",
    "as_source",
    "block_results",
    "cancel_job",
    "check_added_formats",
    "describe_jobs",
    "find_job",
    "find_jobs",
    "find_plan",
    "find_source",
    "forwarded_among",
    "forwarded_blocks",
    "forwards_to_take_back",
    "get_forwarding",
    "get_forwarding_for_blocks",
    "import_archive",
    "is_forwarded",
    "is_path",
    "list_jobs",
    "list_legacy_libraries",
    "list_sources",
    "migrate_legacy_libraries",
    "named_source",
    "outcomes_in_words",
    "plan_import",
    "plan_report",
    "plan_rows",
    "plan_source",
    "question_of",
    "repeat_in_words",
    "report_lines",
    "require_forwarding",
    "result_report",
    "retry_job",
    "start_imports",
    "start_legacy_migrations",
    "start_plans",
    "take_back_forwards",
    "unreadable_in_words",
    "upload_source",
    "upload_suffixes",
]

type Progress = Callable[[str], None]
"""A function that an import calls before each step, with a description for people."""


def plan_import(
    library_key: LibraryLocatorV2,
    *,
    user: Actor,
    source: Source | SourcePath,
    options: ImportOptions | None = None,
    after: Sequence[ImportPlan] = (),
    strict: bool = False,
    progress: Progress | None = None,
) -> ImportPlan:
    """
    Read a course or legacy library and plan its import. Writes nothing.

    A block that cannot be read becomes a row of the plan with the action ``FAILED``; all other blocks are planned.

    Args:
        library_key: the library to import into.
        user: needs EDIT on the library.
        source: a Source, or the path of a ``.tar.gz``, a ``.zip`` or a folder with OLX.
        options: the defaults of ImportOptions if None.
        after: plans of other sources for the same library that are applied before this one.
        strict: refuse a source with blocks that cannot be read.
        progress: a function that is called before each step.

    Raises NotFoundError, NotAllowedError, OlxError for a source that cannot be read, BrokenBlocksError if ``strict``
    refuses it, and SourceFrozenError for a legacy library whose content changed after it was migrated.
    """
    options = options or ImportOptions()
    tell = progress or _silent
    library = access_library(user, library_key, Permission.EDIT)
    source = as_source(source)
    tell(_("Reading %(source)s") % {"source": source.name})
    tree = source.tree()
    if strict:
        refuse_broken(tree if options.with_drafts else replace(tree, drafts=()))
    if options.with_drafts:
        with site_language.active():  # plans keep the notes on drafts that cannot be read
            tree = tree_with_drafts(tree, place_all=True)
    tell(_("Planning the import of %(source)s") % {"source": tree.context_key})
    return plan_tree(tree, library, options, user=user, source_name=source.name, after=after)


def plan_source(
    library_key: LibraryLocatorV2,
    *,
    user: Actor,
    source_key: CourseKey,
    options: ImportOptions | None = None,
    upload_uuid: UUID | None = None,
    after: Sequence[ImportPlan] = (),
) -> tuple[ImportPlan, StoredPlan]:
    """
    Plan the import of a source that the site knows, and store the plan for ``start_plans``.

    The library is not changed. Plans that will be started together are made in order, each with the plans before it as
    ``after``.

    Args:
        user: needs EDIT on the library, and has to be able to read the source.
        source_key: key of a course in the course store, or of an uploaded course or legacy library.
        upload_uuid: read this upload, even if the course store has a course of the same key.

    Raises the errors of ``plan_import`` and ``find_source``.
    """
    library = access_library(user, library_key, Permission.EDIT)
    is_forwarded = options is not None and bool(options.forward)
    source = find_source(source_key, user=user, upload_uuid=upload_uuid, is_forwarded=is_forwarded)
    plan = plan_import(library_key, user=user, source=source.open(), options=options, after=after)
    return plan, store_plan(plan, package_pk(library), upload=source.upload, user=user)


def apply_import(
    plan: ImportPlan,
    *,
    user: Actor,
    source: Source | SourcePath,
    publish: bool = False,
    confirm_repeat: bool = False,
    progress: Progress | None = None,
) -> ImportResult:
    """
    Apply a plan, all or nothing, in one draft change log and, with ``publish``, one publish log.

    Args:
        plan: from ``plan_import``.
        user: needs EDIT on the library, and PUBLISH to publish.
        source: the source that the plan was made from.
        publish: publish exactly the items that are written.
        confirm_repeat: confirm that the source is the course that was imported before, if the plan asks (``asks``).
        progress: a function that is called before each step.

    Raises RepeatInDoubtError if the plan asks and nobody has confirmed it, and ImportOutdatedError if the library has
    changed since then in conflict with the plan.
    """
    (progress or _silent)(
        _("Writing %(writes)s of %(blocks)s blocks") % {"writes": len(plan.writes()), "blocks": len(plan.blocks)}
    )
    return apply_plan(user, plan, as_source(source), publish_too=publish, is_confirmed=confirm_repeat)


def import_archive(
    library_key: LibraryLocatorV2,
    *,
    user: Actor,
    source: Source | SourcePath,
    options: ImportOptions | None = None,
    publish: bool = False,
    progress: Progress | None = None,
) -> ImportResult:
    """Plan and apply an import in one call; see ``plan_import`` and ``apply_import``."""
    plan = plan_import(library_key, user=user, source=source, options=options, progress=progress)
    return apply_import(plan, user=user, source=source, publish=publish, progress=progress)


def _silent(step: str) -> None:
    """Ignore a step, for callers without a progress function."""
