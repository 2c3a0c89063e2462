"""Views of backups with a choice, verified archives, and restores into libraries (wire: own-archives)."""

from __future__ import annotations

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from ...rest.views import LibraryAPIView
from .. import api
from .additional_serializers import (
    BackupRequestSerializer,
    LibraryRestoreSerializer,
    OwnBackupSerializer,
    RestoreApplicationSerializer,
    RestorePlanRequestSerializer,
    UploadedArchiveSerializer,
    VerifiedArchiveSerializer,
)
from .views import TAGS


@extend_schema(tags=TAGS)
class OwnBackupsView(LibraryAPIView):
    """Backups, of all or a part of a library."""

    @extend_schema(
        operation_id="backup_start",
        summary="Back up all or a part of a library",
        description="Needs EDIT. Starts a job that writes the archive.",
        request=BackupRequestSerializer,
        responses={201: OwnBackupSerializer},
    )
    def post(self, request: Request) -> Response:
        body = BackupRequestSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        job = api.start_backup(
            body.validated_data["library"], user=request.user, origin=request.get_host(), options=body.options()
        )
        return Response(OwnBackupSerializer(job, context={"request": request}).data, status.HTTP_201_CREATED)


@extend_schema(tags=TAGS)
class OwnBackupView(LibraryAPIView):
    """A backup of the caller."""

    @extend_schema(
        operation_id="backup_read",
        summary="Read how far a backup of the caller is",
        description="Needs EDIT.",
        responses=OwnBackupSerializer,
    )
    def get(self, request: Request, uuid: UUID) -> Response:
        job = api.find_own_backup(uuid, user=request.user)
        return Response(OwnBackupSerializer(job, context={"request": request}).data)


@extend_schema(tags=TAGS)
class ArchivesView(LibraryAPIView):
    """Archives that are verified."""

    parser_classes = (MultiPartParser,)

    @extend_schema(
        operation_id="archive_upload",
        summary="Upload an archive, and verify it",
        description="Starts a job. Nothing is restored. The archive is kept for some days, to be restored.",
        request={"multipart/form-data": UploadedArchiveSerializer},
        responses={201: VerifiedArchiveSerializer},
    )
    def post(self, request: Request) -> Response:
        body = UploadedArchiveSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        job = api.start_verification(
            body.validated_data["file"], user=request.user, library_key=body.validated_data.get("library")
        )
        return Response(VerifiedArchiveSerializer(job).data, status.HTTP_201_CREATED)


@extend_schema(tags=TAGS)
class VerifiedArchiveView(LibraryAPIView):
    """An archive of the caller."""

    @extend_schema(
        operation_id="archive_read",
        summary="Read whether an archive is whole, and what it holds",
        responses=VerifiedArchiveSerializer,
    )
    def get(self, request: Request, uuid: UUID) -> Response:
        return Response(VerifiedArchiveSerializer(api.find_verification(uuid, user=request.user)).data)


@extend_schema(tags=TAGS)
class LibraryRestoresView(LibraryAPIView):
    """Restores into libraries."""

    @extend_schema(
        operation_id="restore_plan",
        summary="Plan a restore",
        description="Starts a job that says what would happen. Needs EDIT, or CREATE for the mode `new`.",
        request=RestorePlanRequestSerializer,
        responses={201: LibraryRestoreSerializer},
    )
    def post(self, request: Request) -> Response:
        body = RestorePlanRequestSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        wanted = body.validated_data
        job = api.start_restore_plan(wanted["library"], wanted["archive"], body.options(), user=request.user)
        return Response(LibraryRestoreSerializer(job).data, status.HTTP_201_CREATED)


@extend_schema(tags=TAGS)
class LibraryRestoreView(LibraryAPIView):
    """A plan of a restore, or a restore."""

    @extend_schema(
        operation_id="restore_read",
        summary="Read a plan of a restore, or how far a restore is",
        responses=LibraryRestoreSerializer,
    )
    def get(self, request: Request, uuid: UUID) -> Response:
        return Response(LibraryRestoreSerializer(api.find_library_restore(uuid, user=request.user)).data)


@extend_schema(tags=TAGS)
class RestoreApplicationsView(LibraryAPIView):
    """Applying a plan of a restore."""

    @extend_schema(
        operation_id="restore_apply",
        summary="Apply a plan of a restore",
        description=(
            "Starts a job, which does what the plan says, or fails if the library has changed since. The mode"
            " `replace-all` needs `confirm`, and takes a backup first."
        ),
        request=RestoreApplicationSerializer,
        responses={201: LibraryRestoreSerializer},
    )
    def post(self, request: Request, uuid: UUID) -> Response:
        body = RestoreApplicationSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        job = api.apply_restore_plan(
            uuid,
            user=request.user,
            origin=request.get_host(),
            confirmed=body.validated_data["confirm"],
            move_links=body.validated_data["move_links"],
        )
        return Response(LibraryRestoreSerializer(job).data, status.HTTP_201_CREATED)
