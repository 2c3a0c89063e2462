"""Data of courses for lists and settings pages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from django.contrib.auth.models import AnonymousUser, User
from django.db.models import Q, QuerySet

from content_libraries import api
from content_libraries.errors import InvalidValueError
from content_libraries.values import read_settings_file

from ..frontend.configuration import frontend_url

type AnyUser = User | AnonymousUser

_ORDERS: Final = {
    "display_name": ("display_name", "id"),
    "-display_name": ("-display_name", "id"),
    "org": ("org", "id"),
    "-org": ("-org", "id"),
    "newest": ("-created", "id"),
    "oldest": ("created", "id"),
}


@dataclass(frozen=True, slots=True)
class CourseCard:
    """A course in a list. Links are empty where this site has no such page."""

    course_key: str
    display_name: str
    org: str
    number: str
    run: str
    url: str
    cms_link: str
    lms_link: str = ""
    rerun_link: str = ""
    is_active: bool = True


@dataclass(frozen=True, slots=True)
class CourseDetails:
    """The settings of a course that are facts about it, as in its OLX; None for a setting that the OLX lacks."""

    course_id: str
    org: str
    run: str
    title: str
    start_date: str | None
    end_date: str | None
    enrollment_start: str | None
    enrollment_end: str | None
    language: str | None
    license: str | None
    self_paced: bool


def courses_of(
    user: AnyUser, *, search: str = "", order: str = "", archived_only: bool = False
) -> QuerySet[api.Course]:
    """
    Return the courses that the user may view, in one query.

    Args:
        search: part of a name, organization or key, in any case.
        order: one of ``_ORDERS``; any other value means by name.
        archived_only: returns no courses, because this host does not archive courses.
    """
    courses = api.viewable_courses(user)
    if archived_only:
        return courses.none()
    if search:
        courses = courses.filter(Q(display_name__icontains=search) | Q(id__icontains=search))
    return courses.order_by(*_ORDERS.get(order, _ORDERS["display_name"]))


def card_of(course: api.Course) -> CourseCard:
    """Convert a course of ``courses_of`` to an entry of a list, without a query."""
    frontend = frontend_url()
    url = f"{frontend}/course/{course.id}" if frontend else ""
    return CourseCard(
        course_key=str(course.id),
        display_name=course.display_name or str(course.id),
        org=course.id.org,
        number=course.id.course,
        run=course.id.run,
        url=url,
        cms_link=url,
    )


def details_of(user: AnyUser, course_key: api.CourseKey) -> CourseDetails:
    """
    Read the settings of a course.

    Raises NotFoundError, and NotAllowedError for a user who may not view the course.
    """
    course = api.access_course(user, course_key, api.CoursePermission.VIEW)
    policy = _policy(course_key)
    return CourseDetails(
        course_id=str(course_key),
        org=course_key.org or "",
        run=course_key.run or "",
        title=course.display_name or str(course_key),
        start_date=policy.get("start"),
        end_date=policy.get("end"),
        enrollment_start=policy.get("enrollment_start"),
        enrollment_end=policy.get("enrollment_end"),
        language=policy.get("language"),
        license=policy.get("license"),
        self_paced=bool(policy.get("self_paced", False)),
    )


def _policy(course_key: api.CourseKey) -> dict[str, Any]:
    """Return the settings in the policy file of the course's draft; empty without a readable file."""
    for _path, data in api.course_store().read_files(course_key, [api.POLICY_PATH], published=False):
        try:
            found = read_settings_file(data).get("course")
        except InvalidValueError:
            return {}
        return found if isinstance(found, dict) else {}
    return {}
