"""URLs of new features of blocks, below ``/api/content_library/v1/``."""

from __future__ import annotations

from django.urls import path

from . import views

urlpatterns = [
    path(
        "components/<exact_component_key:key>/fields/",
        views.DeclaredFieldsView.as_view(),
        name="component-declared-fields",
    ),
]
