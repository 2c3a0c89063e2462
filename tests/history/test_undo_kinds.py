"""The undo of each kind of change set gives the state before, and the undo of the undo the state after."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from openedx_content.models_api import Published

from content_libraries import api
from content_libraries.actors import OPERATOR
from content_libraries.errors import InvalidInputError
from content_libraries.history import api as history
from content_libraries.history.api import ChangeKind
from content_libraries.learning_core import api as learning_core
from content_libraries.libraries.models import ContentLibrary
from content_libraries.sync.models import CourseLink, LegacyConversion
from tests.backups.test_backups_rest import backed_up, download, restored
from tests.conftest import ClientFactory, CommitRunner
from tests.courses.building import COURSE_KEY, PROBLEM, SUBSECTION, UNIT
from tests.imports.conftest import OUTLINE
from tests.imports.sources import write_course
from tests.sync.legacy import add_legacy_block, migrate_legacy_library

from .undoing import (
    KEY,
    SOURCE_TAGS,
    UNIT_OF_LIBRARY,
    item,
    newest_logs,
    sets_since,
    snapshot,
    undo_and_redo,
    world,
)

__all__ = ["world"]

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("world")]

ATTEMPTS = history.SettingsEdit({"max_attempts": 3})


def edit() -> None:
    api.set_olx(item("a"), user=OPERATOR, olx='<problem display_name="New"/>')


def test_an_edit() -> None:
    assert undo_and_redo(edit) == [ChangeKind.EDIT]
    settings = {"display_name": "New"}
    assert undo_and_redo(lambda: api.edit_block(PROBLEM, user=OPERATOR, settings=settings)) == [ChangeKind.EDIT]


def test_a_deletion_of_an_item_in_a_collection_and_with_tags() -> None:
    assert undo_and_redo(lambda: api.delete_item(item("a"), user=OPERATOR)) == [ChangeKind.EDIT]


def test_a_deletion_of_a_template() -> None:
    assert undo_and_redo(lambda: api.delete_item(UNIT_OF_LIBRARY, user=OPERATOR)) == [ChangeKind.EDIT]


def test_an_import_with_tags_a_collection_and_forwards(tmp_path: Path) -> None:
    source = write_course(tmp_path, OUTLINE, files={"tags.csv": SOURCE_TAGS})
    options = api.ImportOptions(level=api.Level.SECTION, forward=True, make_collection=True)
    kinds = undo_and_redo(lambda: api.import_archive(KEY, user=OPERATOR, source=source, options=options, publish=True))
    assert kinds == [ChangeKind.IMPORT, ChangeKind.PUBLISH]


def test_the_migration_of_a_legacy_library(tmp_path: Path) -> None:
    outline = '<problem url_name="p">1</problem>'
    assert undo_and_redo(lambda: migrate_legacy_library(tmp_path, outline)) == [ChangeKind.IMPORT, ChangeKind.PUBLISH]


def test_a_load_of_a_course(tmp_path: Path) -> None:
    source = write_course(tmp_path, OUTLINE)
    logs = newest_logs()
    loaded = api.load_course(source, user=OPERATOR)
    [uuid] = sets_since(logs)[:1]
    assert history.get_change_set(uuid, user=OPERATOR).kind is ChangeKind.IMPORT
    before = snapshot()
    undone = history.undo_change_set(uuid, user=OPERATOR)
    assert set(api.course_store().structure(loaded.course_key).blocks) == set()
    history.undo_change_set(undone.change_set.uuid, user=OPERATOR)
    assert snapshot() == before


def test_a_sync_and_the_sync_of_a_course() -> None:
    linked = CourseLink.objects.get(top_level_parent_key=None, is_container=False).downstream_key
    edit()
    api.publish_all(KEY, user=OPERATOR)
    assert undo_and_redo(lambda: api.sync_block(linked, user=OPERATOR)) == [ChangeKind.SYNC]
    api.set_olx(item("a"), user=OPERATOR, olx='<problem display_name="Newer"/>')
    api.publish_all(KEY, user=OPERATOR)
    assert undo_and_redo(lambda: api.sync_course(COURSE_KEY, user=OPERATOR)) == [ChangeKind.SYNC]


def test_an_unlinked_block_has_its_link_again() -> None:
    linked = CourseLink.objects.get(top_level_parent_key=None, is_container=False).downstream_key
    assert undo_and_redo(lambda: api.unlink_block(linked, user=OPERATOR)) == [ChangeKind.EDIT]


def test_pastes(staff: User) -> None:
    api.copy_to_clipboard(item("a"), user=staff)
    assert undo_and_redo(lambda: api.paste(KEY, user=staff)) == [ChangeKind.PASTE]
    assert undo_and_redo(lambda: api.paste_block(UNIT, user=staff)) == [ChangeKind.PASTE]
    assert undo_and_redo(lambda: api.duplicate_block(UNIT, user=staff)) == [ChangeKind.PASTE]


def test_units_made_from_a_template() -> None:
    assert undo_and_redo(lambda: api.copy_template(UNIT_OF_LIBRARY, KEY, user=OPERATOR)) == [ChangeKind.TEMPLATE]
    assert undo_and_redo(lambda: api.paste_template(UNIT_OF_LIBRARY, SUBSECTION, user=OPERATOR)) == [
        ChangeKind.TEMPLATE
    ]


@pytest.mark.parametrize("context_key", [KEY, COURSE_KEY], ids=str)
def test_a_bulk_edit(context_key: Any) -> None:
    selection = history.Selection(context_key, block_types=("problem",))
    kinds = undo_and_redo(lambda: history.apply_bulk_edit(selection, ATTEMPTS, user=OPERATOR))
    assert kinds == [ChangeKind.BULK_EDIT]


def test_restores() -> None:
    publish = history.list_change_sets(KEY, user=OPERATOR, kind=ChangeKind.PUBLISH)[0:1][0]
    edit()
    for target in (history.ItemVersion(item("a"), 1), history.LibraryState(KEY, publish.uuid)):
        edit()
        assert undo_and_redo(lambda wanted=target: history.restore_versions(wanted, user=OPERATOR)) == [
            ChangeKind.RESTORE
        ]
    api.delete_item(item("a"), user=OPERATOR)
    assert undo_and_redo(lambda: api.restore_item(item("a"), user=OPERATOR)) == [ChangeKind.RESTORE]


def test_a_discard() -> None:
    edit()
    api.create_component(KEY, user=OPERATOR, block_type="html", component_code="new")
    assert undo_and_redo(lambda: api.discard_all(KEY, user=OPERATOR)) == [ChangeKind.DISCARD]


def test_an_undo() -> None:
    edit()
    change_set = history.list_change_sets(KEY, user=OPERATOR)[0:1][0]
    assert undo_and_redo(lambda: history.undo_change_set(change_set.uuid, user=OPERATOR)) == [ChangeKind.UNDO]


def test_publishes() -> None:
    edit()
    api.delete_item(item("b"), user=OPERATOR)
    assert undo_and_redo(lambda: api.publish_all(KEY, user=OPERATOR)) == [ChangeKind.PUBLISH]
    assert undo_and_redo(lambda: api.publish_course(COURSE_KEY, user=OPERATOR)) == [ChangeKind.PUBLISH]


def test_a_release_and_its_reversion(staff: User) -> None:
    edit()
    release = history.create_release(KEY, user=staff, title="R", item_keys=[item("a")])
    history.request_release(release.uuid, user=staff, reason="R")
    fingerprint = history.preview_release(release.uuid, user=staff).fingerprint
    history.approve_release(release.uuid, user=staff, fingerprint=fingerprint)
    assert undo_and_redo(lambda: history.publish_release(release.uuid, user=staff)) == [ChangeKind.PUBLISH]


def test_a_restored_backup(
    library: ContentLibrary, staff: User, api_client: ClientFactory, run_on_commit: CommitRunner
) -> None:
    """Its library is there already, so its undo empties the library."""
    client = api_client(staff)
    api.create_component(library.library_key, user=OPERATOR, block_type="problem", component_code="p")
    api.publish_all(library.library_key, user=OPERATOR)
    url = backed_up(client, run_on_commit)["url"]
    archive = SimpleUploadedFile("x.zip", download(client, url), "application/zip")
    content = restored(client, run_on_commit, archive)["result"]["learning_package_id"]
    copy = api.create_library(user=staff, org="CL-TEST", slug="copy", title="Copy", learning_package=content)
    sets = history.list_change_sets(copy.library_key, user=OPERATOR)[0:10]
    assert {change_set.kind for change_set in sets} == {ChangeKind.RESTORE, ChangeKind.PUBLISH}
    there = snapshot()
    undone = [history.undo_change_set(change_set.uuid, user=OPERATOR) for change_set in sets]
    assert learning_core.count_live_items(content) == 0
    published = Published.objects.filter(entity__learning_package_id=content)
    assert published.exists()
    assert not published.exclude(version=None).exists()
    for each in reversed(undone):
        history.undo_change_set(each.change_set.uuid, user=OPERATOR)
    assert snapshot() == there


def test_a_conversion_counts_as_undone_until_it_is_done_again(staff: User, tmp_path: Path) -> None:
    migrate_legacy_library(tmp_path, '<problem url_name="p">1</problem>')
    block = add_legacy_block(UNIT, "legacy")
    assert undo_and_redo(lambda: api.convert_legacy_blocks(COURSE_KEY, user=staff, only=block)) == [ChangeKind.CONVERT]
    conversion = LegacyConversion.objects.get()
    assert not is_undone()
    undone = undo_newest()
    assert is_undone()
    with pytest.raises(InvalidInputError, match="undone already"):
        api.undo_conversion(conversion.uuid, user=staff)
    history.undo_change_set(undone.change_set.uuid, user=OPERATOR)
    assert not is_undone()
    assert undo_and_redo(lambda: api.undo_conversion(conversion.uuid, user=staff)) == [ChangeKind.UNDO]
    assert is_undone()


def is_undone() -> bool:
    return LegacyConversion.objects.get().undone is not None


def undo_newest() -> history.Undone:
    return history.undo_change_set(history.list_change_sets(COURSE_KEY, user=OPERATOR)[0:1][0].uuid, user=OPERATOR)
