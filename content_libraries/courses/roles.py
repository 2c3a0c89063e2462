"""
Roles of courses in openedx-authz. No other module of this room imports that package.

As for libraries (ADR 0010), roles are given through its API and read from its tables (``upstream.openedx_authz``).
"""

from __future__ import annotations

from collections.abc import Collection
from functools import cache
from typing import TYPE_CHECKING, Final

from django.db.models import Exists, OuterRef, Q, Value
from django.db.models.functions import Concat
from opaque_keys.edx.keys import CourseKey
from openedx_authz import api as authz_api
from openedx_authz.constants import roles as authz_roles

from ..libraries.api import forget_access
from ..upstream import openedx_authz
from .data import CoursePermission

if TYPE_CHECKING:
    from django.contrib.auth.models import User

ADMIN: Final = authz_roles.COURSE_ADMIN.external_key
_ROLES: Final = (
    authz_roles.COURSE_ADMIN,
    authz_roles.COURSE_STAFF,
    authz_roles.COURSE_EDITOR,
    authz_roles.COURSE_AUDITOR,
)
_NAMESPACE: Final = f"{authz_api.CourseOverviewData.NAMESPACE}{authz_api.CourseOverviewData.SEPARATOR}"


def make_admin(user: User, course_key: CourseKey) -> None:
    """Let a user administer a course."""
    # A role in a deleted course with the same key would not be stored again.
    openedx_authz.forget_remembered_roles()
    authz_api.assign_role_to_user_in_scope(user.username, ADMIN, str(course_key))
    forget_access()


def permissions_in(user: User, course_key: CourseKey) -> frozenset[CoursePermission]:
    """Return the permissions that the roles of a user give in a course, in one query."""
    scope = authz_api.CourseOverviewData(external_key=str(course_key))
    keys = [_NAMESPACE + key for key in (scope.external_key, *scope.ancestors)]
    held = openedx_authz.assignments_of(user, _permissions_of()).filter(stored_scope__in=keys)
    names = held.values_list("stored_role", flat=True)
    return frozenset(permission for name in names for permission in _permissions_of()[name])


def courses_with(user: User, permission: CoursePermission) -> Q:
    """Return a filter for the courses in which a role of the user gives the permission."""
    names = [name for name, allowed in _permissions_of().items() if permission in allowed]
    held = openedx_authz.assignments_of(user, names)
    every_course_of_org = Concat(Value(f"{_NAMESPACE}course-v1:"), OuterRef("org"), Value("+*"))
    every_course = authz_api.PlatformCourseOverviewGlobData.build_external_key()
    return (
        Q(pk__in=openedx_authz.courses_of(held))
        | Q(Exists(held.filter(stored_scope=every_course_of_org)))
        | Q(Exists(held.filter(stored_scope=_NAMESPACE + every_course)))
    )


@cache
def _permissions_of() -> dict[str, Collection[CoursePermission]]:
    """Return the permissions that openedx-authz defines for each role, by the name under which it stores the role."""
    return {
        role.namespaced_key: frozenset(
            permission
            for permission in CoursePermission
            if permission.value in {allowed.action.external_key for allowed in role.permissions}
        )
        for role in _ROLES
    }
