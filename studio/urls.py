"""URLs of the host: the app at the paths that clients know, and what surrounds it."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("", include("content_libraries.urls")),
    path("api/", include("openedx_authz.urls")),
    path("admin/", admin.site.urls),
    path("accounts/", include("django.contrib.auth.urls")),
]
