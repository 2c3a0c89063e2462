"""URLs of change sets, comparisons, bulk edits, publish previews and releases, below ``/api/content_library/v1/``."""

from __future__ import annotations

from typing import Final

from django.urls import path

from . import bulk_edit_views, comparison_views, publish_preview_views, restore_views, undo_views
from . import change_set_views as views
from . import release_views as releases

_RELEASE: Final = "releases/<uuid:uuid>/"

urlpatterns = [
    path("change_sets/", views.ChangeSetsView.as_view(), name="change-sets"),
    path("change_sets/<uuid:uuid>/", views.ChangeSetView.as_view(), name="change-set"),
    path("change_sets/<uuid:uuid>/records/", views.ChangeSetRecordsView.as_view(), name="change-set-records"),
    path("publish_previews/", publish_preview_views.PublishPreviewsView.as_view(), name="publish-previews"),
    path("releases/", releases.ReleasesView.as_view(), name="releases"),
    path(_RELEASE, releases.ReleaseView.as_view(), name="release"),
    path(f"{_RELEASE}items/", releases.ReleaseItemsView.as_view(), name="release-items"),
    path(f"{_RELEASE}events/", releases.ReleaseEventsView.as_view(), name="release-events"),
    path(f"{_RELEASE}preview/", releases.ReleasePreviewView.as_view(), name="release-preview"),
    path(f"{_RELEASE}requests/", releases.ReleaseRequestsView.as_view(), name="release-requests"),
    path(f"{_RELEASE}comments/", releases.ReleaseCommentsView.as_view(), name="release-comments"),
    path(f"{_RELEASE}approvals/", releases.ReleaseApprovalsView.as_view(), name="release-approvals"),
    path(f"{_RELEASE}declines/", releases.ReleaseDeclinesView.as_view(), name="release-declines"),
    path(f"{_RELEASE}schedules/", releases.ReleaseSchedulesView.as_view(), name="release-schedules"),
    path(f"{_RELEASE}publications/", releases.ReleasePublicationsView.as_view(), name="release-publications"),
    path(f"{_RELEASE}cancellations/", releases.ReleaseCancellationsView.as_view(), name="release-cancellations"),
    path(f"{_RELEASE}reverts/", releases.ReleaseRevertsView.as_view(), name="release-reverts"),
    path("change_sets/<uuid:uuid>/undo_previews/", undo_views.UndoPreviewsView.as_view(), name="undo-previews"),
    path("change_sets/<uuid:uuid>/undos/", undo_views.UndosView.as_view(), name="undos"),
    path("version_restore_previews/", restore_views.RestorePreviewsView.as_view(), name="version-restore-previews"),
    path("version_restores/", restore_views.RestoresView.as_view(), name="version-restores"),
    path("comparisons/", comparison_views.ComparisonsView.as_view(), name="comparisons"),
    path("bulk_edit_previews/", bulk_edit_views.BulkEditPreviewsView.as_view(), name="bulk-edit-previews"),
    path("bulk_edits/", bulk_edit_views.BulkEditsView.as_view(), name="bulk-edits"),
    path("bulk_edits/<uuid:uuid>/", bulk_edit_views.BulkEditView.as_view(), name="bulk-edit"),
    path("bulk_edits/<uuid:uuid>/retries/", bulk_edit_views.BulkEditRetriesView.as_view(), name="bulk-edit-retries"),
]
