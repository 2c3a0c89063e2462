"""URLs that serve files of components, below ``/library_assets/``."""

from __future__ import annotations

from django.urls import path

from . import asset_views

urlpatterns = [
    path(
        "component_versions/<uuid:version_uuid>/<path:path>",
        asset_views.VersionFileView.as_view(),
        name="library-version-file",
    ),
    path(
        "blocks/<component_key:usage_key>/<path:path>", asset_views.DraftFileView.as_view(), name="library-draft-file"
    ),
]
