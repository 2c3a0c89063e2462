"""What other rooms and hosts may call."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from ..keys import LibraryLocatorV2
from ..libraries.api import Actor, Permission, access_library
from ..olx.api import read_archive, tree_with_drafts
from .apply import apply_plan
from .data import Action, ImportOptions, ImportPlan, ImportResult, Level, OnRepeat, PlannedBlock
from .plan import plan_tree
from .report import plan_report, result_report

__all__ = [
    "Action",
    "ImportOptions",
    "ImportPlan",
    "ImportResult",
    "Level",
    "OnRepeat",
    "PlannedBlock",
    "apply_import",
    "import_archive",
    "plan_import",
    "plan_report",
    "result_report",
]

type Progress = Callable[[str], None]
"""Is told what an import does next, in words for a person."""


def plan_import(
    library_key: LibraryLocatorV2,
    *,
    user: Actor,
    source: str | os.PathLike[str],
    options: ImportOptions | None = None,
    progress: Progress | None = None,
) -> ImportPlan:
    """
    Read a course or legacy library and plan its import. Writes nothing.

    Args:
        library_key: where it would go.
        user: needs EDIT on the library.
        source: path of a ``.tar.gz``, a ``.zip`` or a folder with OLX.
        options: how; the defaults of ImportOptions if None.
        progress: is told the steps.

    Raises NotFoundError, NotAllowedError, and OlxError for a source that cannot be read.
    """
    options = options or ImportOptions()
    tell = progress or _silent
    library = access_library(user, library_key, Permission.EDIT)
    tell(f"Reading {os.fspath(source)}")
    tree = read_archive(source)
    if options.with_drafts:
        tree = tree_with_drafts(tree)
    tell(f"Planning the import of {tree.context_key}")
    return plan_tree(tree, library, options)


def apply_import(
    plan: ImportPlan,
    *,
    user: Actor,
    source: str | os.PathLike[str],
    publish: bool = False,
    progress: Progress | None = None,
) -> ImportResult:
    """
    Do what a plan says, all or nothing, in one draft change log and, if asked for, one publish log.

    Args:
        plan: from ``plan_import``.
        user: needs EDIT on the library, and PUBLISH to publish.
        source: what was planned from.
        publish: publish exactly what is written.
        progress: is told the steps.

    Raises ConflictError when the library changed meanwhile in a way that matters.
    """
    (progress or _silent)(f"Writing {len(plan.writes())} of {len(plan.blocks)} blocks")
    return apply_plan(user, plan, Path(source), publish_too=publish)


def import_archive(
    library_key: LibraryLocatorV2,
    *,
    user: Actor,
    source: str | os.PathLike[str],
    options: ImportOptions | None = None,
    publish: bool = False,
    progress: Progress | None = None,
) -> ImportResult:
    """Plan and apply in one call; see ``plan_import`` and ``apply_import``."""
    plan = plan_import(library_key, user=user, source=source, options=options, progress=progress)
    return apply_import(plan, user=user, source=source, publish=publish, progress=progress)


def _silent(step: str) -> None:
    """Nobody wants to know."""
