"""URLs of archives, below ``/api/libraries/v2/``."""

from __future__ import annotations

from django.urls import path

from . import views

urlpatterns = [
    path("restore/", views.RestoresView.as_view(), name="restore-list"),
    path("restore/<uuid:uuid>/error_log.txt", views.RestoreLogView.as_view(), name="restore-log"),
    path("<library_key:lib_key>/backup/", views.BackupsView.as_view(), name="library-backup"),
    path(
        "<library_key:lib_key>/backup/<uuid:uuid>/<str:file_name>",
        views.BackupFileView.as_view(),
        name="library-backup-file",
    ),
]
