"""Views at paths that the platform does not have: uploads, plans, imports by plan, retries."""

from __future__ import annotations

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.exceptions import ValidationError
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from ...errors import InvalidInputError
from ...olx.api import OlxError
from ...rest.bodies import refuse_fields
from ...rest.pages import LibraryPagination, page_serializer
from ...rest.views import LibraryAPIView
from .. import api
from ..models import StoredPlan
from .serializers import (
    ImportRequestSerializer,
    PlanRequestSerializer,
    PlanSerializer,
    TaskSerializer,
    UploadRequestSerializer,
    UploadSerializer,
)
from .views import TAGS, task


@extend_schema(tags=TAGS)
class SourcesView(LibraryAPIView):
    """Archives that the caller can import."""

    parser_classes = (MultiPartParser,)

    @extend_schema(
        operation_id="import_source_list",
        summary="List uploaded sources",
        responses=page_serializer(UploadSerializer),
    )
    def get(self, request: Request) -> Response:
        pagination = LibraryPagination()
        page = pagination.paginate_queryset(api.list_sources(user=request.user), request, view=self)
        return pagination.get_paginated_response([UploadSerializer(upload).data for upload in page or ()])

    @extend_schema(
        operation_id="import_source_upload",
        summary="Upload a course, a legacy library or a cartridge",
        request={"multipart/form-data": UploadRequestSerializer},
        responses={201: UploadSerializer},
    )
    def post(self, request: Request) -> Response:
        body = UploadRequestSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        wanted = body.validated_data
        try:
            upload = api.upload_source(
                wanted["library"], user=request.user, file=wanted["file"], key=wanted.get("source_key")
            )
        except OlxError as error:
            raise ValidationError({"file": [error.message]}) from error
        return Response(UploadSerializer(upload).data, status.HTTP_201_CREATED)


@extend_schema(tags=TAGS)
class PlansView(LibraryAPIView):
    """Plans of imports."""

    @extend_schema(
        operation_id="import_plan_make",
        summary="Plan an import",
        description="Says for every block what would become of it. The plan can be applied exactly as it is.",
        request=PlanRequestSerializer,
        responses={201: PlanSerializer},
    )
    def post(self, request: Request) -> Response:
        body = PlanRequestSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        wanted = body.validated_data
        options = body.options(collection_code=wanted["collection"], make_collection=wanted["make_collection"])
        try:
            plan, stored = api.plan_source(
                wanted["target"],
                user=request.user,
                source_key=wanted["source"],
                options=options,
                upload_uuid=wanted["upload"],
            )
        except InvalidInputError as error:
            field = "collection" if error.field == "target_collection_slug" else error.field
            raise InvalidInputError(error.message, field=field, as_list=error.as_list) from error
        return Response(_plan(stored, plan), status.HTTP_201_CREATED)


@extend_schema(tags=TAGS)
class PlanView(LibraryAPIView):
    """One plan."""

    @extend_schema(operation_id="import_plan_read", summary="Read a plan", responses=PlanSerializer)
    def get(self, request: Request, uuid: UUID) -> Response:
        stored, plan = api.find_plan(uuid, user=request.user)
        return Response(_plan(stored, plan))


def _plan(stored: StoredPlan, plan: api.ImportPlan) -> object:
    return PlanSerializer(
        {"uuid": stored.uuid, "created": stored.created, "report": stored.report, "blocks": api.plan_rows(plan)}
    ).data


@extend_schema(tags=TAGS)
class ImportsView(LibraryAPIView):
    """Imports by plan."""

    @extend_schema(
        operation_id="import_start",
        summary="Apply a plan",
        description=(
            "Watch and cancel it as a migration. It fails, naming the changes, if the library changed. A plan with a"
            " question in its report needs confirm_repeat."
        ),
        request=ImportRequestSerializer,
        responses={201: TaskSerializer},
    )
    def post(self, request: Request) -> Response:
        body = ImportRequestSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        stored, _plan = api.find_plan(body.validated_data["plan"], user=request.user)
        job = api.start_plans(
            [stored],
            user=request.user,
            publish=body.validated_data["publish"],
            confirm_repeat=body.validated_data["confirm_repeat"],
        )
        return Response(task(request, api.find_job(job.uuid, user=request.user)), status.HTTP_201_CREATED)


@extend_schema(tags=TAGS)
class RetryView(LibraryAPIView):
    """Second attempts."""

    @extend_schema(
        operation_id="import_retry",
        summary="Import again what failed",
        request=None,
        responses={201: TaskSerializer},
    )
    def post(self, request: Request, uuid: UUID) -> Response:
        refuse_fields(request)
        job = api.retry_job(uuid, user=request.user)
        return Response(task(request, api.find_job(job.uuid, user=request.user)), status.HTTP_201_CREATED)
