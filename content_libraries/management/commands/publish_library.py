"""``manage.py publish_library``: publish all changes of a library."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import CommandParser
from django.utils.translation import gettext as _

from ... import keys
from ...actors import Operator, is_operator
from ...content import api
from ..base import LibraryCommand, cut, operator_name


class Command(LibraryCommand):
    help = "Publish all changes of a library: new, changed and deleted items, whoever made them."

    def add_own_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("library_key", metavar="lib:ORG:SLUG", help="Key of the library.")
        parser.add_argument("--dry-run", action="store_true", help="Only show what would be published.")

    def run(
        self, user: User | Operator, *, library_key: str, dry_run: bool, **_options: object
    ) -> Mapping[str, object]:
        key = keys.library_key(library_key)
        if dry_run:
            changes = api.unpublished_changes(key, user=user)
        else:
            self.progress(_("Publishing %(library)s …") % {"library": key})
            message = ""
            if is_operator(user):
                message = _("Published in a terminal by “%(name)s”.") % {"name": operator_name()}
            log_pk = api.publish_all(key, user=user, message=message)
            changes = [] if log_pk is None else api.published_changes(key, log_pk, user=user)
        items = [{"action": change.action, "key": str(change.key), "title": change.title} for change in changes]
        return {"library_key": str(key), "dry_run": dry_run, "items": items}

    def summarize(self, result: Mapping[str, Any]) -> str:
        counts = Counter(item["action"] for item in result["items"])
        items = [api.change_in_words(**item) for item in result["items"]]
        lines = cut(items, is_done=not result["dry_run"])
        if not counts:
            lines.append(_("Nothing is to be published in %(library)s.") % {"library": result["library_key"]})
        else:
            text = _("%(library)s: %(create)s created, %(update)s updated, %(delete)s deleted.")
            actions = {action: counts[action] for action in ("create", "update", "delete")}
            lines.append(text % {"library": result["library_key"], **actions})
        if result["dry_run"]:
            lines.append(_("Nothing was written: this was a dry run."))
        return "\n".join(lines)
