"""URLs of the host: the app at the paths that clients know, and the host's own pages and endpoints."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path
from edxval.views import VideoDetail
from rest_framework.views import APIView

from . import schema  # noqa: F401 - registers the schemes of authentication
from .pages.api_docs import api_reference, description, try_api
from .pages.views import icon

admin.autodiscover()

handler404 = "studio.pages.views.not_found"
handler500 = "studio.pages.views.server_error"

urlpatterns = [
    path("", include("content_libraries.workbench.urls")),
    path("favicon.ico", icon),
    path("", include("content_libraries.urls")),
    path("", include("studio.accounts.urls")),
    path("", include("studio.home.urls")),
    path("", include("studio.courses.urls")),
    path("", include("studio.editors.urls")),
    path("", include("studio.frontend.urls")),
    path("", include("studio.operations.urls")),
    # Browsers search here, unless the site has a search server of its own.
    path("meilisearch/", include("content_libraries.search.facade.urls")),
    path("api/tasks/v0/", include("user_tasks.urls")),
    path("api/schema/", description, name="schema"),
    path("api-docs/", try_api, name="api-docs"),
    path("api-docs/reference/", api_reference, name="api-reference"),
    # Video blocks ask their store for the URL of a video. The rest of its API stays closed.
    path(
        "api/val/v0/videos/<slug:edx_video_id>",
        VideoDetail.as_view(
            authentication_classes=APIView.authentication_classes, http_method_names=("get", "head", "options")
        ),
        name="video-detail",
    ),
    path("admin/", admin.site.urls),
]
