"""``manage.py publish_course``: publish the changes of a course, or of a block in it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext as _

from ... import keys
from ...actors import Operator, is_operator
from ...courses import api
from ..base import LibraryCommand, operator_name


class Command(LibraryCommand):
    help = "Publish all changes of a course, or of one block: blocks, files and deletions, whoever made them."

    def add_own_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("course", help="course-v1:ORG+COURSE+RUN")
        parser.add_argument(
            "--block",
            metavar="USAGE_KEY",
            help="publish only this block with what is in it, the files of the course, and new blocks above it",
        )

    def run(self, user: User | Operator, *, course: str, block: str | None, **_options: object) -> Mapping[str, object]:
        course_key = keys.course_key(course)
        usage_key = None if block is None else keys.block_key(block)
        if usage_key is not None and usage_key.course_key != course_key:
            raise CommandError(
                _("“%(block)s” is not a block of %(course)s.") % {"block": usage_key, "course": course_key}
            )
        self.progress(_("Publishing %(course)s …") % {"course": usage_key or course_key})
        message = _("Published in a terminal by “%(name)s”.") % {"name": operator_name()} if is_operator(user) else ""
        if usage_key is None:
            log_pk = api.publish_course(course_key, user=user, message=message)
        else:
            log_pk = api.publish_block(usage_key, user=user, message=message)
        return {
            "course": str(course_key),
            "block": None if usage_key is None else str(usage_key),
            "published": log_pk is not None,
        }

    def summarize(self, result: Mapping[str, Any]) -> str:
        text = _("%(name)s was published.") if result["published"] else _("Nothing is to be published in %(name)s.")
        return text % {"name": result["block"] or result["course"]}
