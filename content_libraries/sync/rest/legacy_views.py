"""Views of blocks that use legacy libraries (wire: imports-legacy-blocks, imports-forwarding)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar
from uuid import UUID

from drf_spectacular.utils import OpenApiResponse, extend_schema
from opaque_keys.edx.keys import UsageKey
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from ... import keys
from ...courses.api import CoursePermission
from ...courses.rest.base import CoursePermissionsMixin
from ...jobs.rest import TaskStatusSerializer
from ...keys import CourseKey
from ...rest.bodies import StrictSerializer, refuse_fields, request_body
from ...rest.named_keys import named_key
from ...rest.views import LibraryAPIView
from .. import api
from ..models import LegacyConversion
from .base import TAGS, DeveloperErrorsView


class LegacyBlockSerializer(serializers.Serializer[dict[str, object]]):
    """A block that can be converted."""

    usage_key = serializers.CharField()


class LegacyTaskSerializer(TaskStatusSerializer):
    """The task object of a conversion."""

    name = serializers.CharField(source="task_status.name", default="")


@extend_schema(tags=TAGS)
class LegacyBlocksView(CoursePermissionsMixin, LibraryAPIView):
    """The blocks of a course that use a migrated legacy library, and their conversion in the background."""

    perms_map: ClassVar = {"GET": [CoursePermission.EDIT], "POST": [CoursePermission.EDIT]}

    @extend_schema(
        operation_id="legacy_block_list",
        summary="List the legacy blocks of a course that can be converted",
        responses=LegacyBlockSerializer(many=True),
    )
    def get(self, request: Request, course_key: CourseKey) -> Response:
        ready = api.legacy_blocks_ready(course_key, user=request.user)
        return Response([{"usage_key": str(key)} for key in ready])

    @extend_schema(
        operation_id="legacy_block_convert",
        summary="Convert the legacy blocks of a course",
        description="Their children are linked to the library items that the legacy blocks became.",
        request=None,
        responses={201: LegacyTaskSerializer},
    )
    def post(self, request: Request, course_key: CourseKey) -> Response:
        return Response(_task(request, api.start_conversion(course_key, user=request.user)), status.HTTP_201_CREATED)


@extend_schema(tags=TAGS)
class LegacyTaskView(LibraryAPIView):
    """One conversion."""

    @extend_schema(
        operation_id="legacy_block_task", summary="Read the task of a conversion", responses=LegacyTaskSerializer
    )
    def get(self, request: Request, course_key: CourseKey, uuid: UUID) -> Response:
        conversion = api.find_conversion(uuid, user=request.user, course_key=course_key, is_own=True)
        return Response(_task(request, conversion))


class ConvertedChildSerializer(serializers.Serializer[dict[str, object]]):
    """A child of a converted block."""

    usage_key = serializers.CharField()
    title = serializers.CharField()
    upstream = serializers.CharField(allow_null=True, help_text="Key of the library item that it is linked to.")
    version = serializers.IntegerField(allow_null=True, help_text="Version of the item that counts as synced.")
    unlinked_reason = serializers.ChoiceField(choices=[reason.value for reason in api.Unlinked], allow_null=True)


class ConvertedBlockSerializer(serializers.Serializer[dict[str, object]]):
    """A converted block."""

    usage_key = serializers.CharField()
    title = serializers.CharField()
    source_key = serializers.CharField(help_text="The legacy library.")
    children = ConvertedChildSerializer(many=True)


class ConversionSerializer(serializers.Serializer[LegacyConversion]):
    """A conversion and its results."""

    uuid = serializers.UUIDField()
    course_key = serializers.CharField()
    state = serializers.CharField()
    error = serializers.CharField(allow_blank=True)
    change_set = serializers.CharField(allow_blank=True)
    created = serializers.DateTimeField()
    finished = serializers.DateTimeField(allow_null=True)
    undone = serializers.DateTimeField(allow_null=True)
    blocks = ConvertedBlockSerializer(many=True, source="report")


class ConversionPreviewRequestSerializer(StrictSerializer):
    """The key of a course."""

    course_key = serializers.CharField()


@extend_schema(tags=TAGS)
class ConversionPreviewsView(DeveloperErrorsView):
    """The preview of conversions."""

    @extend_schema(
        operation_id="legacy_conversion_preview",
        summary="Preview the conversion of the legacy blocks of a course",
        description="Writes nothing.",
        request=ConversionPreviewRequestSerializer,
        responses=ConvertedBlockSerializer(many=True),
    )
    def post(self, request: Request) -> Response:
        body = ConversionPreviewRequestSerializer(data=request_body(request))
        body.is_valid(raise_exception=True)
        course_key = named_key(keys.course_key, body.validated_data["course_key"], field="course_key")
        plan = api.preview_conversion(course_key, user=request.user)
        return Response(api.conversion_report(plan))


@extend_schema(tags=TAGS)
class ConversionView(DeveloperErrorsView):
    """One conversion, block by block."""

    @extend_schema(
        operation_id="legacy_conversion_read",
        summary="Read a conversion and its results",
        responses=ConversionSerializer,
    )
    def get(self, request: Request, uuid: UUID) -> Response:
        return Response(ConversionSerializer(api.find_conversion(uuid, user=request.user)).data)

    @extend_schema(
        operation_id="legacy_conversion_cancel",
        summary="Cancel a conversion",
        description="Nothing happens to one that is finished.",
        responses={200: ConversionSerializer},
    )
    def delete(self, request: Request, uuid: UUID) -> Response:
        refuse_fields(request)
        return Response(ConversionSerializer(api.cancel_conversion(uuid, user=request.user)).data)


@extend_schema(tags=TAGS)
class ConversionUndosView(DeveloperErrorsView):
    """Taking conversions back."""

    @extend_schema(
        operation_id="legacy_conversion_undo",
        summary="Undo a conversion",
        description="Refused, naming the blocks, where links were used since.",
        request=None,
        responses=ConversionSerializer,
    )
    def post(self, request: Request, uuid: UUID) -> Response:
        refuse_fields(request)
        return Response(ConversionSerializer(api.undo_conversion(uuid, user=request.user)).data)


@extend_schema(tags=TAGS)
class UpgradeBlockView(CoursePermissionsMixin, DeveloperErrorsView):
    """The conversion of one block, which its own "Update reference" asks for."""

    perms_map: ClassVar = {"POST": [CoursePermission.EDIT]}

    @extend_schema(
        operation_id="legacy_block_upgrade",
        summary="Convert one legacy block",
        request=None,
        responses={200: OpenApiResponse(description="Nothing.")},
    )
    def post(self, request: Request, downstream_key: UsageKey) -> Response:
        api.convert_legacy_blocks(downstream_key.course_key, user=request.user, only=downstream_key)
        return Response({})


@extend_schema(tags=TAGS)
class UpdateAllView(CoursePermissionsMixin, DeveloperErrorsView):
    """The action "update now" of Studio's legacy blocks, for all children at once."""

    perms_map: ClassVar = {"POST": [CoursePermission.EDIT]}

    @extend_schema(
        operation_id="legacy_block_update_all",
        summary="Refuse to update a legacy block as a whole, and say why",
        description="Always refused, with a message for the author.",
        request=None,
        responses={400: OpenApiResponse(description="What to do.")},
    )
    def post(self, request: Request, downstream_key: UsageKey) -> Response:
        api.refuse_update_of_all(downstream_key, user=request.user)


def _task(request: Request, conversion: LegacyConversion) -> Mapping[str, Any]:
    return LegacyTaskSerializer(conversion, context={"request": request}).data
