"""
Roles of courses in openedx-authz. No other module of this room imports that package.

As for libraries (ADR 0010), roles are given through its API and read from its tables.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from django.db.models import Exists, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Concat
from opaque_keys.edx.keys import CourseKey
from openedx_authz import api as authz_api
from openedx_authz.constants import roles as authz_roles
from openedx_authz.engine.enforcer import AuthzEnforcer
from openedx_authz.models import ExtendedCasbinRule

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
    # The engine refuses to store a role that it remembers, and it remembers roles of deleted courses.
    AuthzEnforcer.invalidate_policy_cache()
    authz_api.assign_role_to_user_in_scope(user.username, ADMIN, str(course_key))


def permissions_in(user: User, course_key: CourseKey) -> frozenset[CoursePermission]:
    """Return the permissions that the roles of a user give in a course, in one query."""
    scope = authz_api.CourseOverviewData(external_key=str(course_key))
    keys = [_NAMESPACE + key for key in (scope.external_key, *scope.ancestors)]
    held = _assignments(user, _permissions_of()).filter(casbin_rule__v2__in=keys)
    names = held.values_list("casbin_rule__v1", flat=True)
    return frozenset(permission for name in names for permission in _permissions_of()[name])


def courses_with(user: User, permission: CoursePermission) -> Q:
    """Return a condition on courses: it selects those in which a role of the user gives the permission."""
    held = _assignments(user, [name for name, allowed in _permissions_of().items() if permission in allowed])
    every_course_of_org = Concat(Value(f"{_NAMESPACE}course-v1:"), OuterRef("org"), Value("+*"))
    every_course = authz_api.PlatformCourseOverviewGlobData.build_external_key()
    return (
        Q(pk__in=held.filter(scope__isnull=False).values("scope__coursescope__course_overview"))
        | Q(Exists(held.filter(casbin_rule__v2=every_course_of_org)))
        | Q(Exists(held.filter(casbin_rule__v2=_NAMESPACE + every_course)))
    )


def _assignments(user: User, names: Iterable[str]) -> QuerySet[Any]:
    held: QuerySet[Any] = ExtendedCasbinRule.objects.filter(
        subject__usersubject__user=user, casbin_rule__ptype="g", casbin_rule__v1__in=list(names)
    )
    return held


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
