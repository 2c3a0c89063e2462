"""Views of courses: read the request, ask, present."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.conf import global_settings, settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views import View
from drf_spectacular.utils import extend_schema
from edx_rest_framework_extensions.paginators import DefaultPagination
from opaque_keys.edx.keys import UsageKey
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from content_libraries import api, conf
from content_libraries.rest.views import FramedMixin

from ..rest import StudioAPIView
from .blocks import NoPreviewError, frontend_page, preview_url
from .checklists import quality_of, validation_of
from .data import card_of, courses_of, details_of


class CoursePagination(DefaultPagination):
    """Pages of 10; the import page of frontends asks for 500."""

    page_size = 10
    max_page_size = 500


class CourseListQuerySerializer(serializers.Serializer[dict[str, Any]]):
    """Query parameters of the list of courses."""

    search = serializers.CharField(required=False, allow_blank=True)
    order = serializers.CharField(required=False, allow_blank=True)
    archived_only = serializers.BooleanField(required=False)


class CourseListView(StudioAPIView):
    """The courses that the caller may view; frontends want the page as an object."""

    def get(self, request: Request) -> Response:
        query = CourseListQuerySerializer(data=request.query_params.dict())
        query.is_valid(raise_exception=True)
        wanted = query.validated_data
        courses = courses_of(
            request.user,
            search=wanted.get("search", ""),
            order=wanted.get("order", ""),
            archived_only=wanted.get("archived_only", False),
        )
        pagination = CoursePagination()
        page = pagination.paginate_queryset(courses, request, view=self)
        cards = [asdict(card_of(course)) for course in page or ()]
        response: Response = pagination.get_paginated_response({"courses": cards, "in_process_course_actions": []})
        return response


class CourseDetailsView(StudioAPIView):
    """Facts about a course."""

    def get(self, request: Request, course_key: api.CourseKey) -> Response:
        return Response(asdict(details_of(request.user, course_key)))


class CourseSettingsView(StudioAPIView):
    """The data for the settings page of a course, which is read-only on this host."""

    def get(self, request: Request, course_key: api.CourseKey) -> Response:
        details = details_of(request.user, course_key)
        return Response(
            {
                "course_display_name": details.title,
                "course_display_name_with_default": details.title,
                "platform_name": settings.PLATFORM_NAME,
                "language_options": [list(language) for language in global_settings.LANGUAGES],
                "lms_link_for_about_page": "",
                "possible_pre_requisite_courses": [],
                "about_page_editable": False,
                "enable_extended_course_details": False,
                "enrollment_end_editable": False,
                "is_credit_course": False,
                "is_entrance_exams_enabled": False,
                "is_prerequisite_courses_enabled": False,
                "licensing_enabled": False,
                "marketing_enabled": False,
                "short_description_editable": False,
                "sidebar_html_enabled": False,
            }
        )


class LmsCourseView(StudioAPIView):
    """A course as the LMS knows it: frontends take names and dates of headers from here."""

    def get(self, request: Request, course_key: api.CourseKey) -> Response:
        details = details_of(request.user, course_key)
        return Response(
            {
                "id": details.course_id,
                "course_id": details.course_id,
                "name": details.title,
                "number": course_key.course,
                "org": details.org,
                "start": details.start_date,
                "end": details.end_date,
                "pacing": "self" if details.self_paced else "instructor",
            }
        )


class CourseQualityView(StudioAPIView):
    """Facts about the content of a course, for the checklist of good practice."""

    def get(self, request: Request, course_key: api.CourseKey) -> Response:
        return Response(quality_of(request.user, course_key))


class CourseValidationView(StudioAPIView):
    """The checklist for the launch of a course."""

    def get(self, request: Request, course_key: api.CourseKey) -> Response:
        return Response(validation_of(request.user, course_key))


class ContainerPageView(View):
    """The frontend's page about a block. Lists of usages link here."""

    def get(self, request: HttpRequest, usage_key: UsageKey) -> HttpResponseRedirect:
        page = frontend_page(usage_key)
        if not page:
            raise Http404(_("This site knows no frontend."))
        return HttpResponseRedirect(page)


class BlockPreviewView(FramedMixin, StudioAPIView):
    """The draft of a course block, in a frame beside the present version of the library."""

    @extend_schema(exclude=True)  # a page for people
    def get(self, request: Request, usage_key: UsageKey) -> HttpResponse:
        try:
            return HttpResponseRedirect(preview_url(request.user, usage_key))
        except NoPreviewError as error:
            page = render(request._request, "studio/notice.html", {"message": error.message})
        page["Content-Security-Policy"] = f"{conf.frame_ancestors()}; default-src 'self'"
        return page
