"""Documents of course blocks field by field (search contract, sections 3.4 and 7.2)."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from opaque_keys.edx.keys import CourseKey, UsageKey
from openedx_tagging import api as tagging_api

from content_libraries.search.course_documents import Ancestor, CourseBlock, CoursePlace, course_block_documents
from content_libraries.search.documents import document_id

EDITED = datetime(2025, 1, 2, 3, 4, 5, tzinfo=UTC)
PLACE = CoursePlace(CourseKey.from_string("course-v1:Org+Light+2025"), "About light", access_id=7)

pytestmark = pytest.mark.django_db


def usage_key(block_type: str, block_id: str) -> UsageKey:
    return UsageKey.from_string(f"block-v1:Org+Light+2025+type@{block_type}+block@{block_id}")


def block(block_type: str, olx: str, **fields: Any) -> CourseBlock:
    return CourseBlock(usage_key(block_type, "b"), "Block", olx, **fields)


def test_a_block_of_a_course() -> None:
    key = usage_key("html", "intro")
    tagging_api.tag_object(str(key), tagging_api.create_taxonomy("Keywords", allow_free_text=True), ["light"])
    section, subsection = usage_key("chapter", "c1"), usage_key("sequential", "s1")
    given = CourseBlock(
        key,
        "Introduction",
        r"<html><![CDATA[<p>What is \(\alpha\)?</p>]]></html>",
        ancestors=(Ancestor(section, "Week 1"), Ancestor(subsection, "Lesson 1")),
        modified=EDITED,
    )

    assert course_block_documents(PLACE, [given]) == [
        {
            "id": document_id(str(key)),
            "type": "course_block",
            "usage_key": str(key),
            "block_id": "intro",
            "block_type": "html",
            "context_key": "course-v1:Org+Light+2025",
            "org": "Org",
            "access_id": 7,
            "display_name": "Introduction",
            "breadcrumbs": [
                {"display_name": "About light"},
                {"display_name": "Week 1", "usage_key": str(section)},
                {"display_name": "Lesson 1", "usage_key": str(subsection)},
            ],
            "content": {"html_content": r"What is \(\alpha\)?"},
            "description": "What is α?",
            "tags": {"taxonomy": ["Keywords"], "level0": ["Keywords > light"]},
            "modified": EDITED.timestamp(),
        }
    ]


def test_what_is_not_known_is_left_out(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    section, video, broken = course_block_documents(
        PLACE, [block("chapter", "<chapter/>"), block("video", "<video/>"), block("html", "<html><p></html>")]
    )

    for document in (section, video, broken):
        assert not {"modified", "description", "created", "publish_status", "collections"} & document.keys()
        assert document["tags"] == {}
    assert broken["content"] is None
    assert len(caplog.records) == 1


@pytest.mark.parametrize("block_type", ["course", "course_info"])
def test_the_course_itself_has_no_document(block_type: str) -> None:
    assert course_block_documents(PLACE, [block(block_type, f"<{block_type}/>")]) == []


def test_queries_do_not_depend_on_the_number_of_blocks() -> None:
    def queries(count: int) -> int:
        blocks = [CourseBlock(usage_key("html", f"b{number}"), "B", "<html/>") for number in range(count)]
        with CaptureQueriesContext(connection) as captured:
            assert len(course_block_documents(PLACE, blocks)) == count
        return len(captured)

    assert queries(2) == queries(50) <= 2
