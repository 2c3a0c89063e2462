"""Views at paths that the platform does not have: previews, moves of links, reuse checks, runs and usages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.response import Response

from ... import keys
from ...errors import ContentLibrariesError, InvalidInputError
from ...jobs.api import JobState
from ...keys import CourseKey, LibraryLocatorV2
from ...rest.bodies import KeyListField, StrictSerializer, refuse_fields, request_body
from ...rest.named_keys import named_key
from ...rest.pages import LibraryPagination, page_serializer
from .. import api
from ..models import SyncRun
from .base import TAGS, DeveloperErrorsView
from .serializers import SyncPreviewSerializer, UpdateDecisionSerializer, preview_data


class PreviewRequestSerializer(StrictSerializer, UpdateDecisionSerializer):
    """The blocks to preview: one linked block, or all ready blocks of a course."""

    usage_key = serializers.CharField(required=False, help_text="A linked block of a course.")
    course_key = serializers.CharField(required=False)
    library_key = serializers.CharField(required=False, help_text="With a course: only what is linked to this library.")


class UsedInSerializer(serializers.Serializer[dict[str, object]]):
    """A course in which a library item is used."""

    course_key = serializers.CharField()
    usage_keys = serializers.ListField(child=serializers.CharField())


class UsagesSerializer(serializers.Serializer[dict[str, object]]):
    """The courses that use library items."""

    block_count = serializers.IntegerField(help_text="Blocks in all courses.")
    course_count = serializers.IntegerField()
    courses = UsedInSerializer(many=True, help_text="Those that the caller may view.")
    hidden_course_count = serializers.IntegerField()
    hidden_block_count = serializers.IntegerField()
    counts = serializers.DictField(child=serializers.IntegerField(), help_text="Key of an item to number of blocks.")


@extend_schema(tags=TAGS)
class PreviewsView(DeveloperErrorsView):
    """The preview of syncs."""

    @extend_schema(
        operation_id="sync_preview",
        summary="Preview the sync of a course block",
        description="Writes nothing. Send the fingerprint with the sync to get exactly this, or a refusal.",
        request=PreviewRequestSerializer,
        responses=SyncPreviewSerializer,
    )
    def post(self, request: Request) -> Response:
        body = PreviewRequestSerializer(data=request_body(request))
        body.is_valid(raise_exception=True)
        wanted = body.validated_data
        if "usage_key" not in wanted:
            return Response(preview_data(_course_plan(request, wanted)))
        key, keep = named_key(keys.block_key, wanted["usage_key"]), frozenset(wanted["keep_custom_fields"])
        if "outcome" in wanted:
            plan = api.preview_outcome(key, api.SyncOutcome(wanted["outcome"]), user=request.user, keep=keep)
        else:
            plan = api.preview_sync(key, user=request.user, override=wanted["override_customizations"], keep=keep)
        return Response(preview_data(plan))


class ReuseRequestSerializer(StrictSerializer):
    """Items that an author may choose, and the place that they would go to."""

    parent_locator = serializers.CharField(help_text="Usage key of a block of a course.")
    upstream_keys = serializers.ListField(
        child=serializers.CharField(), min_length=1, max_length=100, help_text="Keys of library components, containers."
    )


class ReuseCheckSerializer(serializers.Serializer[object]):
    """The result of a check whether an item can be reused."""

    upstream_key = serializers.CharField(source="upstream")
    problem = serializers.CharField(allow_null=True, help_text="Null where nothing stands against it.")
    message = serializers.CharField(allow_blank=True)


@extend_schema(tags=TAGS)
class ReuseChecksView(DeveloperErrorsView):
    """The items that pickers mark as not to be reused."""

    @extend_schema(
        operation_id="reuse_check",
        summary="Check whether library items can be reused in a course block",
        description="Writes nothing.",
        request=ReuseRequestSerializer,
        responses=ReuseCheckSerializer(many=True),
    )
    def post(self, request: Request) -> Response:
        body = ReuseRequestSerializer(data=request_body(request))
        body.is_valid(raise_exception=True)
        wanted = body.validated_data
        parent_key = named_key(keys.block_key, wanted["parent_locator"])
        found = api.check_reuse(wanted["upstream_keys"], parent_key=parent_key, user=request.user)
        return Response(ReuseCheckSerializer(found, many=True).data)


class LinkMoveRequestSerializer(StrictSerializer):
    """Links of a course, and the library that they move to."""

    course_key = serializers.CharField()
    source_library = serializers.CharField(help_text="Key of the library that blocks are linked to; it may be gone.")
    target_library = serializers.CharField(help_text="Key of another one, which has the same items.")


@dataclass(frozen=True, slots=True)
class LinkMoveRequest:
    """A request for a move of links, parsed."""

    course_key: CourseKey
    source: LibraryLocatorV2
    target: LibraryLocatorV2

    @classmethod
    def of(cls, request: Request) -> LinkMoveRequest:
        """Parse the body of a request. Raises ValidationError and InvalidInputError."""
        body = LinkMoveRequestSerializer(data=request_body(request))
        body.is_valid(raise_exception=True)
        wanted = body.validated_data
        return cls(
            named_key(keys.course_key, wanted["course_key"], field="course_key"),
            named_key(keys.library_key, wanted["source_library"], field="source_library"),
            named_key(keys.library_key, wanted["target_library"], field="target_library"),
        )


class MovedLinkSerializer(serializers.Serializer[dict[str, object]]):
    """A link that moves."""

    usage_key = serializers.CharField()
    upstream = serializers.CharField(help_text="What the block is linked to then.")


class LeftLinkSerializer(serializers.Serializer[dict[str, object]]):
    """A link that cannot move, because of its own item or of another item in its structure, which moves as a whole."""

    usage_key = serializers.CharField()
    state = serializers.CharField(help_text="How the other library has the item, or else the first one that it lacks.")


class LinkMoveSerializer(serializers.Serializer[dict[str, object]]):
    """The links that move."""

    course_key = serializers.CharField()
    moved = MovedLinkSerializer(many=True)
    left = LeftLinkSerializer(many=True)


@extend_schema(tags=TAGS)
class LinkMovePreviewsView(DeveloperErrorsView):
    """The preview of moving links."""

    @extend_schema(
        operation_id="link_move_preview",
        summary="Preview moving the links of a course to another library",
        description="Writes nothing.",
        request=LinkMoveRequestSerializer,
        responses=LinkMoveSerializer,
    )
    def post(self, request: Request) -> Response:
        asked = LinkMoveRequest.of(request)
        move = api.preview_link_move(asked.course_key, source=asked.source, target=asked.target, user=request.user)
        return Response(api.link_move_report(move))


@extend_schema(tags=TAGS)
class LinkMovesView(DeveloperErrorsView):
    """Moving links to another library."""

    @extend_schema(
        operation_id="link_move",
        summary="Move the links of a course to another library",
        description="Local changes stay; each block is offered what the other library has published.",
        request=LinkMoveRequestSerializer,
        responses=LinkMoveSerializer,
    )
    def post(self, request: Request) -> Response:
        asked = LinkMoveRequest.of(request)
        move = api.move_links(asked.course_key, source=asked.source, target=asked.target, user=request.user)
        return Response(api.link_move_report(move))


class RunRequestSerializer(StrictSerializer):
    """The courses to sync: named courses, or every course of the caller's that uses a library."""

    course_keys = KeyListField(child=serializers.CharField(), default=list)
    library_key = serializers.CharField(required=False, help_text="Only what is linked to this library.")
    fingerprint = serializers.CharField(
        required=False, help_text="Of the preview of the course. The run is refused if it would do something else."
    )


class RunCourseSerializer(serializers.Serializer[dict[str, object]]):
    """A course of a run."""

    course_key = serializers.CharField()
    finished = serializers.DateTimeField(allow_null=True)
    is_failed = serializers.BooleanField()
    error = serializers.CharField(allow_blank=True)
    report = serializers.DictField(help_text="Blocks, numbers of steps, and what was skipped.")


class RunSerializer(serializers.Serializer[dict[str, object]]):
    """A run."""

    uuid = serializers.UUIDField()
    state = serializers.ChoiceField(choices=[state.value for state in JobState])
    progress = serializers.FloatField(help_text="From 0 to 1, as far as courses are done.")
    library_key = serializers.CharField(allow_blank=True)
    left_out = serializers.IntegerField(help_text="Courses that use the library and are not the caller's to sync.")
    created = serializers.DateTimeField()
    finished = serializers.DateTimeField(allow_null=True)
    error = serializers.CharField(allow_blank=True)
    courses = RunCourseSerializer(many=True)


class OutdatedRunsView(DeveloperErrorsView):
    """Base of views that start runs. A run that would differ from its preview is refused with a 409."""

    def api_exception(self, error: ContentLibrariesError) -> APIException:
        shown = super().api_exception(error)
        if isinstance(error, api.SyncOutdatedError):
            shown.status_code = status.HTTP_409_CONFLICT
        return shown


@extend_schema(tags=TAGS)
class RunsView(OutdatedRunsView):
    """Syncs of whole courses in the background."""

    @extend_schema(
        operation_id="sync_run_list",
        summary="List the sync runs of the caller",
        responses=page_serializer(RunSerializer),
    )
    def get(self, request: Request) -> Response:
        pagination = LibraryPagination()
        page = pagination.paginate_queryset(api.list_runs(user=request.user), request, view=self)
        return pagination.get_paginated_response([_run_data(run) for run in page or ()])

    @extend_schema(
        operation_id="sync_run_start",
        summary="Sync courses in the background",
        description="Names courses, or a library for every course of the caller's that uses it.",
        request=RunRequestSerializer,
        responses={201: RunSerializer, 409: OpenApiResponse(description="Not what the preview showed.")},
    )
    def post(self, request: Request) -> Response:
        body = RunRequestSerializer(data=request_body(request))
        body.is_valid(raise_exception=True)
        wanted = body.validated_data
        run = api.start_run(
            user=request.user,
            courses=[named_key(keys.course_key, text, field="course_keys") for text in wanted["course_keys"]],
            only_library=_library(wanted),
            fingerprint=wanted.get("fingerprint"),
        )
        return Response(_run_data(api.find_run(run.uuid, user=request.user)), status.HTTP_201_CREATED)


@extend_schema(tags=TAGS)
class RunView(DeveloperErrorsView):
    """One run."""

    @extend_schema(operation_id="sync_run_read", summary="Read a sync run", responses=RunSerializer)
    def get(self, request: Request, uuid: UUID) -> Response:
        return Response(_run_data(api.find_run(uuid, user=request.user)))

    @extend_schema(
        operation_id="sync_run_cancel",
        summary="Cancel a sync run",
        description="Courses that are done stay.",
        responses={200: RunSerializer},
    )
    def delete(self, request: Request, uuid: UUID) -> Response:
        refuse_fields(request)
        return Response(_run_data(api.cancel_run(uuid, user=request.user)))


@extend_schema(tags=TAGS)
class RunRetryView(OutdatedRunsView):
    """Second attempts."""

    @extend_schema(
        operation_id="sync_run_retry",
        summary="Retry the failed courses of a sync run",
        request=None,
        responses={201: RunSerializer},
    )
    def post(self, request: Request, uuid: UUID) -> Response:
        refuse_fields(request)
        run = api.retry_run(uuid, user=request.user)
        return Response(_run_data(api.find_run(run.uuid, user=request.user)), status.HTTP_201_CREATED)


@extend_schema(tags=TAGS)
class UsagesView(DeveloperErrorsView):
    """The courses that use library items."""

    @extend_schema(
        operation_id="usage_read",
        summary="List where a library item is used, or count the uses of all items",
        parameters=[
            OpenApiParameter("item", str, description="Key of a component or container."),
            OpenApiParameter("library", str, description="Key of a library, for the counts of all its items."),
        ],
        responses=UsagesSerializer,
    )
    def get(self, request: Request) -> Response:
        item, library = request.query_params.get("item"), request.query_params.get("library")
        if library:
            counts = api.usage_counts(named_key(keys.library_key, library, field="library"), user=request.user)
            return Response({"counts": counts})
        if not item:
            raise InvalidInputError(_("Name an item or a library."), field="item")
        usages = api.usages_of(named_key(keys.item_key, item, field="item"), user=request.user)
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


def _course_plan(request: Request, wanted: Mapping[str, Any]) -> api.SyncPlan:
    if "course_key" not in wanted:
        raise InvalidInputError(_("Name a block or a course."), field="usage_key")
    if wanted.get("outcome", api.SyncOutcome.KEEP_LOCAL) != api.SyncOutcome.KEEP_LOCAL:
        raise InvalidInputError(_("A sync of a whole course keeps local changes. Name a block."), field="outcome")
    course_key = named_key(keys.course_key, wanted["course_key"], field="course_key")
    return api.preview_course(course_key, user=request.user, only_library=_library(wanted))


def _library(wanted: Mapping[str, Any]) -> LibraryLocatorV2 | None:
    return (
        named_key(keys.library_key, wanted["library_key"], field="library_key") if wanted.get("library_key") else None
    )


def _run_data(run: SyncRun) -> Mapping[str, Any]:
    courses = sorted(run.courses.all(), key=lambda course: course.pk)
    done = sum(course.finished is not None for course in courses)
    return RunSerializer(
        {
            "uuid": run.uuid,
            "state": run.state,
            "progress": done / len(courses),
            "library_key": run.library_key,
            "left_out": run.left_out,
            "created": run.created,
            "finished": run.finished,
            "error": run.error,
            "courses": courses,
        }
    ).data
