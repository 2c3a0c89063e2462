"""URLs of blocks that use legacy libraries, below ``api/courses/v1/migrate_legacy_content_blocks/``."""

from django.urls import path

from . import legacy_views as views

urlpatterns = [
    path("<course_key:course_key>/", views.LegacyBlocksView.as_view()),
    path("<course_key:course_key>/<uuid:uuid>/", views.LegacyTaskView.as_view()),
]
