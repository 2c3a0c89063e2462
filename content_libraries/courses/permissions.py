"""
Permissions of users in courses. All checks of the room go through this module.

A site can put its own class in place (setting ``CONTENT_LIBRARIES_COURSE_PERMISSION_BACKEND``). The operator of the
site, who is not a user, may do everything and never asks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from django.db.models import QuerySet
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from opaque_keys.edx.keys import CourseKey

from .. import conf
from ..actors import Actor, is_operator
from ..errors import NotAllowedError
from ..libraries.api import may_create as may_create_libraries
from ..libraries.api import once_in_request
from . import roles
from .course_reader import find_course, names_run, require_run
from .data import CoursePermission
from .models import Course

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser, User


class CoursePermissionBackend(Protocol):
    """The questions that a permission backend of courses answers."""

    def permissions(self, user: User | AnonymousUser, course_key: CourseKey) -> frozenset[CoursePermission]:
        """Return all permissions that the user has in the course."""

    def viewable(self, user: User | AnonymousUser, courses: QuerySet[Course]) -> QuerySet[Course]:
        """Filter courses by whether the user may VIEW them, without running a query."""

    def may_create(self, user: User | AnonymousUser) -> bool:
        """Return whether the user may create courses."""


class CourseRoleBackend:
    """Global staff may do everything, and other users what their openedx-authz roles allow. A check costs one query."""

    def permissions(self, user: User | AnonymousUser, course_key: CourseKey) -> frozenset[CoursePermission]:
        if not user.is_active:  # anonymous users are never active
            return frozenset()
        if user.is_staff or user.is_superuser:
            return frozenset(CoursePermission)
        return roles.permissions_in(user, course_key)

    def viewable(self, user: User | AnonymousUser, courses: QuerySet[Course]) -> QuerySet[Course]:
        if not user.is_active:
            return courses.none()
        if user.is_staff or user.is_superuser:
            return courses
        return courses.filter(roles.courses_with(user, CoursePermission.VIEW))

    def may_create(self, user: User | AnonymousUser) -> bool:
        """Return whether the user may create libraries: global staff and, if the site says so, course creators may."""
        return may_create_libraries(user)


def access_course(user: Actor, course_key: CourseKey, permission: CoursePermission) -> Course:
    """
    Find a course and check a permission of the user in it.

    Raises NotFoundError, and NotAllowedError for a user without the permission.
    """
    course = find_course(course_key)
    require_in_course(user, course_key, permission)
    return course


def require_in_course(user: Actor, course_key: CourseKey, permission: CoursePermission) -> None:
    """Raise NotAllowedError unless the user has the permission in the course; NotFoundError for a key without a run."""
    require_run(course_key)
    if not may_in_course(user, course_key, permission):
        raise NotAllowedError(
            _(
                "“%(user)s” lacks the permission %(permission)s in %(course)s. An administrator of the"
                " course can give it."
            )
            % {"user": user, "permission": permission.value, "course": course_key}
        )


def may_in_course(user: Actor, course_key: CourseKey, permission: CoursePermission) -> bool:
    """Return whether the user has the permission in the course."""
    if is_operator(user):
        return True
    return names_run(course_key) and permission in once_in_request(
        f"{user.pk}:{course_key}", lambda: _backend().permissions(user, course_key)
    )


def viewable_courses(user: Actor) -> QuerySet[Course]:
    """Return the courses that the user may VIEW, ordered by key, as one query."""
    courses = Course.objects.all()
    return courses if is_operator(user) else _backend().viewable(user, courses)


def require_create_course(user: Actor) -> None:
    """Raise NotAllowedError unless the user may create courses."""
    if not is_operator(user) and not _backend().may_create(user):
        raise NotAllowedError(_("“%(user)s” may not create courses. Ask the staff of the site.") % {"user": user})


def _backend() -> CoursePermissionBackend:
    backend: CoursePermissionBackend = import_string(conf.COURSE_PERMISSION_BACKEND.value)()
    return backend
