"""Errors of undoing."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ...errors import ConflictError, InvalidInputError
from .data import UndoPlan


class UndoConflictError(ConflictError):
    """Items of a change set cannot be undone, and the caller did not ask to leave them out. Nothing has changed."""

    code = "undo_conflict"

    def __init__(self, plan: UndoPlan) -> None:
        self.plan = plan
        count = len(plan.conflicts)
        text = ngettext(
            "%(count)s item cannot be undone: %(first)s To undo the rest, leave it out (on_conflict “skip”).",
            "%(count)s items cannot be undone, the first of them because: %(first)s To undo the rest, leave them out"
            " (on_conflict “skip”).",
            count,
        )
        super().__init__(text % {"count": count, "first": plan.conflicts[0].message})


class NothingToUndoError(ConflictError):
    """No item of a change set can be undone."""

    code = "nothing_to_undo"

    def __init__(self, plan: UndoPlan) -> None:
        self.plan = plan
        super().__init__(_("Nothing of this change set can be undone: all its items were changed since."))


class RecordsRemovedError(InvalidInputError):
    """The log of a change set has no records that could be undone, because they were removed or never written."""

    code = "records_removed"

    def __init__(self) -> None:
        super().__init__(
            _(
                "The records of this change set were removed, or it changed no item itself, so it cannot be undone."
                " Restore single items instead."
            )
        )
