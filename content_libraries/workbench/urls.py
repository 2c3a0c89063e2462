"""URLs of the workbench. A host includes them at the path that it chooses, such as ``""``."""

from __future__ import annotations

from django.urls import path

from .views import home, imports, libraries
from .views import home, libraries, library_settings, team

app_name = "workbench"

_LIBRARY = "libraries/<library_key:library_key>/"

urlpatterns = [
    path("", home.home, name="home"),
    # Libraries
    path("libraries/", libraries.library_list, name="libraries"),
    path("libraries/new/", library_settings.new_library, name="library-new"),
    path(_LIBRARY, libraries.library_view, name="library"),
    # Imports
    path(_LIBRARY + "import/", imports.new_import, name="imports"),
    path(_LIBRARY + "import/uploads/<uuid:uuid>/", imports.import_upload, name="import-upload"),
    path(_LIBRARY + "import/courses/<course_key:course_key>/", imports.import_course, name="import-course"),
    path(_LIBRARY + "import/plans/<uuid:uuid>/", imports.import_plan, name="import-plan"),
    path(_LIBRARY + "import/jobs/<uuid:uuid>/", imports.import_job, name="import-job"),
    path(_LIBRARY + "import/jobs/<uuid:uuid>/progress/", imports.import_progress, name="import-progress"),
    path(_LIBRARY + "import/jobs/<uuid:uuid>/cancel/", imports.cancel_import, name="import-cancel"),
    path(_LIBRARY + "import/jobs/<uuid:uuid>/retry/", imports.retry_import, name="import-retry"),
    path(f"{_LIBRARY}settings/", library_settings.library_settings, name="library-settings"),
    path(f"{_LIBRARY}delete/", library_settings.delete_library, name="library-delete"),
    # Teams
    path(f"{_LIBRARY}team/", team.team, name="library-team"),
    path(f"{_LIBRARY}team/change/", team.change_role, name="library-team-change"),
    path(f"{_LIBRARY}team/remove/", team.remove_member, name="library-team-remove"),
    path(f"{_LIBRARY}team/explain/", team.explain, name="library-team-explain"),
]
