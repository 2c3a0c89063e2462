"""``manage.py move_links``: link course blocks to the same items of another library."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from content_libraries.courses import api as courses
from content_libraries.errors import ContentLibrariesError
from content_libraries.keys import course_key, library_key
from content_libraries.management.base import LibraryCommand
from content_libraries.sync import api as sync

from ...actors import Operator


class Command(LibraryCommand):
    help = (
        "Link blocks of courses that are linked to a library to the same items of another one, such as a backup that"
        " was restored beside it. Local changes stay; each block is offered what the other library has published."
        " Fails at the end if a course was refused; the others are done."
    )

    def add_own_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("source", metavar="lib:ORG:OLD", help="key of the old library")
        parser.add_argument("target", metavar="lib:ORG:NEW", help="key of the other one")
        parser.add_argument(
            "--course",
            action="append",
            default=[],
            metavar="course-v1:ORG+COURSE+RUN",
            help="key of a course; can be repeated",
        )
        parser.add_argument("--all", dest="all_courses", action="store_true", help="all courses that the user may view")
        parser.add_argument("--dry-run", action="store_true", help="only show what would be done")

    def run(
        self,
        user: User | Operator,
        *,
        source: str,
        target: str,
        course: list[str],
        all_courses: bool,
        dry_run: bool,
        **_options: object,
    ) -> Mapping[str, object]:
        if bool(course) == all_courses:
            raise CommandError(_("Name courses, or give --all."))
        old, new = library_key(source), library_key(target)
        named = [course_key(text) for text in course]
        act = sync.preview_link_move if dry_run else sync.move_links
        results = []
        for key in named or [course.id for course in courses.viewable_courses(user)]:
            self.progress(_("Moving links of %(course)s") % {"course": key})
            try:
                report = sync.link_move_report(act(key, source=old, target=new, user=user)) | {"error": None}
            except ContentLibrariesError as refusal:
                report = {"course_key": str(key), "moved": [], "left": [], "error": refusal.message}
            results.append(report)
        self.refused = sum(report["error"] is not None for report in results)
        return {"dry_run": dry_run, "courses": results}

    def handle(self, *args: str, **options: object) -> None:
        """Move the links. If a course was refused, fail after the results of all courses are printed."""
        super().handle(*args, **options)
        if self.refused:
            text = ngettext("%(count)s course was refused.", "%(count)s courses were refused.", self.refused)
            raise CommandError(text % {"count": self.refused})

    def summarize(self, result: Mapping[str, Any]) -> str:
        text = _("%(moved)s to move, %(left)s stay.") if result["dry_run"] else _("%(moved)s moved, %(left)s stay.")
        lines = [
            f"{course['course_key']}: "
            + (course["error"] or text % {"moved": len(course["moved"]), "left": len(course["left"])})
            for course in result["courses"]
        ]
        if result["dry_run"]:
            lines.append(_("Nothing was written: this was a dry run."))
        return "\n".join(lines)
