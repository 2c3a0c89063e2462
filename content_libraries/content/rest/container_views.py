"""Views of one section, subsection or unit."""

from __future__ import annotations

from typing import ClassVar

from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, PolymorphicProxySerializer, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from ...keys import ItemKey, LibraryContainerLocator
from ...libraries.api import Permission
from ...libraries.rest.base import LibraryScopedView
from ...rest.base_versions import IF_MATCH, base_version, tagged
from ...rest.bodies import refuse_fields
from ...rest.errors import VersionConflictSerializer
from ...rest.query import COURSE_PARAMETER, course_parameter
from .. import api
from .license_serializers import license_change
from .serializers import (
    ChildKeysSerializer,
    ComponentSerializer,
    ContainerDetailSerializer,
    ContainerSerializer,
    ContainerSettingsSerializer,
    ContainerUpdateSerializer,
    HierarchySerializer,
)

_EMPTY = OpenApiResponse(description="An empty object.")
_NOTHING = OpenApiResponse(description="Nothing.")
_CHANGED = {200: ContainerSerializer, 409: VersionConflictSerializer}
_CHILDREN = PolymorphicProxySerializer(
    component_name="Child",
    serializers=[ComponentSerializer, ContainerSerializer],
    resource_type_field_name=None,
    many=True,
)


class ContainerView(LibraryScopedView):
    """One container."""

    perms_map: ClassVar = {
        "GET": [],  # reviewers of courses may read it, too
        "PATCH": [Permission.EDIT],
        "DELETE": [Permission.EDIT],
    }

    @extend_schema(summary="Read a container", parameters=[COURSE_PARAMETER], responses=ContainerDetailSerializer)
    def get(self, request: Request, container_key: LibraryContainerLocator) -> Response:
        container = api.get_item(container_key, user=request.user, for_course=course_parameter(request))
        return tagged(request, Response(ContainerDetailSerializer(container).data), container.version_num)

    @extend_schema(
        summary="Rename a container, or change its license",
        description="Title and license change in one new version.",
        parameters=[IF_MATCH],
        request=ContainerUpdateSerializer,
        responses={200: ContainerDetailSerializer, 409: VersionConflictSerializer},
    )
    def patch(self, request: Request, container_key: LibraryContainerLocator) -> Response:
        body = ContainerUpdateSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        container = api.update_container(
            container_key,
            user=request.user,
            title=body.validated_data.get("display_name"),
            change=license_change(body.validated_data),
            expected_version=base_version(request, body.validated_data),
        )
        return tagged(request, Response(ContainerDetailSerializer(container).data), container.version_num)

    @extend_schema(
        summary="Delete a container",
        description="Softly: it can be restored. Its children are not deleted.",
        parameters=[IF_MATCH],
        responses={204: _NOTHING, 409: VersionConflictSerializer},
    )
    def delete(self, request: Request, container_key: LibraryContainerLocator) -> Response:
        api.delete_item(container_key, user=request.user, expected_version=base_version(request))
        return Response(status=status.HTTP_204_NO_CONTENT)


class ChildrenView(LibraryScopedView):
    """The children of a container: components in a unit, containers elsewhere."""

    perms_map: ClassVar = {
        "GET": [],  # reviewers of courses may read it, too
        "POST": [Permission.EDIT],
        "PATCH": [Permission.EDIT],
        "DELETE": [Permission.EDIT],
    }

    @extend_schema(
        summary="List the children of a container",
        parameters=[
            OpenApiParameter("published", bool, description="Whether to read the published version."),
            COURSE_PARAMETER,
        ],
        responses=_CHILDREN,
    )
    def get(self, request: Request, container_key: LibraryContainerLocator) -> Response:
        published = request.query_params.get("published", "").lower() == "true"
        found = api.get_children_list(
            container_key, user=request.user, published=published, for_course=course_parameter(request)
        )
        serializer = ComponentSerializer if container_key.container_type == "unit" else ContainerSerializer
        return tagged(request, Response(serializer(found.children, many=True).data), found.version_num)

    @extend_schema(
        summary="Append children to a container", parameters=[IF_MATCH], request=ChildKeysSerializer, responses=_CHANGED
    )
    def post(self, request: Request, container_key: LibraryContainerLocator) -> Response:
        child_keys, expected = _child_keys(request)
        container = api.append_children(
            container_key, user=request.user, child_keys=child_keys, expected_version=expected
        )
        return tagged(request, Response(ContainerSerializer(container).data), container.version_num)

    @extend_schema(
        summary="Replace the children of a container",
        parameters=[IF_MATCH],
        request=ChildKeysSerializer,
        responses=_CHANGED,
    )
    def patch(self, request: Request, container_key: LibraryContainerLocator) -> Response:
        child_keys, expected = _child_keys(request)
        container = api.replace_children(
            container_key, user=request.user, child_keys=child_keys, expected_version=expected
        )
        return tagged(request, Response(ContainerSerializer(container).data), container.version_num)

    @extend_schema(
        summary="Remove children from a container",
        description="The request has a body. Every occurrence is removed.",
        parameters=[IF_MATCH],
        request=ChildKeysSerializer,
        responses=_CHANGED,
    )
    def delete(self, request: Request, container_key: LibraryContainerLocator) -> Response:
        child_keys, expected = _child_keys(request)
        container = api.remove_children(
            container_key, user=request.user, child_keys=child_keys, expected_version=expected
        )
        return tagged(request, Response(ContainerSerializer(container).data), container.version_num)


def _child_keys(request: Request) -> tuple[list[ItemKey], int | None]:
    """Return the children that a body names, and the version that the edit started from. Raises ValidationError."""
    body = ChildKeysSerializer(data=request.data)
    body.is_valid(raise_exception=True)
    return body.validated_data["usage_keys"], base_version(request, body.validated_data)


class SettingsView(LibraryScopedView):
    """The settings that a container has kept from the course that it came from."""

    perms_map: ClassVar = {"GET": [Permission.VIEW]}

    @extend_schema(
        operation_id="container_settings_read",
        summary="Read the preserved settings of a container",
        parameters=[OpenApiParameter("published", bool, description="Whether to read the published version.")],
        responses=ContainerSettingsSerializer,
    )
    def get(self, request: Request, container_key: LibraryContainerLocator) -> Response:
        published = request.query_params.get("published", "").lower() == "true"
        found = api.get_container_settings(container_key, user=request.user, published=published)
        marked = api.is_template(container_key, user=request.user)
        shown = {"settings": found.settings, "license": found.license, "is_template": marked}
        return Response(ContainerSettingsSerializer(shown).data)


class HierarchyView(LibraryScopedView):
    """The ancestors and descendants of a container."""

    perms_map: ClassVar = {"GET": [Permission.VIEW]}

    @extend_schema(summary="Read the hierarchy around a container", responses=HierarchySerializer)
    def get(self, request: Request, container_key: LibraryContainerLocator) -> Response:
        return Response(HierarchySerializer(api.get_hierarchy(container_key, user=request.user)).data)


class RestoreView(LibraryScopedView):
    """A deleted container."""

    perms_map: ClassVar = {"POST": [Permission.EDIT]}

    @extend_schema(summary="Restore a container", request=None, responses={204: _NOTHING})
    def post(self, request: Request, container_key: LibraryContainerLocator) -> Response:
        refuse_fields(request)
        api.restore_item(container_key, user=request.user)
        return Response(status=status.HTTP_204_NO_CONTENT)


class DiscardView(LibraryScopedView):
    """The unpublished changes of a container and of everything below it."""

    perms_map: ClassVar = {"POST": [Permission.EDIT]}

    @extend_schema(
        summary="Discard the changes of a container",
        description="And of everything below it, as draft or as published.",
        request=None,
        responses={200: _EMPTY},
    )
    def post(self, request: Request, container_key: LibraryContainerLocator) -> Response:
        api.discard_item(container_key, user=request.user)
        return Response({})


class PublishView(LibraryScopedView):
    """The unpublished changes of a container and of everything below it."""

    perms_map: ClassVar = {"POST": [Permission.PUBLISH]}

    @extend_schema(summary="Publish a container", request=None, responses={200: _EMPTY})
    def post(self, request: Request, container_key: LibraryContainerLocator) -> Response:
        api.publish_item(container_key, user=request.user)
        return Response({})
