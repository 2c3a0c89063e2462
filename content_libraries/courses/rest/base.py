"""The base of views whose address names a course, or a block in one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import ClassVar

from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter
from opaque_keys.edx.keys import UsageKey
from rest_framework.exceptions import APIException
from rest_framework.request import Request

from ...errors import ConflictError, ContentLibrariesError, InvalidInputError
from ...keys import CourseKey
from ...rest.views import ErrorsMixin, LibraryAPIView, declared_method
from ..browsing import refuse_hidden_block
from ..data import CoursePermission
from ..permissions import may_in_course, require_in_course

type AnyOf = tuple[CoursePermission, ...]

VERSIONS = ("draft", "published")
VERSION_PARAMETER = OpenApiParameter("version", str, enum=VERSIONS, description="The draft if left out.")


class CoursePermissionsMixin(ErrorsMixin):
    """
    A mixin for views whose URL names a course, or a block in one.

    It checks the permissions of ``perms_map`` before the view reads the query or the body. A user without the
    permission is not told whether the course exists.
    """

    perms_map: ClassVar[Mapping[str, Sequence[CoursePermission | AnyOf]]]
    """Method -> all permissions in the course that it needs; of an ``AnyOf``, one is enough."""

    def check_access(self, request: Request) -> None:
        for permission in self.perms_map[declared_method(request)]:
            if isinstance(permission, CoursePermission):
                require_in_course(request.user, self.course_key(), permission)
            else:
                self.require_any(request, permission)

    def require_any(self, request: Request, any_of: AnyOf) -> None:
        """
        Refuse a user who has none of the permissions.

        Raises NotFoundError if the URL names a block, which the user may not know of; otherwise NotAllowedError, which
        names the first permission.
        """
        for value in self.kwargs.values():
            if isinstance(value, UsageKey):
                refuse_hidden_block(value, user=request.user, any_of=any_of)
                return
        course_key = self.course_key()
        if not any(may_in_course(request.user, course_key, permission) for permission in any_of):
            require_in_course(request.user, course_key, any_of[0])

    def course_key(self) -> CourseKey:
        """Return the course that the URL names, or that has the block that it names."""
        for value in self.kwargs.values():
            match value:
                case CourseKey():
                    return value
                case UsageKey():
                    return value.course_key
        raise ImproperlyConfigured(f"The URL of {type(self).__name__} names no course.")


class CourseScopedView(CoursePermissionsMixin, LibraryAPIView):
    """Base of views whose URL names a course, or a block in one. A conflict with another edit is a 409."""

    def api_exception(self, error: ContentLibrariesError) -> APIException:
        shown = super().api_exception(error)
        if isinstance(error, ConflictError):
            shown.status_code = HTTPStatus.CONFLICT
        return shown


def asks_for_published(request: Request) -> bool:
    """Return whether the query asks for the published version. Raises InvalidInputError for an unknown version."""
    version = request.query_params.get("version", "draft")
    if version not in VERSIONS:
        raise InvalidInputError(_("“%(value)s” is neither draft nor published.") % {"value": version}, field="version")
    return version == "published"
