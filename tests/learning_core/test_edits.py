"""Single edits of components and containers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.db.models.signals import pre_save
from openedx_content import api as content_api
from openedx_content.models_api import (
    ComponentVersionMedia,
    DraftChangeLog,
    LearningPackage,
    Media,
    PublishableEntityVersion,
)

from content_libraries.errors import ConflictError, InvalidInputError
from content_libraries.learning_core import api as learning_core

from .building import Package

pytestmark = pytest.mark.django_db

PNG = learning_core.FileMedia("static/pic.png", "image/png", learning_core.media_digest(b"png"), 3)


def olx_of_draft(package: Package, code: str) -> str:
    draft = package.status(code).draft
    assert draft is not None
    return learning_core.olx_of([draft.pk])[draft.pk]


def children(package: Package, code: str) -> list[int]:
    pk = package.pk_of(code)
    return learning_core.current_children_of([pk], branch="draft").get(pk, [])


def save(package: Package, code: str, olx: str = "<problem/>", title: str = "T") -> learning_core.NextVersion:
    return learning_core.save_component(package.pk, package.pk_of(code), title=title, olx=olx, author_pk=None)


@pytest.fixture
def package() -> Package:
    package = Package()
    package.write("p1", "p2", "p3", unit1=["p1", "p2"])
    return package


def test_each_edit_is_one_change_log_in_the_name_of_its_author(package: Package) -> None:
    author_pk = get_user_model().objects.create(username="ann").pk
    unit, p1, p3 = package.pks("unit1", "p1", "p3")
    edits = [
        lambda: learning_core.create_component(
            package.pk, block_type="html", component_code="h", title="H", olx="<html/>", author_pk=author_pk
        ),
        lambda: learning_core.save_component(package.pk, p1, title="A", olx="<problem/>", author_pk=author_pk),
        lambda: learning_core.create_container(
            package.pk, container_type="section", container_code="s", title="S", author_pk=author_pk
        ),
        lambda: learning_core.rename_container(package.pk, unit, title="U", author_pk=author_pk),
        lambda: learning_core.append_children(package.pk, unit, [p3], author_pk=author_pk),
        lambda: learning_core.remove_children(package.pk, unit, [p3], author_pk=author_pk),
        lambda: learning_core.replace_children(package.pk, unit, [p3, p1], author_pk=author_pk),
        lambda: learning_core.delete_item(package.pk, unit, author_pk=author_pk),
        lambda: learning_core.restore_item(package.pk, unit, author_pk=author_pk),
    ]
    for number, edit in enumerate(edits, start=1):
        edit()
        logs = DraftChangeLog.objects.filter(learning_package_id=package.pk, changed_by=author_pk)
        assert logs.count() == number


def test_a_new_version_of_a_component_keeps_its_files(package: Package) -> None:
    learning_core.write_drafts(
        package.pk,
        components=[learning_core.ComponentWrite("problem", "p1", "T", "<problem/>", (PNG,))],
        author_pk=None,
        file_bytes=lambda digests: iter([(digest, b"png") for digest in digests]),
    )
    version = save(package, "p1", "<problem>new</problem>")
    media = ComponentVersionMedia.objects.filter(component_version_id=version.pk)
    assert set(media.values_list("path", flat=True)) == {"block.xml", "static/pic.png"}


def test_version_numbers_go_on_after_a_discard_and_the_discarded_content_stays_away(package: Package) -> None:
    package.publish()
    save(package, "p1", "<problem>discarded</problem>")
    learning_core.replace_children(package.pk, package.pk_of("unit1"), [], author_pk=None)
    package.discard()

    assert save(package, "p1", "<problem>next</problem>").version_num == 3
    renamed = learning_core.rename_container(package.pk, package.pk_of("unit1"), title="U", author_pk=None)

    assert renamed.version_num == 3
    assert children(package, "unit1") == package.pks("p1", "p2")


def test_a_long_text_is_stored_as_a_file_and_read_back_the_same(package: Package) -> None:
    olx = f"<problem>{'ä' * Media.MAX_TEXT_LENGTH}</problem>"
    save(package, "p1", olx)
    assert olx_of_draft(package, "p1") == olx
    assert Media.objects.get(learning_package_id=package.pk, text=None).has_file


def test_texts_and_titles_that_learning_core_does_not_take_are_refused(package: Package) -> None:
    with pytest.raises(InvalidInputError):
        save(package, "p1", "x" * (Media.MAX_FILE_SIZE + 1))
    with pytest.raises(InvalidInputError):
        save(package, "p1", title="x" * 501)


def test_saving_a_deleted_component_brings_it_back(package: Package) -> None:
    package.delete("p1")
    assert save(package, "p1", "<problem>back</problem>").version_num == 2
    assert olx_of_draft(package, "p1") == "<problem>back</problem>"


def test_codes_stay_taken_after_a_deletion(package: Package) -> None:
    package.delete("p1")
    package.delete("unit1")
    with pytest.raises(learning_core.CodeTakenError):
        learning_core.create_component(
            package.pk, block_type="problem", component_code="p1", title="T", olx="<problem/>", author_pk=None
        )
    with pytest.raises(learning_core.CodeTakenError):
        learning_core.create_container(
            package.pk, container_type="section", container_code="unit1", title="T", author_pk=None
        )


def test_children_are_appended_and_removed_wherever_they_stand(package: Package) -> None:
    unit, p1, p2, p3 = package.pks("unit1", "p1", "p2", "p3")
    learning_core.append_children(package.pk, unit, [p3, p1], author_pk=None)
    assert children(package, "unit1") == [p1, p2, p3, p1]
    learning_core.remove_children(package.pk, unit, [p1], author_pk=None)
    assert children(package, "unit1") == [p2, p3]


def test_deleted_children_keep_their_places(package: Package) -> None:
    unit, p1, p2, p3 = package.pks("unit1", "p1", "p2", "p3")
    package.delete("p1")
    learning_core.append_children(package.pk, unit, [p3], author_pk=None)
    learning_core.rename_container(package.pk, unit, title="U", author_pk=None)
    assert children(package, "unit1") == [p2, p3]
    package.restore("p1")
    assert children(package, "unit1") == [p1, p2, p3]


def test_children_of_a_wrong_kind_are_refused(package: Package) -> None:
    with pytest.raises(InvalidInputError):
        learning_core.append_children(package.pk, package.pk_of("unit1"), package.pks("unit1"), author_pk=None)


def test_restoring_goes_to_the_last_version_and_does_nothing_the_second_time(package: Package) -> None:
    package.publish()
    save(package, "p1", "<problem>two</problem>")
    package.discard()
    package.restore("p1")
    assert olx_of_draft(package, "p1") == "<problem>two</problem>"
    logs = DraftChangeLog.objects.count()
    package.restore("p1")
    assert DraftChangeLog.objects.count() == logs


@pytest.fixture
def competitor(package: Package) -> Iterator[int]:
    """Somebody who saves the same item between our reading and our writing, without waiting for us."""
    saved: list[int] = []

    def save_first(instance: PublishableEntityVersion, **kwargs: Any) -> None:
        if not saved:
            saved.append(instance.entity_id)
            PublishableEntityVersion.objects.create(
                entity_id=instance.entity_id,
                version_num=instance.version_num,
                title="First",
                created=instance.created,
            )

    pre_save.connect(save_first, sender=PublishableEntityVersion)
    yield package.pk
    pre_save.disconnect(save_first, sender=PublishableEntityVersion)


@pytest.mark.usefixtures("competitor")
def test_two_edits_at_the_same_time_end_in_a_conflict_and_nothing_half_written(package: Package) -> None:
    logs = DraftChangeLog.objects.count()
    with pytest.raises(ConflictError, match="try again"):
        save(package, "p1", "<problem>second</problem>")
    assert DraftChangeLog.objects.count() == logs
    assert olx_of_draft(package, "p1") == "<problem/>"


@pytest.mark.parametrize("count", [4, 100])
def test_a_container_edit_costs_the_same_queries_with_many_children(
    count: int, django_assert_max_num_queries: Any
) -> None:
    package = Package()
    codes = [f"p{n}" for n in range(count)]
    package.write(*codes, "extra", unit1=codes, subsection1=["unit1"])
    unit, extra = package.pks("unit1", "extra")
    with django_assert_max_num_queries(40):
        learning_core.rename_container(package.pk, unit, title="New", author_pk=None)
    with django_assert_max_num_queries(40):
        learning_core.append_children(package.pk, unit, [extra], author_pk=None)


def test_children_of_versions_that_share_their_list_are_told_apart() -> None:
    package = Package()
    package.write("p1", unit1=["p1"])
    container = content_api.get_container_by_code(package.pk, "unit1")
    first = package.status("unit1").draft
    content_api.create_next_container_version(
        container,
        title="Renamed",
        created=LearningPackage.objects.get(id=package.pk).created,
        created_by=None,
    )
    second = package.status("unit1").draft
    assert first is not None
    assert second is not None
    child = learning_core.Child(package.pk_of("p1"), "xblock.v1:problem:p1", None)
    assert learning_core.children_of([first.pk, second.pk]) == {first.pk: [child], second.pk: [child]}
    assert learning_core.children_of([second.pk]) == {second.pk: [child]}
    assert children(package, "unit1") == [child.entity_pk]


def test_levels_of_ancestors_and_descendants() -> None:
    package = Package()
    package.write(
        "p1",
        unit1=["p1", "p1"],
        unit2=["p1"],
        subsection1=["unit1", "unit2", "unit1"],
        section1=["subsection1"],
    )
    p1, unit1, unit2, subsection, section = package.pks("p1", "unit1", "unit2", "subsection1", "section1")
    assert list(learning_core.ancestor_levels(p1, branch="draft")) == [
        {unit1, unit2},
        {subsection},
        {section},
    ]
    assert list(learning_core.descendant_levels(section, branch="draft")) == [
        [subsection],
        [unit1, unit2, unit1],
        [p1] * 5,
    ]
    assert list(learning_core.ancestor_levels(p1, branch="published")) == []
    package.delete("unit1")
    assert list(learning_core.ancestor_levels(p1, branch="draft")) == [{unit2}, {subsection}, {section}]
    assert list(learning_core.descendant_levels(subsection, branch="draft")) == [[unit2], [p1]]


def test_repetitions_of_repetitions_are_refused_before_they_fill_the_memory() -> None:
    package = Package()
    package.write("p1", unit1=["p1"] * 70, subsection1=["unit1"] * 70, section1=["subsection1"] * 70)
    with pytest.raises(InvalidInputError, match="repetitions"):
        list(learning_core.descendant_levels(package.pk_of("section1"), branch="draft"))
