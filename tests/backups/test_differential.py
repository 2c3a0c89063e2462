"""Restoring an archive of openedx-core here and with its own loader: the same rows, where the loader loses nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from openedx_content import api as content_api

from content_libraries.backups.restoring.staging import restore_staged
from content_libraries.backups.verifying.archives import read_archive
from content_libraries.learning_core import api as learning_core
from content_libraries.libraries.models import ContentLibrary
from tests.learning_core.dump import dump

from .archives import Content

pytestmark = pytest.mark.django_db


def without_authors(value: Any, author_pk: int) -> Any:
    """Replace the author, whom the loader leaves out of its logs."""
    if isinstance(value, dict):
        return {name: without_authors(inner, author_pk) for name, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [without_authors(inner, author_pk) for inner in value]
    return None if value == author_pk and not isinstance(value, bool) else value


def test_the_rows_are_those_of_the_loader(library: ContentLibrary, staff: User, tmp_path: Path) -> None:
    content = Content(library)
    refs = [content.component(f"c{number}", "1", {"static/a.png": b"A" * number}) for number in range(4)]
    content.container("unit", "u1", *refs[:3], refs[0])
    content.container("unit", "u2", refs[1])
    content.container("subsection", "s1", "u1", "u2")
    content.container("section", "S1", "s1")
    content.publish()
    content.component("c1", "2")
    content.container("unit", "u2", refs[2], refs[1], title="Renamed")
    path = tmp_path / "core.zip"
    content_api.create_zip_file(str(library.library_key), str(path), user=staff)
    theirs = content_api.load_learning_package(str(path), user=staff)["lp_restored_data"]["id"]
    ours = restore_staged(read_archive(path), path, user=staff).pk
    expected, found = (without_authors(dump(pk), staff.pk) for pk in (theirs, ours))
    for table, rows in expected.items():
        assert found[table] == rows, table
    assert learning_core.package_statistics(ours).live_items == 8
