"""Real courses go into a library whole (the counts are those of the archives, made by walking their pointers)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openedx_content.models_api import PublishableEntity

from content_libraries import api
from content_libraries.actors import OPERATOR
from content_libraries.imports.api import Source, as_source
from content_libraries.keys import course_key
from content_libraries.learning_core.api import draft_contents
from content_libraries.libraries.models import ContentLibrary

pytestmark = pytest.mark.django_db

SECTIONS = api.ImportOptions(level=api.Level.SECTION)

COURSES = [
    (
        "openedx-demo-course.tar.gz",
        {"sections": 6, "subsections": 17, "units": 58, "components": 318},
        {"library_content": 1},
        {"html": 266, "problem": 29, "video": 11, "lti": 2, "openassessment": 2},
    ),
    pytest.param(
        "harvardx-studio-advanced.tar.gz",
        {"sections": 9, "subsections": 47, "units": 286, "components": 536},
        {"split_test": 30},
        {"html": 315, "problem": 76, "poll": 121, "video": 17, "survey": 3, "discussion": 2},
        marks=pytest.mark.slow,
    ),
]


@pytest.mark.parametrize(("archive", "counts", "unsupported", "components"), COURSES)
def test_every_block_is_created_or_reported(
    library: ContentLibrary,
    real_archive: Callable[[str], Path],
    archive: str,
    counts: dict[str, int],
    unsupported: dict[str, int],
    components: dict[str, int],
) -> None:
    source = real_archive(archive)
    result = api.import_archive(library.library_key, user=OPERATOR, source=source, options=SECTIONS, publish=True)
    report = api.result_report(result)
    assert report["counts"] == counts
    assert report["created"] == counts
    assert Counter(row["type"] for row in report["unsupported"]) == unsupported
    assert all(row["reason"] for row in report["unsupported"])
    assert {name: report["by_type"][name] for name in components} == {
        name: {"create": count} for name, count in components.items()
    }
    summary = api.library_summary(OPERATOR, library)
    assert summary.num_blocks == sum(counts.values())
    assert not summary.has_unpublished_changes

    again = api.import_archive(library.library_key, user=OPERATOR, source=source, options=SECTIONS, publish=True)
    assert set(api.result_report(again)["actions"]) == {"skip", "unsupported"}
    assert again.draft_change_log_pk is None
    assert again.publish_log_pk is None


@pytest.mark.slow
def test_one_course_under_two_keys_is_two_courses(
    library: ContentLibrary, staff: User, real_archive: Callable[[str], Path]
) -> None:
    """Nothing is lost, nothing is merged: the second does not touch the first, and holds the same."""
    first = real_archive("openedx-demo-course.tar.gz")
    second = as_source(first, key=course_key("course-v1:OpenedX+DemoX+again"))

    def run(source: Source | Path) -> api.ImportResult:
        return api.import_archive(library.library_key, user=staff, source=source, options=SECTIONS)

    one = run(first)
    before = drafts(library)
    two = run(second)
    added = {ref: draft for ref, draft in drafts(library).items() if ref not in before}
    assert {ref: draft for ref, draft in drafts(library).items() if ref in before} == before
    assert len(added) == len(before) == len(one.plan.writes())
    twin = {
        block.entity_ref: other.entity_ref for block, other in zip(one.plan.writes(), two.plan.writes(), strict=True)
    }
    assert added == {
        twin[ref]: (title, olx, tuple(twin[child] for child in children), files)
        for ref, (title, olx, children, files) in before.items()
    }
    for source in (first, second):
        assert set(api.result_report(run(source))["actions"]) == {"skip", "unsupported"}


def drafts(library: ContentLibrary) -> dict[str, tuple[str, str | None, tuple[str, ...], object]]:
    """Title, OLX, children and files of everything in a library."""
    pk = library.learning_package_id or 0
    pks = PublishableEntity.objects.filter(learning_package_id=pk).values_list("pk", flat=True)
    return {
        draft.entity_ref: (draft.title, draft.olx, draft.children, draft.files)
        for draft in draft_contents(pk, set(pks)).values()
    }


@pytest.mark.slow
def test_the_number_of_queries_does_not_grow_with_the_course(real_archive: Callable[[str], Path]) -> None:
    """An import of 399 items costs a few more queries than one of 6, for more kinds of rows and larger batches."""
    archives = {"small": "openedx-demo-library.tar.gz", "large": "openedx-demo-course.tar.gz"}
    queries = {}
    for run in ("first", "second"):  # the first also stores block types and media types that are new to the site
        for size, archive in archives.items():
            target = api.create_library(user=OPERATOR, org="CL-TEST", slug=f"{run}-{size}", title=size)
            with CaptureQueriesContext(connection) as captured:
                api.import_archive(
                    target.library_key, user=OPERATOR, source=real_archive(archive), options=SECTIONS, publish=True
                )
            queries[run, size] = len(captured)
    assert queries["second", "large"] < queries["second", "small"] + 80
