"""``manage.py rerun_course``: create a course as a copy of another one."""

from __future__ import annotations

from collections.abc import Mapping

from django.contrib.auth.models import User
from django.core.management.base import CommandParser
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from content_libraries.courses import api as courses
from content_libraries.keys import course_key
from content_libraries.management.base import LibraryCommand

from ...actors import Operator


class Command(LibraryCommand):
    help = "Create a course as a copy of another one: published content, drafts, files, tags and links to libraries."
    summary = gettext_lazy("{course} was created as a copy of {source}: “{title}”, {blocks} blocks.")

    def add_own_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("source", help="course-v1:ORG+COURSE+RUN of the course to copy")
        parser.add_argument("target", help="course-v1:ORG+COURSE+RUN of the new course")
        parser.add_argument("--title", help="title of the new course; by default, the title of the source")

    def run(
        self, user: User | Operator, *, source: str, target: str, title: str | None, **_options: object
    ) -> Mapping[str, object]:
        old, new = course_key(source), course_key(target)
        self.progress(_("Copying %(source)s …") % {"source": old})
        course = courses.rerun_course(old, course_key=new, user=user, display_name=title)
        structure = courses.get_structure(new, user=user)
        return {
            "source": str(old),
            "course": str(new),
            "title": course.display_name,
            "blocks": len(structure.blocks),
        }
