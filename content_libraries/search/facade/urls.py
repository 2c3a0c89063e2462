"""
URLs of the facade. The host includes them at a place of its choice: ``path("meilisearch/", include(...))``.

The embedded engine finds the place by the namespace.
"""

from __future__ import annotations

from django.urls import path, re_path

from . import views

app_name = "meilisearch"

urlpatterns = [
    path("", views.root, name="root"),
    path("health", views.health, name="health"),
    path("version", views.version, name="version"),
    path("multi-search", views.multi_search, name="multi-search"),
    path("indexes/<str:uid>/search", views.search, name="search"),
    path("indexes/<str:uid>/facet-search", views.facet_search, name="facet-search"),
    re_path("^(?P<path>.*)$", views.not_found),
]
