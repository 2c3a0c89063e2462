"""
Views that manage files of components, and serve their bytes.

Authors write files, and other users see them on the site's own origin. This module decides what a browser may do
with these files (ADR 0012).
"""

from __future__ import annotations

import posixpath
from typing import ClassVar, Final
from uuid import UUID

from django.http import FileResponse, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response
from django.utils.http import content_disposition_header
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.parsers import MultiPartParser
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from ... import conf
from ...keys import LibraryUsageLocatorV2
from ...learning_core.api import StoredFile
from ...libraries.api import Permission
from ...libraries.rest.base import LibraryScopedView
from ...rest.base_versions import IF_MATCH, base_version
from ...rest.errors import VersionConflictSerializer
from ...rest.views import FramedMixin, LibraryAPIView
from .. import api
from ..file_tokens import PARAMETER, is_valid
from .asset_serializers import AssetListSerializer, AssetSerializer, AssetUploadSerializer

FORM_OVERHEAD: Final = 1024 * 1024
"""How many bytes the body of an upload may have besides its file."""

FOR_EVER: Final = "private, max-age=31536000, immutable"
ASK_AGAIN: Final = "private, no-cache"

_PASSIVE: Final = ("image/", "audio/", "video/", "font/", "application/pdf")
FILE_RESPONSE: Final = {(200, "application/octet-stream"): OpenApiTypes.BINARY}


class AssetsView(LibraryScopedView):
    """The files of a component's draft."""

    perms_map: ClassVar = {"GET": [Permission.VIEW]}

    @extend_schema(
        operation_id="library_block_assets_list", summary="List the files of a component", responses=AssetListSerializer
    )
    def get(self, request: Request, usage_key: LibraryUsageLocatorV2) -> Response:
        files = api.list_assets(usage_key, user=request.user)
        return Response(AssetListSerializer({"files": files}, context={"request": request}).data)


class AssetView(LibraryScopedView):
    """One file of a component's draft."""

    perms_map: ClassVar = {"GET": [Permission.VIEW], "PUT": [Permission.EDIT], "DELETE": [Permission.EDIT]}

    parser_classes = (MultiPartParser,)

    @extend_schema(summary="Read the metadata of a file of a component", responses=AssetSerializer)
    def get(self, request: Request, usage_key: LibraryUsageLocatorV2, path: str) -> Response:
        asset = api.get_asset(usage_key, user=request.user, path=path)
        return Response(AssetSerializer(asset, context={"request": request}).data)

    @extend_schema(
        summary="Upload a file of a component",
        description="Makes a new draft version. A file with that path is replaced; spaces in the path become “_”.",
        parameters=[IF_MATCH],
        request=AssetUploadSerializer,
        responses={200: AssetSerializer, 409: VersionConflictSerializer},
    )
    def put(self, request: Request, usage_key: LibraryUsageLocatorV2, path: str) -> Response:
        api.check_file_size(_declared_length(request) - FORM_OVERHEAD)
        body = AssetUploadSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        asset = api.set_asset(
            usage_key,
            user=request.user,
            path=path,
            file=body.validated_data["content"],
            expected_version=base_version(request),
        )
        return Response(AssetSerializer(asset, context={"request": request}).data)

    @extend_schema(
        summary="Delete a file of a component",
        description="Makes a new draft version, also where there was no such file.",
        parameters=[IF_MATCH],
        responses={204: OpenApiResponse(description="Nothing."), 409: VersionConflictSerializer},
    )
    def delete(self, request: Request, usage_key: LibraryUsageLocatorV2, path: str) -> Response:
        api.delete_asset(usage_key, user=request.user, path=path, expected_version=base_version(request))
        return Response(status=status.HTTP_204_NO_CONTENT)


class FileView(FramedMixin, LibraryAPIView):
    """Base of the views that serve files."""

    def perform_content_negotiation(self, request: Request, force: bool = False) -> tuple[BaseRenderer, str]:
        """Accept every request: the type of a file does not depend on the Accept header. Only errors are rendered."""
        return super().perform_content_negotiation(request, force=True)


class VersionFileView(FileView):
    """A file of one version of a component. Previews, which have no cookies, get it with a token in the query."""

    def check_permissions(self, request: Request) -> None:
        if not self._has_token():
            super().check_permissions(request)

    @extend_schema(summary="Download a file of a version of a component", responses=FILE_RESPONSE)
    def get(self, request: Request, version_uuid: UUID, path: str) -> HttpResponseBase:
        if not self._has_token():
            return serve(request, api.open_asset(version_uuid, path, user=request.user), cache_control=FOR_EVER)
        response = serve(request, api.open_version_file(version_uuid, path), cache_control=FOR_EVER)
        response["Access-Control-Allow-Origin"] = "*"  # fonts and scripts of a page without an origin
        return response

    def _has_token(self) -> bool:
        return is_valid(self.kwargs["version_uuid"], self.request.GET.get(PARAMETER, ""))


class DraftFileView(FileView, LibraryScopedView):
    """A file of a component's draft."""

    perms_map: ClassVar = {"GET": [Permission.VIEW]}

    @extend_schema(summary="Download a file of the draft of a component", responses=FILE_RESPONSE)
    def get(self, request: Request, usage_key: LibraryUsageLocatorV2, path: str) -> HttpResponseBase:
        file = api.open_asset(usage_key, path, user=request.user)
        return serve(request, file, cache_control=ASK_AGAIN)


def serve(request: Request, file: StoredFile, *, cache_control: str) -> HttpResponseBase:
    """
    Return a response that streams the file.

    It has headers only for HEAD, and if the client has the file already (304).
    """
    media = file.media
    headers = {
        "ETag": f'"{media.digest}"',
        "Cache-Control": cache_control,
        "Content-Security-Policy": _security_policy(media.media_type),
        "X-Content-Type-Options": "nosniff",
    }
    response: HttpResponseBase | None = get_conditional_response(request._request, etag=headers["ETag"])
    if response is None:
        opened = file.open()
        response = FileResponse(opened)
        if request.method == "HEAD":
            opened.close()
            response = HttpResponse()
        headers |= {
            "Content-Type": media.media_type,
            "Content-Length": str(media.size),
            "Content-Disposition": content_disposition_header(False, posixpath.basename(media.path)) or "inline",
        }
    for name, value in headers.items():
        response[name] = value
    return response


def _security_policy(media_type: str) -> str:
    policy = f"{conf.frame_ancestors()};"
    is_passive = media_type.startswith(_PASSIVE) and not media_type.endswith("+xml")
    return policy if is_passive else f"{policy} sandbox;"


def _declared_length(request: Request) -> int:
    length = str(request.META.get("CONTENT_LENGTH", ""))
    return int(length) if length.isdecimal() else 0
