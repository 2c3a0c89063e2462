"""Checks whether a plan still fits the library that it was made for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import ClassVar, Final

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ...errors import PlanOutdatedError
from ...learning_core.api import codes_in_use, draft_versions
from ...plan_basis import ChangedFact, PlanBasis, State, refuse_outdated
from ..data import MAKING_ACTIONS, Action, ImportPlan, PlannedBlock
from ..records.mapping import newest_row_pk

_MOST_SHOWN: Final = 5
_RECORDS: Final = ""
"""The subject for the records of earlier imports of the source. Other subjects are source keys of blocks."""


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


def refuse_outdated_import(plan: ImportPlan, learning_package_pk: int) -> None:
    """
    Raise ImportOutdatedError if applying the plan would overwrite edits or import blocks twice.

    Edits of items that the plan does not write do not matter. Callers must have locked the learning package, so that
    no other transaction changes it between the check and the writes. Needs three queries.
    """

    def error(changes: tuple[ChangedFact[str], ...]) -> ImportOutdatedError:
        return ImportOutdatedError(tuple(_in_words(plan, changes)))

    refuse_outdated(basis_of(plan), _basis_now(plan, learning_package_pk), error)


def basis_of(plan: ImportPlan) -> PlanBasis[str]:
    """
    Return the state of the library that a plan was made for.

    A block that becomes a new item needs a free code. Another block needs the draft that its item had; if the plan does
    not write the item, it is enough that the item still exists, or still does not.
    """
    return _basis(plan, plan.last_row_pk, lambda block: None if _is_made(block) else block.base_version_pk)


def _basis_now(plan: ImportPlan, learning_package_pk: int) -> PlanBasis[str]:
    taken = codes_in_use(learning_package_pk)
    drafts = draft_versions(learning_package_pk, [block.entity_ref for block in plan.blocks if block.entity_ref])

    def state(block: PlannedBlock) -> State:
        if not _is_made(block):
            return drafts.get(block.entity_ref)
        if block.is_container:
            return "taken" if block.code in taken.containers else None
        return "taken" if (block.item_type, block.code) in taken.components else None

    return _basis(plan, newest_row_pk(plan.source_key, learning_package_pk), state)


def _basis(plan: ImportPlan, row_pk: int, state: Callable[[PlannedBlock], State]) -> PlanBasis[str]:
    facts: dict[str, State] = {_RECORDS: row_pk}
    for block in plan.blocks:
        if _is_made(block) or block.entity_ref:
            found = state(block)
            is_left_alone = block.action in {Action.SKIP, Action.FAILED} and found is not None
            facts[str(block.source_key)] = "exists" if is_left_alone else found
    return PlanBasis(facts)


def _is_made(block: PlannedBlock) -> bool:
    return block.action in MAKING_ACTIONS


def _in_words(plan: ImportPlan, changes: tuple[ChangedFact[str], ...]) -> Iterator[LibraryChange]:
    if changes[0].subject == _RECORDS:  # it explains the others
        yield LibraryChange("imported", "", _("%(source)s was imported meanwhile.") % {"source": plan.source_key})
        return
    blocks = {str(block.source_key): block for block in plan.blocks}
    for change in changes:
        yield _library_change(blocks[change.subject], change)


def _library_change(block: PlannedBlock, change: ChangedFact[str]) -> LibraryChange:
    if _is_made(block):
        code, text = "code_taken", _("The library got an item “%(code)s”.")
    elif change.now is None:
        code, text = "deleted", _("“%(title)s” (%(code)s) was deleted.")
    elif change.before is None:
        code, text = "restored", _("“%(title)s” (%(code)s) was restored.")
    else:
        code, text = "edited", _("“%(title)s” (%(code)s) was edited.")
    return LibraryChange(code, str(block.source_key), text % {"title": block.title, "code": block.code})
