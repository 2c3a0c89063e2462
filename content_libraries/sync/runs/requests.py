"""Starts, finds, cancels and retries sync runs. The work of a worker is in ``running``."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from opaque_keys.edx.keys import CourseKey

from ... import site_language
from ...actors import Actor
from ...courses.api import CoursePermission, may_in_course
from ...errors import InvalidInputError, NotFoundError
from ...jobs.api import UNFINISHED, JobState, create_status, end_job, refer_to, request_cancel, send_on_commit
from ...keys import LibraryLocatorV2, library_key
from ...libraries.api import Permission, access_library, may_see
from ...plan_basis import refuse_outdated
from ..actions.coursewide import preview_course
from ..errors import SyncOutdatedError
from ..link.access import require_syncs_of_course
from ..models import CourseLink, SyncRun, SyncRunCourse

TASK_NAME: Final = "content_libraries.sync.run"
CANCELED_TEXT: Final = gettext_noop("This run was canceled before this course was done.")


def start_run(
    *,
    user: Actor,
    courses: Sequence[CourseKey] = (),
    only_library: LibraryLocatorV2 | None = None,
    fingerprint: str | None = None,
) -> SyncRun:
    """
    Let a worker sync all blocks that are ready in courses.

    The user's unfinished runs of these courses are canceled first: they come from clicks on the same button.

    Args:
        user: needs to be allowed to sync each of ``courses``.
        courses: the courses; if empty, all courses that use the library and that the user may sync.
        only_library: sync only blocks that are linked to this library. Required, and needs VIEW, if ``courses`` is
            empty.
        fingerprint: fingerprint of the preview that the user has seen, for a single course. The run is refused if it
            would do something else. If the difference arises before a worker begins, the course fails.

    Raises NotFoundError, NotAllowedError, SyncOutdatedError, and InvalidInputError if there is no course to sync, or a
    fingerprint for several courses.
    """
    person = refer_to(user)
    for course_key in courses:
        require_syncs_of_course(user, course_key)
    chosen, left_out = list(dict.fromkeys(courses)), 0
    if not courses:
        if only_library is None:
            raise InvalidInputError(_("Name a course or a library."), field="course_keys")
        access_library(user, only_library, Permission.VIEW)
        using = _courses_using(only_library)
        chosen = [key for key in using if _may_sync(user, key)]
        left_out = len(using) - len(chosen)
    if not chosen:
        raise InvalidInputError(_("No course that you may edit uses this library."), field="library_key")
    if fingerprint is not None:
        _require_shown(fingerprint, chosen, user, only_library)
    with transaction.atomic():
        _cancel_redundant(person, chosen)
        run = _create(person, chosen, only_library, left_out, fingerprint or "")
        send_on_commit(run)
    return run


def find_run(run_uuid: UUID, *, user: Actor) -> SyncRun:
    """Find a run of the user; staff find all runs. Raises NotFoundError."""
    run = _runs().filter(uuid=run_uuid).first()
    if run is None or not may_see(user, run.user_id):
        raise NotFoundError(_("There is no run “%(run)s”.") % {"run": run_uuid})
    return run


def list_runs(*, user: Actor) -> QuerySet[SyncRun]:
    """Return the user's own runs with their courses, newest first."""
    return _runs().filter(user=refer_to(user)).order_by("-pk")


def cancel_run(run_uuid: UUID, *, user: Actor) -> SyncRun:
    """
    Cancel a run of the user, unless it is finished. Staff can cancel runs of all users.

    Courses that are done stay synced. The course under way is not changed. Raises NotFoundError.
    """
    run = find_run(run_uuid, user=user)
    request_cancel(SyncRun, run.pk)
    return find_run(run_uuid, user=user)


def retry_run(run_uuid: UUID, /, *, user: Actor) -> SyncRun:
    """
    Sync the courses that failed in a finished run, in a new run.

    Raises NotFoundError, NotAllowedError, SyncOutdatedError, and InvalidInputError for a run that is not finished or in
    which no course failed.
    """
    run = find_run(run_uuid, user=user)
    if run.state in UNFINISHED:
        raise InvalidInputError(_("This run is not finished. Wait for it, or cancel it."))
    unfinished = list(run.courses.filter(is_failed=True).order_by("pk"))
    failed = [course.course_key for course in unfinished]
    if not failed:
        raise InvalidInputError(_("Every course of this run is done. Start a new run to sync again."))
    only_library = library_key(run.library_key) if run.library_key else None
    fingerprint = unfinished[0].fingerprint or None  # only runs of a single course have one
    return start_run(user=user, courses=failed, only_library=only_library, fingerprint=fingerprint)


def finish(run: SyncRun, state: JobState, error: str = "") -> None:
    """
    End a run, in the caller's transaction.

    Args:
        run: locked by the caller, and not finished.
        error: a message for the author. The courses that were not done get it too, unless the run is canceled.
    """
    open_text = site_language.gettext(CANCELED_TEXT) if state == JobState.CANCELED else error
    run.courses.filter(finished__isnull=True).update(finished=datetime.now(UTC), is_failed=True, error=open_text)
    end_job(run, state, error, partial_name="Failed courses")


def _require_shown(
    fingerprint: str, courses: Sequence[CourseKey], user: Actor, only_library: LibraryLocatorV2 | None
) -> None:
    if len(courses) != 1:
        raise InvalidInputError(_("A fingerprint is of the preview of one course. Name one."), field="fingerprint")
    plan = preview_course(courses[0], user=user, only_library=only_library)
    refuse_outdated(fingerprint, plan.basis, SyncOutdatedError)


def _courses_using(library: LibraryLocatorV2) -> list[CourseKey]:
    links = CourseLink.objects.filter(library_key=str(library)).order_by("course_key")
    return list(dict.fromkeys(link.course_key for link in links.only("course_key")))


def _may_sync(user: Actor, course_key: CourseKey) -> bool:
    permissions = (CoursePermission.MANAGE_LIBRARY_UPDATES, CoursePermission.EDIT)
    return any(may_in_course(user, course_key, permission) for permission in permissions)


def _runs() -> QuerySet[SyncRun]:
    return SyncRun.objects.select_related("task_status", "user").prefetch_related("courses")


def _create(
    user: User, courses: Sequence[CourseKey], library: LibraryLocatorV2 | None, left_out: int, fingerprint: str
) -> SyncRun:
    run = SyncRun(user=user, library_key=str(library or ""), left_out=left_out)
    text = site_language.ngettext("Sync of %(count)s course", "Sync of %(count)s courses", len(courses))
    name = text % {"count": len(courses)}
    create_status(run, task_name=TASK_NAME, name=name, total_steps=1 + len(courses))
    run.save()
    SyncRunCourse.objects.bulk_create(
        SyncRunCourse(run=run, course_key=key, fingerprint=fingerprint) for key in courses
    )
    return run


def _cancel_redundant(user: User, courses: Sequence[CourseKey]) -> None:
    redundant = SyncRun.objects.filter(user=user, state__in=UNFINISHED, courses__course_key__in=courses)
    for pk in redundant.values_list("pk", flat=True).distinct():
        request_cancel(SyncRun, pk)
