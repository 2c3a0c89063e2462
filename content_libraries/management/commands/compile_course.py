"""``manage.py compile_course``: write the documents of a published course, if no worker has."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from django.contrib.auth.models import User
from django.core.management.base import CommandParser
from django.utils.translation import gettext_lazy as _

from content_libraries.courses import api as courses
from content_libraries.keys import course_key
from content_libraries.management.base import LibraryCommand

from ...actors import Operator


class Command(LibraryCommand):
    help = "Compile a course as its newest publish, or another one, left it."
    summary = _("{course}: {blocks} blocks, as of publish {publish_log}.")

    def add_own_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("course", help="course-v1:ORG+COURSE+RUN")
        parser.add_argument("--publish-log", type=UUID, metavar="UUID", help="which publish; if not given, the newest")

    def run(
        self, user: User | Operator, *, course: str, publish_log: UUID | None, **_options: object
    ) -> Mapping[str, object]:
        compiled = courses.compile_course(course_key(course), user=user, publish_log_uuid=publish_log)
        return {
            "course": course,
            "blocks": len(compiled.structure["blocks"]),
            "publish_log": str(compiled.publish_log_uuid),
        }
