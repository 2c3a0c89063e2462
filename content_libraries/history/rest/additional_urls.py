"""URLs of change sets and comparisons, below ``/api/content_library/v1/``."""

from __future__ import annotations

from django.urls import path

from . import change_set_views as views
from . import comparison_views, restore_views, undo_views

urlpatterns = [
    path("change_sets/", views.ChangeSetsView.as_view(), name="change-sets"),
    path("change_sets/<uuid:uuid>/", views.ChangeSetView.as_view(), name="change-set"),
    path("change_sets/<uuid:uuid>/records/", views.ChangeSetRecordsView.as_view(), name="change-set-records"),
    path("change_sets/<uuid:uuid>/undo_previews/", undo_views.UndoPreviewsView.as_view(), name="undo-previews"),
    path("change_sets/<uuid:uuid>/undos/", undo_views.UndosView.as_view(), name="undos"),
    path("version_restore_previews/", restore_views.RestorePreviewsView.as_view(), name="version-restore-previews"),
    path("version_restores/", restore_views.RestoresView.as_view(), name="version-restores"),
    path("comparisons/", comparison_views.ComparisonsView.as_view(), name="comparisons"),
]
