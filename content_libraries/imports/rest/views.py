"""Views of imports, at the paths of the platform's migrator (wire: imports-start)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar
from uuid import UUID

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.exceptions import APIException, PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from ...errors import InvalidInputError, MalformedKeyError, NotAllowedError
from ...keys import CourseKey, LibraryLocatorV2, library_key
from ...libraries.api import Permission
from ...libraries.rest.base import LibraryScopedView
from ...rest.converters import MalformedKey
from ...rest.pages import LibraryPagination, page_serializer
from ...rest.views import LibraryAPIView
from .. import api, results
from ..data import Level, OnRepeat
from ..jobs.requests import SourceNotAllowedError
from .serializers import (
    BlockResultSerializer,
    BulkMigrationRequestSerializer,
    CourseImportSerializer,
    MigrationInfoSerializer,
    MigrationRequestSerializer,
    PreviewSerializer,
    TaskSerializer,
    source_key,
)

TAGS = ["imports"]


class BadParameter(APIException):
    """A query parameter is wrong; clients read the message from ``error``."""

    status_code = status.HTTP_400_BAD_REQUEST

    def __init__(self, message: str, *, name: str = "error") -> None:
        super().__init__({name: message})


def task(request: Request, job: Any) -> dict[str, Any]:
    """Return the task object of a job (wire: imports-jobs)."""
    data: dict[str, Any] = TaskSerializer(job, context={"request": request}).data
    return data


@extend_schema(tags=TAGS)
class MigrationsView(LibraryAPIView):
    """The caller's imports."""

    @extend_schema(
        operation_id="migration_list", summary="List one's imports", responses=page_serializer(TaskSerializer)
    )
    def get(self, request: Request) -> Response:
        pagination = LibraryPagination()
        page = pagination.paginate_queryset(api.list_jobs(user=request.user), request, view=self)
        return pagination.get_paginated_response([task(request, job) for job in page or ()])

    @extend_schema(
        operation_id="migration_start",
        summary="Import a course or a legacy library",
        request=MigrationRequestSerializer,
        responses={201: TaskSerializer},
    )
    def post(self, request: Request) -> Response:
        body = MigrationRequestSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        wanted = body.validated_data
        options = body.options(
            collection_code=wanted["target_collection_slug"], make_collection=wanted["create_collection"]
        )
        with _single_source():
            job = api.start_imports(
                wanted["target"],
                user=request.user,
                sources=[api.SourceRequest(wanted["source"], options)],
                publish=wanted["publish"],
            )
        return Response(task(request, api.find_job(job.uuid, user=request.user)), status.HTTP_201_CREATED)


@contextmanager
def _single_source() -> Iterator[None]:
    """Translate errors of ``start_imports``, which takes many sources, for a request with one source."""
    try:
        yield
    except NotAllowedError:
        raise PermissionDenied(_("Requester is not an author on the source.")) from None
    except InvalidInputError as error:
        field = "source" if error.field == "sources" else error.field
        raise InvalidInputError(error.message, field=field, as_list=error.as_list) from error


@extend_schema(tags=TAGS)
class BulkMigrationView(LibraryAPIView):
    """Imports of many sources in one job."""

    @extend_schema(
        operation_id="migration_start_bulk",
        summary="Import several courses or legacy libraries",
        request=BulkMigrationRequestSerializer,
        responses={201: TaskSerializer},
    )
    def post(self, request: Request) -> Response:
        body = BulkMigrationRequestSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        wanted = body.validated_data
        sources = [
            api.SourceRequest(key, body.options(collection_code=code, make_collection=wanted["create_collections"]))
            for key, code in zip(
                wanted["sources"],
                wanted["target_collection_slug_list"] or [None] * len(wanted["sources"]),
                strict=True,
            )
        ]
        try:
            job = api.start_imports(wanted["target"], user=request.user, sources=sources, publish=wanted["publish"])
        except SourceNotAllowedError as error:
            raise PermissionDenied(error.message) from error
        except InvalidInputError as error:
            field = "target_collection_slug_list" if error.field == "target_collection_slug" else error.field
            raise InvalidInputError(error.message, field=field, as_list=error.as_list) from error
        return Response(task(request, api.find_job(job.uuid, user=request.user)), status.HTTP_201_CREATED)


@extend_schema(tags=TAGS)
class MigrationView(LibraryAPIView):
    """One import."""

    @extend_schema(operation_id="migration_read", summary="Watch an import", responses=TaskSerializer)
    def get(self, request: Request, uuid: UUID) -> Response:
        job = api.list_jobs(user=request.user).filter(uuid=uuid).first()
        if job is None:
            return Response({"detail": _("Not found.")}, status.HTTP_404_NOT_FOUND)
        return Response(task(request, job))


@extend_schema(tags=TAGS)
class MigrationCancelView(LibraryAPIView):
    """The end of an import before its time."""

    @extend_schema(operation_id="migration_cancel", summary="Cancel an import", request=None, responses=TaskSerializer)
    def post(self, request: Request, uuid: UUID) -> Response:
        return Response(task(request, api.cancel_job(uuid, user=request.user)))


@extend_schema(tags=TAGS)
class MigrationInfoView(LibraryAPIView):
    """The libraries that sources were imported into."""

    @extend_schema(
        operation_id="migration_info",
        summary="Find the libraries that sources were imported into",
        parameters=[OpenApiParameter("source_keys", str, many=True, required=True)],
        responses=OpenApiResponse(description="Source key to a list of targets, newest first."),
    )
    def get(self, request: Request) -> Response:
        texts = request.query_params.getlist("source_keys")
        if not texts:
            raise BadParameter(_("Missing required parameter: source_keys"), name="detail")
        known = []
        for text in dict.fromkeys(texts):
            try:
                known.append(source_key(text))
            except MalformedKeyError:
                continue
        found = results.migrations_of(known, user=request.user)
        return Response({key: [MigrationInfoSerializer(row).data for row in rows] for key, rows in found.items()})


@extend_schema(tags=TAGS)
class CourseImportsView(LibraryScopedView):
    """The imports of courses into one library."""

    perms_map: ClassVar = {"GET": [Permission.VIEW]}

    @extend_schema(
        operation_id="library_course_imports",
        summary="List the imports of courses into a library",
        responses=CourseImportSerializer(many=True),
    )
    def get(self, request: Request, lib_key: LibraryLocatorV2) -> Response:
        rows = results.course_imports(lib_key, user=request.user)
        return Response([CourseImportSerializer(row).data for row in rows])

    def refusal_of_key(self, key: MalformedKey) -> Exception:
        return BadParameter(_("Malformed library key: %(key)s") % {"key": key}, name="detail")


_TARGET = OpenApiParameter("target_key", str, required=True, description="Key of the library.")
_SOURCE = OpenApiParameter("source_key", str, description="Key of the course or legacy library.")


@extend_schema(tags=TAGS)
class PreviewView(LibraryAPIView):
    """The preview of an import."""

    @extend_schema(
        operation_id="migration_preview",
        summary="Count what an import would bring",
        parameters=[
            _TARGET,
            _SOURCE,
            OpenApiParameter("composition_level", str, enum=list(Level), default=Level.SECTION),
            OpenApiParameter("repeat_handling_strategy", str, enum=list(OnRepeat), default=OnRepeat.FORK),
        ],
        responses=PreviewSerializer,
    )
    def get(self, request: Request) -> Response:
        target, source = _target_key(request), _source_key(request)
        if source is None:
            raise BadParameter(_("Source key cannot be blank."))
        preview = results.preview(
            target,
            user=request.user,
            source_key=source,
            level=_choice(request, "composition_level", Level, Level.SECTION),
            on_repeat=_choice(request, "repeat_handling_strategy", OnRepeat, OnRepeat.FORK),
        )
        return Response(PreviewSerializer(preview).data)


@extend_schema(tags=TAGS)
class BlocksView(LibraryAPIView):
    """The results of imports for each block."""

    @extend_schema(
        operation_id="migration_blocks",
        summary="List what became of each block",
        parameters=[
            _TARGET,
            _SOURCE,
            OpenApiParameter("target_collection_key", str),
            OpenApiParameter("task_uuid", UUID),
            OpenApiParameter("is_failed", bool),
        ],
        responses=BlockResultSerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        query = request.query_params
        found = results.block_results(
            _target_key(request),
            user=request.user,
            source_key=_source_key(request),
            job_uuid=_uuid(query.get("task_uuid")),
            is_failed=_flag(query.get("is_failed")),
            collection_code=query.get("target_collection_key"),
        )
        return Response([BlockResultSerializer(result).data for result in found])


def _target_key(request: Request) -> LibraryLocatorV2:
    text = request.query_params.get("target_key", "")
    if not text:
        raise BadParameter(_("Target key cannot be blank."))
    try:
        return library_key(text)
    except MalformedKeyError:
        raise BadParameter(_("Bad target_key: %(value)s") % {"value": text}) from None


def _source_key(request: Request) -> CourseKey | None:
    text = request.query_params.get("source_key", "")
    if not text:
        return None
    try:
        return source_key(text)
    except MalformedKeyError:
        raise BadParameter(_("Bad source: %(value)s") % {"value": text}) from None


def _uuid(text: str | None) -> UUID | None:
    if not text:
        return None
    try:
        return UUID(text)
    except ValueError:
        raise BadParameter(_("Bad task_uuid: %(value)s") % {"value": text}) from None


def _flag(text: str | None) -> bool | None:
    if not text:
        return None
    if text.lower() not in {"true", "false"}:
        raise BadParameter(_("Bad is_failed value: %(value)s") % {"value": text})
    return text.lower() == "true"


def _choice[ChoiceT: (Level, OnRepeat)](
    request: Request, name: str, choices: type[ChoiceT], default: ChoiceT
) -> ChoiceT:
    text = request.query_params.get(name, default)
    try:
        return choices(text)
    except ValueError:
        raise BadParameter(_("Bad %(name)s: %(value)s") % {"name": name, "value": text}) from None
