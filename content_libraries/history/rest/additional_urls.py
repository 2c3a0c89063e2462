"""URLs of change sets, below ``/api/content_library/v1/``."""

from __future__ import annotations

from django.urls import path

from . import bulk_edit_views
from . import change_set_views as views

urlpatterns = [
    path("change_sets/", views.ChangeSetsView.as_view(), name="change-sets"),
    path("change_sets/<uuid:uuid>/", views.ChangeSetView.as_view(), name="change-set"),
    path("change_sets/<uuid:uuid>/records/", views.ChangeSetRecordsView.as_view(), name="change-set-records"),
    path("bulk_edit_previews/", bulk_edit_views.BulkEditPreviewsView.as_view(), name="bulk-edit-previews"),
    path("bulk_edits/", bulk_edit_views.BulkEditsView.as_view(), name="bulk-edits"),
]
