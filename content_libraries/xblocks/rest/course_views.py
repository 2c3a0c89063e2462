"""Shows drafts of course blocks in frames, to users who may edit the course."""

from __future__ import annotations

from http import HTTPStatus
from typing import ClassVar, Final

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from opaque_keys.edx.keys import UsageKey
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request

from ...content.rest.asset_views import ASK_AGAIN, FILE_RESPONSE, FileView, serve
from ...courses.rest.base import CoursePermissionsMixin
from ...errors import BusyError
from ...rest.views import FramedMixin, LibraryAPIView
from .. import api
from ..course_drafts import EDITORS
from ..data import STUDENT_VIEW
from .embed_views import HANDLER_NAME, block_page, protected
from .places import place_of

TOKEN: Final = "token"  # noqa: S105 - the name of a parameter
_FRAMES: Final = "default-src 'none'; script-src 'self'; style-src 'self'; frame-src 'self'"


class CourseBlockView(FramedMixin, CoursePermissionsMixin, LibraryAPIView):
    """A page with a block as the draft of its course has it; or with a frame for each of the blocks that it holds."""

    perms_map: ClassVar = {"GET": [EDITORS]}

    renderer_classes = (JSONRenderer,)

    @extend_schema(
        summary="Show a block of a course in a frame",
        parameters=[OpenApiParameter("show_title", OpenApiTypes.BOOL)],
        responses={(200, "text/html"): OpenApiTypes.STR},
    )
    def get(self, request: Request, block_key: UsageKey) -> HttpResponse:
        draft = api.access_course_draft(block_key, user=request.user)
        if draft.holds_blocks:
            return _parts_page(request, draft)
        place = place_of(request, file_token=api.course_file_token(block_key, user=request.user))
        status = HTTPStatus.OK
        try:
            view = api.render_version(draft, user=request.user, place=place)
        except BusyError as error:
            view, status = api.notice_view(draft, error.message), HTTPStatus.SERVICE_UNAVAILABLE
        handler_url = api.course_handler_url(block_key, HANDLER_NAME, user=request.user)
        return block_page(request, view, STUDENT_VIEW, handler_url, status=status)


class CourseBlockFileView(FileView):
    """A file that the draft of a block of a course refers to. A token lets previews have it, which have no cookies."""

    def check_permissions(self, request: Request) -> None:
        if TOKEN not in request.query_params:
            super().check_permissions(request)

    @extend_schema(summary="Download a file of a block of a course", responses=FILE_RESPONSE)
    def get(self, request: Request, block_key: UsageKey, path: str) -> HttpResponseBase:
        token = request.query_params.get(TOKEN)
        user = request.user if token is None else api.holder_of_token(block_key, token)
        response = serve(request, api.open_course_block_file(block_key, path, user=user), cache_control=ASK_AGAIN)
        if token is not None:
            response["Access-Control-Allow-Origin"] = "*"  # fonts and scripts of a page without an origin
        return response


def _parts_page(request: Request, draft: api.CourseBlockDraft) -> HttpResponse:
    """
    Render a page with one frame for each block below a block of a course.

    The page itself shows only the titles that authors wrote. Each frame shows one block, sandboxed.
    """
    parts = [
        {"title": part.title, "level": min(part.depth + 1, 6), "src": _address(part)}
        for part in api.course_parts(draft)
    ]
    response = render(
        request._request,
        "content_libraries/xblocks/parts.html",
        {"language": get_language(), "title": draft.title, "parts": parts},
    )
    return protected(response, _FRAMES)


def _address(part: api.CoursePart) -> str:
    """Return the URL that shows a part; "" for a block that holds other blocks, which are parts of their own."""
    return "" if part.holds_blocks else f"{reverse('course-xblock-embed', args=(part.key,))}?show_title=1"
