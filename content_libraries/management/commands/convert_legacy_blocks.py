"""``manage.py convert_legacy_blocks``: link course blocks from legacy libraries to the libraries that replaced them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from content_libraries.courses import api as courses
from content_libraries.errors import ContentLibrariesError
from content_libraries.keys import CourseKey, course_key
from content_libraries.management.base import LibraryCommand, cut
from content_libraries.sync import api as sync

from ...actors import Operator


class Command(LibraryCommand):
    help = (
        "Convert the blocks of courses that use a migrated legacy library: they become problem banks, whose children"
        " are linked to library items. Each course is one change set, and can be undone."
    )

    def add_own_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("names", nargs="*", metavar="COURSE", help="course-v1:ORG+COURSE+RUN")
        parser.add_argument("--all", dest="all_courses", action="store_true", help="all courses that the user may view")
        parser.add_argument(
            "--publish", action="store_true", help="publish the blocks that have no other unpublished changes"
        )
        parser.add_argument("--dry-run", action="store_true", help="only show what would be done")

    def run(
        self,
        user: User | Operator,
        *,
        names: list[str],
        all_courses: bool,
        publish: bool,
        dry_run: bool,
        **_options: object,
    ) -> Mapping[str, object]:
        if bool(names) == all_courses:
            raise CommandError(_("Name courses, or give --all."))
        named = [course_key(text) for text in names]
        course_keys = named or [course.id for course in courses.viewable_courses(user)]
        results = []
        for key in course_keys:
            self.progress(_("Converting %(course)s") % {"course": key})
            results.append(_converted(key, user, publish=publish, dry_run=dry_run))
        return {"dry_run": dry_run, "courses": results}

    def summarize(self, result: Mapping[str, Any]) -> str:
        lines = []
        for course in result["courses"]:
            children = [child for block in course["blocks"] for child in block["children"]]
            linked = sum(child["upstream"] is not None for child in children)
            count = len(course["blocks"])
            text = ngettext(
                "%(course)s: %(count)s block, %(linked)s of %(children)s linked.",
                "%(course)s: %(count)s blocks, %(linked)s of %(children)s linked.",
                count,
            )
            names = {"course": course["course"], "count": count, "linked": linked, "children": len(children)}
            lines.append(text % names)
            lines += cut((course["error"] or "").splitlines(), is_done=not result["dry_run"])
        if result["dry_run"]:
            lines.append(_("Nothing was written: this was a dry run."))
        return "\n".join(lines)

    def failure(self, result: Mapping[str, Any]) -> str:
        failed = sum(course["failed"] for course in result["courses"])
        counts = {"failed": failed, "all": len(result["courses"])}
        return _("%(failed)s of %(all)s courses failed.") % counts if failed else ""


def _converted(key: CourseKey, user: User | Operator, *, publish: bool, dry_run: bool) -> dict[str, object]:
    """Convert one course, and report the changes. An error in it does not stop the conversion of other courses."""
    failed = False
    try:
        if dry_run:
            plan = sync.preview_conversion(key, user=user)
            blocks, error, name = sync.conversion_report(plan), sync.unlinked_text(plan), None
        else:
            done = sync.convert_legacy_blocks(key, user=user, publish=publish)
            blocks, error, name = done.report, done.error, str(done.uuid)
    except ContentLibrariesError as problem:
        blocks, error, name, failed = [], problem.message, None, True
    return {"course": str(key), "blocks": blocks, "error": error, "failed": failed, "conversion": name}
