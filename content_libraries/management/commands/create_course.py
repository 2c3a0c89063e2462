"""``manage.py create_course``: create a course in the course store."""

from __future__ import annotations

from collections.abc import Mapping

from django.contrib.auth.models import User
from django.core.management.base import CommandParser
from django.utils.translation import gettext_lazy

from ...actors import Operator
from ...courses import api
from ...keys import course_key
from ..base import LibraryCommand


class Command(LibraryCommand):
    help = "Create an empty course. To create one from OLX, use load_course."
    summary = gettext_lazy("Created {course}, “{title}”.")

    def add_own_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("course", metavar="course-v1:ORG+COURSE+RUN", help="Key of the new course.")
        parser.add_argument("--title", required=True)

    def run(self, user: User | Operator, *, course: str, title: str, **_options: object) -> Mapping[str, object]:
        created = api.create_course(course_key(course), user=user, display_name=title)
        return {"course": str(created.id), "title": created.display_name}
