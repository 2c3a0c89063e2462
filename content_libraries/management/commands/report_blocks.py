"""``manage.py report_blocks``: report which components of a library can be shown in previews."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import CommandParser
from django.utils.translation import gettext as _

from ... import keys
from ...actors import Operator
from ...xblocks import api
from ..base import LibraryCommand


class Command(LibraryCommand):
    help = "Render every component of a library, and tell by block type which cannot be shown, and why."

    def add_own_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("library_key", metavar="lib:ORG:SLUG", help="Key of the library.")

    def run(self, user: User | Operator, *, library_key: str, **_options: object) -> Mapping[str, object]:
        key = keys.library_key(library_key)
        self.progress(_("Rendering the components of %(library)s …") % {"library": key})
        types = api.summarize_reports(api.report_blocks(key, user=user))
        return {"library_key": str(key), "types": {name: asdict(report) for name, report in types.items()}}

    def summarize(self, result: Mapping[str, Any]) -> str:
        lines = []
        for block_type, report in result["types"].items():
            noticed = sum(report["notices"].values())
            lines.append(
                _("%(block_type)s: %(rendered)s rendered, %(noticed)s with a notice")
                % {"block_type": block_type, "rendered": report["rendered"], "noticed": noticed}
            )
            lines += [f"    {count} × {notice}" for notice, count in report["notices"].items()]
        return "\n".join(lines) or _("%(library)s has no components.") % {"library": result["library_key"]}
