"""Views of libraries and teams: read the request, call one function of the room, present the result."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from ...keys import LibraryLocatorV2
from ...rest.bodies import request_body
from ...rest.pages import LibraryPagination, page_serializer
from ...rest.views import LibraryAPIView
from .. import api
from ..data import Permission
from ..models import AccessLevel, License
from .base import LibraryScopedView
from .serializers import (
    AccessLevelSerializer,
    LibraryCreateSerializer,
    LibraryListQuerySerializer,
    LibrarySerializer,
    LibraryUpdateSerializer,
    TeamMemberAddSerializer,
    TeamMemberSerializer,
)

_EMPTY = OpenApiResponse(description="An empty object.")


@extend_schema(tags=["libraries"])
class LibraryListView(LibraryAPIView):
    """All libraries that the caller may see."""

    def check_access(self, request: Request) -> None:
        if request.method == "POST":
            api.require_create(request.user)

    @extend_schema(
        operation_id="library_list",
        summary="List libraries",
        description="A bare list of one page, or with `pagination=true` a page in its envelope.",
        parameters=[
            LibraryListQuerySerializer,
            OpenApiParameter("pagination", bool),
            OpenApiParameter("page", int),
            OpenApiParameter("page_size", int, description="10 by default, 100 at most."),
        ],
        responses=page_serializer(LibrarySerializer),
    )
    def get(self, request: Request) -> Response:
        query = LibraryListQuerySerializer(data=request.query_params.dict())
        query.is_valid(raise_exception=True)
        wanted = query.validated_data
        libraries = api.list_libraries(
            request.user, org=wanted.get("org"), text_search=wanted.get("text_search"), order=wanted.get("order")
        )
        pagination = LibraryPagination()
        page = pagination.paginate_queryset(libraries, request, view=self)
        items = [LibrarySerializer(api.listed_library(library)).data for library in page or ()]
        if request.query_params.get("pagination", "").lower() == "true":
            return pagination.get_paginated_response(items)
        return Response(items)

    @extend_schema(
        operation_id="library_create",
        summary="Create a library",
        description="The caller becomes its administrator. An unknown organization is created where allowed.",
        request=LibraryCreateSerializer,
        responses=LibrarySerializer,
    )
    def post(self, request: Request) -> Response:
        body = LibraryCreateSerializer(data=request_body(request))
        body.is_valid(raise_exception=True)
        wanted = body.validated_data
        library = api.create_library(
            user=request.user,
            org=wanted["org"],
            slug=wanted["slug"],
            title=wanted["title"],
            description=wanted["description"],
            license=wanted.get("license", License.ALL_RIGHTS_RESERVED),
            allow_public_learning=wanted.get("allow_public_learning", False),
            allow_public_read=wanted.get("allow_public_read", False),
            learning_package=wanted.get("learning_package"),
        )
        summary = replace(api.listed_library(library), description=wanted["description"])
        return Response(LibrarySerializer(summary).data)


@extend_schema(tags=["libraries"])
class LibraryView(LibraryScopedView):
    """One library."""

    perms_map: ClassVar = {"GET": [Permission.VIEW], "PATCH": [Permission.EDIT], "DELETE": [Permission.DELETE]}

    @extend_schema(operation_id="library_read", summary="Read a library", responses=LibrarySerializer)
    def get(self, request: Request, lib_key: LibraryLocatorV2) -> Response:
        return Response(LibrarySerializer(api.library_summary(request.user, self.library)).data)

    @extend_schema(
        operation_id="library_change",
        summary="Change a library",
        request=LibraryUpdateSerializer,
        responses=LibrarySerializer,
    )
    def patch(self, request: Request, lib_key: LibraryLocatorV2) -> Response:
        body = LibraryUpdateSerializer(data=request_body(request))
        body.is_valid(raise_exception=True)
        wanted = body.validated_data
        library = api.update_library(
            lib_key,
            user=request.user,
            title=wanted.get("title"),
            description=wanted.get("description"),
            license=wanted.get("license"),
            allow_public_learning=wanted.get("allow_public_learning"),
            allow_public_read=wanted.get("allow_public_read"),
        )
        # Clients know this field to be computed by GET only (wire: libraries-change).
        summary = replace(api.library_summary(request.user, library), can_edit_library=False)
        return Response(LibrarySerializer(summary).data)

    @extend_schema(
        operation_id="library_delete",
        summary="Delete a library",
        description="For good, with all its content.",
        responses={200: _EMPTY},
    )
    def delete(self, request: Request, lib_key: LibraryLocatorV2) -> Response:
        api.delete_library(lib_key, user=request.user)
        return Response({})


@extend_schema(tags=["library teams"])
class TeamView(LibraryScopedView):
    """The team of a library."""

    perms_map: ClassVar = {"GET": [Permission.VIEW_TEAM], "POST": [Permission.EDIT_TEAM]}

    @extend_schema(
        operation_id="library_team_list",
        summary="List the team of a library",
        description="Levels of groups and users. Roles of openedx-authz are served by its own API.",
        responses=TeamMemberSerializer(many=True),
    )
    def get(self, request: Request, lib_key: LibraryLocatorV2) -> Response:
        members = api.team(lib_key, user=request.user)
        return Response([TeamMemberSerializer(member).data for member in members])

    @extend_schema(
        operation_id="library_team_add",
        summary="Add a user to the team by e-mail address",
        request=TeamMemberAddSerializer,
        responses=TeamMemberSerializer,
    )
    def post(self, request: Request, lib_key: LibraryLocatorV2) -> Response:
        body = TeamMemberAddSerializer(data=request_body(request))
        body.is_valid(raise_exception=True)
        member = api.add_team_member(
            lib_key,
            user=request.user,
            email=body.validated_data["email"],
            level=AccessLevel(body.validated_data["access_level"]),
        )
        return Response(TeamMemberSerializer(member).data)


@extend_schema(tags=["library teams"])
class TeamUserView(LibraryScopedView):
    """One user in the team of a library."""

    perms_map: ClassVar = {
        "GET": [Permission.VIEW_TEAM],
        "PUT": [Permission.EDIT_TEAM],
        "DELETE": [Permission.EDIT_TEAM],
    }

    @extend_schema(
        operation_id="library_team_user_read",
        summary="Read the level of a user in the team",
        responses=TeamMemberSerializer,
    )
    def get(self, request: Request, lib_key: LibraryLocatorV2, username: str) -> Response:
        member = get_object_or_404(get_user_model(), username=username)
        entry = api.team_member(lib_key, user=request.user, member=member)
        return Response(TeamMemberSerializer(entry).data)

    @extend_schema(
        operation_id="library_team_user_set",
        summary="Set the level of a user in the team",
        request=AccessLevelSerializer,
        responses=TeamMemberSerializer,
    )
    def put(self, request: Request, lib_key: LibraryLocatorV2, username: str) -> Response:
        level = _requested_level(request)
        member = get_object_or_404(get_user_model(), username=username)
        entry = api.set_user_level(lib_key, user=request.user, member=member, level=level)
        return Response(TeamMemberSerializer(entry).data)

    @extend_schema(
        operation_id="library_team_user_remove", summary="Remove a user from the team", responses={200: _EMPTY}
    )
    def delete(self, request: Request, lib_key: LibraryLocatorV2, username: str) -> Response:
        member = get_object_or_404(get_user_model(), username=username)
        api.remove_user(lib_key, user=request.user, member=member)
        return Response({})


@extend_schema(tags=["library teams"])
class TeamGroupView(LibraryScopedView):
    """One group in the team of a library."""

    perms_map: ClassVar = {"PUT": [Permission.EDIT_TEAM], "DELETE": [Permission.EDIT_TEAM]}

    @extend_schema(
        operation_id="library_team_group_set",
        summary="Set the level of a group in the team",
        request=AccessLevelSerializer,
        responses={200: _EMPTY},
    )
    def put(self, request: Request, lib_key: LibraryLocatorV2, group_name: str) -> Response:
        level = _requested_level(request)
        group = get_object_or_404(Group, name=group_name)
        api.set_group_level(lib_key, user=request.user, group=group, level=level)
        return Response({})

    @extend_schema(
        operation_id="library_team_group_remove", summary="Remove a group from the team", responses={200: _EMPTY}
    )
    def delete(self, request: Request, lib_key: LibraryLocatorV2, group_name: str) -> Response:
        group = get_object_or_404(Group, name=group_name)
        api.remove_group(lib_key, user=request.user, group=group)
        return Response({})


def _requested_level(request: Request) -> AccessLevel:
    """Return the level in the request body. Raises ValidationError."""
    body = AccessLevelSerializer(data=request_body(request))
    body.is_valid(raise_exception=True)
    return AccessLevel(body.validated_data["access_level"])
