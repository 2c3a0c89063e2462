"""URLs of pages for frames, and of files that these pages load, below ``/xblocks/v2/``."""

from __future__ import annotations

from typing import Final

from django.urls import path

from . import (
    course_views,
    embed_views,
    handler_views,
)

_BLOCK: Final = "<exact_block_key:block_key>"
_HANDLER: Final = f"{_BLOCK}/handler/<str:user_name>-<str:token>/<str:handler_name>/"

urlpatterns = [
    path("resources/<str:block_type>/<path:path>", embed_views.ResourceView.as_view(), name="xblock-resource"),
    path("<exact_component_key:key>/embed/<str:view_name>/", embed_views.EmbedView.as_view(), name="xblock-embed"),
    path(f"{_BLOCK}/embed/student_view/", course_views.CourseBlockView.as_view(), name="course-xblock-embed"),
    path(f"{_BLOCK}/files/<path:path>", course_views.CourseBlockFileView.as_view(), name="course-xblock-file"),
    path(_HANDLER, handler_views.CourseHandlerView.as_view(), name="course-xblock-handler"),
    path(f"{_HANDLER}<path:suffix>", handler_views.CourseHandlerView.as_view(), name="course-xblock-handler-suffix"),
]
