"""Views of releases (wire: own-releases)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, ClassVar
from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.response import Response

from ...errors import ContentLibrariesError
from ...libraries.data import Permission
from ...rest.bodies import StrictSerializer, refuse_fields, request_body
from ...rest.pages import LibraryPagination, page_serializer
from ...rest.query import without_blanks
from ...rest.views import LibraryAPIView, declared_method
from .. import api
from ..models import Release
from .publish_preview_views import PublishPreviewSerializer, items_of, library_of, preview_data
from .release_serializers import (
    ApprovalSerializer,
    CommentSerializer,
    OptionalReasonSerializer,
    ReasonSerializer,
    ReleaseChangeSerializer,
    ReleaseConflictSerializer,
    ReleaseCreateSerializer,
    ReleaseEventSerializer,
    ReleaseItemSerializer,
    ReleaseQuerySerializer,
    ReleaseSerializer,
    RevertSerializer,
    ScheduleSerializer,
)

_TAGS = ["releases"]
_PAGE = [
    OpenApiParameter("page", int),
    OpenApiParameter("page_size", int, description="10 by default, 100 at most."),
]
_ANSWERS = {200: ReleaseSerializer, 409: ReleaseConflictSerializer}


class ReleaseConflictView(LibraryAPIView):
    """Base of views whose refusals tell the state of the release, and what is possible in it (409)."""

    def api_exception(self, error: ContentLibrariesError) -> APIException:
        shown = super().api_exception(error)
        if isinstance(error, api.ReleaseConflictError):
            shown.status_code = HTTPStatus.CONFLICT
        return shown

    def error_body(self, error: Exception, data: object) -> object:
        if not isinstance(error, api.ReleaseConflictError):
            return data
        return {
            "detail": error.message,
            "code": error.code,
            "state": error.state.value,
            "possible_actions": [action.value for action in error.possible],
        }


class ReleasesView(ReleaseConflictView):
    """The releases of libraries."""

    @extend_schema(
        operation_id="release_list",
        summary="List releases",
        description="Newest first. Needs VIEW of the library.",
        parameters=[ReleaseQuerySerializer, *_PAGE],
        responses=page_serializer(ReleaseSerializer),
        tags=_TAGS,
    )
    def get(self, request: Request) -> Response:
        query = ReleaseQuerySerializer(data=without_blanks(request.query_params))
        query.is_valid(raise_exception=True)
        wanted = query.validated_data
        found = api.list_releases(
            user=request.user,
            library_key=library_of(wanted["library_key"]) if "library_key" in wanted else None,
            state=api.ReleaseState(wanted["state"]) if "state" in wanted else None,
        )
        return _page(self, request, found, ReleaseSerializer)

    @extend_schema(
        operation_id="release_create",
        summary="Make a release",
        description="Needs EDIT. It is a draft until its publication is requested.",
        request=ReleaseCreateSerializer,
        responses={201: ReleaseSerializer},
        tags=_TAGS,
    )
    def post(self, request: Request) -> Response:
        values = _valid(ReleaseCreateSerializer(data=request_body(request)))
        release = api.create_release(
            library_of(values["library_key"]),
            user=request.user,
            title=values["title"],
            description=values.get("description", ""),
            item_keys=items_of(values.get("item_keys")),
        )
        return Response(ReleaseSerializer(release).data, HTTPStatus.CREATED)


class ReleaseScopedView(ReleaseConflictView):
    """Base of views of one release. ``perms_map`` has the permissions that each method needs in its library."""

    perms_map: ClassVar[Mapping[str, Sequence[Permission]]]

    def check_access(self, request: Request) -> None:
        for permission in self.perms_map[declared_method(request)]:
            api.access_release(self.kwargs["uuid"], request.user, permission)


class ReleaseView(ReleaseScopedView):
    """One release."""

    perms_map: ClassVar = {"GET": [Permission.VIEW], "PATCH": [Permission.EDIT]}

    @extend_schema(
        operation_id="release_read",
        summary="Read a release",
        description="Needs VIEW of its library.",
        responses=ReleaseSerializer,
        tags=_TAGS,
    )
    def get(self, request: Request, uuid: UUID) -> Response:
        return Response(ReleaseSerializer(api.get_release(uuid, user=request.user)).data)

    @extend_schema(
        operation_id="release_change",
        summary="Change a release",
        description="Needs EDIT. Possible for drafts, and for what was declined or held, which is a draft again then.",
        request=ReleaseChangeSerializer,
        responses=_ANSWERS,
        tags=_TAGS,
    )
    def patch(self, request: Request, uuid: UUID) -> Response:
        values = _valid(ReleaseChangeSerializer(data=request_body(request)))
        release = api.change_release(
            uuid,
            user=request.user,
            title=values.get("title"),
            description=values.get("description"),
            item_keys=items_of(values.get("item_keys")),
        )
        return Response(ReleaseSerializer(release).data)


class ReleaseItemsView(ReleaseScopedView):
    """The items of a release."""

    perms_map: ClassVar = {"GET": [Permission.VIEW]}

    @extend_schema(
        operation_id="release_items",
        summary="List the items of a release",
        description="Needs VIEW of its library.",
        parameters=_PAGE,
        responses=page_serializer(ReleaseItemSerializer),
        tags=_TAGS,
    )
    def get(self, request: Request, uuid: UUID) -> Response:
        return _page(self, request, api.release_items(uuid, user=request.user), ReleaseItemSerializer)


class ReleaseEventsView(ReleaseScopedView):
    """Lists the events in the life of a release."""

    perms_map: ClassVar = {"GET": [Permission.VIEW]}

    @extend_schema(
        operation_id="release_events",
        summary="List comments on a release and changes of its state",
        description="Oldest first. Needs VIEW of its library.",
        parameters=_PAGE,
        responses=page_serializer(ReleaseEventSerializer),
        tags=_TAGS,
    )
    def get(self, request: Request, uuid: UUID) -> Response:
        return _page(self, request, api.release_events(uuid, user=request.user), ReleaseEventSerializer)


class ReleasePreviewView(ReleaseScopedView):
    """Previews the publication of a release."""

    perms_map: ClassVar = {"GET": [Permission.VIEW]}

    @extend_schema(
        operation_id="release_preview",
        summary="Preview the publication of a release",
        description="Needs VIEW of its library. Send the fingerprint with the approval of exactly this.",
        responses={200: PublishPreviewSerializer, 409: ReleaseConflictSerializer},
        tags=_TAGS,
    )
    def get(self, request: Request, uuid: UUID) -> Response:
        return Response(preview_data(api.preview_release(uuid, user=request.user)))


class ReleaseRequestsView(ReleaseScopedView):
    """Requests for the publication of a release."""

    perms_map: ClassVar = {"POST": [Permission.EDIT]}

    @extend_schema(
        operation_id="release_request",
        summary="Ask for the publication of a release",
        description="Needs EDIT. The reason is for those who decide.",
        request=ReasonSerializer,
        responses=_ANSWERS,
        tags=_TAGS,
    )
    def post(self, request: Request, uuid: UUID) -> Response:
        values = _valid(ReasonSerializer(data=request_body(request)))
        return _answer(api.request_release(uuid, user=request.user, reason=values["reason"]))


class ReleaseCommentsView(ReleaseScopedView):
    """Comments on a release."""

    perms_map: ClassVar = {"POST": [Permission.EDIT]}

    @extend_schema(
        operation_id="release_comment",
        summary="Comment on a release",
        description="Needs EDIT. Possible in every state.",
        request=CommentSerializer,
        responses=ReleaseSerializer,
        tags=_TAGS,
    )
    def post(self, request: Request, uuid: UUID) -> Response:
        values = _valid(CommentSerializer(data=request_body(request)))
        return _answer(api.comment_release(uuid, user=request.user, text=values["text"]))


class ReleaseApprovalsView(ReleaseScopedView):
    """Approvals of a release."""

    perms_map: ClassVar = {"POST": [Permission.PUBLISH]}

    @extend_schema(
        operation_id="release_approve",
        summary="Approve the content of a release",
        description="Needs PUBLISH. Nothing else than what the preview with this fingerprint has shown is published.",
        request=ApprovalSerializer,
        responses=_ANSWERS,
        tags=_TAGS,
    )
    def post(self, request: Request, uuid: UUID) -> Response:
        values = _valid(ApprovalSerializer(data=request_body(request)))
        release = api.approve_release(
            uuid, user=request.user, fingerprint=values["fingerprint"], comment=values.get("comment", "")
        )
        return _answer(release)


class ReleaseDeclinesView(ReleaseScopedView):
    """Refusals of a release."""

    perms_map: ClassVar = {"POST": [Permission.PUBLISH]}

    @extend_schema(
        operation_id="release_decline",
        summary="Decline a release",
        description="Needs PUBLISH. It can be changed, and requested again.",
        request=ReasonSerializer,
        responses=_ANSWERS,
        tags=_TAGS,
    )
    def post(self, request: Request, uuid: UUID) -> Response:
        values = _valid(ReasonSerializer(data=request_body(request)))
        return _answer(api.decline_release(uuid, user=request.user, reason=values["reason"]))


class ReleaseSchedulesView(ReleaseScopedView):
    """Times at which a release is published."""

    perms_map: ClassVar = {"POST": [Permission.PUBLISH]}

    @extend_schema(
        operation_id="release_schedule",
        summary="Set the time when an approved release is published",
        description="Needs PUBLISH. It is checked again then, and held if its content is not what was approved.",
        request=ScheduleSerializer,
        responses=_ANSWERS,
        tags=_TAGS,
    )
    def post(self, request: Request, uuid: UUID) -> Response:
        values = _valid(ScheduleSerializer(data=request_body(request)))
        return _answer(api.schedule_release(uuid, user=request.user, publish_at=values["publish_at"]))


class ReleasePublicationsView(ReleaseScopedView):
    """Publications of a release."""

    perms_map: ClassVar = {"POST": [Permission.PUBLISH]}

    @extend_schema(
        operation_id="release_publish",
        summary="Publish an approved release now",
        description="Needs PUBLISH. Refused if the content is not what was approved.",
        request=None,
        responses=_ANSWERS,
        tags=_TAGS,
    )
    def post(self, request: Request, uuid: UUID) -> Response:
        refuse_fields(request)
        return _answer(api.publish_release(uuid, user=request.user))


class ReleaseCancellationsView(ReleaseScopedView):
    """Cancellations of a release."""

    perms_map: ClassVar = {"POST": [Permission.EDIT]}

    @extend_schema(
        operation_id="release_cancel",
        summary="Cancel a release for good",
        description="Needs EDIT for one's own release, and PUBLISH for releases of other users.",
        request=OptionalReasonSerializer,
        responses=_ANSWERS,
        tags=_TAGS,
    )
    def post(self, request: Request, uuid: UUID) -> Response:
        values = _valid(OptionalReasonSerializer(data=request_body(request)))
        return _answer(api.cancel_release(uuid, user=request.user, reason=values.get("reason", "")))


class ReleaseRevertsView(ReleaseScopedView):
    """Reverts of a release."""

    perms_map: ClassVar = {"POST": [Permission.PUBLISH]}

    @extend_schema(
        operation_id="release_revert",
        summary="Publish the versions from before a release again",
        description="Needs PUBLISH. Drafts stay. What was published again since refuses the revert, or is left out.",
        request=RevertSerializer,
        responses=_ANSWERS,
        tags=_TAGS,
    )
    def post(self, request: Request, uuid: UUID) -> Response:
        values = _valid(RevertSerializer(data=request_body(request)))
        return _answer(api.revert_release(uuid, user=request.user, on_conflict=api.OnConflict(values["on_conflict"])))


def _valid(body: StrictSerializer) -> dict[str, Any]:
    body.is_valid(raise_exception=True)
    values: dict[str, Any] = body.validated_data
    return values


def _answer(release: Release) -> Response:
    return Response(ReleaseSerializer(release).data)


def _page[RowT](
    view: LibraryAPIView, request: Request, found: object, serializer: type[serializers.Serializer[RowT]]
) -> Response:
    pagination = LibraryPagination()
    page = pagination.paginate_queryset(found, request, view=view)
    return pagination.get_paginated_response(serializer(page, many=True).data)
