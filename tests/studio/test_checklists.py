"""The checklists beside the outline of a course."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User

from content_libraries import api
from tests.conftest import ClientFactory
from tests.courses.building import COURSE_KEY, make_course
from tests.sync.building import write_file

pytestmark = pytest.mark.django_db


def asked(kind: str, user: User | None, api_client: ClientFactory) -> Any:
    return api_client(user).get(f"/api/courses/v1/{kind}/{COURSE_KEY}/?all=true")


def add(parent: str, block_type: str, name: str, user: User, **settings: Any) -> None:
    kind, _, code = parent.partition(":")
    api.create_block(
        COURSE_KEY.make_usage_key(kind, code), user=user, block_type=block_type, block_id=name, settings=settings
    )


@pytest.fixture
def course(staff: User) -> None:
    """One section; one subsection with a unit of two kinds of blocks, and one hidden subsection without units."""
    make_course()
    root = COURSE_KEY.make_usage_key("course", "course")
    add(f"course:{root.block_id}", "chapter", "one", staff)
    add("chapter:one", "sequential", "graded", staff, graded="true", due='"2030-01-01T00:00:00Z"')
    add("chapter:one", "sequential", "hidden", staff, visible_to_staff_only="true")
    add("sequential:graded", "vertical", "mixed", staff)
    add("vertical:mixed", "html", "h", staff)
    add("vertical:mixed", "video", "v", staff, edx_video_id="abc")
    add("vertical:mixed", "video", "w", staff)


def test_how_a_course_is_built(course: None, staff: User, api_client: ClientFactory) -> None:
    before = asked("quality", staff, api_client).json()
    add("chapter:one", "sequential", "plain", staff)
    add("sequential:plain", "vertical", "short", staff)
    add("vertical:short", "html", "only", staff)
    after = asked("quality", staff, api_client).json()
    assert after["videos"] == before["videos"]
    assert (after["videos"]["total_number"], after["videos"]["num_with_val_id"]) == (2, 1)
    assert after["sections"]["total_number"] == before["sections"]["total_number"]
    assert after["subsections"]["total_visible"] == before["subsections"]["total_visible"] + 1
    assert after["subsections"]["num_with_one_block_type"] == before["subsections"]["num_with_one_block_type"] + 1
    assert after["units"]["total_visible"] == before["units"]["total_visible"] + 1
    assert after["units"]["num_blocks"]["max"] == 3


def test_what_a_course_needs_to_begin(course: None, staff: User, api_client: ClientFactory) -> None:
    found = asked("validation", staff, api_client).json()
    assert found["dates"] == {"has_start_date": False, "has_end_date": False}
    assert found["assignments"]["total_number"] == 1
    assert found["assignments"]["assignments_with_dates_after_end"] == []
    assert found["grades"] == {"has_grading_policy": False, "sum_of_weights": 0}
    write_file(api.POLICY_PATH, b'{"course": {"start": "2028-01-01T00:00:00Z", "end": "2029-01-01T00:00:00Z"}}')
    write_file(api.GRADING_POLICY_PATH, b'{"GRADER": [{"weight": 0.75}, {"weight": 0.25}, {"weight": null}, 3]}')
    found = asked("validation", staff, api_client).json()
    assert found["dates"] == {"has_start_date": True, "has_end_date": True}
    assert [each["id"] for each in found["assignments"]["assignments_with_dates_after_end"]] == [
        str(COURSE_KEY.make_usage_key("sequential", "graded"))
    ]
    assert found["assignments"]["assignments_with_dates_before_start"] == []
    assert found["grades"] == {"has_grading_policy": True, "sum_of_weights": 1.0}
    for unreadable in (b'{"GRADER": [{"weight": 1e400}]}', b"[" * 100_000, b"[]", b"\xff"):
        write_file(api.GRADING_POLICY_PATH, unreadable)
        found = asked("validation", staff, api_client).json()
        assert found["grades"] == {"has_grading_policy": False, "sum_of_weights": 0}


@pytest.mark.parametrize("kind", ["quality", "validation"])
def test_who_may_not_view_the_course_gets_none(
    kind: str, course: None, stranger: User, api_client: ClientFactory
) -> None:
    assert asked(kind, stranger, api_client).status_code == 403
    assert asked(kind, None, api_client).status_code == 401
