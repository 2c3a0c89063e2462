"""URLs of what is new about blocks, below ``/api/content_library/v1/``."""

from __future__ import annotations

from django.urls import path

from . import (
    converters,  # noqa: F401 - registers the converters
    views,
)

urlpatterns = [
    path(
        "components/<library_component_key:key>/fields/",
        views.DeclaredFieldsView.as_view(),
        name="component-declared-fields",
    ),
]
