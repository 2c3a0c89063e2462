"""Reads, saves and renders components (wire: blocks)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import APIException, NotFound, PermissionDenied, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from ...errors import ContentLibrariesError, InvalidInputError, NotAllowedError, NotFoundError
from ...keys import LibraryUsageLocatorV2
from ...libraries.api import Permission
from ...rest.base_versions import IF_MATCH, base_version, tagged
from ...rest.errors import VersionConflictSerializer
from ...rest.views import LibraryAPIView, declared_method
from .. import api
from ..data import Version
from .converters import parse_version
from .places import place_of
from .serializers import (
    BlockOlxSerializer,
    DeclaredFieldsSerializer,
    FieldsSerializer,
    FieldsUpdateSerializer,
    HandlerUrlSerializer,
    MetadataSerializer,
    RenderedViewSerializer,
    SavedFieldsSerializer,
)

_INCLUDE = OpenApiParameter("include", OpenApiTypes.STR, description="Names of more keys, separated by commas.")


class XBlockAPIView(LibraryAPIView):
    """
    Base of the XBlock API. Callers need no login: the permission in the library decides.

    It checks the permissions of ``perms_map`` before the view reads the query or the body. Errors have a ``detail``
    that says what was not found or not allowed.
    """

    permission_classes = ()

    perms_map: ClassVar[Mapping[str, Sequence[Permission]]]
    """Method -> all permissions in the library of the component that it needs."""

    def check_access(self, request: Request) -> None:
        for permission in self.perms_map[declared_method(request)]:
            api.require_in_library(self.kwargs["key"], user=request.user, permission=permission)

    def api_exception(self, error: ContentLibrariesError) -> APIException:
        match error:
            case NotFoundError():
                return NotFound(error.message)
            case NotAllowedError():
                return PermissionDenied(error.message)
            case _:
                return super().api_exception(error)


class MetadataView(XBlockAPIView):
    """The key, type and title of a component."""

    perms_map: ClassVar = {"GET": [Permission.LEARN]}

    @extend_schema(
        summary="Read the key, type and title of a component", parameters=[_INCLUDE], responses=MetadataSerializer
    )
    def get(self, request: Request, key: LibraryUsageLocatorV2, version: Version | None = None) -> Response:
        include = request.query_params.get("include", "").split(",")
        found = api.get_metadata(key, user=request.user, version=version, include=include)
        return Response(MetadataSerializer(found).data)


class FieldsView(XBlockAPIView):
    """The values of a component that authors edit."""

    perms_map: ClassVar = {"GET": [Permission.VIEW], "POST": [Permission.EDIT]}

    @extend_schema(summary="Read the fields of a component", responses=FieldsSerializer)
    def get(self, request: Request, key: LibraryUsageLocatorV2, version: Version | None = None) -> Response:
        found = api.get_fields(key, user=request.user, version=version)
        return tagged(request, Response(FieldsSerializer(found).data), found.version_num)

    @extend_schema(
        summary="Save the fields of a component",
        description="One new draft version, or none where nothing changes. A null sets a field back to its default.",
        parameters=[IF_MATCH],
        request=FieldsUpdateSerializer,
        responses={200: SavedFieldsSerializer, 409: VersionConflictSerializer},
    )
    def post(self, request: Request, key: LibraryUsageLocatorV2, version: Version | None = None) -> Response:
        if version is not None:
            raise InvalidInputError(_("Cannot specify a version when saving changes"))
        body = FieldsUpdateSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        values: dict[str, Any] = body.validated_data
        saved = api.save_fields(
            key,
            user=request.user,
            data=values.get("data"),
            metadata=values.get("metadata") or {},
            expected_version=base_version(request, values),
        )
        return tagged(request, Response(SavedFieldsSerializer(saved).data), saved.version_num)


class DeclaredFieldsView(XBlockAPIView):
    """All fields of a component."""

    perms_map: ClassVar = {"GET": [Permission.VIEW]}

    @extend_schema(
        summary="List the fields that the type of a component declares",
        description="With scope, default, help and value; and what the OLX has that the type does not know.",
        responses=DeclaredFieldsSerializer,
    )
    def get(self, request: Request, key: LibraryUsageLocatorV2) -> Response:
        version = version_parameter(request)
        return Response(DeclaredFieldsSerializer(api.get_declared_fields(key, user=request.user, version=version)).data)


class OlxView(XBlockAPIView):
    """The stored text of a version."""

    perms_map: ClassVar = {"GET": [Permission.VIEW]}

    @extend_schema(summary="Read the OLX of a version of a component", responses=BlockOlxSerializer)
    def get(self, request: Request, key: LibraryUsageLocatorV2, version: Version | None = None) -> Response:
        return Response({"olx": api.get_version_olx(key, user=request.user, version=version)})


class RenderView(XBlockAPIView):
    """A rendered view of a component."""

    perms_map: ClassVar = {"GET": []}  # the view that is shown decides

    @extend_schema(summary="Render a view of a component", responses=RenderedViewSerializer)
    def get(
        self, request: Request, key: LibraryUsageLocatorV2, view_name: str, version: Version | None = None
    ) -> Response:
        view = api.render_view(key, view_name, user=request.user, version=version, place=place_of(request))
        return Response(RenderedViewSerializer(view).data)


class HandlerUrlView(XBlockAPIView):
    """The URL of a handler."""

    perms_map: ClassVar = {"GET": []}  # the handler itself checks, whenever it is called

    @extend_schema(
        summary="Get the URL of a handler of a component",
        description="It works without cookies, for the caller, for two days at least.",
        responses=HandlerUrlSerializer,
    )
    def get(
        self, request: Request, key: LibraryUsageLocatorV2, handler_name: str, version: Version | None = None
    ) -> Response:
        url = api.handler_url(key, handler_name, user=request.user, version=version)
        return Response({"handler_url": request.build_absolute_uri(url)})


def version_parameter(request: Request) -> Version | None:
    """Read the version from the query string, or return None without one. Raises ValidationError."""
    text = request.query_params.get("version")
    try:
        return parse_version(text) if text else None
    except ValueError as error:
        raise ValidationError([_("Invalid version specifier")]) from error
