"""Views of the clipboard, copying and pasting."""

from __future__ import annotations

from typing import ClassVar, Final

from django.http import HttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, PolymorphicProxySerializer, extend_schema
from opaque_keys import InvalidKeyError
from opaque_keys.edx.keys import UsageKey
from opaque_keys.edx.locator import LibraryUsageLocatorV2
from rest_framework.request import Request
from rest_framework.response import Response

from ...block_types.api import COURSE, SECTION, SUBSECTION
from ...content.rest.serializers import ComponentSerializer, ContainerSerializer
from ...courses.api import names_run
from ...errors import InvalidInputError
from ...keys import LibraryContainerLocator, LibraryLocatorV2
from ...learning_core.api import block_media_type
from ...libraries.api import Permission
from ...libraries.rest.base import LibraryScopedView
from ...rest.bodies import request_body
from ...rest.views import LibraryAPIView
from .. import api
from .serializers import ClipboardSerializer, CopySerializer

_TOO_LARGE: Final = frozenset({COURSE, SECTION, SUBSECTION})
_EMPTY: Final = OpenApiResponse(description="An empty object.")
_PASTED: Final = PolymorphicProxySerializer(
    component_name="Pasted", serializers=[ComponentSerializer, ContainerSerializer], resource_type_field_name=None
)


class ClipboardView(LibraryAPIView):
    """The clipboard of the user."""

    @extend_schema(summary="Read the clipboard", responses=ClipboardSerializer)
    def get(self, request: Request) -> Response:
        staged = api.get_clipboard(request.user)
        return Response(ClipboardSerializer.of(staged, {"request": request}).data)

    @extend_schema(
        summary="Copy a component or a course block to the clipboard",
        description="Its draft with all that is below it, instead of what was on the clipboard.",
        request=CopySerializer,
        responses=ClipboardSerializer,
    )
    def post(self, request: Request) -> Response:
        body = CopySerializer(data=request_body(request))
        body.is_valid(raise_exception=True)
        staged = api.copy_to_clipboard(_source_key(body.validated_data["usage_key"]), user=request.user)
        return Response(ClipboardSerializer.of(staged, {"request": request}).data)


class StagedOlxView(LibraryAPIView):
    """The OLX that the user has copied."""

    @extend_schema(summary="Read the OLX of copied content", responses={(200, "application/xml"): OpenApiTypes.STR})
    def get(self, request: Request, staged_pk: int) -> HttpResponse:
        staged = api.get_staged(staged_pk, user=request.user)
        file_name = f"{staged.suggested_url_name}.xml"
        return HttpResponse(
            staged.olx,
            content_type=block_media_type(staged.block_type),
            headers={"Content-Disposition": content_disposition_header(True, file_name) or "attachment"},
        )


class CopyContainerView(LibraryScopedView):
    """Copies of a container."""

    perms_map: ClassVar = {"POST": [Permission.VIEW]}

    @extend_schema(
        summary="Copy a container to the clipboard",
        description="With all that is below it.",
        request=None,
        responses={200: _EMPTY},
    )
    def post(self, request: Request, container_key: LibraryContainerLocator) -> Response:
        api.copy_to_clipboard(container_key, user=request.user)
        return Response({})


class PasteView(LibraryScopedView):
    """Pastes into a library."""

    perms_map: ClassVar = {"POST": [Permission.EDIT]}

    @extend_schema(
        summary="Paste the clipboard into a library",
        description="As one new item. Children that are copies of items of this library are linked.",
        request=None,
        responses=_PASTED,
    )
    def post(self, request: Request, lib_key: LibraryLocatorV2) -> Response:
        item = api.paste(lib_key, user=request.user)
        is_container = isinstance(item.key, LibraryContainerLocator)
        return Response((ContainerSerializer if is_container else ComponentSerializer)(item).data)


def _source_key(text: str) -> UsageKey:
    """Parse the key of the component or block to copy; raise the errors that clients know (wire: clipboard-copy)."""
    try:
        key = UsageKey.from_string(text)
    except InvalidKeyError as error:
        raise InvalidInputError(_("Invalid usage key")) from error
    if key.block_type in _TOO_LARGE:
        raise InvalidInputError(_("Requested XBlock tree is too large"))
    if isinstance(key, LibraryUsageLocatorV2) or (key.context_key.is_course and names_run(key.context_key)):
        return key
    raise InvalidInputError(_("Invalid usage_key for the content."))
