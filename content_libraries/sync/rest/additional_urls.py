"""URLs that the platform does not have, below ``api/content_library/v1/``."""

from django.urls import path

from . import additional_views as views
from . import legacy_views, template_views

urlpatterns = [
    path("sync_previews/", views.PreviewsView.as_view()),
    path("link_move_previews/", views.LinkMovePreviewsView.as_view()),
    path("link_moves/", views.LinkMovesView.as_view()),
    path("reuse_checks/", views.ReuseChecksView.as_view()),
    path("sync_runs/", views.RunsView.as_view()),
    path("sync_runs/<uuid:uuid>/", views.RunView.as_view()),
    path("sync_runs/<uuid:uuid>/retries/", views.RunRetryView.as_view()),
    path("legacy_conversion_previews/", legacy_views.ConversionPreviewsView.as_view()),
    path("legacy_conversions/<uuid:uuid>/", legacy_views.ConversionView.as_view()),
    path("legacy_conversions/<uuid:uuid>/undos/", legacy_views.ConversionUndosView.as_view()),
    path("templates/", template_views.TemplatesView.as_view()),
    path("templates/<exact_container_key:container_key>/", template_views.UnitTemplateView.as_view()),
    path("templates/<exact_container_key:container_key>/copies/", template_views.TemplateCopiesView.as_view()),
    path("usages/", views.UsagesView.as_view()),
]
