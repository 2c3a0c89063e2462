"""
The views of openedx-authz (1.35), corrected.

Views that work in scopes decide on exactly the scopes that they then use (``scopes.py``). All views refuse inactive
accounts, return a 400 for bad input, and accept no more at once than the site allows.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Final

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from openedx_authz import utils as authz_utils
from openedx_authz.rest_api.v1 import serializers as shapes
from openedx_authz.rest_api.v1 import views as base
from openedx_authz.rest_api.v1.admin_console import serializers as console_shapes
from openedx_authz.rest_api.v1.admin_console import views as console
from openedx_authz.rest_api.v1.course_authoring.views import WaffleFlagStatesAPIView
from organizations.serializers import OrganizationSerializer
from rest_framework.exceptions import ValidationError
from rest_framework.permissions import SAFE_METHODS, BasePermission, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.views import APIView

from ... import conf
from ...rest.bodies import require_few
from ...rest.views import ErrorsMixin
from . import descriptions
from .scopes import may_reach, refuse_contradictions, scopes_of, texts_of

_TAGS: Final = ["roles"]
_PAGES: Final = [OpenApiParameter("page", int), OpenApiParameter("page_size", int, description="100 at most.")]


class IsActive(BasePermission):
    """Refuses inactive accounts. openedx-authz itself honors their roles and their staff status."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        return bool(request.user and request.user.is_active)


class AuthzView(ErrorsMixin):
    """Base of the views. Uses the host's authentication instead of the authentication of openedx-authz."""

    authentication_classes = APIView.authentication_classes

    def get_permissions(self) -> list[Any]:
        """Require an active user before all other permissions."""
        return [IsAuthenticated(), IsActive(), *super().get_permissions()]


class SortedView(AuthzView):
    """Base of views that sort by ``sort_by`` and ``order``. The views of openedx-authz fail if one of them is blank."""

    def initial(self, request: Request, *args: object, **kwargs: object) -> None:
        super().initial(request, *args, **kwargs)
        for name in ("sort_by", "order"):
            if request.query_params.get(name) == "":
                raise ValidationError({name: [_("This may not be blank.")]})


class ScopedView(AuthzView):
    """
    Base of the views that work in scopes.

    ``serializers`` names, for each method, the serializer with which the view of openedx-authz reads the request.
    """

    permission_classes = ()
    serializers: ClassVar[Mapping[str, type[BaseSerializer[object]]]]

    def check_permissions(self, request: Request) -> None:
        """
        Refuse a request unless its user may reach each scope that the view will use.

        Raises ValidationError for bad scopes.
        """
        super().check_permissions(request)
        serializer = self.serializers.get("GET" if request.method == "HEAD" else str(request.method))
        if serializer is None:
            return
        in_body = request.method == "PUT"
        refuse_contradictions(request, in_body=in_body)
        scopes = scopes_of(serializer(data=request.data if in_body else request.query_params))
        if not all(may_reach(request.user, scope, manage=request.method not in SAFE_METHODS) for scope in scopes):
            self.permission_denied(request)


@extend_schema(tags=_TAGS)
@extend_schema_view(
    post=extend_schema(
        operation_id="own_permissions_ask",
        summary="Check permissions of the caller",
        description="A list of actions, each with the scope that it is about; without one, whether it is allowed"
        " anywhere.",
        request=shapes.PermissionValidationSerializer(many=True),
        responses=shapes.PermissionValidationResponseSerializer(many=True),
    )
)
class OwnPermissionsView(AuthzView, base.PermissionValidationMeView):
    """The permissions of the caller. Inactive accounts may ask too: they have no permission."""

    def get_permissions(self) -> list[Any]:
        return [IsAuthenticated()]

    def initial(self, request: Request, *args: object, **kwargs: object) -> None:
        super().initial(request, *args, **kwargs)
        if isinstance(request.data, list):
            require_few(len(request.data), most=conf.ROLES_MAX_ITEMS)


@extend_schema(tags=_TAGS)
@extend_schema_view(
    get=extend_schema(
        operation_id="role_user_list",
        summary="List the users with roles in a scope",
        parameters=[shapes.ListUsersInRoleWithScopeSerializer, *_PAGES],
        responses=descriptions.page(shapes.UserRoleAssignmentSerializer),
    ),
    put=extend_schema(
        operation_id="role_user_add",
        summary="Give a role to users",
        request=shapes.AddUsersToRoleWithScopeSerializer,
        responses={207: descriptions.CHANGES},
    ),
    delete=extend_schema(
        operation_id="role_user_remove",
        summary="Remove a role from users",
        parameters=[shapes.RemoveUsersFromRoleWithScopeSerializer],
        responses={207: descriptions.CHANGES},
    ),
)
class RoleUsersView(ScopedView, base.RoleUserAPIView):
    """Users and their roles in a scope. The query names the scope; requests that give roles name it in the body."""

    serializers: ClassVar = {
        "GET": shapes.ListUsersInRoleWithScopeSerializer,
        "PUT": shapes.AddUsersToRoleWithScopeSerializer,
        "DELETE": shapes.RemoveUsersFromRoleWithScopeSerializer,
    }


@extend_schema(tags=_TAGS)
@extend_schema_view(
    get=extend_schema(
        operation_id="role_list",
        summary="List the roles of a scope",
        parameters=[shapes.ListRolesWithScopeSerializer, *_PAGES],
        responses=descriptions.page(shapes.ListRolesWithScopeResponseSerializer),
    )
)
class RolesView(ScopedView, base.RoleListView):
    """The roles in a scope, with the number of users who have each."""

    serializers: ClassVar = {"GET": shapes.ListRolesWithScopeSerializer}


@extend_schema(tags=_TAGS)
@extend_schema_view(
    post=extend_schema(
        operation_id="user_validate",
        summary="Check which names and e-mail addresses belong to users",
        description="Finds users by usernames or e-mail addresses. Needs the right to manage at least one team.",
        request=shapes.UserValidationAPIViewSerializer,
        responses=shapes.UserValidationAPIViewResponseSerializer,
    )
)
class UserValidationView(AuthzView, base.UserValidationAPIView):
    """Checks which of some usernames and e-mail addresses belong to users."""

    def initial(self, request: Request, *args: object, **kwargs: object) -> None:
        super().initial(request, *args, **kwargs)
        if isinstance(request.data, Mapping):
            users = texts_of(shapes.UserValidationAPIViewSerializer(data=request.data), "users")
            require_few(len(users), most=conf.ROLES_MAX_ITEMS, field="users")


@extend_schema(tags=_TAGS)
@extend_schema_view(
    get=extend_schema(
        operation_id="organization_list_of_roles",
        summary="List the organizations in which the caller has a role",
        parameters=[OpenApiParameter("search", str), *_PAGES],
        responses=OrganizationSerializer,
    )
)
class OrganizationsView(AuthzView, console.AdminConsoleOrgsAPIView):
    """The organizations in which the caller has a role."""


@extend_schema(tags=_TAGS)
@extend_schema_view(
    get=extend_schema(
        operation_id="scope_list",
        summary="List the libraries and courses whose team the caller may view or manage",
        parameters=[console_shapes.ListScopesQuerySerializer, *_PAGES],
        responses=console_shapes.ScopeSerializer,
    )
)
class ScopesView(AuthzView, console.ScopesAPIView):
    """The libraries and courses whose team the caller may view or manage."""

    def _build_queryset(self, courses_qs: QuerySet[Any] | None, libraries_qs: QuerySet[Any] | None) -> QuerySet[Any]:
        """
        Unite libraries and courses, each without the order of its model, which SQLite refuses in a part of a union.
        """
        unordered = [None if part is None else part.order_by() for part in (courses_qs, libraries_qs)]
        united: QuerySet[Any] = super()._build_queryset(*unordered)
        return united


@extend_schema(tags=_TAGS)
@extend_schema_view(
    get=extend_schema(
        operation_id="team_member_list",
        summary="List the users whose roles the caller may view",
        parameters=[console_shapes.ListTeamMembersSerializer, *_PAGES],
        responses=descriptions.page(descriptions.UserWithRolesSerializer),
    )
)
class TeamMembersView(SortedView, console.TeamMembersAPIView):
    """Users with roles where the caller may view the team."""


@extend_schema(tags=_TAGS)
@extend_schema_view(
    get=extend_schema(
        operation_id="team_member_assignment_list",
        summary="List the roles of a user that the caller may view",
        parameters=[console_shapes.ListTeamMemberAssignmentsQuerySerializer, *_PAGES],
        responses=descriptions.page(console_shapes.TeamMemberAssignmentInlineSerializer),
    )
)
class TeamMemberAssignmentsView(SortedView, console.TeamMemberAssignmentsAPIView):
    """The roles of one user where the caller may view the team."""


@extend_schema(tags=_TAGS)
@extend_schema_view(
    get=extend_schema(
        operation_id="role_assignment_list",
        summary="List all roles that the caller may view",
        parameters=[console_shapes.ListAssignmentsQuerySerializer, *_PAGES],
        responses=descriptions.page(console_shapes.TeamMemberUserAssignmentSerializer),
    )
)
class AssignmentsView(SortedView, console.AssignmentsAPIView):
    """All roles where the caller may view the team."""


@extend_schema(tags=_TAGS)
@extend_schema_view(
    get=extend_schema(
        operation_id="authz_flags",
        summary="Read the flags that let openedx-authz decide about courses",
        responses=descriptions.FLAGS,
    )
)
class FlagStatesView(AuthzView, WaffleFlagStatesAPIView):
    """Waffle flags of a platform. Without the platform all are off; there the view of openedx-authz would crash."""

    def get(self, request: Request) -> Response:
        if authz_utils.WaffleFlagCourseOverrideModel is None:
            none: dict[str, list[str]] = {"on": [], "off": []}
            return Response({"global": False, "org_overrides": none, "course_overrides": none})
        response: Response = super().get(request)
        return response
