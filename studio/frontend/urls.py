"""The frontend's configuration and its pages."""

from __future__ import annotations

from django.urls import path

from .configuration import FRONTEND_PATH, configuration_view
from .pages import page

_PAGES = FRONTEND_PATH.removeprefix("/")

urlpatterns = [
    path("api/mfe_config/v1", configuration_view, name="frontend-configuration"),
    path(f"{_PAGES}/", page, name="frontend"),
    path(f"{_PAGES}/<path:path>", page, name="frontend-page"),
]
