"""URLs of copying from a library and pasting into one, below ``/api/libraries/v2/``."""

from __future__ import annotations

from django.urls import path

from ...content.rest import urls as _content_urls  # noqa: F401 - registers the converter of container keys
from . import views

urlpatterns = [
    path("<str:lib_key>/paste_clipboard/", views.PasteView.as_view(), name="library-paste-clipboard"),
    path(
        "containers/<library_container_key:container_key>/copy/",
        views.CopyContainerView.as_view(),
        name="library-container-copy",
    ),
]
