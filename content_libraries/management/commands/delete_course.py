"""``manage.py delete_course``: delete a course of the course store with everything in it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext as _

from content_libraries.courses import api as courses
from content_libraries.keys import course_key
from content_libraries.management.base import LibraryCommand, cut
from content_libraries.sync import api as sync

from ...actors import Operator


class Command(LibraryCommand):
    help = (
        "Delete a course with its blocks, files, history, team and links to libraries, for good. Libraries stay as they"
        " are. Write it with export_course first."
    )

    def add_own_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("course", help="course-v1:ORG+COURSE+RUN")
        parser.add_argument("--dry-run", action="store_true", help="only show what would be deleted")
        parser.add_argument("--yes", action="store_true", help="delete it; without --yes nothing is deleted")

    def run(
        self, user: User | Operator, *, course: str, dry_run: bool, yes: bool, **_options: object
    ) -> Mapping[str, object]:
        key = course_key(course)
        if dry_run and yes:
            raise CommandError(_("Give --dry-run or --yes, not both."))
        contents = courses.preview_course_deletion(key, user=user)
        if not (dry_run or yes):
            raise CommandError(
                _(
                    "Nothing was deleted. “%(title)s” cannot be brought back: look at it with --dry-run, then delete it"
                    " with --yes."
                )
                % {"title": contents.title}
            )
        links = [
            {"usage_key": link.row.downstream_key, "upstream": link.row.upstream_key}
            for link in sync.list_links(user=user, course_key=key)
        ]
        if yes:
            self.progress(_("Deleting %(course)s …") % {"course": key})
            courses.delete_course(key, user=user)
        return {
            "course": str(key),
            "dry_run": dry_run,
            "title": contents.title,
            "blocks": contents.blocks,
            "files": contents.files,
            "links": links,
        }

    def summarize(self, result: Mapping[str, Any]) -> str:
        links = [f"{link['usage_key']} → {link['upstream']}" for link in result["links"]]
        lines = cut(links, is_done=not result["dry_run"])
        lines.append(
            _("%(course)s, “%(title)s”. Blocks: %(blocks)s. Files: %(files)s. Links to libraries: %(links)s.")
            % {**result, "links": len(links)}
        )
        lines.append(
            _("Nothing was written: this was a dry run.") if result["dry_run"] else _("The course was deleted.")
        )
        return "\n".join(lines)
