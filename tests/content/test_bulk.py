"""Writing many items at once, and the settings that containers keep."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from openedx_content.models_api import DraftChangeLog
from pytest_django import Settings

from content_libraries.actors import OPERATOR
from content_libraries.content import api as content
from content_libraries.content.models import ContainerSettings
from content_libraries.errors import InvalidInputError, NotAllowedError
from content_libraries.keys import container_key
from content_libraries.learning_core import api as learning_core
from content_libraries.libraries import api as libraries_api
from content_libraries.libraries.models import ContentLibrary
from tests.conftest import CommitRunner

from .client import LibraryClient

SETTINGS = content.ContainerSettingsData({"due": "2030-01-01", "graded": True}, "CC:4.0:BY")


def component(code: str, title: str = "T") -> content.ComponentWrite:
    return content.ComponentWrite("html", code, title, f"<html>{title}</html>")


def unit(code: str, *children: str, title: str = "U") -> content.ContainerWrite:
    return content.ContainerWrite("unit", code, title, tuple(f"xblock.v1:html:{child}" for child in children))


def settings_of_draft(lib: LibraryClient, name: str) -> content.ContainerSettingsData | None:
    package_pk = lib.library.learning_package_id
    assert package_pk is not None
    version_pk = learning_core.find_item(package_pk, container_key(lib.key(name))).draft_version_pk
    assert version_pk is not None
    return content.settings_of([version_pk]).get(version_pk)


@pytest.fixture
def imported(lib: LibraryClient) -> LibraryClient:
    """``unit:u`` came with settings; ``unit:plain`` did not."""
    content.write_items(
        OPERATOR,
        lib.library,
        components=[component("a"), component("b")],
        containers=[unit("u", "a", "b"), unit("plain", "a")],
        container_settings={"u": SETTINGS},
    )
    return lib


def test_everything_is_written_in_one_change_log_of_the_user(lib: LibraryClient, staff: User) -> None:
    writes = content.write_items(staff, lib.library, components=[component("a")], containers=[unit("u", "a")])
    log = DraftChangeLog.objects.get()
    assert (log.pk, log.changed_by) == (writes.draft_change_log_pk, staff)
    assert lib.children("unit:u") == ["html:a"]
    assert lib.get("html:a")["created_by"] == "Bob"


def test_settings_are_kept_with_the_version_that_an_import_makes(imported: LibraryClient) -> None:
    assert settings_of_draft(imported, "unit:u") == SETTINGS
    assert settings_of_draft(imported, "unit:plain") is None


def test_every_edit_of_a_container_carries_its_settings_over(imported: LibraryClient) -> None:
    imported.rename("unit:u", "New title")
    assert settings_of_draft(imported, "unit:u") == SETTINGS
    for method in ("post", "patch", "delete"):
        imported.ok(imported.edit_children(method, "unit:u", "html:a"))
        assert settings_of_draft(imported, "unit:u") == SETTINGS
    imported.delete("unit:u")
    imported.restore("unit:u")
    assert settings_of_draft(imported, "unit:u") == SETTINGS


def test_an_import_that_says_nothing_keeps_settings_and_one_that_does_replaces_them(
    imported: LibraryClient,
) -> None:
    content.write_items(OPERATOR, imported.library, containers=[unit("u", "a", title="Second")])
    assert settings_of_draft(imported, "unit:u") == SETTINGS
    other = content.ContainerSettingsData({"due": "2031-01-01"})
    content.write_items(
        OPERATOR, imported.library, containers=[unit("u", "a", title="Third")], container_settings={"u": other}
    )
    assert settings_of_draft(imported, "unit:u") == other


def test_discarding_brings_the_settings_of_the_published_version_back(imported: LibraryClient) -> None:
    imported.publish_all()
    content.write_items(
        OPERATOR,
        imported.library,
        containers=[unit("u")],
        container_settings={"u": content.ContainerSettingsData({"due": "2031-01-01"})},
    )
    imported.discard_all()
    assert settings_of_draft(imported, "unit:u") == SETTINGS


def test_a_reader_may_not_write(lib: LibraryClient, reader: User) -> None:
    with pytest.raises(NotAllowedError):
        content.write_items(reader, lib.library, components=[component("a")])


def test_the_limit_counts_new_components_only(lib: LibraryClient, settings: Settings) -> None:
    settings.MAX_BLOCKS_PER_CONTENT_LIBRARY = 2
    content.write_items(OPERATOR, lib.library, components=[component("a"), component("b")])
    content.write_items(OPERATOR, lib.library, components=[component("a", "New"), component("b", "New")])
    content.write_items(OPERATOR, lib.library, containers=[unit("u", "a")])
    with pytest.raises(InvalidInputError, match="more than 2"):
        content.write_items(OPERATOR, lib.library, components=[component("a"), component("c")])
    assert lib.status_of("html:c") == 404


def test_a_write_that_fails_leaves_nothing(lib: LibraryClient) -> None:
    with pytest.raises(InvalidInputError):
        content.write_items(
            OPERATOR,
            lib.library,
            components=[component("a")],
            containers=[unit("u", "unknown")],
            container_settings={"u": SETTINGS},
        )
    assert lib.status_of("html:a") == 404
    assert not ContainerSettings.objects.exists()
    assert not DraftChangeLog.objects.exists()


def test_settings_are_deleted_with_the_library(imported: LibraryClient, library: ContentLibrary) -> None:
    libraries_api.delete_library(library.library_key, user=OPERATOR)
    assert not ContainerSettings.objects.exists()


@pytest.mark.parametrize("count", [10, 150])
def test_the_number_of_queries_does_not_depend_on_the_number_of_items(
    lib: LibraryClient, run_on_commit: CommitRunner, count: int, django_assert_max_num_queries: Any
) -> None:
    codes = [f"c{number}" for number in range(count)]
    for title in ("First", "Second"):
        with django_assert_max_num_queries(55):
            content.write_items(
                OPERATOR,
                lib.library,
                components=[component(code, title) for code in codes],
                containers=[unit(f"u{code}", code, title=title) for code in codes],
                container_settings={f"u{code}": SETTINGS for code in codes} if title == "First" else {},
            )
    assert settings_of_draft(lib, "unit:uc1") == SETTINGS
