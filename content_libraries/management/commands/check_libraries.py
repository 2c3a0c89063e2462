"""The command ``check_libraries``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any, Protocol

from django.contrib.auth.models import User
from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ... import keys
from ...findings import Finding
from ...keys import LibraryLocatorV2
from ...search import api as search
from ...sync import api as sync
from ..base import LibraryCommand, cut


class Check(Protocol):
    """Looks for what is wrong in one library, or in all of them, and repairs it if it shall."""

    def __call__(self, library_key: LibraryLocatorV2 | None, /, *, repair: bool) -> Sequence[Finding]: ...


CHECKS: Sequence[Check] = (sync.check_links, search.check_index)
"""All checks, in the order in which they run."""


class Command(LibraryCommand):
    help = "Check that what is derived from the content of libraries is what it should be. Fails if it is not."

    def add_own_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("library_key", nargs="?", metavar="lib:ORG:SLUG", help="Key of the only library to check.")
        parser.add_argument("--repair", action="store_true", help="Put right what is wrong.")

    def run(self, user: User | None, **options: Any) -> Mapping[str, object]:
        library_key = keys.library_key(options["library_key"]) if options["library_key"] else None
        self.findings = [finding for check in CHECKS for finding in check(library_key, repair=options["repair"])]
        return {"findings": [asdict(finding) for finding in self.findings]}

    def handle(self, *args: str, **options: Any) -> None:
        super().handle(*args, **options)
        if left := sum(not finding.repaired for finding in self.findings):
            text = ngettext(
                "%(count)s of the findings is left. Run the command with --repair to put it right.",
                "%(count)s of the findings are left. Run the command with --repair to put them right.",
                left,
            )
            raise CommandError(text % {"count": left})

    def summarize(self, result: Mapping[str, object]) -> str:
        return "\n".join(cut([_line(finding) for finding in self.findings])) or _("Everything is as it should be.")


def _line(finding: Finding) -> str:
    text = _("%(subject)s: %(message)s Repaired.") if finding.repaired else "%(subject)s: %(message)s"
    return text % {"subject": finding.subject, "message": finding.message}
