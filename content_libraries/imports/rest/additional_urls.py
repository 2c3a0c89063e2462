"""URLs that the platform does not have, below ``/api/content_library/v1/``."""

from __future__ import annotations

from django.urls import path

from . import additional_views as views

urlpatterns = [
    path("import_sources/", views.SourcesView.as_view(), name="import-sources"),
    path("import_plans/", views.PlansView.as_view(), name="import-plans"),
    path("import_plans/<uuid:uuid>/", views.PlanView.as_view(), name="import-plan"),
    path("imports/", views.ImportsView.as_view(), name="imports"),
    path("imports/<uuid:uuid>/retries/", views.RetryView.as_view(), name="import-retries"),
]
