"""URLs of what is new, below ``api/content_library/v1/``."""

from django.urls import path

from . import own_views as views

urlpatterns = [
    path("sync_previews/", views.PreviewsView.as_view()),
    path("usages/", views.UsagesView.as_view()),
]
