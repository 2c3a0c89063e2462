"""URLs of libraries and teams, below ``/api/libraries/v2/``."""

from __future__ import annotations

from django.urls import path

from . import views

urlpatterns = [
    path("", views.LibraryListView.as_view(), name="library-list"),
    path("<library_key:lib_key>/", views.LibraryView.as_view(), name="library-detail"),
    path("<library_key:lib_key>/team/", views.TeamView.as_view(), name="library-team"),
    path("<library_key:lib_key>/team/user/<str:username>/", views.TeamUserView.as_view(), name="library-team-user"),
    path(
        "<library_key:lib_key>/team/group/<str:group_name>/",
        views.TeamGroupView.as_view(),
        name="library-team-group",
    ),
]
