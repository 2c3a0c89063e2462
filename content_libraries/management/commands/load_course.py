"""``manage.py load_course``: load the OLX of a course into the course store."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import CommandParser
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from content_libraries import keys
from content_libraries.courses import api as courses
from content_libraries.errors import InvalidInputError
from content_libraries.management.base import LibraryCommand
from content_libraries.management.paths import whole_path, whole_path_named

from ...actors import Operator


class Command(LibraryCommand):
    help = "Load an OLX archive or folder as a course. One that is there gets the content of the archive."
    summary = gettext_lazy(
        "{course}: {blocks} blocks ({created} created, {updated} updated, {deleted} deleted), {files}"
        " files, {files_left_out} files left out because they are too large."
    )

    def add_own_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("path", help="a .tar.gz, a .zip or a folder with OLX")
        parser.add_argument("--course-key", help="course-v1:ORG+COURSE+RUN; if not given, that of the archive")

    def run(
        self, user: User | Operator, *, path: str, course_key: str | None, **_options: object
    ) -> Mapping[str, object]:
        self.progress(_("Loading %(path)s") % {"path": whole_path(path)})
        with whole_path_named(path, InvalidInputError):
            key = keys.course_key(course_key) if course_key else None
            report = courses.load_course(Path(path), user=user, course_key=key)
        return {
            "course": str(report.course_key),
            "blocks": report.blocks,
            "created": report.created,
            "updated": report.updated,
            "deleted": report.deleted,
            "files": report.files,
            "files_left_out": list(report.files_left_out),
            "drafts": report.drafts,
        }

    def summarize(self, result: Mapping[str, Any]) -> str:
        return self.summary.format_map({**result, "files_left_out": len(result["files_left_out"])})
