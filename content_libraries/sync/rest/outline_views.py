"""Outlines of courses, with links (sync contract, section 10)."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from opaque_keys.edx.keys import UsageKey
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from ...errors import InvalidInputError
from .. import api
from .base import TAGS, DeveloperErrorsView, block_key
from .serializers import LinkSerializer, link_data


class OutlineActionsSerializer(serializers.Serializer[Any]):
    """What an author can do with a block."""

    childAddable = serializers.BooleanField()  # noqa: N815 - the platform's spelling
    deletable = serializers.BooleanField()
    draggable = serializers.BooleanField()
    duplicable = serializers.BooleanField()
    unlinkable = serializers.BooleanField(allow_null=True, help_text="Null where nothing is linked.")


class OutlineBlockSerializer(serializers.Serializer[Any]):
    """A block of an outline."""

    id = serializers.CharField()
    display_name = serializers.CharField()
    category = serializers.CharField()
    has_children = serializers.BooleanField()
    has_changes = serializers.BooleanField(help_text="Whether its draft is not what is published.")
    actions = OutlineActionsSerializer()
    upstream_info = LinkSerializer(help_text="Its link; also for a block that is not linked.")
    child_info = serializers.DictField(
        required=False, help_text="Its `children`, of the same shape; left out for a block that cannot have any."
    )


@extend_schema(tags=TAGS)
class OutlineView(DeveloperErrorsView):
    """A block of a course and what is below it."""

    @extend_schema(
        operation_id="course_outline",
        summary="Read the outline of a course or of a part of it, with links",
        parameters=[OpenApiParameter("depth", int, description="Levels below the block; all if left out.")],
        responses=OutlineBlockSerializer,
    )
    def get(self, request: Request, downstream_key: str) -> Response:
        key = block_key(downstream_key)
        outline = api.get_outline(key, user=request.user, depth=_depth(request))
        return Response(_block_data(outline, key))


def _block_data(outline: api.Outline, usage_key: UsageKey) -> dict[str, Any]:
    block, link = outline.blocks[usage_key], outline.links[usage_key]
    data: dict[str, Any] = {
        "id": str(usage_key),
        "display_name": block.title,
        "category": usage_key.block_type,
        "has_children": block.state.holds_blocks,
        "has_changes": block.state.has_unpublished_changes,
        "actions": actions_data(api.actions_of(block, link)),
        "upstream_info": link_data(link),
    }
    if block.state.holds_blocks:
        data["child_info"] = {"children": [_block_data(outline, key) for key in outline.children(usage_key)]}
    return data


def actions_data(actions: api.OutlineActions) -> dict[str, bool | None]:
    """``actions`` of section 10. Whether an edit is refused is decided where it is made."""
    return {
        "childAddable": actions.child_addable,
        "deletable": not actions.is_root,
        "draggable": not actions.is_root,
        "duplicable": not actions.is_root,
        "unlinkable": actions.unlinkable,
    }


def _depth(request: Request) -> int | None:
    text = request.query_params.get("depth")
    if text is None:
        return None
    if not text.isdecimal():
        raise InvalidInputError(f"“{text}” is no number of levels.", field="depth")
    return int(text)
