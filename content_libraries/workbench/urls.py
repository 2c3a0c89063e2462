"""URLs of the workbench. A host includes them at the path that it chooses, such as ``""``."""

from __future__ import annotations

from django.urls import path

from .views import home, libraries

app_name = "workbench"

_LIBRARY = "libraries/<library_key:library_key>/"

urlpatterns = [
    path("", home.home, name="home"),
    # Libraries
    path("libraries/", libraries.library_list, name="libraries"),
    path("libraries/new/", libraries.new_library, name="library-new"),
    path(_LIBRARY, libraries.library_view, name="library"),
]
