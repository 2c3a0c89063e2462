"""What is relied on inside of openedx-core, and what it does not offer yet."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.db import connection, models
from django.test.utils import CaptureQueriesContext
from openedx_content import api as content_api
from openedx_content import models_api
from openedx_content.models_api import LearningPackage, Media, PublishableEntity

from content_libraries.upstream import openedx_core
from tests.conftest import UserFactory

from .tables import Table, table_of
from .written_tables import LEARNING_CORE

NOW = datetime(2026, 1, 1, tzinfo=UTC)
LEARNING_CORE_ROOM = Path(openedx_core.__file__).resolve().parents[1] / "learning_core"
WRITES = {"bulk_create", "bulk_update", "create", "delete", "get_or_create", "update", "update_or_create"}


@pytest.fixture
def package(db: None) -> LearningPackage:
    return content_api.create_learning_package(package_ref="lib:Org:upstream", title="T", created=NOW)


def written_models() -> dict[str, type[models.Model]]:
    named = {name: getattr(openedx_core, name) for name in openedx_core.__all__}
    return {
        name: value
        for name, value in named.items()
        if isinstance(value, type) and issubclass(value, models.Model) and not value._meta.proxy
    }


def test_each_table_that_is_written_is_known() -> None:
    assert written_models().keys() == LEARNING_CORE.keys()


@pytest.mark.parametrize(("name", "known"), LEARNING_CORE.items())
def test_a_table_is_what_its_writer_knows(name: str, known: Table) -> None:
    """Otherwise look at ``openedx_content.applets``: which value does its own code write there?"""
    assert table_of(written_models()[name]) == known


@pytest.mark.parametrize("name", sorted(path.stem for path in LEARNING_CORE_ROOM.glob("*.py")))
def test_writers_take_the_tables_from_upstream(name: str) -> None:
    """A module that writes a table which it imports from Learning Core itself writes one that this register lacks."""
    tree = ast.parse((LEARNING_CORE_ROOM / f"{name}.py").read_text())
    imported = {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "openedx_content.models_api"
        for alias in node.names
    }
    assert imported & set(models_written(tree)) == set()


def models_written(tree: ast.AST) -> Iterator[str]:
    """Yield the names that are called, as models are for new rows, or on which a call begins that writes rows."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        if isinstance(node.func, ast.Name):
            yield node.func.id
        elif isinstance(node.func, ast.Attribute) and node.func.attr in WRITES:
            begin: ast.expr = node.func
            while isinstance(begin, ast.Attribute | ast.Call):
                begin = begin.value if isinstance(begin, ast.Attribute) else begin.func
            if isinstance(begin, ast.Name):
                yield begin.id


def test_files_are_in_the_folder_of_their_package(package: LearningPackage) -> None:
    media = Media(learning_package=package, hash_digest="0" * 40, size=1, has_file=True)
    assert media.path.rpartition("/")[0] == openedx_core.folder_of(package.uuid)


def test_packages_from_archives_are_named_after_their_readers(
    package: LearningPackage, make_user: UserFactory, tmp_path: Path
) -> None:
    amy = make_user("amy")
    content_api.create_zip_file(package.package_ref, str(tmp_path / "package.zip"), user=amy)
    loaded = content_api.load_learning_package(str(tmp_path / "package.zip"), user=amy)
    name = LearningPackage.objects.get(pk=loaded["lp_restored_data"]["id"]).package_ref
    assert name.startswith(f"{openedx_core.STAGED}amy:")


def create_components(package: LearningPackage, count: int) -> int:
    """Create components in one draft change log through the API of the package, and count its queries."""
    html = content_api.get_or_create_component_type("xblock.v1", "html")
    with CaptureQueriesContext(connection) as queries, content_api.bulk_draft_changes_for(package.id):
        for number in range(count):
            content_api.create_component_and_version(
                package.id, html, component_code=f"{count}-{number}", title="T", created=NOW, created_by=None
            )
    return len(queries)


@pytest.mark.xfail(strict=True, reason="openedx-core 1.15: the API writes entity by entity", raises=AssertionError)
def test_the_number_of_queries_does_not_grow_with_the_number_of_items(package: LearningPackage) -> None:
    create_components(package, 1)
    assert create_components(package, 2) == create_components(package, 4)


@pytest.mark.xfail(strict=True, reason="openedx-core 1.15: pk is a property without a setter", raises=AttributeError)
def test_rows_of_entities_take_their_ids() -> None:
    entity: Any = PublishableEntity()
    entity.pk = 7
    assert entity.id == 7


@pytest.mark.xfail(strict=True, reason="openedx-core 1.15: the storage of media is private", raises=AssertionError)
def test_the_storage_of_media_is_public() -> None:
    assert any(hasattr(module, "get_storage") for module in (content_api, models_api))


@pytest.mark.xfail(strict=True, reason="openedx-core 1.15: a damaged file stays", raises=AssertionError)
def test_a_file_that_was_cut_short_is_replaced_when_it_is_uploaded_again(package: LearningPackage) -> None:
    text = content_api.get_or_create_media_type("text/plain")
    media = content_api.get_or_create_file_media(package.id, text.id, data=b"whole", created=NOW)
    storage = openedx_core.get_storage()
    storage.delete(media.path)
    storage.save(media.path, ContentFile(b"who"))
    content_api.get_or_create_file_media(package.id, text.id, data=b"whole", created=NOW)
    with storage.open(media.path, "rb") as file:
        assert file.read() == b"whole"


@pytest.mark.xfail(strict=True, reason="openedx-core 1.15: archives by users without an e-mail cannot be read")
def test_an_archive_by_a_user_without_an_email_address_can_be_read(
    package: LearningPackage, make_user: UserFactory, tmp_path: Path
) -> None:
    amy = make_user("amy", email="")
    content_api.create_zip_file(package.package_ref, str(tmp_path / "package.zip"), user=amy)
    loaded = content_api.load_learning_package(str(tmp_path / "package.zip"), user=amy)
    assert loaded["status"] == "success", loaded["log_file_error"].getvalue()
