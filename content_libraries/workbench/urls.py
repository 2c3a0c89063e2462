"""URLs of the workbench. A host includes them at the path that it chooses, such as ``""``."""

from __future__ import annotations

from django.urls import path

from .views import bulk_edits, change_sets, home, libraries, library_settings, publishing, releases, restores, team

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
    # Changes
    path(f"{_LIBRARY}changes/", change_sets.library_changes, name="library-changes"),
    path(f"{_COURSE}changes/", change_sets.course_changes, name="course-changes"),
    path("changes/<uuid:uuid>/", change_sets.change, name="change"),
    path("changes/<uuid:uuid>/item/", change_sets.change_item, name="change-item"),
    path("changes/<uuid:uuid>/undo/", restores.undo_change, name="change-undo"),
    path("compare/", change_sets.compare, name="compare"),
    path("restore/", restores.restore, name="restore"),
    # Publishing
    path(f"{_LIBRARY}publish/", publishing.publish, name="library-publish"),
    path(f"{_LIBRARY}discard/", publishing.discard, name="library-discard"),
    # Releases
    path(f"{_LIBRARY}releases/", releases.release_list, name="library-releases"),
    path(f"{_LIBRARY}releases/new/", releases.new_release, name="release-new"),
    path("releases/<uuid:uuid>/", releases.release, name="release"),
    path("releases/<uuid:uuid>/change/", releases.change_release, name="release-change"),
    path("releases/<uuid:uuid>/<slug:action>/", releases.act, name="release-act"),
    # Bulk edits
    path(f"{_LIBRARY}replace/", bulk_edits.library_replace, name="library-replace"),
    path(f"{_LIBRARY}bulk-settings/", bulk_edits.library_settings_edit, name="library-bulk-settings"),
    path(f"{_COURSE}replace/", bulk_edits.course_replace, name="course-replace"),
    path(f"{_COURSE}bulk-settings/", bulk_edits.course_settings_edit, name="course-bulk-settings"),
    path("bulk-edits/<uuid:uuid>/", bulk_edits.bulk_edit, name="bulk-edit"),
    path("bulk-edits/<uuid:uuid>/progress/", bulk_edits.bulk_edit_progress, name="bulk-edit-progress"),
    path("bulk-edits/<uuid:uuid>/cancel/", bulk_edits.cancel_bulk_edit, name="bulk-edit-cancel"),
    path("bulk-edits/<uuid:uuid>/retry/", bulk_edits.retry_bulk_edit, name="bulk-edit-retry"),
]
