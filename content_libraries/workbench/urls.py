"""URLs of the workbench. A host includes them at the path that it chooses, such as ``""``."""

from __future__ import annotations

from collections.abc import Callable

from django.http.response import HttpResponseBase
from django.urls import URLPattern, path

from .views import (
    archives,
    backups,
    bulk_edits,
    change_sets,
    collections,
    components,
    containers,
    content,
    courses,
    home,
    imports,
    items,
    libraries,
    library_settings,
    outline,
    publishing,
    releases,
    restores,
    tags,
    team,
    updates,
)

app_name = "workbench"

_LIBRARY = "libraries/<library_key:library_key>/"
_COURSE = "courses/<course_key:course_key>/"
_COMPONENT = "items/<exact_component_key:item_key>/"
_CONTAINER = "items/<exact_container_key:item_key>/"


def _of_items(suffix: str, view: Callable[..., HttpResponseBase], name: str) -> list[URLPattern]:
    """Return the URL patterns of a page that components and containers have in common."""
    return [path(f"{item}{suffix}", view, name=name) for item in (_COMPONENT, _CONTAINER)]


urlpatterns = [
    path("", home.home, name="home"),
    # Libraries
    path("libraries/", libraries.library_list, name="libraries"),
    path("libraries/new/", library_settings.new_library, name="library-new"),
    path(_LIBRARY, content.library_content, name="library"),
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
    # Archives
    path("archives/", archives.upload, name="archives"),
    path("archives/<uuid:uuid>/", archives.archive, name="archive"),
    path("archives/<uuid:uuid>/progress/", archives.archive_progress, name="archive-progress"),
    path("restores/<uuid:uuid>/", archives.restore_job, name="restore-job"),
    path("restores/<uuid:uuid>/progress/", archives.restore_progress, name="restore-progress"),
    # Backups
    path(f"{_LIBRARY}backups/", backups.backup_list, name="library-backups"),
    path(f"{_LIBRARY}backups/<uuid:uuid>/", backups.backup, name="backup"),
    path(f"{_LIBRARY}backups/<uuid:uuid>/progress/", backups.backup_progress, name="backup-progress"),
    path(f"{_LIBRARY}backups/<uuid:uuid>/file/", backups.backup_file, name="backup-file"),
    path(f"{_LIBRARY}backups/<uuid:uuid>/cancel/", backups.cancel, name="backup-cancel"),
    # Courses, and updates from libraries
    path("courses/", courses.course_list, name="courses"),
    path(_COURSE, courses.course_view, name="course"),
    path(f"{_COURSE}updates/", updates.all_updates, name="updates"),
    path(f"{_COURSE}updates/<block_key:block_key>/", updates.update, name="update"),
    path(f"{_COURSE}updates/<block_key:block_key>/unlink/", updates.unlink, name="unlink"),
    path(f"{_COURSE}runs/<uuid:uuid>/", updates.sync_run, name="sync-run"),
    path(f"{_COURSE}runs/<uuid:uuid>/progress/", updates.sync_progress, name="sync-progress"),
    # Content
    path(f"{_LIBRARY}outline/", outline.outline, name="library-outline"),
    path(f"{_LIBRARY}items/new/", content.new_item, name="item-new"),
    path(f"{_LIBRARY}undo/<uuid:change_set>/", items.undo, name="undo"),
    *_of_items("", items.item, "item"),
    *_of_items("publish/", items.publish, "item-publish"),
    *_of_items("delete/", items.delete, "item-delete"),
    *_of_items("tags/", tags.item_tags, "item-tags"),
    *_of_items("collections/", collections.item_collections, "item-collections"),
    # Sections, subsections and units
    path(f"{_CONTAINER}children/", containers.children, name="container-children"),
    path(f"{_CONTAINER}order/", containers.reorder, name="container-reorder"),
    path(f"{_CONTAINER}rename/", containers.rename, name="container-rename"),
    path(f"{_CONTAINER}add-new/", containers.add_new, name="container-add-new"),
    path(f"{_CONTAINER}add/", containers.add_existing, name="container-add"),
    # Components
    path(f"{_COMPONENT}fields/", components.fields, name="component-fields"),
    path(f"{_COMPONENT}olx/", components.olx, name="component-olx"),
    path(f"{_COMPONENT}files/", components.files, name="component-files"),
    path(f"{_COMPONENT}files/delete/", components.delete_file, name="component-file-delete"),
    path(f"{_COMPONENT}versions/", components.versions, name="component-versions"),
    path(f"{_COMPONENT}versions/restore/", components.bring_back, name="component-bring-back"),
    # Collections
    path(f"{_LIBRARY}collections/", collections.collection_list, name="library-collections"),
    path(f"{_LIBRARY}collections/new/", collections.new_collection, name="collection-new"),
    path(f"{_LIBRARY}collections/<collection_code:code>/", collections.collection, name="collection"),
    path(f"{_LIBRARY}collections/<collection_code:code>/delete/", collections.delete, name="collection-delete"),
    path(f"{_LIBRARY}collections/<collection_code:code>/restore/", collections.restore, name="collection-restore"),
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
