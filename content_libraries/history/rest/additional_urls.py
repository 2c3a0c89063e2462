"""URLs of change sets and publish previews, below ``/api/content_library/v1/``."""

from __future__ import annotations

from django.urls import path

from . import change_set_views as views
from . import publish_preview_views

urlpatterns = [
    path("change_sets/", views.ChangeSetsView.as_view(), name="change-sets"),
    path("change_sets/<uuid:uuid>/", views.ChangeSetView.as_view(), name="change-set"),
    path("change_sets/<uuid:uuid>/records/", views.ChangeSetRecordsView.as_view(), name="change-set-records"),
    path("publish_previews/", publish_preview_views.PublishPreviewsView.as_view(), name="publish-previews"),
]
