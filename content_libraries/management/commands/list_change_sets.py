"""``manage.py list_change_sets``: list what users did to a library or a course."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import CommandParser
from django.utils.translation import gettext as _

from ... import keys
from ...actors import Operator
from ...history import api
from ...rest.dates import utc_seconds
from ..base import LibraryCommand


class Command(LibraryCommand):
    help = "List what users did to a library or a course, one line for each action, newest first."

    def add_own_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("context_key", metavar="KEY", help="Key of the library or course.")
        parser.add_argument("--kind", choices=list(api.ChangeKind), help="Only actions of this kind.")
        parser.add_argument("--by", metavar="USERNAME", help="Only what this user did.")
        parser.add_argument("--limit", type=int, default=30, help="How many to list; 30 by default.")

    def run(
        self,
        user: User | Operator,
        *,
        context_key: str,
        kind: str | None,
        by: str | None,
        limit: int,
        **_options: object,
    ) -> Mapping[str, object]:
        key = keys.context_key(context_key)
        wanted = None if kind is None else api.ChangeKind(kind)
        found = api.list_change_sets(key, user=user, kind=wanted, username=by)
        sets = [
            {
                "uuid": str(change_set.uuid),
                "kind": change_set.kind.value,
                "summary": change_set.summary,
                "user": change_set.user,
                "created": utc_seconds(change_set.created),
                "source_key": change_set.source_key,
                "job_uuid": None if change_set.job_uuid is None else str(change_set.job_uuid),
                "changes": change_set.changes,
                "side_effects": change_set.side_effects,
            }
            for change_set in found[: max(limit, 0)]
        ]
        return {"context_key": str(key), "count": len(found), "change_sets": sets}

    def summarize(self, result: Mapping[str, Any]) -> str:
        lines = [
            f"{change_set['created']}  {change_set['user'] or '-'}  {change_set['summary']}  ({change_set['uuid']})"
            for change_set in result["change_sets"]
        ]
        shown = {"shown": len(lines), "count": result["count"], "key": result["context_key"]}
        return "\n".join([*lines, _("%(key)s: %(shown)s of %(count)s change sets.") % shown])
