"""Views of a library's content: its components, containers and block types, and publishing all of it."""

from __future__ import annotations

from typing import ClassVar

from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from ...keys import LibraryLocatorV2
from ...libraries.api import Permission
from ...libraries.rest.base import LibraryScopedView
from ...rest.pages import LibraryPagination, page_serializer
from .. import api
from .serializers import (
    BlockTypeSerializer,
    ComponentCreateSerializer,
    ComponentListQuerySerializer,
    ComponentSerializer,
    ContainerCreateSerializer,
    ContainerSerializer,
)

_EMPTY = OpenApiResponse(description="An empty object.")


class BlockTypesView(LibraryScopedView):
    """The XBlock types that authors are offered."""

    perms_map: ClassVar = {"GET": [Permission.VIEW]}

    @extend_schema(summary="List the types of components of a library", responses=BlockTypeSerializer(many=True))
    def get(self, request: Request, lib_key: LibraryLocatorV2) -> Response:
        return Response(BlockTypeSerializer(api.offered_block_types(), many=True).data)


class ComponentsView(LibraryScopedView):
    """The components of a library."""

    perms_map: ClassVar = {"GET": [Permission.VIEW], "POST": [Permission.EDIT]}

    @extend_schema(
        operation_id="libraries_v2_blocks_list",
        summary="List the components of a library",
        parameters=[
            ComponentListQuerySerializer,
            OpenApiParameter("page", int),
            OpenApiParameter("page_size", int, description="10 by default, 100 at most."),
        ],
        responses=page_serializer(ComponentSerializer),
    )
    def get(self, request: Request, lib_key: LibraryLocatorV2) -> Response:
        query = ComponentListQuerySerializer(data=request.query_params)
        query.is_valid(raise_exception=True)
        components = api.list_components(
            lib_key,
            user=request.user,
            text_search=query.validated_data["text_search"],
            block_types=query.validated_data["block_type"],
        )
        pagination = LibraryPagination()
        page = pagination.paginate_queryset(components, request, view=self)
        return pagination.get_paginated_response(ComponentSerializer(page, many=True).data)

    @extend_schema(
        summary="Create a component in a library",
        description="It is empty and not published.",
        request=ComponentCreateSerializer,
        responses=ComponentSerializer,
    )
    def post(self, request: Request, lib_key: LibraryLocatorV2) -> Response:
        body = ComponentCreateSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        component = api.create_component(
            lib_key,
            user=request.user,
            block_type=body.validated_data["block_type"],
            component_code=body.validated_data["definition_id"],
            can_stand_alone=body.validated_data["can_stand_alone"],
        )
        return Response(ComponentSerializer(component).data)


class ContainersView(LibraryScopedView):
    """The sections, subsections and units of a library."""

    perms_map: ClassVar = {"POST": [Permission.EDIT]}

    @extend_schema(
        summary="Create a container in a library",
        description="It is empty and not published.",
        request=ContainerCreateSerializer,
        responses=ContainerSerializer,
    )
    def post(self, request: Request, lib_key: LibraryLocatorV2) -> Response:
        body = ContainerCreateSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        wanted = body.validated_data
        container = api.create_container(
            lib_key,
            user=request.user,
            container_type=wanted["container_type"],
            title=wanted["display_name"],
            container_code=wanted.get("slug"),
        )
        return Response(ContainerSerializer(container).data)


class CommitView(LibraryScopedView):
    """The unpublished changes of a library."""

    perms_map: ClassVar = {"POST": [Permission.PUBLISH], "DELETE": [Permission.EDIT]}

    @extend_schema(summary="Publish all changes of a library", request=None, responses={200: _EMPTY})
    def post(self, request: Request, lib_key: LibraryLocatorV2) -> Response:
        api.publish_all(lib_key, user=request.user)
        return Response({})

    @extend_schema(
        summary="Discard all changes of a library",
        description="What was never published is deleted (softly); what was deleted comes back. Needs EDIT; callers"
        " without PUBLISH discard their own changes only.",
        responses={200: _EMPTY},
    )
    def delete(self, request: Request, lib_key: LibraryLocatorV2) -> Response:
        api.discard_all(lib_key, user=request.user)
        return Response({})
