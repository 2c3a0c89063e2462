"""URLs of the workbench. A host includes them at the path that it chooses, such as ``""``."""

from __future__ import annotations

from django.urls import path

from .views import home, libraries, library_settings, team

app_name = "workbench"

_LIBRARY = "libraries/<library_key:library_key>/"

urlpatterns = [
    path("", home.home, name="home"),
    # Libraries
    path("libraries/", libraries.library_list, name="libraries"),
    path("libraries/new/", library_settings.new_library, name="library-new"),
    path(_LIBRARY, libraries.library_view, name="library"),
    path(f"{_LIBRARY}settings/", library_settings.library_settings, name="library-settings"),
    path(f"{_LIBRARY}delete/", library_settings.delete_library, name="library-delete"),
    # Teams
    path(f"{_LIBRARY}team/", team.team, name="library-team"),
    path(f"{_LIBRARY}team/change/", team.change_role, name="library-team-change"),
    path(f"{_LIBRARY}team/remove/", team.remove_member, name="library-team-remove"),
    path(f"{_LIBRARY}team/explain/", team.explain, name="library-team-explain"),
]
