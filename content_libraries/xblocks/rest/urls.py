"""URLs of blocks, below ``/api/xblock/v2/xblocks/``."""

from __future__ import annotations

from typing import Final

from django.urls import path

from . import (
    converters,  # noqa: F401 - registers the converter of versions
    handler_views,
    views,
)

_KEY: Final = "<exact_component_key:key>"
_VERSION: Final = f"{_KEY}@<component_version:version>"
_HANDLER: Final = "handler/<str:user_name>-<str:token>/<str:handler_name>/<path:suffix>"
_HANDLER_ALONE: Final = "handler/<str:user_name>-<str:token>/<str:handler_name>/"

urlpatterns = [
    route
    for prefix, name in ((_KEY, "xblock"), (_VERSION, "xblock-version"))
    for route in (
        path(f"{prefix}/", views.MetadataView.as_view(), name=f"{name}-metadata"),
        path(f"{prefix}/fields/", views.FieldsView.as_view(), name=f"{name}-fields"),
        path(f"{prefix}/olx/", views.OlxView.as_view(), name=f"{name}-olx"),
        path(f"{prefix}/view/<str:view_name>/", views.RenderView.as_view(), name=f"{name}-view"),
        path(f"{prefix}/handler_url/<str:handler_name>/", views.HandlerUrlView.as_view(), name=f"{name}-handler-url"),
        path(f"{prefix}/{_HANDLER_ALONE}", handler_views.HandlerView.as_view(), name=f"{name}-handler"),
        path(f"{prefix}/{_HANDLER}", handler_views.HandlerView.as_view(), name=f"{name}-handler-suffix"),
    )
]
