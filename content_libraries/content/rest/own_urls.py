"""URLs of what is new about containers, below ``/api/content_library/v1/``."""

from __future__ import annotations

from django.urls import path

from . import (
    container_views,
    urls,  # noqa: F401 - registers the converter
)

urlpatterns = [
    path(
        "containers/<library_container_key:container_key>/settings/",
        container_views.SettingsView.as_view(),
        name="container-settings",
    ),
]
