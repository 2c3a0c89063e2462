"""The URLs of the app: those of the rooms, at the paths that existing clients know."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver

urlpatterns: list[URLPattern | URLResolver] = []
