"""``manage.py bulk_edit``: change settings or texts in many items of a library or a course."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext as _

from ... import keys
from ...actors import Operator
from ...errors import InvalidValueError
from ...history import api
from ...keys import LibraryLocatorV2
from ...values import read_json
from ..base import LibraryCommand, cut


class Command(LibraryCommand):
    help = "Change settings or texts in many items of a library or a course, in one change set."

    def add_own_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("context_key", metavar="KEY", help="Key of the library or course.")
        parser.add_argument("--type", action="append", default=[], metavar="TYPE", help="Only items of this type.")
        parser.add_argument("--item", action="append", default=[], metavar="KEY", help="This item and all below it.")
        parser.add_argument("--collection", default="", metavar="CODE", help="Only what is in this collection.")
        parser.add_argument("--query", default="", metavar="WORDS", help="Only items that the search finds.")
        parser.add_argument(
            "--set", action="append", default=[], metavar="NAME=JSON", help="New value of a setting, such as weight=2."
        )
        parser.add_argument("--find", metavar="TEXT", help="The text, or with --regex the pattern, to replace.")
        parser.add_argument("--replace", default=None, metavar="TEXT", help="The text in its place.")
        parser.add_argument("--whole-words", action="store_true", help="Leave out parts of words.")
        parser.add_argument("--regex", action="store_true", help="--find is a regular expression of RE2.")
        parser.add_argument("--ignore-case", action="store_true", help="Upper and lower case do not differ.")
        parser.add_argument("--dry-run", action="store_true", help="Only show what would be done.")

    def run(
        self,
        user: User | Operator,
        *,
        context_key: str,
        type: Sequence[str],  # noqa: A002 - the name of the option
        item: Sequence[str],
        collection: str,
        query: str,
        dry_run: bool,
        **options: object,
    ) -> Mapping[str, object]:
        key = keys.context_key(context_key)
        parse = keys.item_key if isinstance(key, LibraryLocatorV2) else keys.block_key
        item_keys = tuple(parse(text) for text in item)
        selection = api.Selection(key, tuple(type), item_keys, collection, query)
        edit = _edit(options)
        change_set = None
        if dry_run:
            plan = api.preview_bulk_edit(selection, edit, user=user, report=self._tell)
        else:
            done = api.apply_bulk_edit(selection, edit, user=user, report=self._tell)
            plan, change_set = done.plan, done.change_set
        return {
            "context_key": str(key),
            "dry_run": dry_run,
            "change_set": None if change_set is None else str(change_set),
            "looked_at": plan.looked_at,
            "fields": {count.name: {"items": count.items, "changes": count.changes} for count in plan.fields},
            "items": [
                {"item_key": str(each.item.key), "title": each.item.title, "fields": dict(each.counts)}
                for each in plan.items
            ],
            "left_alone": [
                {"item_key": str(each.item.key), "problem": each.problem, "reason": each.reason}
                for each in plan.left_alone
            ],
        }

    def _tell(self, done: int, total: int) -> None:
        self.progress(_("%(done)s of %(total)s blocks computed") % {"done": done, "total": total})

    def summarize(self, result: Mapping[str, Any]) -> str:
        is_done = not result["dry_run"]
        changed = [f"{each['item_key']} “{each['title']}”: {_told(each['fields'])}" for each in result["items"]]
        alone = [
            _("left alone: %(key)s: %(reason)s") % {"key": each["item_key"], "reason": each["reason"]}
            for each in result["left_alone"]
        ]
        lines = [*cut(changed, is_done=is_done), *cut(alone, is_done=is_done)]
        lines.append(
            _("%(key)s: %(changed)s of %(count)s items change, %(alone)s are left alone.")
            % {
                "key": result["context_key"],
                "changed": len(changed),
                "count": result["looked_at"],
                "alone": len(alone),
            }
        )
        if not is_done:
            lines.append(_("Nothing was written: this was a dry run."))
        return "\n".join(lines)


def _edit(options: Mapping[str, Any]) -> api.BlockEdit:
    if options["set"]:
        if options["find"] is not None or options["replace"] is not None:
            raise CommandError(_("Use either --set, or --find and --replace."))
        return api.SettingsEdit(dict(map(_setting, options["set"])))
    if options["find"] is None or options["replace"] is None:
        raise CommandError(_("Use either --set, or --find and --replace."))
    return api.Replacing(
        find=options["find"],
        replace=options["replace"],
        whole_words=options["whole_words"],
        regex=options["regex"],
        match_case=not options["ignore_case"],
    )


def _setting(text: str) -> tuple[str, object]:
    name, equals, value = text.partition("=")
    if not (name and equals):
        raise CommandError(_("“%(text)s” is not NAME=JSON.") % {"text": text})
    try:
        return name, read_json(value)
    except InvalidValueError:
        return name, value  # a text without quotes


def _told(fields: Mapping[str, int]) -> str:
    return json.dumps(fields, ensure_ascii=False).strip("{}")
