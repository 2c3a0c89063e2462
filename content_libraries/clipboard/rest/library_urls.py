"""URLs of copying from a library and pasting into one, below ``/api/libraries/v2/``."""

from __future__ import annotations

from django.urls import path

from . import views

urlpatterns = [
    path("<library_key:lib_key>/paste_clipboard/", views.PasteView.as_view(), name="library-paste-clipboard"),
    path(
        "containers/<exact_container_key:container_key>/copy/",
        views.CopyContainerView.as_view(),
        name="library-container-copy",
    ),
]
