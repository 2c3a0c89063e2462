"""Checks whether a plan still fits the library that it was made for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Final

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ...errors import PlanOutdatedError
from ...learning_core.api import codes_in_use, draft_versions
from ..data import MAKING_ACTIONS, Action, ImportPlan, PlannedBlock
from ..records.mapping import newest_row_pk

_MOST_SHOWN: Final = 5


@dataclass(frozen=True, slots=True)
class LibraryChange:
    """
    A change of the library after a plan was made that conflicts with the plan.

    Args:
        code: ``code_taken``, ``edited``, ``deleted``, ``restored`` or ``imported``.
        source_key: the block of the source that the change concerns; "" for the source as a whole.
        message: a description, for the author.
    """

    code: str
    source_key: str
    message: str


class ImportOutdatedError(PlanOutdatedError):
    """The library has changed since the plan was made, and the changes conflict with the plan."""

    code: ClassVar[str] = "plan_outdated"

    def __init__(self, changes: tuple[LibraryChange, ...]) -> None:
        shown = [change.message for change in changes[:_MOST_SHOWN]]
        if more := len(changes) - len(shown):
            shown.append(
                ngettext("And %(count)s more change.", "And %(count)s more changes.", more) % {"count": f"{more:,}"}
            )
        text = _("The library changed since this import was planned. %(changes)s Plan the import again.")
        super().__init__(text % {"changes": " ".join(shown)})
        self.changes = changes


def refuse_outdated(plan: ImportPlan, learning_package_pk: int) -> None:
    """
    Raise ImportOutdatedError if applying the plan would overwrite edits or import blocks twice.

    Edits of items that the plan does not write do not matter. Callers must have locked the learning package, so that
    no other transaction changes it between the check and the writes. Needs three queries.
    """
    changes = tuple(_changes(plan, learning_package_pk))
    if changes:
        raise ImportOutdatedError(changes)


def _changes(plan: ImportPlan, learning_package_pk: int) -> Iterator[LibraryChange]:
    if newest_row_pk(plan.source_key, learning_package_pk) != plan.last_row_pk:
        yield LibraryChange("imported", "", _("%(source)s was imported meanwhile.") % {"source": plan.source_key})
        return
    taken = codes_in_use(learning_package_pk)
    drafts = draft_versions(learning_package_pk, [block.entity_ref for block in plan.blocks if block.entity_ref])
    for block in plan.blocks:
        if block.action in MAKING_ACTIONS:
            is_taken = (
                block.code in taken.containers
                if block.is_container
                else (block.item_type, block.code) in taken.components
            )
            if is_taken:
                yield _change("code_taken", block, _("The library got an item “%(code)s”.") % {"code": block.code})
        elif block.entity_ref and (change := _target_change(block, drafts.get(block.entity_ref))):
            yield change


def _target_change(block: PlannedBlock, version_pk: int | None) -> LibraryChange | None:
    if version_pk == block.base_version_pk:
        return None
    if version_pk is None:
        return _change(
            "deleted", block, _("“%(title)s” (%(code)s) was deleted.") % {"title": block.title, "code": block.code}
        )
    if block.base_version_pk is None:
        return _change(
            "restored", block, _("“%(title)s” (%(code)s) was restored.") % {"title": block.title, "code": block.code}
        )
    if block.action in {Action.SKIP, Action.FAILED}:
        return None
    return _change(
        "edited", block, _("“%(title)s” (%(code)s) was edited.") % {"title": block.title, "code": block.code}
    )


def _change(code: str, block: PlannedBlock, message: str) -> LibraryChange:
    return LibraryChange(code, str(block.source_key), message)
