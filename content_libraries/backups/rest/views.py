"""Views of archives."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from django.http import FileResponse, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from ...errors import NotFoundError
from ...keys import LibraryLocatorV2
from ...libraries.api import Permission, require_create
from ...libraries.rest.base import LibraryScopedView
from ...rest.views import LibraryAPIView
from ...stored_files import open_field_file
from .. import api
from .serializers import (
    ArchiveSerializer,
    BackupSerializer,
    RestoreSerializer,
    TaskIdSerializer,
    TaskQuerySerializer,
)

TAGS = ["backups"]


class NoBackup(NotFound):
    """The backup does not exist, in the words that clients know (wire: backup-read)."""

    default_detail = gettext_lazy("No backup found for this library.")


@extend_schema(tags=TAGS)
class BackupsView(LibraryScopedView):
    """Archives of a library."""

    perms_map: ClassVar = {"GET": [Permission.EDIT], "POST": [Permission.EDIT]}

    @extend_schema(
        operation_id="library_backup_start",
        summary="Back up a library",
        description="Starts a job that writes an archive of its drafts, published versions, files and collections.",
        request=None,
        responses=TaskIdSerializer,
    )
    def post(self, request: Request, lib_key: LibraryLocatorV2) -> Response:
        job = api.start_backup(lib_key, user=request.user, origin=request.get_host())
        return Response(TaskIdSerializer(job).data)

    @extend_schema(
        operation_id="library_backup_read",
        summary="Read how far a backup is",
        parameters=[TaskQuerySerializer],
        responses=BackupSerializer,
    )
    def get(self, request: Request, lib_key: LibraryLocatorV2) -> Response:
        task_id = request.query_params.get("task_id", "")
        if not task_id:
            raise ValidationError({"task_id": _("This field is required.")})
        try:
            job = api.find_backup(lib_key, UUID(task_id), user=request.user)
        except (NotFoundError, ValueError):
            raise NoBackup from None
        return Response(BackupSerializer(job, context={"request": request}).data)


@extend_schema(tags=TAGS)
class BackupFileView(LibraryScopedView):
    """The archive of a library."""

    perms_map: ClassVar = {"GET": [Permission.EDIT]}

    @extend_schema(
        operation_id="library_backup_download",
        summary="Download an archive",
        responses={(200, "application/zip"): OpenApiTypes.BINARY},
    )
    def get(self, request: Request, lib_key: LibraryLocatorV2, uuid: UUID, file_name: str) -> FileResponse:
        job = api.find_backup(lib_key, uuid, user=request.user)
        if not job.file or job.file_name != file_name:
            raise NoBackup
        return FileResponse(
            open_field_file(job.file), as_attachment=True, filename=job.file_name, content_type="application/zip"
        )


@extend_schema(tags=TAGS)
class RestoresView(LibraryAPIView):
    """Archives that are read."""

    def check_access(self, request: Request) -> None:
        if request.method == "POST":
            require_create(request.user)

    @extend_schema(
        operation_id="library_restore_start",
        summary="Restore a library from an archive",
        description="Starts a job. Its result is content without a library: create one with its `learning_package_id`.",
        request={"multipart/form-data": ArchiveSerializer},
        responses=TaskIdSerializer,
    )
    def post(self, request: Request) -> Response:
        body = ArchiveSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        job = api.start_restore(body.validated_data["file"], user=request.user)
        return Response(TaskIdSerializer(job).data)

    @extend_schema(
        operation_id="library_restore_read",
        summary="Read how far a restore is",
        parameters=[TaskQuerySerializer],
        responses=RestoreSerializer,
    )
    def get(self, request: Request) -> Response:
        query = TaskQuerySerializer(data=request.query_params)
        query.is_valid(raise_exception=True)
        job = api.find_restore(query.validated_data["task_id"], user=request.user)
        return Response(RestoreSerializer(job, context={"request": request}).data)


@extend_schema(tags=TAGS)
class RestoreLogView(LibraryAPIView):
    """The errors in an archive."""

    @extend_schema(
        operation_id="library_restore_log",
        summary="Read what is wrong with an archive",
        responses={(200, "text/plain"): OpenApiTypes.STR},
    )
    def get(self, request: Request, uuid: UUID) -> HttpResponse:
        job = api.find_restore(uuid, user=request.user)
        return HttpResponse(job.error_log, content_type="text/plain; charset=utf-8")
