"""Plans bulk edits. A plan is shown in previews, and applied unchanged."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Final
from uuid import UUID

from django.utils.translation import gettext as _
from opaque_keys.edx.keys import UsageKey

from ... import conf
from ...actors import Actor
from ...content.api import default_title
from ...courses.api import UpdateBlock
from ...errors import ContentLibrariesError, InvalidInputError
from ...keys import CourseKey, LibraryContainerLocator, LibraryLocatorV2, LibraryUsageLocatorV2
from ...learning_core import api as learning_core
from ...olx.api import RefusedPatternError, Replacing, check_replacing, replaced_in_text, settings_in
from ...sync.api import refused_updates
from ...xblocks.data import (
    BlockEdit,
    BlockVersion,
    CourseBlockDraft,
    EditedBlock,
    EditProblem,
    SettingsEdit,
    ShownVersion,
)
from .data import BulkEditPlan, EditableItem, LeftAlone, PlannedItem, Selection
from .selecting import EVERYTHING, items_of

type ReportProgress = Callable[[int, int], None]
"""Takes the number of blocks that are computed, and the number of all blocks."""

_TITLE: Final = "display_name"
_NO_VERSION: Final = UUID(int=0)
"""Stands in versions whose addresses nobody reads."""


def plan_bulk_edit(
    selection: Selection, edit: BlockEdit, *, user: Actor, report: ReportProgress | None = None, part: int | None = None
) -> BulkEditPlan:
    """
    Plan a bulk edit. Needs EDIT.

    Args:
        selection: the items.
        edit: new values of settings, or texts to find and replace.
        user: the user who edits.
        report: is called with the number of blocks that are computed, and the number of all blocks. An exception that
            it raises ends the plan.
        part: plan only this part of the selection, of ``BULK_EDIT_MAX_AT_ONCE`` items, from 1; everything if None.

    Raises NotFoundError, NotAllowedError, InvalidInputError for a selection that is too large, for a pattern that is
    refused, and for settings that no chosen item can have; and BusyError.
    """
    from ...xblocks.api import edit_blocks  # noqa: PLC0415 - loads the services of blocks, which few commands need

    check_edit(edit)
    size = conf.BULK_EDIT_MAX_AT_ONCE.value
    chosen = items_of(
        selection,
        user=user,
        only_blocks=isinstance(edit, SettingsEdit),
        part=EVERYTHING if part is None else slice((part - 1) * size, part * size),
    )
    items, parts = chosen.items, 1 if part is None else max(1, -(-len(chosen.versions) // size))
    blocks = [item for item in items if not isinstance(item.key, LibraryContainerLocator)]
    versions = [_version(item, key) for item in blocks if not isinstance(key := item.key, LibraryContainerLocator)]
    edited = edit_blocks(versions, edit, user=user, after_each=_counted(report, len(versions)))
    if isinstance(edit, SettingsEdit):
        _refuse_useless(edited, is_whole=parts == 1)
    results: dict[object, PlannedItem | LeftAlone] = {}
    for item, result in zip(blocks, edited, strict=True):
        if (planned := _planned_block(item, result)) is not None:
            results[item.key] = planned
    results |= _planned_containers([item for item in items if item.olx is None], edit)
    if not isinstance(selection.context_key, LibraryLocatorV2):
        _leave_linked_alone(selection.context_key, results)
    in_order = [results[item.key] for item in items if item.key in results]
    return BulkEditPlan(
        context_key=selection.context_key,
        items=tuple(result for result in in_order if isinstance(result, PlannedItem)),
        left_alone=tuple(result for result in in_order if isinstance(result, LeftAlone)),
        looked_at=len(items),
        chosen=chosen.versions,
        parts=parts,
    )


def _counted(report: ReportProgress | None, total: int) -> Callable[[int], None] | None:
    """Return a function that takes the sizes of batches, and reports how many blocks are done."""
    if report is None:
        return None
    done = 0

    def after_each(size: int) -> None:
        nonlocal done
        done += size
        report(done, total)

    return after_each


def check_edit(edit: BlockEdit) -> None:
    """Raise InvalidInputError for an edit without settings, and for a pattern that is refused."""
    if isinstance(edit, SettingsEdit):
        if not edit.values:
            raise InvalidInputError(_("Name a setting."), field="settings")
        return
    try:
        check_replacing(edit)
    except RefusedPatternError as error:
        raise InvalidInputError(error.message, field=error.field) from error


def _version(item: EditableItem, key: UsageKey) -> ShownVersion:
    """Return an item as blocks are read. Its files are left out, because settings and texts do not need them."""
    olx = item.olx or ""
    if isinstance(key, LibraryUsageLocatorV2):
        return BlockVersion(
            key=key,
            library_pk=0,
            version=None,
            version_pk=item.version,
            version_uuid=_NO_VERSION,
            title=item.title,
            olx=olx,
            file_paths=frozenset(),
            can_edit=True,
        )
    return CourseBlockDraft(key, item.title, olx, holds_blocks=False)


def _refuse_useless(edited: Sequence[EditedBlock], *, is_whole: bool) -> None:
    """Raise InvalidInputError for a value that its setting cannot have, and for settings that no block has."""
    for result in edited:
        if result.problem == EditProblem.INVALID_VALUE:
            raise InvalidInputError(result.reason, field="settings")
    if is_whole and edited and all(result.problem == EditProblem.NO_SETTING for result in edited):
        raise InvalidInputError(edited[0].reason, field="settings")


def _planned_block(item: EditableItem, result: EditedBlock) -> PlannedItem | LeftAlone | None:
    if result.problem:
        return LeftAlone(item, result.problem, result.reason)
    if result.olx == item.olx:
        return None
    title = item.title
    if _TITLE in result.counts:
        title = settings_in(result.olx).get(_TITLE, default_title(item.item_type))
    planned = PlannedItem(item, title, result.olx, result.counts, result.excerpts)
    return _refused_title(planned) or planned


def _refused_title(planned: PlannedItem) -> LeftAlone | None:
    limit = learning_core.MAX_TITLE
    if len(planned.title) > limit:
        text = _("Its title would have more than %(limit)s characters.")
        return LeftAlone(planned.item, "invalid_title", text % {"limit": limit})
    if planned.olx is None and not planned.title.strip():
        return LeftAlone(planned.item, "invalid_title", _("It would have no title."))
    return None


def _planned_containers(containers: Sequence[EditableItem], edit: BlockEdit) -> dict[object, PlannedItem | LeftAlone]:
    """Plan new titles of containers of a library."""
    if isinstance(edit, SettingsEdit):
        text = _("“%(block_type)s” has no setting “%(names)s”.")
        names = ", ".join(edit.values)
        return {
            item.key: LeftAlone(item, EditProblem.NO_SETTING, text % {"block_type": item.item_type, "names": names})
            for item in containers
        }
    results: dict[object, PlannedItem | LeftAlone] = {}
    for item in containers:
        if (planned := _with_new_title(item, edit)) is not None:
            results[item.key] = planned
    return results | _pinned(results.values())


def _with_new_title(item: EditableItem, edit: Replacing) -> PlannedItem | LeftAlone | None:
    try:
        replaced = replaced_in_text(item.title, edit, field=_TITLE)
    except ContentLibrariesError as error:
        return LeftAlone(item, EditProblem.REFUSED, error.message)
    if replaced.text == item.title:
        return None
    planned = PlannedItem(item, replaced.text, None, replaced.counts, replaced.excerpts)
    return _refused_title(planned) or planned


def _pinned(results: Iterable[PlannedItem | LeftAlone]) -> dict[object, LeftAlone]:
    """Return the containers that hold certain versions of their children, which the set-wise writer would not keep."""
    planned = {result.item.version: result.item for result in results if isinstance(result, PlannedItem)}
    children = learning_core.children_of(planned) if planned else {}
    text = _("It holds certain versions of its children. Rename it by itself.")
    return {
        planned[version_pk].key: LeftAlone(planned[version_pk], "pinned_children", text)
        for version_pk, found in children.items()
        if any(child.pinned_version_pk is not None for child in found)
    }


def _leave_linked_alone(course_key: CourseKey, results: dict[object, PlannedItem | LeftAlone]) -> None:
    """Leave blocks alone that are parts of linked structures, where the next sync would undo the edit."""
    planned = {
        key: result
        for result in results.values()
        if isinstance(result, PlannedItem) and isinstance(key := result.item.key, UsageKey)
    }
    updates = [UpdateBlock(key, result.olx or "") for key, result in planned.items()]
    for key, error in refused_updates(course_key, updates).items():
        results[key] = LeftAlone(planned[key].item, error.code, error.message)
