"""Views of what is new: previews of syncs, and where library items are used."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from ...errors import InvalidInputError
from ...keys import library_key
from ...rest import request_body
from .. import api
from .base import TAGS, DeveloperErrorsView, block_key, item_key_of
from .serializers import PreviewSerializer, SyncRequestSerializer, preview_data


class PreviewRequestSerializer(SyncRequestSerializer):
    """What to preview."""

    usage_key = serializers.CharField(help_text="A linked block of a course.")
    fingerprint = None  # type: ignore[assignment]  # takes the field away


class UsedInSerializer(serializers.Serializer[Any]):
    """A course in which a library item is used."""

    course_key = serializers.CharField()
    usage_keys = serializers.ListField(child=serializers.CharField())


class UsagesSerializer(serializers.Serializer[Any]):
    """Where library items are used."""

    block_count = serializers.IntegerField(help_text="Blocks in all courses.")
    course_count = serializers.IntegerField()
    courses = UsedInSerializer(many=True, help_text="Those that the caller may view.")
    hidden_course_count = serializers.IntegerField()
    hidden_block_count = serializers.IntegerField()
    counts = serializers.DictField(child=serializers.IntegerField(), help_text="Key of an item to number of blocks.")


@extend_schema(tags=TAGS)
class PreviewsView(DeveloperErrorsView):
    """What syncs would do."""

    @extend_schema(
        operation_id="sync_preview",
        summary="Preview the sync of a block",
        description="Writes nothing. Send the fingerprint with the sync to get exactly this, or a refusal.",
        request=PreviewRequestSerializer,
        responses=PreviewSerializer,
    )
    def post(self, request: Request) -> Response:
        body = PreviewRequestSerializer(data=request_body(request))
        body.is_valid(raise_exception=True)
        wanted = body.validated_data
        plan = api.preview_sync(
            block_key(wanted["usage_key"]),
            user=request.user,
            override=wanted["override_customizations"],
            keep=frozenset(wanted["keep_custom_fields"]),
        )
        return Response(preview_data(plan))


@extend_schema(tags=TAGS)
class UsagesView(DeveloperErrorsView):
    """Where library items are used."""

    @extend_schema(
        operation_id="usage_read",
        summary="Tell where a library item is used, or how often all items of a library are",
        parameters=[
            OpenApiParameter("item", str, description="Key of a component or container."),
            OpenApiParameter("library", str, description="Key of a library, for the counts of all its items."),
        ],
        responses=UsagesSerializer,
    )
    def get(self, request: Request) -> Response:
        item, library = request.query_params.get("item"), request.query_params.get("library")
        if library:
            counts = api.usage_counts(library_key(library), user=request.user)
            return Response({"counts": counts})
        if not item:
            raise InvalidInputError("Name an item or a library.", field="item")
        usages = api.usages_of(item_key_of(item, field="item"), user=request.user)
        return Response(
            {
                "block_count": usages.blocks + usages.hidden_blocks,
                "course_count": len(usages.courses) + usages.hidden_courses,
                "courses": [
                    {"course_key": key, "usage_keys": list(usage_keys)} for key, usage_keys in usages.courses.items()
                ],
                "hidden_course_count": usages.hidden_courses,
                "hidden_block_count": usages.hidden_blocks,
                "counts": {item: usages.blocks + usages.hidden_blocks},
            }
        )
