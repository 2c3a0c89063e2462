"""Replacing items of a library, or all of it: afterwards it equals the archive, and the restore can be undone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from openedx_content import api as openedx_content
from openedx_content.models_api import DraftChangeLog, PublishLog
from openedx_tagging import api as tagging_api
from openedx_tagging.models import Taxonomy

from content_libraries.backups.format.errors import BrokenArchiveError
from content_libraries.backups.restoring.applying import restore_as_new, restore_into
from content_libraries.backups.restoring.data import RestoreMode, RestoreOptions, RestorePlan
from content_libraries.backups.verifying.archives import read_archive
from content_libraries.content import api as content_api
from content_libraries.content.api import ContainerSettingsData, write_settings
from content_libraries.errors import NotAllowedError
from content_libraries.history import api as history
from content_libraries.keys import LibraryContainerLocator, library_key
from content_libraries.learning_core import api as learning_core
from content_libraries.libraries import api as libraries
from content_libraries.libraries.models import ContentLibrary
from content_libraries.tagging import api as tagging
from tests.conftest import LibraryFactory, MemberFactory

from .archives import Content, backed_up_to, canonical, packed, states_of, unpacked

pytestmark = pytest.mark.django_db

OWN_TABLE = "[entity.content_libraries]\ntemplate = true"


def restore(path: Path, library: ContentLibrary, user: User, mode: str = "replace-all", **options: Any) -> RestorePlan:
    chosen = RestoreOptions(RestoreMode(mode), **options)
    return restore_into(library, read_archive(path), path, chosen, user=user)


def unit_key(content: Content, code: str) -> LibraryContainerLocator:
    return LibraryContainerLocator(content.library.library_key, "unit", code)


def tag(content: Content, name: str, *values: str) -> None:
    taxonomy = Taxonomy.objects.get(export_id="topics")
    tagging_api.tag_object(tag_id(content, name), taxonomy, list(values))


def tag_id(content: Content, name: str) -> str:
    library = f"CL-TEST:{content.library.slug}"
    return {"": f"lib:{library}", "a": f"lb:{library}:html:a", "c": f"lib-collection:{library}:c"}[name]


def tags(content: Content) -> dict[str, list[str]]:
    named = tagging.named_tags_of([tag_id(content, name) for name in ("", "a", "c")])
    return {name: sorted(named.get(tag_id(content, name), {}).get("topics", ())) for name in ("", "a", "c")}


def license_version(content: Content, ref: str, holder: str) -> None:
    """Give the draft of an item a license."""
    version_pk = learning_core.draft_versions(content.pk, [ref])[ref]
    write_settings({version_pk: ContainerSettingsData({}, "CC:4.0:BY", holder, f"© {holder}")})


@pytest.fixture
def content(library: ContentLibrary, staff: User) -> Content:
    """A library in all states: same, changed and deleted drafts, published or not, with marks, licenses and tags."""
    taxonomy = tagging_api.create_taxonomy("Topics", export_id="topics")
    tagging.set_organizations(taxonomy, all_orgs=True)
    for value in ("Sun", "Moon"):
        tagging_api.add_tag_to_taxonomy(taxonomy, value)
    content = Content(library)
    a, b, gone = (
        content.component("a", "1", {"static/a.png": b"A"}),
        content.component("b", "1"),
        content.component("g"),
    )
    license_version(content, a, "Ann")
    content.container("unit", "u1", a, b)
    license_version(content, "u1", "Uma")
    content_api.mark_template(unit_key(content, "u1"), user=staff)
    content.publish()
    content.component("a", "2")
    content.component("new")
    content.draft(gone, None)
    learning_core.create_collection(content.pk, wanted_code="c", title="C", description="", author_pk=None)
    learning_core.add_to_collection(content.pk, "c", [content.entity(a).id], author_pk=None)
    for name in ("", "a", "c"):
        tag(content, name, "Sun")
    return content


def change_everything(content: Content, user: User) -> None:
    """Change each thing that an archive holds, and publish it."""
    content.component("a", "9")
    content.component("g", "back")
    content.component("other")
    content.container("unit", "u1", content.ref("b"))
    content.container("unit", "u2", content.ref("other"))
    content.publish()
    content.component("b", "draft")
    content_api.unmark_template(unit_key(content, "u1"), user=user)
    content_api.mark_template(unit_key(content, "u2"), user=user)
    learning_core.remove_from_collection(content.pk, "c", [content.entity(content.ref("a")).id])
    learning_core.create_collection(content.pk, wanted_code="d", title="D", description="", author_pk=None)
    for name in ("", "a", "c"):
        tag(content, name, "Moon")
    libraries.update_library(
        content.library.library_key, user=user, title="Other", description="Other", license="CC:4.0:BY",
        allow_public_read=True,
    )  # fmt: skip


def numbers(content: Content) -> dict[str, int]:
    known = learning_core.restored.known_items(content.pk, content.states())
    return {ref: item.last_version_num for ref, item in known.items()}


def said(content: Content, folder: Path, user: User) -> dict[str, Any]:
    """What an archive of the library says, without the numbers of versions."""
    path = backed_up_to(content.library, folder / "said.zip", user)
    archive = read_archive(path)
    shown: dict[str, Any] = {"library": archive.package.library, "title": archive.package.title}
    shown["collections"] = {(each.code, each.title, each.keys) for each in archive.collections}
    shown["tags"] = {(each.kind, each.key, each.tags) for each in archive.tags}
    for key, entity in archive.entities.items():
        for name, number in (("draft", entity.draft), ("published", entity.published)):
            version = entity.versions[number] if number else None
            shown[f"{key} {name}"] = version and (
                version.title,
                version.children,
                {(each.path, archive.files[each.member].digest) for each in version.media},
                (version.license, version.license_holder, version.copyright_notice),
            )
        shown[f"{key} more"] = (entity.is_template, entity.draft == entity.published)
    return shown


def test_afterwards_the_library_equals_the_archive(content: Content, staff: User, tmp_path: Path) -> None:
    path = backed_up_to(content.library, tmp_path / "a.zip", staff)
    wanted = said(content, tmp_path, staff)
    change_everything(content, staff)
    before, logs, publishes = numbers(content), DraftChangeLog.objects.count(), PublishLog.objects.count()
    plan = restore(path, content.library, staff)
    assert plan.publications > 0
    content.library.refresh_from_db()
    assert said(content, tmp_path, staff) == wanted
    after = numbers(content)
    assert all(after[ref] >= number for ref, number in before.items())
    assert DraftChangeLog.objects.count() == logs + 1
    assert PublishLog.objects.count() == publishes + 1
    again = restore(path, content.library, staff)
    assert again.publications == 0
    assert {str(item.action) for item in again.items if item.key != content.ref("g")} == {"unchanged"}


def test_an_empty_library_becomes_equal(
    content: Content, staff: User, tmp_path: Path, make_library: LibraryFactory
) -> None:
    path = backed_up_to(content.library, tmp_path / "a.zip", staff)
    target = Content(make_library("target"))
    restore(path, target.library, staff)
    assert said(target, tmp_path, staff) == said(content, tmp_path, staff)


def test_items_get_their_published_versions_and_lose_other_tags(content: Content, staff: User, tmp_path: Path) -> None:
    path = backed_up_to(content.library, tmp_path / "a.zip", staff)
    wanted = said(content, tmp_path, staff)
    change_everything(content, staff)
    restore(path, content.library, staff, "replace-items")
    found = said(content, tmp_path, staff)
    for ref in (content.ref("a"), content.ref("b"), content.ref("new"), "u1"):
        for part in ("draft", "published", "more"):
            assert found[f"{ref} {part}"] == wanted[f"{ref} {part}"], (ref, part)
    assert tags(content) == {"": ["Moon"], "a": ["Sun"], "c": ["Sun"]}
    assert found[f"{content.ref('other')} published"], "an item that the archive does not have stays"
    assert found["title"] == "Other"


def test_drafts_only(content: Content, staff: User, tmp_path: Path, make_member: MemberFactory) -> None:
    """Who may not publish restores drafts."""
    path = backed_up_to(content.library, tmp_path / "a.zip", staff)
    change_everything(content, staff)
    contributor = make_member(content.library, "library_contributor")
    published = {ref: state[1] for ref, state in content.states().items()}
    with pytest.raises(NotAllowedError):
        restore(path, content.library, contributor, "replace-items")
    restore(path, content.library, contributor, "replace-items", drafts_only=True)
    assert {ref: state[1] for ref, state in content.states().items()} == published
    assert content.states()[content.ref("a")][0] == numbers(content)[content.ref("a")]


def test_an_undo_takes_everything_back(content: Content, staff: User, tmp_path: Path) -> None:
    path = backed_up_to(content.library, tmp_path / "a.zip", staff)
    change_everything(content, staff)
    content.library.refresh_from_db()
    before, tagged = said(content, tmp_path, staff), tags(content)
    restore(path, content.library, staff)
    content.library.refresh_from_db()
    restored = said(content, tmp_path, staff)
    draft, publish = DraftChangeLog.objects.latest("pk"), PublishLog.objects.latest("pk")
    undone = history.undo_change_set(draft.uuid, user=staff)
    history.undo_change_set(publish.uuid, user=staff)
    content.library.refresh_from_db()
    assert tags(content) == tagged
    assert said(content, tmp_path, staff) == before
    for uuid in (undone.change_set.uuid, PublishLog.objects.latest("pk").uuid):
        history.undo_change_set(uuid, user=staff)
    content.library.refresh_from_db()
    assert said(content, tmp_path, staff) == restored, "the undo of an undo is a redo"


def test_marks_and_licenses_go_around(content: Content, staff: User, tmp_path: Path) -> None:
    path = backed_up_to(content.library, tmp_path / "a.zip", staff, deleted=True)
    new = restore_as_new(
        library_key("lib:CL-TEST:new"), read_archive(path), path, RestoreOptions(RestoreMode.NEW), user=staff
    )
    assert content_api.is_template(unit_key(Content(new), "u1"), user=staff)
    assert said(Content(new), tmp_path, staff)["u1 published"][3] == ("CC:4.0:BY", "Uma", "© Uma")
    second = backed_up_to(new, tmp_path / "b.zip", staff, deleted=True)
    assert canonical(second) == canonical(path)


def test_openedx_core_reads_an_archive_with_marks_and_licenses(content: Content, staff: User, tmp_path: Path) -> None:
    path = backed_up_to(content.library, tmp_path / "a.zip", staff)
    loaded = openedx_content.load_learning_package(str(path), user=staff)
    assert loaded["status"] == "success", loaded
    states = states_of(loaded["lp_restored_data"]["id"])
    assert states.keys() == {content.ref(code) for code in ("a", "b", "g", "new")} | {"u1"}


def test_only_units_can_be_templates(content: Content, staff: User, tmp_path: Path) -> None:
    content.container("section", "s1")
    members = unpacked(backed_up_to(content.library, tmp_path / "a.zip", staff))
    members.pop("content_libraries/manifest.jsonl")
    text = members["entities/s1.toml"].decode().replace("[entity.draft]", OWN_TABLE + "\n[entity.draft]")
    path = packed(tmp_path / "b.zip", {**members, "entities/s1.toml": text})
    with pytest.raises(BrokenArchiveError) as refused:
        read_archive(path)
    assert [problem.member for problem in refused.value.problems] == ["entities/s1.toml"]
