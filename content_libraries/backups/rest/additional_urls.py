"""URLs that the platform does not have, below ``/api/content_library/v1/``."""

from __future__ import annotations

from django.urls import path

from . import additional_views as views

urlpatterns = [
    path("backups/", views.OwnBackupsView.as_view(), name="own-backups"),
    path("backups/<uuid:uuid>/", views.OwnBackupView.as_view(), name="own-backup"),
    path("archives/", views.ArchivesView.as_view(), name="archives"),
    path("archives/<uuid:uuid>/", views.VerifiedArchiveView.as_view(), name="archive"),
    path("restores/", views.LibraryRestoresView.as_view(), name="library-restores"),
    path("restores/<uuid:uuid>/", views.LibraryRestoreView.as_view(), name="library-restore"),
    path(
        "restores/<uuid:uuid>/applications/",
        views.RestoreApplicationsView.as_view(),
        name="library-restore-applications",
    ),
]
