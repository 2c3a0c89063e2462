"""
Outlines of courses, and the data of the pages of a course and of a block, with links (wire: sync-endpoints).

Other data of these pages, such as the menus of new blocks, comes from the host.
"""

from __future__ import annotations

from typing import Any, ClassVar

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from opaque_keys.edx.keys import UsageKey
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from ... import keys
from ...block_types.api import SUBSECTION, UNIT
from ...content.api import type_name
from ...courses.api import Block, CoursePermission
from ...courses.rest.base import CoursePermissionsMixin
from ...errors import InvalidInputError
from ...keys import CourseKey
from ...rest.named_keys import named_key
from .. import api
from .base import TAGS, DeveloperErrorsView
from .serializers import LinkSerializer, link_data


class OutlineActionsSerializer(serializers.Serializer[dict[str, object]]):
    """The actions that an author can take on a block."""

    childAddable = serializers.BooleanField()  # noqa: N815 - the platform's spelling
    deletable = serializers.BooleanField()
    draggable = serializers.BooleanField()
    duplicable = serializers.BooleanField()
    unlinkable = serializers.BooleanField(allow_null=True, help_text="Null where nothing is linked.")


class OutlineBlockSerializer(serializers.Serializer[dict[str, object]]):
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
class OutlineView(CoursePermissionsMixin, DeveloperErrorsView):
    """A block of a course, and the blocks below it."""

    perms_map: ClassVar = {"GET": [CoursePermission.VIEW]}

    @extend_schema(
        operation_id="course_outline",
        summary="Read the outline below a course block, with links",
        parameters=[OpenApiParameter("depth", int, description="Levels below the block; all if left out.")],
        responses=OutlineBlockSerializer,
    )
    def get(self, request: Request, downstream_key: UsageKey) -> Response:
        outline = api.get_outline(downstream_key, user=request.user, depth=_depth(request))
        return Response(_block_data(outline, outline.blocks[downstream_key]))


class InitialStateSerializer(serializers.Serializer[dict[str, object]]):
    """The block that an outline shows, and the blocks that it expands, when it opens."""

    locator_to_show = serializers.CharField()
    expanded_locators = serializers.ListField(child=serializers.CharField())


class CourseIndexSerializer(serializers.Serializer[dict[str, object]]):
    """The outline page of a course."""

    course_structure = OutlineBlockSerializer()
    initial_state = InitialStateSerializer(allow_null=True)


@extend_schema(tags=TAGS)
class CourseIndexView(CoursePermissionsMixin, DeveloperErrorsView):
    """The outline page of a course."""

    perms_map: ClassVar = {"GET": [CoursePermission.VIEW]}

    @extend_schema(
        operation_id="course_index",
        summary="Read the data of the outline page of a course",
        parameters=[OpenApiParameter("show", str, description="Usage key of a block that the page opens.")],
        responses=CourseIndexSerializer,
    )
    def get(self, request: Request, course_key: CourseKey) -> Response:
        outline = api.get_course_outline(course_key, user=request.user)
        show = request.query_params.get("show")
        return Response(
            {
                "course_structure": _block_data(outline, outline.blocks[outline.top]),
                "initial_state": None if show is None else _initial_state(outline, show),
            }
        )


class SiblingSerializer(serializers.Serializer[dict[str, object]]):
    """A block on the way to another one, or beside it."""

    url = serializers.CharField()
    display_name = serializers.CharField()
    usage_key = serializers.CharField()


class AncestorSerializer(serializers.Serializer[dict[str, object]]):
    """A block that another block is inside of."""

    title = serializers.CharField()
    is_last = serializers.BooleanField(help_text="Whether it is the nearest one.")
    children = SiblingSerializer(many=True)


class NamedBlockSerializer(serializers.Serializer[dict[str, object]]):
    """The title of a block."""

    display_name = serializers.CharField()
    display_type = serializers.CharField(help_text="What authors call blocks of its type: “Unit”.")
    category = serializers.CharField()


class BlockPageSerializer(serializers.Serializer[dict[str, object]]):
    """The page of a block."""

    xblock = NamedBlockSerializer()
    xblock_info = OutlineBlockSerializer(help_text="The block and its children.")
    is_unit_page = serializers.BooleanField()
    ancestor_xblocks = AncestorSerializer(many=True, help_text="From the section down.")
    outline_url = serializers.CharField()
    unit_block_id = serializers.CharField(allow_null=True, help_text="The block itself if it is a unit, or its unit.")
    subsection_location = serializers.CharField(allow_null=True, help_text="Usage key of the subsection above it.")


@extend_schema(tags=TAGS)
class BlockPageView(CoursePermissionsMixin, DeveloperErrorsView):
    """The page of a unit, or of another block that holds blocks."""

    perms_map: ClassVar = {"GET": [CoursePermission.VIEW]}

    @extend_schema(
        operation_id="course_block_page",
        summary="Read the data of the page of a course block",
        responses=BlockPageSerializer,
    )
    def get(self, request: Request, downstream_key: UsageKey) -> Response:
        outline = api.get_outline(downstream_key, user=request.user, depth=1)
        path = outline.above()
        by_type = {key.block_type: key for key in (*path, outline.top)}
        unit, subsection = by_type.get(UNIT), {key.block_type: key for key in path}.get(SUBSECTION)
        return Response(
            {
                "xblock": _name_data(outline, outline.top),
                "xblock_info": _block_data(outline, outline.blocks[outline.top]),
                "is_unit_page": unit == outline.top,
                "ancestor_xblocks": [_ancestor_data(outline, key, is_last=key == path[-1]) for key in path],
                "outline_url": _page_url(outline.structure.root),
                "unit_block_id": unit.block_id if unit else None,
                "subsection_location": str(subsection) if subsection else None,
            }
        )


def _name_data(outline: api.Outline, usage_key: UsageKey) -> dict[str, str]:
    block_type = usage_key.block_type
    return {
        "display_name": outline.blocks[usage_key].title,
        "display_type": type_name(block_type) or block_type,
        "category": block_type,
    }


def _ancestor_data(outline: api.Outline, usage_key: UsageKey, *, is_last: bool) -> dict[str, Any]:
    blocks = outline.structure.blocks
    return {
        "title": blocks[usage_key].title,
        "is_last": is_last,
        "children": [
            {"url": _page_url(key), "display_name": blocks[key].title, "usage_key": str(key)}
            for key in outline.structure.children.get(usage_key, ())
        ],
    }


def _page_url(usage_key: UsageKey) -> str:
    """Return the path at which a host shows a block, or redirects to the frontend that does."""
    return f"/container/{usage_key}"


def _initial_state(outline: api.Outline, show: str) -> dict[str, Any] | None:
    below = [str(key) for key, _depth in outline.structure.walk(named_key(keys.block_key, show))]
    return {"locator_to_show": show, "expanded_locators": below} if below else None


def _block_data(outline: api.Outline, block: Block) -> dict[str, Any]:
    link = outline.links[block.usage_key]
    upstream_info = link_data(link)
    data: dict[str, Any] = {
        "id": upstream_info["downstream_key"],
        "display_name": block.title,
        "category": link.block_type,
        "has_children": block.state.holds_blocks,
        "has_changes": block.state.has_unpublished_changes,
        "actions": actions_data(api.actions_of(block, link)),
        "upstream_info": upstream_info,
    }
    if block.state.holds_blocks:
        data["child_info"] = {"children": [_block_data(outline, child) for child in outline.children(block)]}
    return data


def actions_data(actions: api.OutlineActions) -> dict[str, bool | None]:
    """Return the ``actions`` of a block (wire: sync-endpoints). They are hints: an edit is checked when it is made."""
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
        raise InvalidInputError(_("“%(value)s” is no number of levels.") % {"value": text}, field="depth")
    return int(text)
