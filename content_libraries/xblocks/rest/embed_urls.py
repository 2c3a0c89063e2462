"""URLs of pages for frames, and of what they load, below ``/xblocks/v2/``."""

from __future__ import annotations

from django.urls import path

from . import (
    converters,  # noqa: F401 - registers the converters
    embed_views,
)

urlpatterns = [
    path("resources/<str:block_type>/<path:path>", embed_views.ResourceView.as_view(), name="xblock-resource"),
    path("<library_component_key:key>/embed/<str:view_name>/", embed_views.EmbedView.as_view(), name="xblock-embed"),
]
