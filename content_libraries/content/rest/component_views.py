"""Views of one component."""

from __future__ import annotations

from typing import ClassVar

from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from ...keys import LibraryUsageLocatorV2
from ...libraries.api import Permission
from ...libraries.rest.base import LibraryScopedView
from ...rest.base_versions import IF_MATCH, base_version, tagged
from ...rest.bodies import refuse_fields
from ...rest.errors import VersionConflictSerializer
from .. import api
from .serializers import (
    ComponentDetailSerializer,
    HierarchySerializer,
    OlxSerializer,
    OlxUpdateSerializer,
    SavedOlxSerializer,
)

_EMPTY = OpenApiResponse(description="An empty object.")
_NOTHING = OpenApiResponse(description="Nothing.")


class ComponentView(LibraryScopedView):
    """One component."""

    perms_map: ClassVar = {
        "GET": [],  # the same function reads it that reads containers
        "DELETE": [Permission.EDIT],
    }

    @extend_schema(summary="Read a component", responses=ComponentDetailSerializer)
    def get(self, request: Request, usage_key: LibraryUsageLocatorV2) -> Response:
        component = api.get_item(usage_key, user=request.user)
        return tagged(request, Response(ComponentDetailSerializer(component).data), component.version_num)

    @extend_schema(
        summary="Delete a component",
        description="Softly: it can be restored, and stays published until the deletion is published.",
        parameters=[IF_MATCH],
        responses={200: _EMPTY, 409: VersionConflictSerializer},
    )
    def delete(self, request: Request, usage_key: LibraryUsageLocatorV2) -> Response:
        api.delete_item(usage_key, user=request.user, expected_version=base_version(request))
        return Response({})


class RestoreView(LibraryScopedView):
    """A deleted component."""

    perms_map: ClassVar = {"POST": [Permission.EDIT]}

    @extend_schema(summary="Restore a component", request=None, responses={204: _NOTHING})
    def post(self, request: Request, usage_key: LibraryUsageLocatorV2) -> Response:
        refuse_fields(request)
        api.restore_item(usage_key, user=request.user)
        return Response(status=status.HTTP_204_NO_CONTENT)


class HierarchyView(LibraryScopedView):
    """The containers of a component."""

    perms_map: ClassVar = {"GET": [Permission.VIEW]}

    @extend_schema(summary="Read the hierarchy around a component", responses=HierarchySerializer)
    def get(self, request: Request, usage_key: LibraryUsageLocatorV2) -> Response:
        hierarchy = api.get_hierarchy(usage_key, user=request.user)
        return Response(HierarchySerializer(hierarchy).data)


class OlxView(LibraryScopedView):
    """The OLX of a component's draft."""

    perms_map: ClassVar = {"GET": [Permission.VIEW], "POST": [Permission.EDIT]}

    @extend_schema(summary="Read the OLX of a component", responses=OlxSerializer)
    def get(self, request: Request, usage_key: LibraryUsageLocatorV2) -> Response:
        saved = api.get_saved_olx(usage_key, user=request.user)
        return tagged(request, Response({"olx": saved.olx}), saved.version_num)

    @extend_schema(
        summary="Save the OLX of a component",
        description="Makes a new draft version. The response repeats what was sent.",
        parameters=[IF_MATCH],
        request=OlxUpdateSerializer,
        responses={200: SavedOlxSerializer, 409: VersionConflictSerializer},
    )
    def post(self, request: Request, usage_key: LibraryUsageLocatorV2) -> Response:
        body = OlxUpdateSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        expected = base_version(request, body.validated_data)
        saved = api.set_olx(usage_key, user=request.user, olx=body.validated_data["olx"], expected_version=expected)
        return tagged(request, Response(SavedOlxSerializer(saved).data), saved.version_num)


class DiscardView(LibraryScopedView):
    """The unpublished changes of a component."""

    perms_map: ClassVar = {"POST": [Permission.EDIT]}

    @extend_schema(
        summary="Discard the changes of a component",
        description="What was never published is deleted (softly); what was deleted comes back.",
        request=None,
        responses={200: _EMPTY},
    )
    def post(self, request: Request, usage_key: LibraryUsageLocatorV2) -> Response:
        api.discard_item(usage_key, user=request.user)
        return Response({})


class PublishView(LibraryScopedView):
    """The unpublished changes of a component."""

    perms_map: ClassVar = {"POST": [Permission.PUBLISH]}

    @extend_schema(
        summary="Publish a component", description="Its deletion too.", request=None, responses={200: _EMPTY}
    )
    def post(self, request: Request, usage_key: LibraryUsageLocatorV2) -> Response:
        api.publish_item(usage_key, user=request.user)
        return Response({})
