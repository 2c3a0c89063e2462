"""URLs of the host: the app at the paths that clients know, and what surrounds it."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView
from drf_spectacular.views import SpectacularAPIView

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="admin:index")),
    path("", include("content_libraries.urls")),
    # Browsers search here, unless the site has a search server of its own.
    path("meilisearch/", include("content_libraries.search.facade.urls")),
    path("api/", include("openedx_authz.urls")),
    path("api/schema/", SpectacularAPIView.as_view(), name="schema"),
    path("admin/", admin.site.urls),
]
