"""
Views that list, serve and edit files of courses.

Authors write the files, and other users get them on the site's own origin. So browsers save them, and show none of them
as a page (ADR 0012).
"""

from __future__ import annotations

import posixpath
from typing import Any, ClassVar, Final

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers, status
from rest_framework.parsers import JSONParser, MultiPartParser
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from ...errors import NotFoundError
from ...keys import CourseKey
from ...rest.bodies import StrictSerializer, refuse_fields, request_body
from ...rest.pages import LibraryPagination, page_serializer
from .. import api
from ..data import CourseFile, CoursePermission
from .base import VERSION_PARAMETER, CourseScopedView, asks_for_published

FILE_RESPONSE: Final = {(200, "application/octet-stream"): OpenApiTypes.BINARY}


class CourseFileSerializer(serializers.Serializer[CourseFile]):
    """A file of a course."""

    path = serializers.CharField(help_text="`static/NAME` for an asset.")
    media_type = serializers.CharField()
    digest = serializers.CharField(help_text="BLAKE2b of the bytes, 20 bytes long, in hex; it is the ETag too.")
    size = serializers.IntegerField(help_text="In bytes.")


class CourseFileUploadSerializer(StrictSerializer):
    """A form that uploads a file."""

    content = serializers.FileField(allow_empty_file=True)


class CourseFilesView(CourseScopedView):
    """The files of a course."""

    perms_map: ClassVar = {"GET": [CoursePermission.VIEW_FILES]}

    @extend_schema(
        operation_id="course_file_list",
        summary="List the files of a course",
        parameters=[VERSION_PARAMETER],
        responses=page_serializer(CourseFileSerializer),
    )
    def get(self, request: Request, course_key: CourseKey) -> Response:
        files = api.list_course_files(course_key, user=request.user, published=asks_for_published(request))
        pagination = LibraryPagination()
        page: Any = pagination.paginate_queryset([files[path] for path in sorted(files)], request, view=self)
        return pagination.get_paginated_response(CourseFileSerializer(page, many=True).data)


class CourseFileView(CourseScopedView):
    """One file of a course."""

    perms_map: ClassVar = {
        "GET": [CoursePermission.VIEW_FILES],
        "PUT": [CoursePermission.EDIT_FILES],
        "DELETE": [CoursePermission.EDIT_FILES],
    }
    parser_classes = (MultiPartParser, JSONParser)

    def perform_content_negotiation(self, request: Request, force: bool = False) -> tuple[BaseRenderer, str]:
        """Accept every request: the type of a file does not depend on the Accept header. Only errors are rendered."""
        return super().perform_content_negotiation(request, force=True)

    @extend_schema(
        operation_id="course_file_read",
        summary="Download a file of a course",
        description="As an attachment. With the ETag of an earlier response in If-None-Match: 304 if it is the same.",
        parameters=[VERSION_PARAMETER],
        responses=FILE_RESPONSE,
    )
    def get(self, request: Request, course_key: CourseKey, path: str) -> HttpResponseBase:
        published = asks_for_published(request)
        files = api.list_course_files(course_key, user=request.user, published=published)
        file = files.get(path)
        if file is None:
            raise NotFoundError(
                _("The course “%(course)s” has no file “%(path)s”.") % {"course": course_key, "path": path}
            )
        etag = f'"{file.digest}"'
        response: HttpResponseBase | None = get_conditional_response(request._request, etag=etag)
        if response is None:
            data = api.read_course_file(course_key, path, user=request.user, published=published, files=files)
            response = HttpResponse(data, content_type=file.media_type)
            response["Content-Disposition"] = content_disposition_header(True, posixpath.basename(path)) or "attachment"
        response["ETag"] = etag
        response["Cache-Control"] = "private, no-cache"
        response["Content-Security-Policy"] = "default-src 'none'; sandbox"
        response["X-Content-Type-Options"] = "nosniff"
        return response

    @extend_schema(
        operation_id="course_file_write",
        summary="Add or replace a file of a course",
        description="In the draft. Paths begin with `static/`, `about/`, `info/`, `policies/` or `tabs/`.",
        request={"multipart/form-data": CourseFileUploadSerializer},
        responses=CourseFileSerializer,
    )
    def put(self, request: Request, course_key: CourseKey, path: str) -> Response:
        body = CourseFileUploadSerializer(data=request_body(request))
        body.is_valid(raise_exception=True)
        content = body.validated_data["content"]
        api.check_new_file(path, content.size)
        api.write_course_file(course_key, path, content.read(), user=request.user)
        file = api.list_course_files(course_key, user=request.user)[path]
        return Response(CourseFileSerializer(file).data)

    @extend_schema(
        operation_id="course_file_delete",
        summary="Delete a file of a course",
        description="In the draft. Does nothing if there is no such file.",
        responses={204: OpenApiResponse(description="Nothing.")},
    )
    def delete(self, request: Request, course_key: CourseKey, path: str) -> Response:
        refuse_fields(request)
        api.delete_course_file(course_key, path, user=request.user)
        return Response(status=status.HTTP_204_NO_CONTENT)
