"""Real courses, imported as libraries, come back from archives as they were."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.contrib.auth.models import User

from content_libraries import api
from content_libraries.actors import OPERATOR
from content_libraries.libraries.models import ContentLibrary

from .archives import Content, backed_up_to, canonical, restored_as

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.mark.parametrize("name", ["openedx-demo-course.tar.gz", "harvardx-studio-advanced.tar.gz"])
def test_a_real_course(
    name: str, library: ContentLibrary, staff: User, real_archive: Callable[[str], Path], tmp_path: Path
) -> None:
    options = api.ImportOptions(level=api.Level.SECTION)
    api.import_archive(library.library_key, user=OPERATOR, source=real_archive(name), options=options, publish=True)
    first = backed_up_to(library, tmp_path / "first.zip", staff)
    again = restored_as(first, staff, "again")
    second = backed_up_to(again, tmp_path / "second.zip", staff)
    before, after = canonical(first), canonical(second)
    assert after.keys() == before.keys()
    assert [name for name, data in before.items() if after[name] != data] == []
    assert Content(again).states() == Content(library).states()
