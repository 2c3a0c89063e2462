"""Views of links at the paths of the platform."""

from __future__ import annotations

from typing import Any, ClassVar

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from opaque_keys.edx.keys import UsageKey
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from ... import keys
from ...courses.api import Block, Copied, CoursePermission, duplicate_block
from ...courses.rest.base import CoursePermissionsMixin
from ...errors import ContentLibrariesError, InvalidInputError
from ...keys import CourseKey
from ...rest.bodies import request_body
from ...rest.named_keys import named_key
from .. import api
from ..actions.syncing import Synced
from ..link.access import SYNC_LINKS, VIEW_LINKS
from .base import (
    TAGS,
    DeveloperErrorsView,
    LinkPagination,
    flag,
    link_page_serializer,
)
from .serializers import (
    CreatedSerializer,
    CreateRequestSerializer,
    LinkRequestSerializer,
    LinkSerializer,
    RowSerializer,
    SummarySerializer,
    SyncedLinkSerializer,
    SyncPreviewSerializer,
    SyncRequestSerializer,
    attention_data,
    link_data,
    notices_data,
    parts_data,
    preview_data,
    row_data,
)

_NOTHING = OpenApiResponse(description="Nothing.")


@extend_schema(tags=TAGS)
class LinkListView(DeveloperErrorsView):
    """Links of courses to libraries."""

    parameters_without_value = frozenset({"no_page"})

    @extend_schema(
        operation_id="downstream_list",
        summary="List the links of courses",
        description="With `no_page`, whatever its value, a bare list.",
        parameters=[
            OpenApiParameter("course_id", str),
            OpenApiParameter("upstream_key", str, description="Where a component or container is used."),
            OpenApiParameter("ready_to_sync", bool),
            OpenApiParameter("item_type", str, enum=list(api.ItemType)),
            OpenApiParameter("use_top_level_parents", bool),
            OpenApiParameter("no_page", str),
            OpenApiParameter("page", int),
            OpenApiParameter("page_size", int, description="100 by default, 1000 at most."),
        ],
        responses=link_page_serializer(RowSerializer),
    )
    def get(self, request: Request) -> Response:
        query = request.query_params
        course, upstream = query.get("course_id"), query.get("upstream_key")
        ready = query.get("ready_to_sync")
        links = api.list_links(
            user=request.user,
            course_key=named_key(keys.course_key, course, field="course_id") if course is not None else None,
            upstream=named_key(keys.item_key, upstream, field="upstream_key") if upstream is not None else None,
            ready=None if ready is None else flag(ready, field="ready_to_sync"),
            item_type=api.ItemType.ALL if upstream else _item_type(query.get("item_type", api.ItemType.ALL)),
            top_level_only=flag(query.get("use_top_level_parents", "false"), field="use_top_level_parents"),
        )
        if "no_page" in query:
            return Response(_rows(list(links)))
        pagination = LinkPagination()
        page = pagination.paginate_queryset(links, request, view=self)
        return pagination.get_paginated_response(_rows(page or []))


@extend_schema(tags=TAGS)
class SummaryView(CoursePermissionsMixin, DeveloperErrorsView):
    """The links of a course, counted by library."""

    perms_map: ClassVar = {"GET": [VIEW_LINKS]}

    @extend_schema(
        operation_id="downstream_summary",
        summary="Count the links of a course by library",
        responses=SummarySerializer(many=True),
    )
    def get(self, request: Request, course_key: CourseKey) -> Response:
        summaries = api.summarize_course(course_key, user=request.user)
        data = [
            {
                "upstream_context_title": summary.title,
                "upstream_context_key": summary.library_key,
                "ready_to_sync_count": summary.ready,
                "total_count": summary.total,
                "last_published_at": summary.last_published,
            }
            for summary in summaries
        ]
        return Response(SummarySerializer(data, many=True).data)


@extend_schema(tags=TAGS)
class LinkView(CoursePermissionsMixin, DeveloperErrorsView):
    """The link of one block."""

    perms_map: ClassVar = {"GET": [VIEW_LINKS], "PUT": [SYNC_LINKS], "DELETE": [SYNC_LINKS]}

    @extend_schema(operation_id="downstream_read", summary="Read the link of a course block", responses=LinkSerializer)
    def get(self, request: Request, downstream_key: UsageKey) -> Response:
        return Response(link_data(*api.get_link_and_parts(downstream_key, user=request.user)))

    @extend_schema(
        operation_id="downstream_link",
        summary="Link a course block to a library item",
        request=LinkRequestSerializer,
        responses={200: LinkSerializer, 409: SyncPreviewSerializer},
    )
    def put(self, request: Request, downstream_key: UsageKey) -> Response:
        body = LinkRequestSerializer(data=request_body(request))
        body.is_valid(raise_exception=True)
        wanted = body.validated_data
        try:
            api.link_block(
                downstream_key,
                user=request.user,
                upstream=wanted["upstream_ref"],
                sync=wanted.get("sync", False),
                fingerprint=wanted.get("fingerprint"),
            )
        except api.WouldDeleteError as error:
            shown = {"developer_message": error.message, "error_code": error.code, **preview_data(error.plan)}
            return Response(shown, status.HTTP_409_CONFLICT)
        return Response(link_data(api.get_link(downstream_key, user=request.user)))

    @extend_schema(operation_id="downstream_unlink", summary="Unlink a course block", responses={204: _NOTHING})
    def delete(self, request: Request, downstream_key: UsageKey) -> Response:
        api.unlink_block(downstream_key, user=request.user)
        return Response(status=status.HTTP_204_NO_CONTENT)


@extend_schema(tags=TAGS)
class SyncView(CoursePermissionsMixin, DeveloperErrorsView):
    """Syncs of one block with everything in it."""

    perms_map: ClassVar = {"POST": [SYNC_LINKS], "DELETE": [SYNC_LINKS]}

    def message_of(self, error: ContentLibrariesError) -> str | list[str]:
        """Return a list for a block that is not linked: clients read its first sentence (wire: sync-errors)."""
        return [error.message] if isinstance(error, api.NotLinkedError) else error.message

    @extend_schema(
        operation_id="downstream_sync",
        summary="Sync a course block with its library item",
        request=SyncRequestSerializer,
        responses=SyncedLinkSerializer,
    )
    def post(self, request: Request, downstream_key: UsageKey) -> Response:
        body = SyncRequestSerializer(data=request_body(request) or {})
        body.is_valid(raise_exception=True)
        wanted = body.validated_data
        keep, fingerprint = frozenset(wanted["keep_custom_fields"]), wanted.get("fingerprint")
        if "outcome" in wanted:
            outcome = api.SyncOutcome(wanted["outcome"])
            plan = api.settle_update(downstream_key, outcome, user=request.user, keep=keep, fingerprint=fingerprint)
        else:
            override = wanted["override_customizations"]
            plan = api.sync_block(
                downstream_key, user=request.user, override=override, keep=keep, fingerprint=fingerprint
            ).plan
        link = link_data(api.get_link(downstream_key, user=request.user))
        return Response(link | {"static_file_notices": notices_data(plan.notices)})

    @extend_schema(
        operation_id="downstream_decline", summary="Decline the update of a course block", responses={204: _NOTHING}
    )
    def delete(self, request: Request, downstream_key: UsageKey) -> Response:
        api.decline_update(downstream_key, user=request.user)
        return Response(status=status.HTTP_204_NO_CONTENT)


@extend_schema(tags=TAGS)
class CreateView(DeveloperErrorsView):
    """New blocks from libraries."""

    @extend_schema(
        operation_id="downstream_create",
        summary="Create, duplicate or paste a course block",
        request=CreateRequestSerializer,
        responses=CreatedSerializer,
    )
    def post(self, request: Request) -> Response:
        body = CreateRequestSerializer(data=request_body(request))
        body.is_valid(raise_exception=True)
        wanted = body.validated_data
        parent = named_key(keys.block_key, wanted["parent_locator"])
        if "duplicate_source_locator" in wanted:
            source = named_key(keys.block_key, wanted["duplicate_source_locator"])
            return Response(_duplicated(duplicate_block(source, user=request.user, parent_key=parent), parent))
        if "staged_content" in wanted:
            return Response(_pasted(api.paste_block(parent, user=request.user, index=wanted.get("index")), parent))
        try:
            block, synced = api.create_linked_block(
                parent,
                user=request.user,
                upstream=wanted["library_content_key"],
                block_type=wanted.get("category"),
                index=wanted.get("index"),
            )
        except api.LinkError as error:
            return Response({"error": error.message, "error_code": error.code}, status.HTTP_400_BAD_REQUEST)
        return Response(_created(block.usage_key, parent, wanted["library_content_key"], synced))


@extend_schema(tags=TAGS)
class ChildrenView(CoursePermissionsMixin, DeveloperErrorsView):
    """The children of a container of a course."""

    perms_map: ClassVar = {"GET": [CoursePermission.VIEW]}

    @extend_schema(
        operation_id="course_container_children",
        summary="List the children of a course block, with their links",
        parameters=[OpenApiParameter("get_upstream_info", bool)],
        responses=OpenApiResponse(description="The container and its children (wire: sync-endpoints)."),
    )
    def get(self, request: Request, downstream_key: UsageKey) -> Response:
        with_parts = flag(request.query_params.get("get_upstream_info", "false"), field="get_upstream_info")
        found = api.get_linked_children(downstream_key, user=request.user, with_parts=with_parts)
        block, *children = found.blocks
        is_free = found.links[downstream_key].upstream is None
        return Response(
            {
                "display_name": block.title,
                "is_published": not block.state.has_unpublished_changes,
                "can_paste_component": is_free,
                "children": [
                    {
                        "block_id": str(child.usage_key),
                        "block_type": child.usage_key.block_type,
                        "name": child.title,
                        "upstream_link": link_data(found.links[child.usage_key], ()),
                        "actions": _actions(child, found.links[child.usage_key], is_free=is_free),
                    }
                    for child in children
                ],
                "upstream_ready_to_sync_children_info": parts_data(found.parts),
            }
        )


def _actions(child: Block, link: api.LinkDetail, *, is_free: bool) -> dict[str, bool | None]:
    """Return the possible actions for a child. In a linked container (not ``is_free``), children cannot be changed."""
    return {
        "unlinkable": api.actions_of(child, link).unlinkable,
        "can_copy": True,
        "can_duplicate": is_free,
        "can_move": is_free,
        "can_manage_access": True,
        "can_delete": is_free,
        "can_manage_tags": True,
    }


def _item_type(text: str) -> api.ItemType:
    try:
        return api.ItemType(text)
    except ValueError:
        raise InvalidInputError(
            _("“%(value)s” is none of %(types)s.") % {"value": text, "types": ", ".join(api.ItemType)},
            field="item_type",
        ) from None


def _rows(rows: list[Any]) -> list[dict[str, Any]]:
    titles, times = api.library_titles(rows), api.link_times(rows)
    return [row_data(row, titles, times[row.row.pk]) for row in rows if row.row.pk in times]


def _duplicated(copied: Copied, parent: UsageKey) -> dict[str, Any]:
    notices = api.FileNotices(copied.new_files, copied.conflicting_files)
    return _new(copied.block.usage_key, parent, notices)


def _pasted(pasted: api.Pasted, parent: UsageKey) -> dict[str, Any]:
    upstream = {"upstreamRef": pasted.upstream} if pasted.upstream else {}
    return _new(pasted.block.usage_key, parent, pasted.notices) | upstream


def _new(usage_key: UsageKey, parent: UsageKey, notices: api.FileNotices) -> dict[str, Any]:
    return {
        "locator": str(usage_key),
        "courseKey": str(parent.course_key),
        "static_file_notices": notices_data(notices),
        "parent_locator": str(parent),
        "attention": [],
    }


def _created(usage_key: UsageKey, parent: UsageKey, upstream: str, synced: Synced) -> dict[str, Any]:
    return {
        "locator": str(usage_key),
        "courseKey": str(usage_key.course_key),
        "upstreamRef": upstream,
        "static_file_notices": notices_data(synced.notices),
        "parent_locator": str(parent),
        "attention": attention_data(synced.plan.attention),
    }
