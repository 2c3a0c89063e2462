"""Views of licenses (wire: own-licenses)."""

from __future__ import annotations

from typing import ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from ... import conf
from ...keys import ItemKey, LibraryContainerLocator, LibraryUsageLocatorV2
from ...libraries.api import Permission
from ...libraries.rest.base import LibraryScopedView
from ...rest.base_versions import IF_MATCH, base_version, tagged
from ...rest.bodies import request_body
from ...rest.errors import VersionConflictSerializer
from ...rest.views import LibraryAPIView
from .. import api
from .license_serializers import (
    ItemLicenseSerializer,
    LicenseUpdateSerializer,
    OfferedLicenseSerializer,
    license_change,
)

_CHANGED = {200: ItemLicenseSerializer, 409: VersionConflictSerializer}


class ContainerLicenseView(LibraryScopedView):
    """The license of a container."""

    perms_map: ClassVar = {"GET": [Permission.VIEW], "PATCH": [Permission.EDIT]}

    @extend_schema(
        operation_id="container_license_read",
        summary="Read the license of a container",
        responses=ItemLicenseSerializer,
    )
    def get(self, request: Request, container_key: LibraryContainerLocator) -> Response:
        return _shown(request, container_key)

    @extend_schema(
        operation_id="container_license_change",
        summary="Change the license of a container",
        description="Makes a new version.",
        parameters=[IF_MATCH],
        request=LicenseUpdateSerializer,
        responses=_CHANGED,
    )
    def patch(self, request: Request, container_key: LibraryContainerLocator) -> Response:
        return _changed(request, container_key)


class ComponentLicenseView(LibraryScopedView):
    """The license of a component."""

    perms_map: ClassVar = {"GET": [Permission.VIEW], "PATCH": [Permission.EDIT]}

    @extend_schema(
        operation_id="component_license_read",
        summary="Read the license of a component",
        responses=ItemLicenseSerializer,
    )
    def get(self, request: Request, usage_key: LibraryUsageLocatorV2) -> Response:
        return _shown(request, usage_key)

    @extend_schema(
        operation_id="component_license_change",
        summary="Change the license of a component",
        description="Makes a new version. A type with a license among its own fields keeps it there, in the OLX.",
        parameters=[IF_MATCH],
        request=LicenseUpdateSerializer,
        responses=_CHANGED,
    )
    def patch(self, request: Request, usage_key: LibraryUsageLocatorV2) -> Response:
        return _changed(request, usage_key)


class LicensesView(LibraryAPIView):
    """The licenses that authors may choose for components and containers."""

    @extend_schema(
        operation_id="license_list",
        tags=["libraries"],
        summary="List licenses",
        description="A bare list. It is the same for every user.",
        responses=OfferedLicenseSerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        offered = [{"license": code, "name": api.license_name(code)} for code in conf.LICENSES.value]
        return Response(OfferedLicenseSerializer(offered, many=True).data)


def _shown(request: Request, key: ItemKey) -> Response:
    item = api.get_license(key, user=request.user)
    return tagged(request, Response(ItemLicenseSerializer(item).data), item.version_num)


def _changed(request: Request, key: ItemKey) -> Response:
    body = LicenseUpdateSerializer(data=request_body(request))
    body.is_valid(raise_exception=True)
    item = api.set_license(
        key,
        user=request.user,
        change=license_change(body.validated_data),
        expected_version=base_version(request, body.validated_data),
    )
    return tagged(request, Response(ItemLicenseSerializer(item).data), item.version_num)
