"""
Writes the state of a course after one publish as documents, which are read without Learning Core's tables.

The structure document::

    {"course": "course-v1:O+C+R", "publish_log": UUID, "root": USAGE_KEY or null,
     "blocks": {USAGE_KEY: {"type": "vertical", "title": "A unit", "children": [USAGE_KEY, …]}, …}}

holds the blocks that stand in the course, and is all that lists and trees need. The order of ``blocks`` means nothing,
because databases do not keep it. The OLX of each block is in a definition document of its own.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext as _
from opaque_keys.edx.keys import CourseKey, UsageKey

from .. import conf
from ..actors import Actor
from ..errors import NotFoundError
from ..learning_core import api as learning_core
from ..learning_core.api import PublishLogName
from .course_reader import learning_package_of, root_key
from .data import BlockState, CoursePermission, CourseStructure
from .models import BlockDefinition, CompileAttempts, CompiledCourse, CompiledDefinition, Course, CourseBlock
from .permissions import access_course
from .writing import title_of

logger = logging.getLogger(__name__)


def compile_publish_log(publish_log_pk: int) -> bool:
    """
    Compile the course of a publish log in the state that this publish left. Doing it twice does no harm.

    Each call counts as an attempt, even when the process is killed; see ``uncompiled_publish_logs``.

    Returns: whether something was written; False for a log that is deleted, is not of a course, or is compiled already.
    """
    log = learning_core.find_publish_log(pk=publish_log_pk)
    if log is None or CompiledCourse.objects.filter(publish_log_id=log.pk).exists():
        return False
    course = Course.objects.filter(learning_package__id=log.learning_package_pk).first()
    if course is None:
        return False
    try:
        _count_attempt(course, log)
    except IntegrityError:  # the log has just been deleted
        return False
    return _compile(course, log)


def compile_course(course_key: CourseKey, *, user: Actor, publish_log_uuid: UUID | None = None) -> CompiledCourse:
    """
    Compile a course in the state that a publish left, unless it is compiled already. Needs PUBLISH.

    Args:
        publish_log_uuid: the publish; the newest if None.

    Raises NotAllowedError, and NotFoundError for a course that Learning Core does not keep, for a course that was
    never published, and for an unknown publish.
    """
    course = access_course(user, course_key, CoursePermission.PUBLISH)
    learning_package_pk = learning_package_of(course)
    if publish_log_uuid is None:
        newest = learning_core.newest_publish_logs([learning_package_pk]).get(learning_package_pk)
        log = learning_core.find_publish_log(pk=newest) if newest else None
    else:
        log = learning_core.find_publish_log(uuid=publish_log_uuid)
    if log is None or log.learning_package_pk != learning_package_pk:
        raise NotFoundError(_("There is no such publish of the course “%(course)s”.") % {"course": course.id})
    if not CompiledCourse.objects.filter(publish_log_id=log.pk).exists():
        _compile(course, log)
    return CompiledCourse.objects.select_related("course").get(publish_log_id=log.pk)


def uncompiled_publish_logs() -> list[int]:
    """
    Find the courses whose newest publish is not compiled, in four queries for 900 courses.

    A publish log is left out after ``JOB_ATTEMPTS`` attempts. ``compile_course`` still compiles it, and a later publish
    of the course has attempts of its own.

    Returns: pks of the publish logs.
    """
    packages = Course.objects.filter(learning_package__isnull=False).order_by("id")
    behind: set[int] = set()
    for part in learning_core.in_parts(packages.values_list("learning_package_id", flat=True)):
        newest = set(learning_core.newest_publish_logs([pk for pk in part if pk is not None]).values())
        done = CompiledCourse.objects.filter(publish_log__in=newest).values_list("publish_log_id", flat=True)
        given_up = CompileAttempts.objects.filter(publish_log__in=newest, count__gte=conf.JOB_ATTEMPTS.value)
        behind |= newest - set(done) - set(given_up.values_list("publish_log_id", flat=True))
    return sorted(behind)


def _compile(course: Course, log: PublishLogName) -> bool:
    definitions, structure = _read(course, log)
    keys = [key for key, _depth in structure.walk()]
    try:
        with transaction.atomic():
            compiled = CompiledCourse.objects.create(
                publish_log_id=log.pk,
                course=course,
                publish_log_uuid=log.uuid,
                structure=_document(course, log, structure, keys),
            )
            CompiledDefinition.objects.bulk_create(
                CompiledDefinition(compiled=compiled, usage_key=key, olx=definitions[key]) for key in keys
            )
            CompileAttempts.objects.filter(publish_log_id=log.pk).delete()
            _delete_old(course, keep=log.pk)
    except IntegrityError:  # another process compiled it at the same time, or the log has just been deleted
        return False
    return True


def _count_attempt(course: Course, log: PublishLogName) -> None:
    attempts, _created = CompileAttempts.objects.get_or_create(publish_log_id=log.pk)
    CompileAttempts.objects.filter(pk=attempts.pk).update(count=F("count") + 1)
    if attempts.count + 1 >= conf.JOB_ATTEMPTS.value:
        logger.error(
            "This is the last attempt to compile publish %s of %s by itself. If it fails, find the reason in the log,"
            " and run “compile_course %s”.",
            log.pk,
            course.id,
            course.id,
        )


def _read(course: Course, log: PublishLogName) -> tuple[Mapping[UsageKey, str], CourseStructure]:
    versions = learning_core.published_as_of(log)
    rows: Any = CourseBlock.objects.filter(course=course).values_list("entity_id", "usage_key")
    keys: dict[int, UsageKey] = {pk: key for pk, key in rows if pk in versions}
    texts = learning_core.olx_of(versions[pk] for pk in keys)
    for part in learning_core.in_parts(versions[pk] for pk in keys):
        texts.update(BlockDefinition.objects.filter(version__in=part).values_list("version_id", "olx"))
    children = learning_core.children_of(versions[pk] for pk in keys)
    definitions = {key: texts[versions[pk]] for pk, key in keys.items()}
    structure = CourseStructure(
        root=root_key(course.id),
        blocks={key: BlockState(title_of(key, definitions[key]), 0, True, False) for key in keys.values()},
        children={
            key: tuple(keys[child.entity_pk] for child in children[versions[pk]] if child.entity_pk in keys)
            for pk, key in keys.items()
            if versions[pk] in children
        },
    )
    return definitions, structure


def _document(
    course: Course, log: PublishLogName, structure: CourseStructure, keys: list[UsageKey]
) -> dict[str, object]:
    return {
        "course": str(course.id),
        "publish_log": str(log.uuid),
        "root": str(structure.root) if keys else None,
        "blocks": {
            str(key): {
                "type": key.block_type,
                "title": structure.blocks[key].title,
                "children": [str(child) for child in structure.children.get(key, ())],
            }
            for key in keys
        },
    }


def _delete_old(course: Course, *, keep: int) -> None:
    """Delete all but the newest compiled states of a course; the state of publish log ``keep`` stays too."""
    newest = list(
        CompiledCourse.objects.filter(course=course)
        .order_by("-publish_log_id")
        .values_list("publish_log_id", flat=True)[: conf.COMPILED_COURSES_KEPT.value]
    )
    CompiledCourse.objects.filter(course=course).exclude(publish_log_id__in=[*newest, keep]).delete()
