"""Checks that the stored files of courses are complete and unchanged, for the operator of the site."""

from __future__ import annotations

from collections.abc import Iterator

from ..findings import Finding
from ..learning_core import api as learning_core
from .course_reader import learning_package_of
from .models import Course, CourseBlock


def check_course_files(*, repair: bool = False, digests: bool = False) -> list[Finding]:
    """
    Find files that are lost, truncated or replaced by others, in all versions of all courses.

    Takes the same arguments and raises the same errors as ``content.api.check_files``.
    """
    courses = Course.objects.exclude(learning_package=None).order_by("id")
    return [finding for course in courses for finding in _check(course, repair=repair, digests=digests)]


def _check(course: Course, *, repair: bool, digests: bool) -> Iterator[Finding]:
    damaged = learning_core.damaged_files(learning_package_of(course), digests=digests, repair=repair)
    pks = [file.entity_pk for file in damaged]
    keys = {pk: str(course.id) for pk in pks}
    for part in learning_core.in_parts(pks):
        blocks = CourseBlock.objects.filter(**{"entity__in": part}).values_list("entity_id", "usage_key")
        keys |= {pk: str(usage_key) for pk, usage_key in blocks}
    return learning_core.file_findings(damaged, keys, repair=repair)
