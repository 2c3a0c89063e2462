"""Previews bulk edits and makes them."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _
from opaque_keys.edx.keys import UsageKey

from ...actors import Actor
from ...content import api as content
from ...content.api import ComponentWrite, ContainerWrite
from ...courses import api as courses
from ...courses.api import CoursePlan, UpdateBlock
from ...errors import PlanOutdatedError
from ...keys import CourseKey, LibraryContainerLocator, LibraryLocatorV2, LibraryUsageLocatorV2
from ...learning_core import api as learning_core
from ...learning_core.api import ChangeKind
from ...libraries import api as libraries
from ...libraries.api import Permission
from ...plan_basis import PlanBasis, refuse_outdated
from ...xblocks.data import BlockEdit
from .data import BulkEditPlan, BulkEditResult, PlannedItem, Selection
from .planning import ReportProgress, plan_bulk_edit


def preview_bulk_edit(
    selection: Selection, edit: BlockEdit, *, user: Actor, report: ReportProgress | None = None, part: int | None = None
) -> BulkEditPlan:
    """
    Show what a bulk edit would change. Writes nothing. Needs EDIT.

    Args:
        selection: the items.
        edit: new values of settings, or texts to find and replace.
        user: the user who asks.
        report: is called with the number of blocks that are computed, and the number of all blocks.
        part: show only this part of the selection, of ``BULK_EDIT_MAX_AT_ONCE`` items, from 1; everything if None.

    Raises NotFoundError, NotAllowedError, InvalidInputError, SearchEngineError and BusyError.
    """
    return plan_bulk_edit(selection, edit, user=user, report=report, part=part)


def apply_bulk_edit(
    selection: Selection,
    edit: BlockEdit,
    *,
    user: Actor,
    fingerprint: str | None = None,
    report: ReportProgress | None = None,
) -> BulkEditResult:
    """
    Change settings or texts of many items in one change set. Needs EDIT.

    Items that cannot be changed as wanted are left alone; the plan names them. In a course, changes of linked blocks
    are recorded as local changes, as with any edit.

    Args:
        selection: the items.
        edit: new values of settings, or texts to find and replace.
        user: the author of the change.
        fingerprint: fingerprint of the preview that the user has seen. The edit is refused if it would do something
            else now.
        report: is called with the number of blocks that are computed, and the number of all blocks.

    Raises the errors of ``preview_bulk_edit``, and PlanOutdatedError if items were changed since the preview.
    """
    plan = plan_bulk_edit(selection, edit, user=user, report=report)
    require_shown(plan, fingerprint)
    return BulkEditResult(plan, write_plan(plan, user=user) if plan.items else None)


def require_shown(plan: BulkEditPlan, fingerprint: str | None) -> None:
    """Raise PlanOutdatedError if a plan is not the one that a preview has shown. None fits all plans."""
    is_seen_in_parts = fingerprint == plan.chosen_basis.fingerprint
    refuse_outdated(fingerprint, plan.chosen_basis if is_seen_in_parts else plan.basis, _outdated)


def write_plan(plan: BulkEditPlan, *, user: Actor, job_uuid: UUID | None = None) -> UUID | None:
    """
    Make all changes of a plan. Needs EDIT.

    Args:
        plan: the plan.
        user: the author of the change.
        job_uuid: the job that does it, to be named by the change set.

    Returns: the uuid of the change set. Raises PlanOutdatedError if an item has another version than the plan was made
    for, NotFoundError and NotAllowedError.
    """
    with learning_core.named(ChangeKind.BULK_EDIT, job_uuid=job_uuid):
        if isinstance(plan.context_key, LibraryLocatorV2):
            return _write_library(plan, plan.context_key, user)
        return _write_course(plan, plan.context_key, user)


def _write_library(plan: BulkEditPlan, library_key: LibraryLocatorV2, user: Actor) -> UUID | None:
    library = libraries.access_library(user, library_key, Permission.EDIT)
    package_pk = libraries.package_pk(library)
    wanted = {planned.item.entity_ref: planned.item.version for planned in plan.items}
    with transaction.atomic():
        learning_core.lock_package(package_pk)
        now = learning_core.draft_versions(package_pk, wanted)
        refuse_outdated(PlanBasis(wanted), PlanBasis(now), _outdated)
        files = learning_core.files_of(wanted.values())
        writes = content.write_items(
            user,
            library,
            components=[
                _component(planned, files.get(planned.item.version, ()))
                for planned in plan.items
                if planned.olx is not None
            ],
            containers=[_container(planned) for planned in plan.items if planned.olx is None],
        )
    return learning_core.change_sets.change_set_uuid(writes.draft_change_log_pk)


def _component(planned: PlannedItem, files: tuple[learning_core.FileMedia, ...]) -> ComponentWrite:
    key = planned.item.key
    code = key.usage_id if isinstance(key, LibraryUsageLocatorV2) else ""
    return ComponentWrite(planned.item.item_type, code, planned.title, planned.olx, files)


def _container(planned: PlannedItem) -> ContainerWrite:
    key = planned.item.key
    code = key.container_id if isinstance(key, LibraryContainerLocator) else ""
    return ContainerWrite(planned.item.item_type, code, planned.title, planned.item.children)


def _write_course(plan: BulkEditPlan, course_key: CourseKey, user: Actor) -> UUID | None:
    blocks = [(key, planned) for planned in plan.items if isinstance(key := planned.item.key, UsageKey)]
    updates = [UpdateBlock(key, planned.olx or "") for key, planned in blocks]
    basis = PlanBasis({key: planned.item.version for key, planned in blocks})
    applied = courses.apply_course_plan(course_key, CoursePlan(tuple(updates), basis), user=user)
    # A store of another platform has change sets of its own.
    return (
        learning_core.change_sets.change_set_uuid(applied.change_set) if isinstance(applied.change_set, int) else None
    )


def _outdated(_changes: object) -> PlanOutdatedError:
    return PlanOutdatedError(_("Items were changed since the preview. Look at a new preview, then try again."))
