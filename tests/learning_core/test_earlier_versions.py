"""Earlier versions of items come back, in one log."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openedx_content.models_api import (
    ComponentVersionMedia,
    DraftChangeLog,
    PublishableEntityVersion,
    PublishLog,
)

from content_libraries.errors import InvalidInputError
from content_libraries.learning_core import api as learning_core

from .building import Package

pytestmark = pytest.mark.django_db

PNG = learning_core.FileMedia("static/pic.png", "image/png", learning_core.media_digest(b"png"), 3)


def version(package: Package, code: str, number: int) -> int:
    return PublishableEntityVersion.objects.get(entity_id=package.pk_of(code), version_num=number).pk


def children(package: Package, code: str) -> list[int]:
    return learning_core.current_children_of([package.pk_of(code)], branch="draft").get(package.pk_of(code), [])


def bring_back(package: Package, **versions: int | None) -> learning_core.EarlierVersions:
    pks = {package.pk_of(code): None if num is None else version(package, code, num) for code, num in versions.items()}
    return learning_core.write_earlier_versions(package.pk, pks, author_pk=None)


def draft(package: Package, code: str) -> PublishableEntityVersion | None:
    return PublishableEntityVersion.objects.filter(draft__entity_id=package.pk_of(code)).first()


@pytest.fixture
def package() -> Package:
    package = Package()
    package.write("p1", "p2", unit1=["p1", "p2"], title="Old")
    package.write("p1", unit1=["p2"], title="New")
    return package


def test_title_olx_files_and_children_come_back_as_a_new_version(package: Package) -> None:
    learning_core.write_drafts(
        package.pk,
        components=[learning_core.ComponentWrite("problem", "p2", "Filed", "<problem>x</problem>", (PNG,))],
        author_pk=None,
        file_bytes=lambda digests: ((digest, b"png") for digest in digests),
    )
    package.write("p2", title="New")
    written = bring_back(package, p1=1, p2=2, unit1=1)
    p1, p2, unit = (draft(package, code) for code in ("p1", "p2", "unit1"))
    assert p1 is not None
    assert p2 is not None
    assert unit is not None
    assert [(each.title, each.version_num) for each in (p1, p2, unit)] == [
        ("Old p1", 3),
        ("Filed", 4),
        ("Old unit1", 3),
    ]
    assert learning_core.olx_of([p2.pk]) == {p2.pk: "<problem>x</problem>"}
    paths = ComponentVersionMedia.objects.filter(component_version_id=p2.pk).values_list("path", flat=True)
    assert sorted(paths) == ["block.xml", "static/pic.png"]
    assert children(package, "unit1") == package.pks("p1", "p2")
    assert set(written.new_versions.values()) == {p1.pk, p2.pk, unit.pk}
    log = DraftChangeLog.objects.latest("pk")
    assert (log.pk, log.records.count()) == (written.draft_change_log_pk, 3)


def test_a_component_that_comes_back_affects_its_unit(package: Package) -> None:
    bring_back(package, p2=1)
    assert DraftChangeLog.objects.count() == 2
    package.write("p2", title="New")
    bring_back(package, p2=1)
    records = DraftChangeLog.objects.latest("pk").records
    unit = records.get(entity_id=package.pk_of("unit1"))
    assert unit.old_version_id == unit.new_version_id
    package.publish()
    bring_back(package, unit1=1)
    unit_version = draft(package, "unit1")
    assert unit_version is not None
    assert unit_version.dependencies.count() == 2


def test_items_are_deleted_and_restored(package: Package) -> None:
    package.delete("p1")
    written = bring_back(package, p1=1, p2=None)
    restored = draft(package, "p1")
    assert restored is not None
    assert (restored.title, restored.version_num) == ("Old p1", 3)
    assert draft(package, "p2") is None
    assert written.deleted_pks == {package.pk_of("p2")}


def test_versions_of_other_items_are_refused(package: Package) -> None:
    versions = {package.pk_of("p1"): version(package, "p2", 1)}
    with pytest.raises(InvalidInputError):
        learning_core.write_earlier_versions(package.pk, versions, author_pk=None)
    assert DraftChangeLog.objects.count() == 2


def test_earlier_versions_are_published_again_and_drafts_stay(package: Package) -> None:
    package.write("p3")
    package.publish("p1", "p3")
    learning_core.move_published(
        package.pk,
        {package.pk_of("p1"): version(package, "p1", 1), package.pk_of("p3"): None},
        author_pk=None,
    )
    p1, p3 = package.status("p1"), package.status("p3")
    assert p1.draft is not None
    assert p1.published is not None
    assert p3.draft is not None
    assert (p1.published.title, p1.draft.title) == ("Old p1", "New p1")
    assert p3.published is None
    log = PublishLog.objects.latest("pk")
    assert learning_core.move_published(package.pk, {package.pk_of("p3"): None}, author_pk=None) is None
    assert PublishLog.objects.latest("pk") == log


@pytest.mark.parametrize("count", [2, 20])
def test_the_number_of_queries_does_not_depend_on_the_number_of_items(count: int) -> None:
    package = Package()
    codes = [f"p{number}" for number in range(count)]
    package.write(*codes, title="Old", unit1=codes)
    package.write(*codes, title="New", unit1=codes)
    versions = {pk: version(package, code, 1) for code, pk in zip(codes, package.pks(*codes), strict=True)}
    versions[package.pk_of("unit1")] = version(package, "unit1", 1)
    with CaptureQueriesContext(connection) as queries:
        learning_core.write_earlier_versions(package.pk, versions, author_pk=None)
    assert len(queries) == 26
