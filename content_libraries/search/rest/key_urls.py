"""URLs of search keys, below ``/api/content_search/v2/``."""

from __future__ import annotations

from django.urls import path

from . import views

urlpatterns = [
    path("studio/", views.SearchKeyView.as_view(), name="content-search-key"),
]
