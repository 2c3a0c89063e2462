"""URLs of the workbench. A host includes them at the path that it chooses, such as ``""``."""

from __future__ import annotations

from django.urls import path

from .views import courses, home, imports, libraries, library_settings, team, updates

app_name = "workbench"

_LIBRARY = "libraries/<library_key:library_key>/"
_COURSE = "courses/<course_key:course_key>/"

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
    # Imports
    path(f"{_LIBRARY}import/", imports.new_import, name="imports"),
    path(f"{_LIBRARY}import/uploads/<uuid:uuid>/", imports.import_upload, name="import-upload"),
    path(f"{_LIBRARY}import/courses/<course_key:course_key>/", imports.import_course, name="import-course"),
    path(f"{_LIBRARY}import/plans/<uuid:uuid>/", imports.import_plan, name="import-plan"),
    path(f"{_LIBRARY}import/jobs/<uuid:uuid>/", imports.import_job, name="import-job"),
    path(f"{_LIBRARY}import/jobs/<uuid:uuid>/progress/", imports.import_progress, name="import-progress"),
    path(f"{_LIBRARY}import/jobs/<uuid:uuid>/cancel/", imports.cancel_import, name="import-cancel"),
    path(f"{_LIBRARY}import/jobs/<uuid:uuid>/retry/", imports.retry_import, name="import-retry"),
    # Courses, and updates from libraries
    path("courses/", courses.course_list, name="courses"),
    path(_COURSE, courses.course_view, name="course"),
    path(f"{_COURSE}updates/", updates.all_updates, name="updates"),
    path(f"{_COURSE}updates/<block_key:block_key>/", updates.update, name="update"),
    path(f"{_COURSE}updates/<block_key:block_key>/unlink/", updates.unlink, name="unlink"),
    path(f"{_COURSE}runs/<uuid:uuid>/", updates.sync_run, name="sync-run"),
    path(f"{_COURSE}runs/<uuid:uuid>/progress/", updates.sync_progress, name="sync-progress"),
]
