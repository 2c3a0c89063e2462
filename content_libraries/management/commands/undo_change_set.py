"""``manage.py undo_change_set``: undo what a user did to a library or a course in one action."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.contrib.auth.models import User
from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ...actors import Operator
from ...history import api
from ..base import LibraryCommand, cut


class Command(LibraryCommand):
    help = "Undo a change set: bring the versions before it back, in a new change set."

    def add_own_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("uuid", type=UUID, help="ID of the change set, as list_change_sets shows it.")
        parser.add_argument(
            "--on-conflict",
            choices=list(api.OnConflict),
            default=api.OnConflict.REFUSE,
            help="Refuse the undo if items were changed since, or skip these items; refuse by default.",
        )
        parser.add_argument("--dry-run", action="store_true", help="Show what would be undone, and write nothing.")

    def run(
        self, user: User | Operator, *, uuid: UUID, on_conflict: str, dry_run: bool, **_options: object
    ) -> Mapping[str, object]:
        if dry_run:
            return _report(api.preview_undo(uuid, user=user), None)
        try:
            undone = api.undo_change_set(uuid, user=user, on_conflict=api.OnConflict(on_conflict))
        except (api.UndoConflictError, api.NothingToUndoError) as error:
            raise CommandError("\n".join([error.message, *_conflict_lines(_report(error.plan, None))])) from error
        return _report(undone.plan, undone.change_set)

    def summarize(self, result: Mapping[str, Any]) -> str:
        is_done = result["change_set"] is not None
        count = len(result["changes"])
        if is_done:
            text = ngettext("Undid %(count)s change (%(uuid)s).", "Undid %(count)s changes (%(uuid)s).", count)
        else:
            text = ngettext("%(count)s change would be undone.", "%(count)s changes would be undone.", count)
        lines = [
            f"{change['action']}  {change['item_key'] or change['title']}  {_number(change['from_version'])} →"
            f" {_number(change['to_version'])}"
            for change in result["changes"]
        ]
        return "\n".join(
            [
                *cut(lines, is_done=is_done),
                *_conflict_lines(result, is_done=is_done),
                text % {"count": count, "uuid": result["change_set"]},
            ]
        )


def _report(plan: api.UndoPlan, change_set: api.ChangeSet | None) -> dict[str, Any]:
    return {
        "undoes": str(plan.change_set.uuid),
        "change_set": None if change_set is None else str(change_set.uuid),
        "changes": [
            {
                "item_key": None if step.key is None else str(step.key),
                "title": step.title,
                "action": step.action.value,
                "from_version": step.from_version,
                "to_version": step.to_version,
            }
            for step in plan.steps
        ],
        "conflicts": [
            {
                "item_key": None if conflict.key is None else str(conflict.key),
                "title": conflict.title,
                "reason": conflict.reason.value,
                "user": conflict.user,
                "change_set": None if conflict.change_set is None else str(conflict.change_set),
                "message": conflict.message,
            }
            for conflict in plan.conflicts
        ],
        "collections": list(plan.collections),
        "tagged": list(plan.tagged),
        "forwards": list(plan.forwards),
    }


def _conflict_lines(result: Mapping[str, Any], *, is_done: bool = True) -> list[str]:
    return cut([f"! {conflict['message']}" for conflict in result["conflicts"]], is_done=is_done)


def _number(version: int | None) -> str:
    return _("none") if version is None else str(version)
