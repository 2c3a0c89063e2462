"""URLs of search, below ``/api/content_library/v1/``."""

from __future__ import annotations

from django.urls import path

from . import views

urlpatterns = [
    path("search/", views.SearchView.as_view(), name="content-search"),
]
