"""URLs of new features of items, below ``/api/content_library/v1/``."""

from __future__ import annotations

from django.urls import path

from . import container_views, license_views

urlpatterns = [
    path(
        "containers/<exact_container_key:container_key>/settings/",
        container_views.SettingsView.as_view(),
        name="container-settings",
    ),
    path(
        "containers/<exact_container_key:container_key>/license/",
        license_views.ContainerLicenseView.as_view(),
        name="container-license",
    ),
    path(
        "components/<component_key:usage_key>/license/",
        license_views.ComponentLicenseView.as_view(),
        name="component-license",
    ),
    path("licenses/", license_views.LicensesView.as_view(), name="licenses"),
]
