"""Views that read and edit blocks of courses."""

from __future__ import annotations

from typing import Any, ClassVar

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from opaque_keys.edx.keys import UsageKey
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from ... import keys
from ...errors import InvalidInputError, NotFoundError
from ...keys import CourseKey
from ...rest.base_versions import IF_MATCH, base_version, tagged
from ...rest.bodies import refuse_fields, request_body
from ...rest.errors import VersionConflictSerializer
from ...rest.named_keys import named_key
from ...rest.pages import LibraryPagination, page_serializer
from .. import api
from ..data import CoursePermission
from .base import VERSION_PARAMETER, CourseScopedView, asks_for_published
from .block_serializers import (
    BlockCopiedSerializer,
    BlockPublishedSerializer,
    BlocksDeletedSerializer,
    ChildOrderSerializer,
    CourseBlockCreateSerializer,
    CourseBlockSerializer,
    CourseBlockUpdateSerializer,
    PlaceSerializer,
    shown_block,
    shown_blocks,
)


class CourseBlocksView(CourseScopedView):
    """The blocks of a course."""

    perms_map: ClassVar = {"POST": [CoursePermission.EDIT]}

    @extend_schema(
        operation_id="course_block_create",
        summary="Create a course block",
        description="The contents of linked containers are the library's: nothing is created there.",
        request=CourseBlockCreateSerializer,
        responses={201: CourseBlockSerializer},
    )
    def post(self, request: Request, course_key: CourseKey) -> Response:
        body = CourseBlockCreateSerializer(data=request_body(request))
        body.is_valid(raise_exception=True)
        wanted = body.validated_data
        parent_key = named_key(keys.block_key, wanted["parent"], field="parent")
        if parent_key.course_key != course_key:
            raise InvalidInputError(
                _("“%(block)s” is not a block of %(course)s.") % {"block": parent_key, "course": course_key},
                field="parent",
            )
        block = api.create_block(
            parent_key,
            user=request.user,
            block_type=wanted["block_type"],
            block_id=wanted.get("block_id"),
            olx=wanted.get("olx"),
            settings=wanted.get("settings"),
            index=wanted.get("index"),
        )
        return Response(shown_block(block), status.HTTP_201_CREATED)


class CourseBlockView(CourseScopedView):
    """One block of a course."""

    perms_map: ClassVar = {
        "GET": [CoursePermission.VIEW],
        "PATCH": [CoursePermission.EDIT],
        "DELETE": [CoursePermission.EDIT],
    }

    @extend_schema(
        operation_id="course_block_read",
        summary="Read a course block",
        parameters=[VERSION_PARAMETER],
        responses=CourseBlockSerializer,
    )
    def get(self, request: Request, block_key: UsageKey) -> Response:
        block = api.get_block(block_key, user=request.user, published=asks_for_published(request))
        return tagged(request, Response(shown_block(block)), block.version_num)

    @extend_schema(
        operation_id="course_block_update",
        summary="Change the settings or the OLX of a course block",
        description="Its children stay. A change of a linked block counts as a local change, or is refused.",
        parameters=[IF_MATCH],
        request=CourseBlockUpdateSerializer,
        responses={200: CourseBlockSerializer, 409: VersionConflictSerializer},
    )
    def patch(self, request: Request, block_key: UsageKey) -> Response:
        body = CourseBlockUpdateSerializer(data=request_body(request))
        body.is_valid(raise_exception=True)
        wanted = body.validated_data
        block = api.edit_block(
            block_key,
            user=request.user,
            settings=wanted.get("settings"),
            olx=wanted.get("olx"),
            version_num=_version_num(request, wanted),
        )
        return tagged(request, Response(shown_block(block)), block.version_num)

    @extend_schema(
        operation_id="course_block_delete",
        summary="Delete a course block",
        description="Deletes the draft, with the blocks in it that stand nowhere else.",
        parameters=[IF_MATCH],
        responses={200: BlocksDeletedSerializer, 409: VersionConflictSerializer},
    )
    def delete(self, request: Request, block_key: UsageKey) -> Response:
        refuse_fields(request)
        deleted = api.delete_block(block_key, user=request.user, version_num=base_version(request))
        return Response({"deleted": sorted(map(str, deleted))})


class ChildPagination(LibraryPagination):
    """Pages of up to 50 blocks. To read more at once, a store reads all blocks of the course."""

    max_page_size = 50


class CourseBlockChildrenView(CourseScopedView):
    """The children of a block of a course."""

    perms_map: ClassVar = {"GET": [CoursePermission.VIEW], "PUT": [CoursePermission.EDIT]}

    @extend_schema(
        operation_id="course_block_children",
        summary="List the children of a course block",
        parameters=[VERSION_PARAMETER],
        responses=page_serializer(CourseBlockSerializer),
    )
    def get(self, request: Request, block_key: UsageKey) -> Response:
        published = asks_for_published(request)
        structure = api.get_structure(block_key.course_key, user=request.user, published=published)
        if block_key not in structure.blocks:
            raise NotFoundError(_("There is no “%(key)s”.") % {"key": block_key})
        pagination = ChildPagination()
        keys: Any = pagination.paginate_queryset(structure.children.get(block_key, ()), request, view=self)
        blocks = api.get_blocks(keys, user=request.user, published=published)
        answer = pagination.get_paginated_response(shown_blocks(blocks))
        return tagged(request, answer, structure.blocks[block_key].version_num)

    @extend_schema(
        operation_id="course_block_reorder",
        summary="Reorder the children of a course block",
        parameters=[IF_MATCH],
        request=ChildOrderSerializer,
        responses={200: CourseBlockSerializer, 409: VersionConflictSerializer},
    )
    def put(self, request: Request, block_key: UsageKey) -> Response:
        body = ChildOrderSerializer(data=request_body(request))
        body.is_valid(raise_exception=True)
        children = [named_key(keys.block_key, text, field="children") for text in body.validated_data["children"]]
        expected = _version_num(request, body.validated_data)
        block = api.reorder_children(block_key, user=request.user, children=children, version_num=expected)
        return tagged(request, Response(shown_block(block)), block.version_num)


def _version_num(request: Request, wanted: dict[str, Any]) -> int | None:
    """Return the version that an edit started from, by either of its names in the body, or in the header."""
    names = wanted.get("version_num"), wanted.get("base_version")
    if None not in names and names[0] != names[1]:
        raise InvalidInputError(_("version_num names another version."), field="base_version")
    return base_version(request, {"base_version": names[0] or names[1]})


class CourseBlockMovesView(CourseScopedView):
    """Moves of a block within its course."""

    perms_map: ClassVar = {"POST": [CoursePermission.EDIT]}

    @extend_schema(
        operation_id="course_block_move",
        summary="Move a course block within its course",
        description="Its contents come along.",
        request=PlaceSerializer,
        responses=CourseBlockSerializer,
    )
    def post(self, request: Request, block_key: UsageKey) -> Response:
        body = PlaceSerializer(data=request_body(request))
        body.is_valid(raise_exception=True)
        wanted = body.validated_data
        parent_key = named_key(keys.block_key, wanted["parent"], field="parent")
        block = api.move_block(block_key, user=request.user, parent_key=parent_key, index=wanted.get("index"))
        return Response(shown_block(block))


class CourseBlockCopiesView(CourseScopedView):
    """Copies of a block, in its own or another course."""

    perms_map: ClassVar = {"POST": [CoursePermission.VIEW]}

    @extend_schema(
        operation_id="course_block_copy",
        summary="Copy a course block within or between courses",
        description="Copies the draft with its contents, tags and the files that it refers to. Needs EDIT in the course"
        " of the parent.",
        request=PlaceSerializer,
        responses={201: BlockCopiedSerializer},
    )
    def post(self, request: Request, block_key: UsageKey) -> Response:
        body = PlaceSerializer(data=request_body(request))
        body.is_valid(raise_exception=True)
        wanted = body.validated_data
        parent_key = named_key(keys.block_key, wanted["parent"], field="parent")
        copied = api.copy_block(block_key, user=request.user, parent_key=parent_key, index=wanted.get("index"))
        shown = {
            "block": shown_block(copied.block),
            "keys": {str(source): str(copy) for source, copy in copied.keys.items()},
            "new_files": copied.new_files,
            "conflicting_files": copied.conflicting_files,
        }
        return Response(shown, status.HTTP_201_CREATED)


class CourseBlockPublishView(CourseScopedView):
    """Publishing a block."""

    perms_map: ClassVar = {"POST": [CoursePermission.PUBLISH]}

    @extend_schema(
        operation_id="course_block_publish",
        summary="Publish a course block and everything in it",
        description="Also publishes the files of the course, and blocks above it that are not published as holding it.",
        request=None,
        responses=BlockPublishedSerializer,
    )
    def post(self, request: Request, block_key: UsageKey) -> Response:
        refuse_fields(request)
        log_pk = api.publish_block(block_key, user=request.user)
        return Response({"published": log_pk is not None})
