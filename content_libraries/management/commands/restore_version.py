"""``manage.py restore_version``: restore an item to an earlier version, or the draft of a library to a publish."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.contrib.auth.models import User
from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ... import keys
from ...actors import Operator
from ...history import api
from ..base import LibraryCommand, cut


class Command(LibraryCommand):
    help = "Restore an item to an earlier version, or the draft of a library to a publish, in new versions."

    def add_own_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "key", metavar="KEY", help="Key of a component or container, of a block of a course, or of a library."
        )
        parser.add_argument("--version-num", type=int, help="The version of the item to go back to.")
        parser.add_argument(
            "--with-children",
            action="store_true",
            help="Also restore what is in a container, as it was when the version was made.",
        )
        parser.add_argument("--publish-log", type=UUID, help="ID of the publish of the library to go back to.")
        parser.add_argument("--dry-run", action="store_true", help="Show what would change, and write nothing.")

    def run(
        self,
        user: User | Operator,
        *,
        key: str,
        version_num: int | None,
        with_children: bool,
        publish_log: UUID | None,
        dry_run: bool,
        **_options: object,
    ) -> Mapping[str, object]:
        target = _target(key, version_num, publish_log, with_children=with_children)
        if dry_run:
            return _report(key, api.preview_restore(target, user=user), None, is_done=False)
        restored = api.restore_versions(target, user=user)
        return _report(key, restored.plan, restored.change_set, is_done=True)

    def summarize(self, result: Mapping[str, Any]) -> str:
        changes, is_done = result["changes"], result["is_done"]
        lines = [
            f"{change['action']}  {change['item_key']}  {_number(change['from_version'])} →"
            f" {_number(change['to_version'])}"
            for change in changes
        ]
        count = len(changes)
        if is_done:
            text = ngettext("Restored %(count)s item.", "Restored %(count)s items.", count)
        else:
            text = ngettext("%(count)s item would be restored.", "%(count)s items would be restored.", count)
        return "\n".join([*cut(lines, is_done=is_done), text % {"count": count}])


def _target(key: str, version_num: int | None, publish_log: UUID | None, *, with_children: bool) -> api.RestoreTarget:
    if key.startswith("lib:"):
        if publish_log is None or version_num is not None or with_children:
            raise CommandError(_("Name --publish-log with a library, and nothing else."))
        return api.LibraryState(keys.library_key(key), publish_log)
    if version_num is None or publish_log is not None:
        raise CommandError(_("Name --version-num with an item, and no --publish-log."))
    item_key = keys.any_run_item_key(key)
    return api.ItemVersion(item_key, version_num, with_children)


def _report(
    key: str, plan: api.RestorePlan, change_set: api.ChangeSet | None, *, is_done: bool
) -> Mapping[str, object]:
    return {
        "key": key,
        "is_done": is_done,
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
    }


def _number(version: int | None) -> str:
    return _("none") if version is None else str(version)
