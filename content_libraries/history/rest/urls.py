"""URLs of history, below ``/api/libraries/v2/``."""

from __future__ import annotations

from typing import Final

from django.urls import path

from . import views

_BLOCK: Final = "blocks/<component_key:usage_key>/"
_CONTAINER: Final = "containers/<exact_container_key:container_key>/"

urlpatterns = [
    path(
        "<library_key:lib_key>/publish_history_entries/",
        views.PublishEntriesView.as_view(),
        name="library-publish-history-entries",
    ),
    path(f"{_BLOCK}draft_history/", views.ComponentDraftHistoryView.as_view(), name="library-block-draft-history"),
    path(
        f"{_BLOCK}publish_history/", views.ComponentPublishHistoryView.as_view(), name="library-block-publish-history"
    ),
    path(
        f"{_BLOCK}publish_history/<uuid:publish_log_uuid>/entries/",
        views.ComponentPublishEntriesView.as_view(),
        name="library-block-publish-history-entries",
    ),
    path(f"{_BLOCK}creation_entry/", views.ComponentCreationEntryView.as_view(), name="library-block-creation-entry"),
    path(
        f"{_CONTAINER}draft_history/",
        views.ContainerDraftHistoryView.as_view(),
        name="library-container-draft-history",
    ),
    path(
        f"{_CONTAINER}publish_history/",
        views.ContainerPublishHistoryView.as_view(),
        name="library-container-publish-history",
    ),
    path(
        f"{_CONTAINER}creation_entry/",
        views.ContainerCreationEntryView.as_view(),
        name="library-container-creation-entry",
    ),
]
