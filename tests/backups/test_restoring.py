"""Restoring into libraries: what is planned, and what is written."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from openedx_content.models_api import DraftChangeLog, EntityListRow, PublishLog
from openedx_tagging import api as tagging_api
from openedx_tagging.models import ObjectTag

from content_libraries.backups.restoring.applying import RestoreOutdatedError, restore_as_new, restore_into
from content_libraries.backups.restoring.data import Collision, RestoreMode, RestoreOptions, RestorePlan
from content_libraries.backups.restoring.planning import plan_restore
from content_libraries.backups.verifying.archives import read_archive
from content_libraries.errors import InvalidInputError, NotAllowedError
from content_libraries.keys import library_key
from content_libraries.learning_core import api as learning_core
from content_libraries.learning_core.models import ChangeSetName
from content_libraries.libraries.models import ContentLibrary
from content_libraries.tagging import api as tagging
from tests.conftest import LibraryFactory, MemberFactory

from .archives import Content, backed_up_to

pytestmark = pytest.mark.django_db


@pytest.fixture
def content(library: ContentLibrary) -> Content:
    """Two published components in a unit, of which one has changed since; a collection; and a deleted component."""
    content = Content(library)
    a, b = content.component("a", "1", {"static/a.png": b"A"}), content.component("b", "1")
    content.container("unit", "u1", a, b)
    content.publish()
    content.component("a", "2")
    gone = content.component("gone")
    content.draft(gone, None)
    learning_core.create_collection(content.pk, wanted_code="c", title="C", description="", author_pk=None)
    learning_core.add_to_collection(content.pk, "c", [content.entity(a).id], author_pk=None)
    return content


def apply(path: Path, library: ContentLibrary, user: User, mode: str, **options: Any) -> RestorePlan:
    chosen = RestoreOptions(RestoreMode(mode), **options)
    return restore_into(library, read_archive(path), path, chosen, user=user)


def actions(plan: RestorePlan) -> dict[str, str]:
    return {item.key: str(item.action) for item in plan.items}


def text_of(content: Content, ref: str) -> str:
    version_pk = learning_core.draft_versions(content.pk, [ref])[ref]
    return learning_core.olx_of([version_pk])[version_pk]


@pytest.mark.parametrize("mode", ["add", "replace-items", "replace-all"])
def test_restoring_what_is_there_writes_nothing(mode: str, content: Content, staff: User, tmp_path: Path) -> None:
    path = backed_up_to(content.library, tmp_path / "a.zip", staff)
    before, logs = content.states(), DraftChangeLog.objects.count()
    plan = apply(path, content.library, staff, mode)
    assert set(actions(plan).values()) == {"unchanged"}
    assert (content.states(), DraftChangeLog.objects.count()) == (before, logs)


def test_a_deleted_item_comes_back_with_its_next_number(content: Content, staff: User, tmp_path: Path) -> None:
    path = backed_up_to(content.library, tmp_path / "a.zip", staff)
    ref = content.ref("a")
    content.component("a", "3")
    content.draft(ref, None)
    published, logs = PublishLog.objects.count(), DraftChangeLog.objects.count()
    plan = apply(path, content.library, staff, "add")
    assert actions(plan) == {ref: "restore", content.ref("b"): "unchanged", "u1": "unchanged"}
    assert content.states()[ref] == (4, 1)
    assert text_of(content, ref) == "<html>2</html>"
    assert (PublishLog.objects.count(), DraftChangeLog.objects.count()) == (published, logs + 1)
    name = ChangeSetName.objects.get()
    assert (name.kind, name.source_key) == ("restore", str(content.library.library_key))
    learning_core.move_drafts(content.pk, {content.entity(ref).id: None}, author_pk=None)


def test_other_content_is_skipped_renamed_or_replaced(
    content: Content, staff: User, tmp_path: Path, make_library: LibraryFactory
) -> None:
    path = backed_up_to(content.library, tmp_path / "a.zip", staff)
    targets = [Content(make_library(slug)) for slug in ("skip", "rename", "replace", "all")]
    for target in targets:
        target.component("a", "of the target")
        target.component("other")
        learning_core.create_collection(target.pk, wanted_code="c", title="Old", description="", author_pk=None)
        learning_core.create_collection(target.pk, wanted_code="d", title="D", description="", author_pk=None)
    skip, rename, replace, everything = targets
    a, b, other = content.ref("a"), content.ref("b"), content.ref("other")

    plan = apply(path, skip.library, staff, "add")
    assert actions(plan) == {a: "skip", b: "create", "u1": "create"}
    assert skip.states() == {a: (1, None), other: (1, None), b: (1, None), "u1": (1, None)}
    assert text_of(skip, a) == "<html>of the target</html>"

    plan = apply(path, rename.library, staff, "add", collision=Collision.RENAME)
    assert actions(plan) == {a: "rename", b: "create", "u1": "create"}
    assert rename.states() == {
        a: (1, None),
        other: (1, None),
        b: (1, None),
        content.ref("a-2"): (2, None),
        "u1": (1, None),
    }
    children = EntityListRow.objects.filter(
        entity_list__container_versions__container__container_code="u1", entity__learning_package_id=rename.pk
    )
    assert [row.entity.entity_ref for row in children.order_by("order_num")] == [content.ref("a-2"), b]
    assert learning_core.find_collection(rename.pk, "c-2").entity_pks == (rename.entity(content.ref("a-2")).id,)

    plan = apply(path, replace.library, staff, "replace-items")
    assert actions(plan) == {a: "update", b: "create", "u1": "create"}
    assert replace.states() == {a: (3, 2), other: (1, None), b: (1, 1), "u1": (1, 1)}
    assert text_of(replace, a) == "<html>2</html>"
    assert learning_core.find_collection(replace.pk, "c").title == "C"

    plan = apply(path, everything.library, staff, "replace-all")
    assert actions(plan) == {a: "update", b: "create", "u1": "create", other: "delete"}
    assert everything.states() == {a: (3, 2), other: (None, None), b: (1, 1), "u1": (1, 1)}
    assert not learning_core.find_collection(everything.pk, "d").enabled


def test_numbers_never_go_back(content: Content, staff: User, tmp_path: Path, make_library: LibraryFactory) -> None:
    for text in "34567":
        content.component("a", text)
    path = backed_up_to(content.library, tmp_path / "a.zip", staff)
    target = Content(make_library("target"))
    for text in "xyz":
        target.component("a", text)
    apply(path, target.library, staff, "replace-items")
    assert target.states()[content.ref("a")] == (7, 4), "the number that courses may have synced"
    target.component("a", "mine")
    apply(path, target.library, staff, "replace-items")
    assert target.states()[content.ref("a")] == (9, 4)


def test_pinned_places_lead_to_the_same_content(
    content: Content, staff: User, tmp_path: Path, make_library: LibraryFactory
) -> None:
    a = content.ref("a")
    content.pin("u1", a, 1)
    path = backed_up_to(content.library, tmp_path / "a.zip", staff)
    assert set(actions(apply(path, content.library, staff, "replace-all")).values()) == {"unchanged"}
    target = Content(make_library("target"))
    target.component("a", "2")
    target.component("a", "2", {"static/a.png": b"other"})
    target.component("a", "2")
    plan = apply(path, target.library, staff, "add")
    assert actions(plan)[a] == "unchanged"
    row = EntityListRow.objects.get(entity__learning_package_id=target.pk, entity_version__isnull=False)
    assert row.entity_version is not None
    assert row.entity_version.version_num == 4
    assert learning_core.olx_of([row.entity_version.id]) == {row.entity_version.id: "<html>1</html>"}
    assert target.states()[a] == (3, None), "its draft stays"


def test_a_part_of_an_archive(content: Content, staff: User, tmp_path: Path, make_library: LibraryFactory) -> None:
    path = backed_up_to(content.library, tmp_path / "a.zip", staff)
    by_item, by_collection = Content(make_library("x")), Content(make_library("y"))
    apply(path, by_item.library, staff, "add", items=("u1",))
    assert by_item.states().keys() == {"u1", content.ref("a"), content.ref("b")}
    assert not learning_core.enabled_collection_pks(by_item.pk)
    apply(path, by_collection.library, staff, "replace-all", collections=("c",))
    assert by_collection.states().keys() == {content.ref("a")}
    for wrong in ({"items": ("nowhere",)}, {"collections": ("nowhere",)}):
        with pytest.raises(InvalidInputError, match="nowhere"):
            apply(path, by_item.library, staff, "add", **wrong)


def test_a_part_of_a_library(content: Content, staff: User, tmp_path: Path) -> None:
    content.component("other")
    path = backed_up_to(content.library, tmp_path / "a.zip", staff, items=("u1",))
    archive = read_archive(path)
    assert archive.entities.keys() == {"u1", content.ref("a"), content.ref("b")}
    assert archive.collections == ()
    assert archive.package.library is not None
    assert archive.package.library.is_partial
    path = backed_up_to(content.library, tmp_path / "b.zip", staff, collections=("c",))
    archive = read_archive(path)
    assert (set(archive.entities), [each.code for each in archive.collections]) == ({content.ref("a")}, ["c"])


def test_a_plan_is_applied_only_if_it_is_still_the_plan(content: Content, staff: User, tmp_path: Path) -> None:
    path = backed_up_to(content.library, tmp_path / "a.zip", staff)
    content.component("b", "2")
    archive, options = read_archive(path), RestoreOptions(RestoreMode.REPLACE_ITEMS)
    plan = plan_restore(content.pk, archive, options)
    assert plan.basis.fingerprint == plan_restore(content.pk, archive, options).basis.fingerprint
    content.component("b", "3")
    with pytest.raises(RestoreOutdatedError):
        restore_into(content.library, archive, path, options, user=staff, fingerprint=plan.basis.fingerprint)
    assert text_of(content, content.ref("b")) == "<html>3</html>"


def test_another_kind_of_container_is_refused(
    content: Content, staff: User, tmp_path: Path, make_library: LibraryFactory
) -> None:
    path = backed_up_to(content.library, tmp_path / "a.zip", staff)
    target = Content(make_library("target"))
    target.container("section", "u1")
    with pytest.raises(InvalidInputError, match="u1"):
        apply(path, target.library, staff, "replace-items")
    assert target.states() == {"u1": (1, None)}
    apply(path, target.library, staff, "add", collision=Collision.RENAME)
    assert target.states()["u1-2"] == (1, None)


def test_who_may_restore(content: Content, staff: User, tmp_path: Path, make_member: MemberFactory) -> None:
    path = backed_up_to(content.library, tmp_path / "a.zip", staff)
    reader = make_member(content.library, "library_user")
    with pytest.raises(NotAllowedError):
        apply(path, content.library, reader, "add")


def test_a_new_library_has_title_description_license_flags_and_tags(
    content: Content, staff: User, tmp_path: Path
) -> None:
    library = content.library
    taxonomy = tagging_api.create_taxonomy("Topics", export_id="topics")
    tagging.set_organizations(taxonomy, all_orgs=True)
    tagging_api.add_tag_to_taxonomy(taxonomy, "Sun")
    ids = [str(library.library_key), f"lb:CL-TEST:{library.slug}:html:a", f"lib-collection:CL-TEST:{library.slug}:c"]
    for object_id in ids:
        tagging_api.tag_object(object_id, taxonomy, ["Sun"])
    library.license, library.allow_public_read = "CC:4.0:BY", True
    library.save()
    path = backed_up_to(library, tmp_path / "a.zip", staff)
    archive = read_archive(path)
    assert archive.taxonomies == {"topics": "Topics"}
    new = restore_as_new(library_key("lib:CL-TEST:new"), archive, path, RestoreOptions(RestoreMode.NEW), user=staff)
    assert (new.title, new.license, new.allow_public_read) == ("Library One", "CC:4.0:BY", True)
    tagged = ObjectTag.objects.filter(object_id__contains=":new").values_list("object_id", flat=True)
    assert set(tagged) == {object_id.replace(f":{library.slug}", ":new") for object_id in ids}
    assert Content(new).states() == {ref: state for ref, state in content.states().items() if state != (None, None)}
