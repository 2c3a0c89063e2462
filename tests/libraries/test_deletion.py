"""Deleting a library deletes all of its content, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.db import connection
from django.db.models import Model, ProtectedError, RestrictedError
from django.test.utils import CaptureQueriesContext
from openedx_content import api as content_api
from openedx_content.models_api import Component, LearningPackage
from openedx_content.signals import LEARNING_PACKAGE_DELETED

from content_libraries.actors import OPERATOR
from content_libraries.errors import NotAllowedError, NotFoundError
from content_libraries.learning_core import api as learning_core
from content_libraries.libraries import api as libraries
from content_libraries.libraries.models import ContentLibrary
from tests.conftest import CommitRunner, LibraryFactory, MemberFactory

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
APPS: tuple[str, ...] = ("openedx_content", "content_libraries", "openedx_authz", "casbin_adapter")
SHARED_TABLES = {
    # What all packages of a site share.
    "openedx_content.ComponentType",
    "openedx_content.ContainerType",
    "openedx_content.MediaType",
    # What belongs to users and the site, not to a library.
    "openedx_authz.UserSubject",
    "openedx_authz.Subject",
    "openedx_authz.PolicyCacheControl",
    "openedx_authz.RoleAssignmentAudit",
}


def fill(package_pk: int, author: User, components: int = 3) -> None:
    """Content in every state: drafts, published, edited since, deleted, pinned, collected, with files."""
    package_id = LearningPackage.LearningPackageID(package_pk)
    made = [_component(package_id, f"c{number}", author) for number in range(components)]
    unit, _ = content_api.create_unit_and_version(
        package_id, "u1", title="Unit", components=made, created=NOW, created_by=author.pk
    )
    subsection, _ = content_api.create_subsection_and_version(
        package_id, "ss1", title="Subsection", units=[unit], created=NOW, created_by=author.pk
    )
    content_api.create_section_and_version(
        package_id,
        "s1",
        title="Section",
        subsections=[subsection],
        created=NOW,
        created_by=author.pk,
    )
    content_api.publish_all_drafts(package_id, published_by=author.pk)
    for component in made:
        content_api.create_next_component_version(
            component.id, {"static/pic.png": component.component_code.encode()}, created=NOW, title="New"
        )
    content_api.create_next_unit_version(
        unit, components=[made[0].versioning.latest, made[1], made[1]], created=NOW, created_by=author.pk
    )
    content_api.soft_delete_draft(made[-1].id)
    content_api.publish_all_drafts(package_id)
    content_api.reset_drafts_to_published(package_id)
    content_api.create_next_component_version(made[0].id, {}, created=NOW, title="Unpublished")
    collection = content_api.create_collection(package_id, "col", title="C", created_by=author.pk)
    entities = content_api.get_publishable_entities(package_id)
    content_api.add_to_collection(package_id, collection.collection_code, entities, created_by=author.pk)


def _component(package_id: LearningPackage.ID, code: str, author: User) -> Component:
    component, _version = content_api.create_component_and_version(
        package_id,
        content_api.get_or_create_component_type("xblock.v1", "html"),
        code,
        title=code,
        created=NOW,
        created_by=author.pk,
    )
    media = content_api.get_or_create_text_media(
        package_id,
        content_api.get_or_create_media_type("application/vnd.openedx.xblock.v1.html+xml").id,
        text=f"<html>{code}</html>",
        created=NOW,
    )
    content_api.create_next_component_version(component.id, {"block.xml": media.id}, created=NOW, title=code)
    return component


def row_counts() -> dict[str, int]:
    """How many rows each table has that may hold something about a library."""
    return {
        model._meta.label: model._base_manager.count()
        for model in _library_tables()
        if model._meta.label not in SHARED_TABLES
    }


def _library_tables() -> Iterator[type[Model]]:
    for app_label in APPS:
        yield from apps.get_app_config(app_label).get_models()


def test_everything_in_it_goes_and_everything_else_stays(
    staff: User, make_library: LibraryFactory, make_member: MemberFactory
) -> None:
    other = make_library("other")
    fill(other.learning_package_id, staff)
    before = row_counts()
    library = make_library("big")
    fill(library.learning_package_id, staff)
    for name in ("library_author", "read"):
        make_member(library, name)
    grown = {label for label, count in row_counts().items() if count > before[label]}
    assert {"openedx_content.DraftSideEffect", "openedx_content.PublishSideEffect"} <= grown

    libraries.delete_library(library.library_key, user=staff)

    assert row_counts() == before
    assert libraries.library_summary(staff, other).num_blocks == 5
    connection.check_constraints()


def test_the_test_content_fills_every_table_of_learning_core(staff: User, library: ContentLibrary) -> None:
    fill(library.learning_package_id, staff)

    empty = [
        model._meta.label
        for model in apps.get_app_config("openedx_content").get_models()
        if not model._base_manager.exists()
    ]

    assert empty == []


def test_it_takes_the_same_number_of_queries_for_much_content(staff: User, make_library: LibraryFactory) -> None:
    counts = []
    for slug, components in (("small", 2), ("large", 6)):
        library = make_library(slug)
        fill(library.learning_package_id, staff, components=components)
        with CaptureQueriesContext(connection) as queries:
            libraries.delete_library(library.library_key, user=staff)
        counts.append(len(queries))

    assert counts[0] == counts[1]


def test_learning_core_tells_that_the_package_is_gone(
    staff: User, library: ContentLibrary, run_on_commit: CommitRunner
) -> None:
    seen = []

    def receive(learning_package: object, **_: object) -> None:
        seen.append(learning_package)

    LEARNING_PACKAGE_DELETED.connect(receive)
    with run_on_commit():
        libraries.delete_library(library.library_key, user=staff)
    LEARNING_PACKAGE_DELETED.disconnect(receive)

    assert len(seen) == 1


def test_a_package_that_a_library_still_needs_is_not_deleted(staff: User, library: ContentLibrary) -> None:
    fill(library.learning_package_id, staff)
    before = row_counts()

    with pytest.raises((ProtectedError, RestrictedError)):
        learning_core.delete_learning_package(library.learning_package_id)

    assert row_counts() == before


def test_only_who_may_delete_deletes(staff: User, author: User, library: ContentLibrary) -> None:
    with pytest.raises(NotAllowedError):
        libraries.delete_library(library.library_key, user=author)
    libraries.delete_library(library.library_key, user=OPERATOR)
    with pytest.raises(NotFoundError):
        libraries.delete_library(library.library_key, user=staff)
