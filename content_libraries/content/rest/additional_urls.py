"""URLs of new features of containers, below ``/api/content_library/v1/``."""

from __future__ import annotations

from django.urls import path

from . import container_views

urlpatterns = [
    path(
        "containers/<exact_container_key:container_key>/settings/",
        container_views.SettingsView.as_view(),
        name="container-settings",
    ),
]
