"""Backup, restore and backup again: what is in an archive comes back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from openedx_content import api as content_api
from openedx_content.models_api import Collection, EntityListRow, Media, PublishableEntityVersion

from content_libraries.backups.verifying.archives import read_archive
from content_libraries.content.api import ContainerSettingsData, settings_of, write_settings
from content_libraries.errors import DamagedFileError
from content_libraries.learning_core import api as learning_core
from content_libraries.libraries import api as libraries
from content_libraries.libraries.models import ContentLibrary
from content_libraries.upstream.openedx_core import get_storage
from tests.conftest import LibraryFactory

from .archives import Content, backed_up_to, canonical, packed, restored_as, states_of, unpacked

pytestmark = pytest.mark.django_db


def round_trip(library: ContentLibrary, user: User, folder: Path, **options: Any) -> Content:
    """Check that an archive of the restored library is equal, and return the restored library."""
    first = backed_up_to(library, folder / f"{uuid4()}.zip", user, **options)
    again = restored_as(first, user, f"again-{uuid4()}")
    second = backed_up_to(again, folder / f"{uuid4()}.zip", user, **options)
    assert canonical(second) == canonical(first)
    return Content(again)


def in_state(content: Content, code: str, draft: str, *, published: bool) -> str:
    """Make a component with three versions in a state."""
    ref = content.component(code, "1")
    content.component(code, "2")
    if published:
        content.publish(ref)
    content.component(code, "3")
    content.draft(ref, {"none": None, "older": 1, "equal": 2, "newer": 3}[draft])
    return ref


@pytest.mark.parametrize("published", [False, True])
@pytest.mark.parametrize("draft", ["none", "older", "equal", "newer"])
def test_the_table_of_states(draft: str, published: bool, library: ContentLibrary, staff: User, tmp_path: Path) -> None:
    content = Content(library)
    ref = in_state(content, "c1", draft, published=published)
    unit = content.container("unit", "u1", ref)
    before = content.states()
    again = round_trip(library, staff, tmp_path, deleted=True)
    assert again.states() == before
    assert before[ref] == ({"none": None, "older": 1, "equal": 2, "newer": 3}[draft], 2 if published else None)
    again.component("c1", "4")
    assert again.states()[ref][0] == 4, "no number of a version is used twice"
    assert unit in again.states()


@pytest.mark.parametrize("deleted", [False, True])
def test_deleted_items_come_along_if_they_are_asked_for(
    deleted: bool, library: ContentLibrary, staff: User, tmp_path: Path
) -> None:
    content = Content(library)
    gone, there = content.component("gone"), content.component("there")
    collection = learning_core.create_collection(content.pk, wanted_code="c", title="C", description="", author_pk=None)
    learning_core.add_to_collection(
        content.pk, "c", [content.entity(gone).id, content.entity(there).id], author_pk=None
    )
    learning_core.create_collection(content.pk, wanted_code="old", title="Old", description="", author_pk=None)
    learning_core.delete_collection(content.pk, "old")
    content.draft(gone, None)
    again = round_trip(library, staff, tmp_path, deleted=deleted)
    assert again.states() == ({gone: (None, None)} if deleted else {}) | {there: (1, None)}
    enabled = dict(Collection.objects.filter(learning_package_id=again.pk).values_list("collection_code", "enabled"))
    assert enabled == {collection.code: True} | ({"old": False} if deleted else {})
    if deleted:
        learning_core.restore_item(again.pk, again.entity(gone).id, author_pk=None)
        assert again.states()[gone] == (1, None)


def test_a_place_that_is_pinned_stays_pinned(library: ContentLibrary, staff: User, tmp_path: Path) -> None:
    content = Content(library)
    ref = content.component("c1", "first")
    content.container("unit", "u1", ref)
    content.component("c1", "second")
    content.component("c1", "third")
    content.pin("u1", ref, 2)
    content.publish()
    again = round_trip(library, staff, tmp_path)
    rows = EntityListRow.objects.filter(entity__learning_package_id=again.pk, entity_version__isnull=False)
    assert list(rows.values_list("entity__entity_ref", "entity_version__version_num")) == [(ref, 2)]
    pinned = PublishableEntityVersion.objects.get(entity=again.entity(ref), version_num=2)
    assert learning_core.olx_of([pinned.id]) == {pinned.id: "<html>second</html>"}


@pytest.mark.usefixtures("unicode_codes")
def test_codes_and_files_that_differ_in_case_or_unicode_form_only(
    library: ContentLibrary, staff: User, tmp_path: Path
) -> None:
    content = Content(library)
    codes = ["a", "A", "\xe9", "\u212a", "k", "K", "\xc9", "foo", "Foo", "fOO", "x" * 255, "X" * 255, "a.b", "a-b"]
    files = {
        "static/a.png": b"a",
        "static/A.PNG": b"A",
        "static/e\u0301": b"nfd",
        "static/\xe9": b"nfc",
        "static/0": b"",
    }
    for number, code in enumerate(codes):
        content.component(code, str(number), {path: data + code.encode() for path, data in files.items()})
    content.component("foo", "problem", files, block_type="problem")
    content.container("unit", "foo", content.ref("foo"))
    content.container("unit", "Foo", content.ref("Foo"))
    again = round_trip(library, staff, tmp_path)
    version_pks = dict(
        PublishableEntityVersion.objects.filter(entity__learning_package_id=again.pk).values_list(
            "entity__entity_ref", "id"
        )
    )
    stored = learning_core.files_of(version_pks.values())
    for code in codes:
        assert {file.path for file in stored[version_pks[content.ref(code)]]} == files.keys()


def test_files_whose_paths_no_archive_can_have(library: ContentLibrary, staff: User, tmp_path: Path) -> None:
    """Older releases took such paths."""
    content = Content(library)
    files = {"static/a.toml": b"1", "static/a./b": b"2", "/".join("y" * 40): b"3", "Block.xml": b"4"}
    ref = content.component("c1", "x", files)
    again = round_trip(library, staff, tmp_path)
    version_pk = again.entity(ref).versions.get().id
    digests = {file.path: file.digest for file in learning_core.files_of([version_pk])[version_pk]}
    assert digests == {path: learning_core.media_digest(data) for path, data in files.items()}


def test_history_has_all_versions_and_each_file_once(library: ContentLibrary, staff: User, tmp_path: Path) -> None:
    content = Content(library)
    picture = bytes(range(256)) * 40
    for number in range(5):
        content.component("c1", str(number), {"static/pic.png": picture})
    again = round_trip(library, staff, tmp_path, history=True)
    texts = learning_core.olx_of(again.entity(content.ref("c1")).versions.values_list("id", flat=True))
    assert sorted(texts.values()) == [f"<html>{number}</html>" for number in range(5)]
    members = unpacked(backed_up_to(library, tmp_path / "h.zip", staff, history=True))
    assert [data for data in members.values() if data == picture] == [picture, picture], "of the draft, and of all else"


def test_history_has_the_change_sets(library: ContentLibrary, staff: User, tmp_path: Path) -> None:
    content = Content(library)
    ref = content.component("c1", "1")
    with learning_core.named(learning_core.ChangeKind.IMPORT, source_key="course-v1:O+C+R"):
        content.component("c1", "2")
    content.publish()
    path = backed_up_to(library, tmp_path / "a.zip", staff, history=True)
    members = unpacked(path)
    drafts, publishes = (
        [json.loads(line) for line in members[f"content_libraries/{name}.jsonl"].splitlines()]
        for name in ("draft_change_logs", "publish_logs")
    )
    assert [(log["kind"], log["source"], log["records"]) for log in drafts] == [
        ("", "", [[ref, None, 1]]),
        ("import", "course-v1:O+C+R", [[ref, 1, 2]]),
    ]
    assert [log["records"] for log in publishes] == [[[ref, None, 2]]]
    assert read_archive(path).counts()["change_sets"] == 3
    plain = unpacked(backed_up_to(library, tmp_path / "b.zip", staff))
    assert "content_libraries/draft_change_logs.jsonl" not in plain


def test_long_olx_and_settings_of_containers(library: ContentLibrary, staff: User, tmp_path: Path) -> None:
    content = Content(library)
    ref = content.component("c1", "long " * 20_000)
    unit = content.container("unit", "u1", ref)
    settings_data = ContainerSettingsData({"format": "Lab", "nested": {"a": [1, None, "ä"]}}, "creative-commons: BY")
    write_settings({content.entity(unit).versions.get().id: settings_data})
    again = round_trip(library, staff, tmp_path)
    assert list(settings_of([again.entity(unit).versions.get().id]).values()) == [settings_data]


def test_a_damaged_file_is_named(library: ContentLibrary, staff: User, tmp_path: Path) -> None:
    content = Content(library)
    content.component("c1", "x", {"static/pic.png": b"picture"})
    version_pk = content.entity(content.ref("c1")).versions.get().id
    (place,) = [
        place
        for place in learning_core.snapshots.version_snapshots([version_pk])[version_pk].media
        if place.path == "static/pic.png"
    ]
    storage = get_storage()
    Path(storage.path(Media.objects.get(pk=place.media_pk).path)).write_bytes(b"PICTURE")
    with pytest.raises(DamagedFileError, match=r"static/pic\.png"):
        backed_up_to(library, tmp_path / "a.zip", staff)


def test_an_archive_of_openedx_core_restores_here(library: ContentLibrary, staff: User, tmp_path: Path) -> None:
    content = Content(library)
    refs = [
        in_state(content, f"c{draft}{published}", draft, published=published)
        for draft in ("none", "older", "equal", "newer")
        for published in (False, True)
    ]
    content.container("unit", "u1", *refs)
    content.component("Foo", "1", {"static/a.png": b"1"})
    content.component("foo", "2", {"static/a.png": b"2"})
    content.container("subsection", "s1", "u1")
    content.publish("s1")
    path = tmp_path / "core.zip"
    content_api.create_zip_file(str(library.library_key), str(path), user=staff)
    before = content.states()
    again = restored_as(path, staff, "again")
    assert states_of(libraries.package_pk(again)) == before
    version_pks = PublishableEntityVersion.objects.filter(
        entity__learning_package_id=libraries.package_pk(again),
        entity__entity_ref__in=[content.ref("Foo"), content.ref("foo")],
    ).values_list("id", flat=True)
    assert sorted(learning_core.olx_of(version_pks).values()) == ["<html>1</html>", "<html>2</html>"]


def test_openedx_core_reads_our_archives(library: ContentLibrary, staff: User, tmp_path: Path) -> None:
    content = Content(library)
    ref = in_state(content, "c1", "newer", published=True)
    old = in_state(content, "c2", "older", published=True)
    content.component("Ünï", "x" * 100, {"static/Pic.png": b"P"})
    content.container("unit", "u1", ref, old, title='A "title"\twith\\ everything\x7f')
    content.container("subsection", "s1", "u1")
    content.container("section", "S1", "s1")
    content.publish("S1")
    learning_core.create_collection(content.pk, wanted_code="c", title="C", description="d", author_pk=None)
    learning_core.add_to_collection(content.pk, "c", [content.entity(ref).id], author_pk=None)
    path = backed_up_to(library, tmp_path / "ours.zip", staff, history=True, deleted=True)
    loaded = content_api.load_learning_package(str(path), user=staff)
    assert (loaded["status"], loaded["log_file_error"]) == ("success", None)
    package = loaded["lp_restored_data"]
    assert states_of(package["id"]) == content.states()
    titles = PublishableEntityVersion.objects.filter(entity__learning_package_id=package["id"], entity__entity_ref="u1")
    assert set(titles.values_list("title", flat=True)) == {'A "title"\twith\\ everything\x7f'}


def test_an_archive_that_was_stripped_of_what_we_add_is_one_of_openedx_core(
    library: ContentLibrary, staff: User, tmp_path: Path
) -> None:
    content = Content(library)
    ref = in_state(content, "c1", "newer", published=True)
    members = unpacked(backed_up_to(library, tmp_path / "a.zip", staff))
    plain = {name: data for name, data in members.items() if not name.startswith("content_libraries/")}
    again = restored_as(packed(tmp_path / "b.zip", plain), staff, "again")
    assert states_of(libraries.package_pk(again)) == {ref: content.states()[ref]}


CODES = st.sampled_from(["a", "A", "b", "b.c"])
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("component"), CODES, st.text(max_size=8)),
        st.tuples(st.just("unit"), st.sampled_from(["u1", "U1"]), st.lists(CODES, max_size=3)),
        st.tuples(st.just("subsection"), st.just("s1"), st.lists(st.sampled_from(["u1", "U1"]), max_size=2)),
        st.tuples(st.just("pin"), st.sampled_from(["u1", "U1"]), CODES),
        st.tuples(st.just("publish"), CODES, st.none()),
        st.tuples(st.just("delete"), CODES, st.none()),
        st.tuples(st.just("older"), CODES, st.none()),
        st.tuples(st.just("collect"), CODES, st.none()),
    ),
    min_size=4,
    max_size=15,
)


def do(content: Content, kind: str, name: str, value: Any) -> None:
    known = content.states()
    ref = content.ref(name)
    match kind:
        case "component":
            olx_safe = "".join(char for char in value if char.isalnum())
            content.component(name, olx_safe, {f"static/{name}.bin": value.encode(errors="replace")})
        case "unit":
            content.container("unit", name, *[content.ref(code) for code in value if content.ref(code) in known])
        case "subsection":
            content.container("subsection", name, *[code for code in value if code in known])
        case "pin" if name in known and content.ref(value) in known:
            content.pin(name, content.ref(value), 1)
        case "publish" if known.get(ref, (None, None)) != (None, None):
            content.publish(ref)
        case "delete" if ref in known:
            content.draft(ref, None)
        case "older" if ref in known:
            content.draft(ref, 1)
        case "collect" if ref in known:
            code = learning_core.create_collection(
                content.pk, wanted_code="c", title=name, description="", author_pk=None
            ).code
            learning_core.add_to_collection(content.pk, code, [content.entity(ref).id], author_pk=None)


@settings(
    max_examples=6,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=STEPS, deleted=st.booleans(), history=st.booleans())
def test_whatever_a_library_holds_comes_back(
    make_library: LibraryFactory, staff: User, tmp_path: Path, steps: Any, deleted: bool, history: bool
) -> None:
    with transaction.atomic():
        library = make_library(f"l{uuid4()}")
        content = Content(library)
        for step in steps:
            do(content, *step)
        again = round_trip(library, staff, tmp_path, deleted=deleted, history=history)
        live = {ref: state for ref, state in content.states().items() if state != (None, None)}
        assert {ref: state for ref, state in again.states().items() if state != (None, None)} == live
        transaction.set_rollback(True)
