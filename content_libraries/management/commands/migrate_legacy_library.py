"""``manage.py migrate_legacy_library``: import legacy (v1) libraries into libraries, and redirect to them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from content_libraries.imports import api as imports
from content_libraries.keys import library_key
from content_libraries.management.base import LibraryCommand, cut
from content_libraries.management.paths import whole_path

from ...actors import Operator


class Command(LibraryCommand):
    help = "Migrate legacy libraries, from their archives: import, publish, and redirect references to them."

    def add_own_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "sources",
            nargs="+",
            metavar="SOURCE",
            help="path of an exported legacy library, or the key of one that was uploaded",
        )
        where = parser.add_mutually_exclusive_group(required=True)
        where.add_argument("--into", metavar="lib:ORG:SLUG", help="all into this library, a collection for each")
        where.add_argument("--one-each", action="store_true", help="a new library for each")
        where.add_argument("--by-org", action="store_true", help="a library for each organization")
        where.add_argument(
            "--by-readers", action="store_true", help="a library for each organization and set of users who can read"
        )
        parser.add_argument("--dry-run", action="store_true", help="only show what would be done")

    def run(
        self,
        user: User | Operator,
        *,
        sources: list[str],
        into: str | None,
        dry_run: bool,
        **options: object,
    ) -> Mapping[str, object]:
        chosen = [destination for destination in imports.Destination if options[destination]]
        results = imports.migrate_legacy_libraries(
            [imports.named_source(name, user=user) for name in sources],
            user=user,
            into=library_key(into) if into else chosen[0],
            dry_run=dry_run,
        )
        rows = [_row(name, result) for name, result in zip(sources, results, strict=True)]
        if all(result.error for result in results):
            raise CommandError("\n".join([_("Nothing was migrated."), *(_line(row, is_done=False) for row in rows)]))
        return {"migrations": rows, "dry_run": dry_run}

    def summarize(self, result: Mapping[str, Any]) -> str:
        lines = [_line(row, is_done=not result["dry_run"]) for row in result["migrations"]]
        if result["dry_run"]:
            lines.append(_("Nothing was written: this was a dry run."))
        return "\n".join(lines)

    def failure(self, result: Mapping[str, Any]) -> str:
        failed = sum(bool(row["error"]) for row in result["migrations"])
        counts = {"failed": failed, "all": len(result["migrations"])}
        if failed:
            return _("%(failed)s of %(all)s were not migrated.") % counts
        return imports.unreadable_in_words(sum(len(row["report"]["failed"]) for row in result["migrations"]))


def _row(name: str, result: imports.LegacyMigration) -> dict[str, Any]:
    """Return the result for a source as a row. A source that failed is called by its whole path."""
    row = asdict(result)
    if result.error and imports.is_path(name):
        row["source"] = whole_path(name)
    return row


def _line(row: Mapping[str, Any], *, is_done: bool) -> str:
    if row["error"]:
        return _("%(source)s failed: %(error)s") % row
    created = sum(row["report"]["created"].values())
    names = {
        "source": row["source"],
        "library": _("new library %(library)s") % row if row["is_new"] else row["library"],
        "count": created,
    }
    said = "".join(f"\n  {line}" for line in cut(list(imports.report_lines(row["report"])), is_done=is_done))
    return _created_text(created, redirects=row["redirects"]) % names + said


def _created_text(created: int, *, redirects: bool) -> str:
    if redirects:
        return ngettext(
            "%(source)s → %(library)s: %(count)s item created.",
            "%(source)s → %(library)s: %(count)s items created.",
            created,
        )
    return ngettext(
        "%(source)s → %(library)s: %(count)s item created, references are not redirected.",
        "%(source)s → %(library)s: %(count)s items created, references are not redirected.",
        created,
    )
