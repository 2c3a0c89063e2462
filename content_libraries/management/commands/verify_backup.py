"""``manage.py verify_backup``: say whether an archive of a library is whole, and what it holds."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from content_libraries.backups import api
from content_libraries.management.base import LibraryCommand, cut
from content_libraries.management.paths import whole_path

from ...actors import Operator


class Command(LibraryCommand):
    help = "Say whether an archive of a library is whole and can be restored here, and what it holds. Writes nothing."

    def add_own_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE", help="path of the archive")

    def run(self, user: User | Operator, *, file: str, **_options: object) -> Mapping[str, object]:
        if not Path(file).is_file():
            raise CommandError(_("There is no file %(path)s.") % {"path": whole_path(file)})
        return {"file": file, **api.archive_report(api.verify_archive(Path(file)))}

    def summarize(self, result: Mapping[str, Any]) -> str:
        if not result["whole"]:
            return "\n".join(cut([problem["message"] for problem in result["problems"]], is_done=False))
        library, counts = result["library"], result["counts"]
        lines = [
            _("%(file)s is whole. It holds “%(title)s” (%(key)s), from %(origin)s, of %(when)s.")
            % {
                "file": result["file"],
                "title": library["title"],
                "key": library["key"],
                "origin": library["origin"] or _("an unknown site"),
                "when": library["created_at"],
            },
            *(f"{kind}: {count}" for kind, count in counts.items() if count),
        ]
        if not result["manifest"]:
            lines.append(_("It has no manifest: whether members were changed cannot be told."))
        return "\n".join([*lines, *cut(result["notes"], is_done=False)])

    def failure(self, result: Mapping[str, Any]) -> str:
        if result["whole"]:
            return ""
        count = len(result["problems"])
        text = ngettext("The archive has %(count)s problem.", "The archive has %(count)s problems.", count)
        return text % {"count": count}
