"""``manage.py reindex_studio``: bring the search index up to date, or rebuild it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import CommandParser
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ... import keys
from ...actors import Operator
from ...search import api as search
from ..base import LibraryCommand


class Command(LibraryCommand):
    help = "Bring the search index up to date: of all libraries and courses, or of one."
    summary = gettext_lazy("Made {updated} documents, removed {deleted}.")

    def add_own_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "context_key",
            nargs="?",
            metavar="lib:ORG:SLUG|course-v1:ORG+COURSE+RUN",
            help="Key of the only library or course to index.",
        )
        parser.add_argument(
            "--full",
            action="store_true",
            help="Make all documents anew, and not only those that are not up to date. Everything is found meanwhile;"
            " run it again to go on with one that was interrupted.",
        )

    def run(
        self, user: User | Operator, *, context_key: str | None, full: bool, **_options: object
    ) -> Mapping[str, object]:
        key = keys.context_key(context_key) if context_key else None
        index = search.rebuild if full else search.refresh
        done = index(key, report=self._report)
        refused = [asdict(refusal) for refusal in search.refusals(key)]
        return {"updated": done.updated, "deleted": done.deleted, "refused": refused}

    def summarize(self, result: Mapping[str, Any]) -> str:
        told = [super().summarize(result)]
        told += [_("Not as it is: %(usage_key)s: %(reason)s") % refusal for refusal in result["refused"]]
        return "\n".join(told)

    def _report(self, number: int, count: int, done: search.CaughtUp) -> None:
        self.progress(
            _("%(number)s of %(count)s libraries and courses, %(documents)s documents …")
            % {"number": number, "count": count, "documents": done.updated}
        )
