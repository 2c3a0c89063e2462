"""URLs of blocks of courses, at ``xblock/``."""

from django.urls import path

from . import legacy_views, outline_views, views

urlpatterns = [
    path("", views.CreateView.as_view()),
    path("outline/<block_key:downstream_key>", outline_views.OutlineView.as_view()),
    path("<block_key:downstream_key>/handler/upgrade_to_v2_library", legacy_views.UpgradeBlockView.as_view()),
    path("<block_key:downstream_key>/handler/upgrade_and_sync", legacy_views.UpdateAllView.as_view()),
]
