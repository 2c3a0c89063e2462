"""Undoing imports: items, container settings, collections, tags and forwards go and come back."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.contrib.auth.models import User
from openedx_tagging import api as tagging_api
from openedx_tagging.models import ObjectTag
from organizations.models import Organization

from content_libraries import api
from content_libraries.actors import OPERATOR
from content_libraries.content import container_settings
from content_libraries.errors import NotAllowedError
from content_libraries.history import api as history
from content_libraries.learning_core import api as learning_core
from content_libraries.libraries.models import ContentLibrary
from content_libraries.tagging import api as tagging
from tests.conftest import LibraryFactory, MemberFactory, give_role
from tests.imports.conftest import OUTLINE, library, shared_library, shared_staff, staff
from tests.imports.sources import write_course
from tests.shared_worlds import module_db

__all__ = ["library", "module_db", "shared_library", "shared_staff", "staff"]

pytestmark = pytest.mark.django_db

KEY = api.library_key("lib:O:lib")
TABLE = """"Name","Type","ID","words"\r
"Course 1","course","course",""\r
"  Week 1","chapter","c1",""\r
"      First","vertical","v1","one; two"\r
"""


def imported(folder: Path, outline: str = OUTLINE, *, table: str = "", **options: object) -> history.ChangeSet:
    source = write_course(folder, outline, files={"tags.csv": table} if table else {})
    wanted = api.ImportOptions(level=api.Level.SECTION, **options)  # type: ignore[arg-type]
    api.import_archive(KEY, user=OPERATOR, source=source, options=wanted)
    return newest("import")


def newest(kind: str) -> history.ChangeSet:
    return history.list_change_sets(KEY, user=OPERATOR, kind=history.ChangeKind(kind))[0:1][0]


def undo(change_set: history.ChangeSet) -> history.Undone:
    return history.undo_change_set(change_set.uuid, user=OPERATOR)


def live(library: ContentLibrary) -> int:
    assert library.learning_package_id is not None
    return learning_core.count_live_items(library.learning_package_id)


def collections(library: ContentLibrary) -> dict[str, int]:
    """The collections that are there, with their numbers of members."""
    assert library.learning_package_id is not None
    pks = learning_core.enabled_collection_pks(library.learning_package_id)
    return {found.code: len(found.entity_pks) for found in learning_core.collection_summaries(pks)}


def tags() -> list[tuple[str, str]]:
    return sorted((tag.object_id, tag.value) for tag in ObjectTag.objects.all())


def test_an_import_goes_with_its_collection_and_comes_back_with_it(library: ContentLibrary, tmp_path: Path) -> None:
    change_set = imported(tmp_path, make_collection=True)
    there, made = live(library), collections(library)
    assert (there, len(made)) == (5, 1)
    plan = history.preview_undo(change_set.uuid, user=OPERATOR)
    assert plan.collections == tuple(made)
    undo(change_set)
    assert (live(library), collections(library)) == (0, {})
    undo(newest("undo"))
    assert (live(library), collections(library)) == (there, made)


def test_a_collection_that_others_use_stays_with_their_items(library: ContentLibrary, tmp_path: Path) -> None:
    change_set = imported(tmp_path, make_collection=True)
    [code] = collections(library)
    api.create_component(KEY, user=OPERATOR, block_type="html", component_code="mine")
    assert library.learning_package_id is not None
    [pk] = learning_core.entity_pks_of(library.learning_package_id, ["xblock.v1:html:mine"]).values()
    learning_core.add_to_collection(library.learning_package_id, code, [pk], author_pk=None)
    undo(change_set)
    assert collections(library) == {code: 1}


def test_an_existing_collection_loses_what_the_import_added(library: ContentLibrary, tmp_path: Path) -> None:
    assert library.learning_package_id is not None
    learning_core.create_collection(
        library.learning_package_id, wanted_code="c", title="C", description="", author_pk=None
    )
    change_set = imported(tmp_path, collection_code="c")
    assert collections(library) == {"c": 5}
    undo(change_set)
    assert collections(library) == {"c": 0}


def test_tags_that_the_import_gave_go_and_own_tags_stay(library: ContentLibrary, tmp_path: Path) -> None:
    taxonomy = tagging_api.create_taxonomy("Words", export_id="words", allow_free_text=True)
    tagging.set_organizations(taxonomy, [Organization.objects.get(short_name="O")])
    change_set = imported(tmp_path, table=TABLE)
    unit = "lct:O:lib:unit:v1"
    assert tags() == [(unit, "one"), (unit, "two")]
    tagging.set_object_tags(unit, [(taxonomy, ["one", "own"])], user=OPERATOR)
    undo(change_set)
    assert tags() == [(unit, "own")]
    undo(newest("undo"))
    assert tags() == [(unit, "one"), (unit, "own")]


def test_forwards_lead_to_where_they_led_before(library: ContentLibrary, tmp_path: Path) -> None:
    source = api.course_key("course-v1:O+C+1")
    first = imported(tmp_path / "1", forward=True)
    before = {each.source_key: each.version_pk for each in api.forwarded_blocks(source)}
    second = imported(tmp_path / "2", OUTLINE.replace("First", "Changed"), forward=True, on_repeat=api.OnRepeat.UPDATE)
    assert {each.source_key: each.version_pk for each in api.forwarded_blocks(source)} != before
    undo(second)
    assert {each.source_key: each.version_pk for each in api.forwarded_blocks(source)} == before
    redone = newest("undo")
    undo(first)
    assert not api.is_forwarded(source)
    assert history.preview_undo(redone.uuid, user=OPERATOR).conflicts


def test_whoever_may_not_edit_where_references_lead_does_not_lead_them_elsewhere(
    library: ContentLibrary, staff: User, make_library: LibraryFactory, make_member: MemberFactory, tmp_path: Path
) -> None:
    """Otherwise, EDIT in a library that an import once led to is enough to take the references over again."""
    source = api.course_key("course-v1:O+C+1")
    other = make_library("other")
    options = api.ImportOptions(level=api.Level.SECTION, forward=True)
    api.import_archive(other.library_key, user=staff, source=write_course(tmp_path / "1", OUTLINE), options=options)
    undo(imported(tmp_path / "2", forward=True))
    undone, bob = newest("undo"), make_member(library, "library_author")
    for redo in (history.preview_undo, history.undo_change_set):
        with pytest.raises(NotAllowedError, match="references"):
            redo(undone.uuid, user=bob)
    forwarding = api.get_forwarding(source)
    assert forwarding is not None
    assert forwarding.target_id == other.learning_package_id
    give_role(bob, "library_author", str(other.library_key))
    history.undo_change_set(undone.uuid, user=bob)
    assert api.get_forwarding(source) != forwarding


def test_settings_of_containers_come_back(library: ContentLibrary, tmp_path: Path) -> None:
    imported(tmp_path / "1")
    assert library.learning_package_id is not None
    drafts = learning_core.draft_versions(library.learning_package_id, ["c1"])
    settings = container_settings.settings_of(drafts.values())
    assert settings[drafts["c1"]].settings == {"start": "2026-01-01"}
    second = imported(tmp_path / "2", OUTLINE.replace("2026-01", "2027-01"), on_repeat=api.OnRepeat.UPDATE)
    undo(second)
    assert learning_core.draft_versions(library.learning_package_id, ["c1"]) == drafts


def test_an_import_and_its_publish_are_undone_one_by_one(library: ContentLibrary, tmp_path: Path, staff: User) -> None:
    change_set = imported(tmp_path)
    api.publish_all(KEY, user=staff)
    undo(newest("publish"))
    undo(change_set)
    assert live(library) == 0
    assert not history.list_change_sets(KEY, user=OPERATOR, kind=history.ChangeKind.EDIT)
