"""URLs of the clipboard, below ``/api/content-staging/v1/``."""

from __future__ import annotations

from django.urls import path

from . import views

urlpatterns = [
    path("clipboard/", views.ClipboardView.as_view(), name="clipboard"),
    path("staged-content/<int:staged_pk>/olx", views.StagedOlxView.as_view(), name="staged-content-olx"),
]
