"""Real courses go into the store and come out as they were."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from content_libraries import api
from content_libraries.actors import OPERATOR
from content_libraries.olx.api import OlxTree, iter_static_files, read_archive, tree_with_drafts

from .canonical import canonical

pytestmark = pytest.mark.django_db

DEMO, HARVARD = "openedx-demo-course.tar.gz", "harvardx-studio-advanced.tar.gz"
COURSES = [DEMO, pytest.param(HARVARD, marks=pytest.mark.slow)]


def static_bytes(path: Path, tree: OlxTree) -> dict[str, bytes]:
    return {file.path: data for file, data in iter_static_files(path, [file.path for file in tree.static_files])}


@pytest.mark.parametrize("archive", COURSES)
def test_a_course_comes_out_as_it_went_in(real_archive: Callable[[str], Path], tmp_path: Path, archive: str) -> None:
    source, target = real_archive(archive), tmp_path / "out.tar.gz"
    report = api.load_course(source, user=OPERATOR)
    api.export_course(report.course_key, target, user=OPERATOR)

    before, after = read_archive(source), read_archive(target)
    assert canonical(after) == canonical(before)
    assert canonical(tree_with_drafts(after))["blocks"] == canonical(tree_with_drafts(before))["blocks"]
    assert static_bytes(target, after) == static_bytes(source, before)
    assert after.context_key == before.context_key
    assert report.blocks == len(list(tree_with_drafts(before).walk()))
    assert report.files_left_out == ()


@pytest.mark.slow
@pytest.mark.parametrize("archive", [DEMO, HARVARD])
def test_loading_it_again_changes_nothing(real_archive: Callable[[str], Path], archive: str) -> None:
    first = api.load_course(real_archive(archive), user=OPERATOR)
    assert first.created > 0
    again = api.load_course(real_archive(archive), user=OPERATOR)
    assert (again.created, again.updated, again.deleted) == (0, 0, 0)
    assert (again.blocks, again.files) == (first.blocks, first.files)


@pytest.mark.slow
def test_under_another_key(real_archive: Callable[[str], Path], tmp_path: Path) -> None:
    source, key = real_archive(DEMO), api.course_key("course-v1:Other+Demo+2027")
    report = api.load_course(source, user=OPERATOR, course_key=key)
    assert report.course_key == key
    api.export_course(key, tmp_path / "out", user=OPERATOR)
    before, after = canonical(read_archive(source)), canonical(read_archive(tmp_path / "out"))
    assert after["course"] == before["course"]
    assert len(after["blocks"]) == len(before["blocks"])
    assert read_archive(tmp_path / "out").context_key == key


@pytest.mark.slow
def test_the_number_of_queries_does_not_grow_with_the_course(real_archive: Callable[[str], Path]) -> None:
    """The demo course has 401 blocks, the other 909 with drafts; the queries that a load adds are for its batches."""
    queries = {}
    for run in ("first", "second"):  # the first also stores types that are new to the site
        for archive in (DEMO, HARVARD):
            key = api.course_key(f"course-v1:Org+{archive[:4]}+{run}")
            with CaptureQueriesContext(connection) as captured:
                api.load_course(real_archive(archive), user=OPERATOR, course_key=key)
            queries[run, archive[:4]] = len(captured)
    assert queries["second", "harv"] < queries["second", "open"] + 100
    assert queries["second", "open"] < 300
