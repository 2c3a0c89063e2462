"""Views of published courses."""

from __future__ import annotations

from typing import ClassVar

from django.http import HttpResponseNotModified
from django.http.response import HttpResponseBase
from django.utils.cache import patch_cache_control
from django.utils.http import parse_etags
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from ...keys import CourseKey
from ...rest.views import LibraryAPIView
from ..data import CoursePermission
from ..permissions import access_course
from ..published import PublishedCourse
from .base import CoursePermissionsMixin
from .serializers import StructureSerializer


class StructureView(CoursePermissionsMixin, LibraryAPIView):
    """The published structure of a course."""

    perms_map: ClassVar = {"GET": [CoursePermission.VIEW]}

    @extend_schema(
        summary="Get the published structure of a course",
        description="With the ETag of an earlier answer in If-None-Match: 304 while nothing new is published.",
        responses={200: StructureSerializer},
    )
    def get(self, request: Request, course_key: CourseKey) -> HttpResponseBase:
        course = access_course(request.user, course_key, CoursePermission.VIEW)
        published = PublishedCourse(course.id)
        etag = f'"{published.publish_log_uuid}"'
        known = parse_etags(request.headers.get("If-None-Match", ""))
        response: HttpResponseBase
        is_known = not {"*", etag, f"W/{etag}"}.isdisjoint(known)
        response = HttpResponseNotModified() if is_known else Response(published.structure)
        response["ETag"] = etag
        patch_cache_control(response, private=True, no_cache=True)
        return response
