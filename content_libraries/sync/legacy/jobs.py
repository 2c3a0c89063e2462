"""Starts, finds, cancels and retries conversions. The work of a worker is in ``running``."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from opaque_keys.edx.keys import CourseKey, UsageKey

from ... import site_language
from ...actors import Actor, is_operator
from ...courses.api import CoursePermission, lock_course, publish_exactly, require_in_course, write_course_plan
from ...errors import NotFoundError
from ...jobs.api import (
    UNFINISHED,
    JobState,
    check_finished,
    create_status,
    end_job,
    refer_to,
    request_cancel,
    send_on_commit,
)
from ...learning_core.api import ChangeKind, named
from ...libraries.api import author_pk, is_global_staff
from ..models import LegacyConversion
from .converting import legacy_blocks_ready, preview_conversion
from .data import ConversionPlan, conversion_report, unlinked_text

TASK_NAME: Final = "content_libraries.sync.convert_legacy_blocks"


def convert_legacy_blocks(
    course_key: CourseKey, *, user: Actor, only: UsageKey | None = None, publish: bool = False
) -> LegacyConversion:
    """
    Convert the blocks of a course that use a migrated legacy library, at once and in one change set.

    Args:
        user: needs EDIT, and PUBLISH to publish.
        only: convert this block, and no other.
        publish: publish the converted blocks that had no unpublished changes before; other blocks stay drafts.

    Raises NotFoundError, NotAllowedError, and NotReadyError for an ``only`` that cannot be converted.
    """
    with transaction.atomic():
        lock_course(course_key)
        plan = preview_conversion(course_key, user=user, only=only)
        conversion = LegacyConversion(user_id=author_pk(user), course_key=course_key, publish=publish)
        apply_conversion(plan, conversion, user=user)
    return conversion


def start_conversion(course_key: CourseKey, *, user: Actor, publish: bool = False) -> LegacyConversion:
    """
    Let a worker convert the blocks of a course that use a migrated legacy library.

    The user's unfinished conversions of the course are canceled first: they come from clicks on the same button.

    Args:
        user: needs EDIT, and PUBLISH to publish.

    Raises NotFoundError and NotAllowedError.
    """
    person = refer_to(user)
    if publish:
        require_in_course(user, course_key, CoursePermission.PUBLISH)
    ready = legacy_blocks_ready(course_key, user=user)
    with transaction.atomic():
        for pk in _unfinished(person, course_key).values_list("pk", flat=True):
            request_cancel(LegacyConversion, pk)
        conversion = LegacyConversion(user=person, course_key=course_key, publish=publish)
        name = site_language.gettext("Conversion of legacy blocks in %(course)s") % {"course": course_key}
        create_status(conversion, task_name=TASK_NAME, name=name, total_steps=1 + len(ready))
        conversion.save()
        send_on_commit(conversion)
    return conversion


def find_conversion(
    conversion_uuid: UUID, *, user: Actor, course_key: CourseKey | None = None, is_own: bool = False
) -> LegacyConversion:
    """
    Find a conversion of the user; staff find all conversions. The user still needs EDIT in the course.

    Args:
        course_key: find only a conversion of this course.
        is_own: find only a conversion of the user, also for staff.

    Raises NotFoundError and NotAllowedError.
    """
    found = LegacyConversion.objects.select_related("task_status", "user").filter(uuid=conversion_uuid).first()
    is_other = found is None or (course_key is not None and found.course_key != course_key)
    sees_all = is_operator(user) or (is_global_staff(user) and not is_own)
    if found is None or is_other or not (sees_all or found.user_id == author_pk(user)):
        raise NotFoundError(_("There is no conversion “%(conversion)s”.") % {"conversion": conversion_uuid})
    require_in_course(user, found.course_key, CoursePermission.EDIT)
    return found


def cancel_conversion(conversion_uuid: UUID, /, *, user: Actor) -> LegacyConversion:
    """Cancel a conversion, unless it is finished. Raises the errors of ``find_conversion``."""
    conversion = find_conversion(conversion_uuid, user=user)
    request_cancel(LegacyConversion, conversion.pk)
    return find_conversion(conversion_uuid, user=user)


def retry_conversion(conversion_uuid: UUID, /, *, user: Actor) -> LegacyConversion:
    """
    Convert the remaining blocks in the course of a finished conversion, in a new job.

    Raises the errors of ``find_conversion`` and ``start_conversion``, and InvalidInputError if the conversion is not
    finished.
    """
    conversion = find_conversion(conversion_uuid, user=user)
    check_finished(conversion)
    return start_conversion(conversion.course_key, user=user, publish=conversion.publish)


def apply_conversion(plan: ConversionPlan, conversion: LegacyConversion, *, user: Actor) -> None:
    """
    Apply a plan and end its conversion, in the caller's transaction. The caller has locked the course.

    Checks PUBLISH if the conversion publishes, and no other permission.
    """
    with named(ChangeKind.CONVERT, job_uuid=conversion.uuid):
        if plan.changes.changes:
            applied = write_course_plan(plan.course_key, plan.changes, author_pk=author_pk(user))
            conversion.change_set = str(applied.change_set or "")
        if conversion.publish and plan.clean:
            message = site_language.gettext("Legacy library blocks were converted")
            publish_exactly(plan.clean, user=user, message=message)
    conversion.report = conversion_report(plan)
    conversion.changes = [
        {"usage_key": str(change.usage_key), "before": dict(change.before), "after": dict(change.after)}
        for change in plan.attributes
    ]
    conversion.save()
    with site_language.active():  # the text is stored, and other users read it too
        text = unlinked_text(plan)
    finish(conversion, JobState.PARTIAL if text else JobState.SUCCEEDED, text)


def finish(conversion: LegacyConversion, state: JobState, error: str = "") -> None:
    """
    End a conversion, in the caller's transaction.

    Args:
        conversion: locked by the caller, and not finished.
        error: a message for the author; for ``PARTIAL``, the children that stay without a link.
    """
    end_job(conversion, state, error, partial_name="Blocks without a link")


def _unfinished(user: User, course_key: CourseKey) -> QuerySet[LegacyConversion]:
    return LegacyConversion.objects.filter(user=user, course_key=course_key, state__in=UNFINISHED)
