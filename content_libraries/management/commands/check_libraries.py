"""``manage.py check_libraries``: check files, links and the search index of libraries, and repair them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from functools import partial

from django.contrib.auth.models import User
from django.core.management.base import CommandParser
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ... import keys
from ...actors import Operator
from ...block_types import api as block_types
from ...content import api as content
from ...courses import api as courses
from ...errors import ContentLibrariesError, NotFoundError
from ...findings import Finding
from ...imports import api as imports
from ...keys import LibraryLocatorV2
from ...search import api as search
from ...sync import api as sync
from ..base import LibraryCommand, cut

type Check = Callable[[], Sequence[Finding]]
"""Looks for damage, and repairs it on request."""


class Command(LibraryCommand):
    help = "Check that files, links and the search index are what the content of libraries says. Fails if they are not."

    def add_own_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("library_key", nargs="?", metavar="lib:ORG:SLUG", help="Key of the only library to check.")
        parser.add_argument("--repair", action="store_true", help="Put right what is wrong.")
        parser.add_argument(
            "--digests", action="store_true", help="Read all files, and do not only ask the storage for their sizes."
        )

    def run(
        self, user: User | Operator, *, library_key: str | None, repair: bool, digests: bool, **_options: object
    ) -> Mapping[str, object]:
        key = keys.library_key(library_key) if library_key else None
        self.repairs = repair
        self.findings: list[Finding] = []
        self.failures: list[str] = []
        for check in _checks(key, repair=repair, digests=digests):
            self._do(check)
        return {"findings": [asdict(finding) for finding in self.findings]}

    def failure(self, _result: Mapping[str, object]) -> str:
        left = [finding for finding in self.findings if not finding.repaired]
        return "\n".join([*self.failures, *([self._left(left)] if left else [])])

    def _do(self, check: Check) -> None:
        """Run a check. An error in one check does not keep others from running."""
        try:
            self.findings += check()
        except NotFoundError:
            raise
        except ContentLibrariesError as error:
            self.failures.append(str(error))

    def _left(self, left: Sequence[Finding]) -> str:
        count, repairable = len(left), sum(finding.repairable for finding in left)
        if self.repairs:
            text = ngettext(
                "%(count)s of the findings could not be repaired.",
                "%(count)s of the findings could not be repaired.",
                count,
            )
        elif not repairable:
            text = ngettext(
                "%(count)s of the findings is left, and has to be put right by hand.",
                "%(count)s of the findings are left, and have to be put right by hand.",
                count,
            )
        else:
            text = ngettext(
                "%(count)s of the findings is left. Run the command with --repair: it can put %(repairable)s right.",
                "%(count)s of the findings are left. Run the command with --repair: it can put %(repairable)s right.",
                count,
            )
        return text % {"count": count, "repairable": repairable}

    def summarize(self, result: Mapping[str, object]) -> str:
        if self.findings or self.failures:
            return "\n".join(cut([_line(finding) for finding in self.findings], is_done=self.repairs))
        return _("Everything is as it should be.")


def _checks(library_key: LibraryLocatorV2 | None, *, repair: bool, digests: bool) -> Iterator[Check]:
    """
    Yield all checks in the order in which they run.

    Files come first, because the index is made of some of them.
    """
    yield partial(content.check_files, library_key, repair=repair, digests=digests)
    yield partial(content.check_file_names, library_key)
    if library_key is None:
        yield partial(courses.check_course_files, repair=repair, digests=digests)
        yield block_types.check_added_types
        yield imports.check_added_formats
    yield partial(sync.check_links, library_key, repair=repair)
    yield partial(search.check_index, library_key, repair=repair)


def _line(finding: Finding) -> str:
    text = _("%(subject)s: %(message)s Repaired.") if finding.repaired else "%(subject)s: %(message)s"
    return text % {"subject": finding.subject, "message": finding.message}
