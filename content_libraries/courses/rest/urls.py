"""URLs of courses and their blocks, below ``api/content_library/v1/``."""

from django.urls import path

from . import block_views, file_views, views

COURSE = "courses/<course_key:course_key>/"
BLOCK = "course_blocks/<block_key:block_key>/"

urlpatterns = [
    path(f"{COURSE}structure/", views.StructureView.as_view()),
    path(f"{COURSE}blocks/", block_views.CourseBlocksView.as_view()),
    path(f"{COURSE}files/", file_views.CourseFilesView.as_view()),
    path(f"{COURSE}files/<path:path>", file_views.CourseFileView.as_view()),
    path(BLOCK, block_views.CourseBlockView.as_view()),
    path(f"{BLOCK}children/", block_views.CourseBlockChildrenView.as_view()),
    path(f"{BLOCK}moves/", block_views.CourseBlockMovesView.as_view()),
    path(f"{BLOCK}copies/", block_views.CourseBlockCopiesView.as_view()),
    path(f"{BLOCK}publish/", block_views.CourseBlockPublishView.as_view()),
]
