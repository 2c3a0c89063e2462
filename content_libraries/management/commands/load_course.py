"""``manage.py load_course``: load the OLX of a course into the course store."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import CommandParser
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from content_libraries import keys
from content_libraries.courses import api as courses
from content_libraries.errors import InvalidInputError
from content_libraries.management.base import LibraryCommand, cut
from content_libraries.management.paths import whole_path, whole_path_named

from ...actors import Operator


class Command(LibraryCommand):
    help = "Load an OLX archive or folder as a course. One that is there gets the content of the archive."
    summary = gettext_lazy(
        "{course}: {blocks} blocks ({created} created, {updated} updated, {deleted} deleted), {files}"
        " files, {files_left_out} files left out."
    )

    def add_own_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("path", help="a .tar.gz, a .zip or a folder with OLX")
        parser.add_argument("--course-key", help="course-v1:ORG+COURSE+RUN; by default, the key in the archive")
        parser.add_argument(
            "--strict", action="store_true", help="load nothing if a block of the archive cannot be read"
        )

    def run(
        self, user: User | Operator, *, path: str, course_key: str | None, strict: bool, **_options: object
    ) -> Mapping[str, object]:
        self.progress(_("Loading %(path)s") % {"path": whole_path(path)})
        with whole_path_named(path, InvalidInputError):
            key = keys.course_key(course_key) if course_key else None
            report = courses.load_course(Path(path), user=user, course_key=key, strict=strict)
        return {
            "course": str(report.course_key),
            "blocks": report.blocks,
            "created": report.created,
            "updated": report.updated,
            "deleted": report.deleted,
            "files": report.files,
            "files_left_out": list(report.files_left_out),
            "drafts": report.drafts,
            "failed": [asdict(block) for block in report.failed],
            "notes": [asdict(block) for block in report.notes],
            "source_notes": list(report.source_notes),
        }

    def summarize(self, result: Mapping[str, Any]) -> str:
        rows = [f"{row['usage_key']}: {row['reason']}" for row in (*result["failed"], *result["notes"])]
        lines = cut([*rows, *result["source_notes"]], is_done=True)
        summary = self.summary.format_map({**result, "files_left_out": len(result["files_left_out"])})
        return "\n".join([*lines, summary])

    def failure(self, result: Mapping[str, Any]) -> str:
        count = len(result["failed"])
        text = ngettext(
            "%(count)s block of the archive cannot be read. Correct it, and load the archive again.",
            "%(count)s blocks of the archive cannot be read. Correct them, and load the archive again.",
            count,
        )
        return text % {"count": count} if count else ""
