"""URLs of imports, below ``/api/modulestore_migrator/v1/``."""

from __future__ import annotations

from django.urls import path

from . import views

urlpatterns = [
    path("migrations/", views.MigrationsView.as_view(), name="migrations"),
    path("migrations/<uuid:uuid>/", views.MigrationView.as_view(), name="migration"),
    path("migrations/<uuid:uuid>/cancel/", views.MigrationCancelView.as_view(), name="migration-cancel"),
    path("bulk_migration/", views.BulkMigrationView.as_view(), name="bulk-migration"),
    path("migration_info/", views.MigrationInfoView.as_view(), name="migration-info"),
    path("library/<library_key:lib_key>/migrations/courses/", views.CourseImportsView.as_view(), name="course-imports"),
    path("migration_preview/", views.PreviewView.as_view(), name="migration-preview"),
    path("migration_blocks/", views.BlocksView.as_view(), name="migration-blocks"),
]
