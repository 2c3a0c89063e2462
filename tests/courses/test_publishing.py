"""What learners get when a course, or a part of it, is published."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from opaque_keys.edx.keys import UsageKey
from openedx_content.models_api import PublishLog

from content_libraries import api
from content_libraries.actors import OPERATOR
from content_libraries.errors import NotFoundError

from .building import COURSE_KEY, PROBLEM, ROOT, SECTION, SUBSECTION, TEXT, UNIT, key

pytestmark = pytest.mark.django_db


def published() -> list[UsageKey]:
    return [usage_key for usage_key, _depth in api.get_structure(COURSE_KEY, user=OPERATOR, published=True).walk()]


def changed() -> set[UsageKey]:
    blocks = api.get_structure(COURSE_KEY, user=OPERATOR).blocks
    return {usage_key for usage_key, state in blocks.items() if state.has_unpublished_changes}


def test_a_whole_course(course: None, staff: User) -> None:
    log_pk = api.publish_course(COURSE_KEY, user=staff, message="First")
    assert published() == [ROOT, SECTION, SUBSECTION, UNIT, TEXT, PROBLEM]
    log = PublishLog.objects.get(pk=log_pk)
    assert (log.published_by, log.message) == (staff, "First")
    assert api.publish_course(COURSE_KEY, user=staff) is None


def test_learners_do_not_see_drafts(course: None) -> None:
    api.publish_course(COURSE_KEY, user=OPERATOR)
    api.edit_block(PROBLEM, user=OPERATOR, settings={"display_name": "Draft"})
    api.edit_block(UNIT, user=OPERATOR, settings={"start": "2030"})
    api.move_block(TEXT, user=OPERATOR, parent_key=SUBSECTION)
    assert api.get_block(PROBLEM, user=OPERATOR, published=True).title == "P"
    assert api.get_block(UNIT, user=OPERATOR, published=True).settings == {"display_name": "A unit"}
    assert api.get_block(UNIT, user=OPERATOR, published=True).children == (TEXT, PROBLEM)
    assert changed() == {PROBLEM, UNIT, SUBSECTION}


def test_a_block_with_its_contents_and_nothing_else(course: None) -> None:
    api.publish_course(COURSE_KEY, user=OPERATOR)
    other = api.create_block(SUBSECTION, user=OPERATOR, block_type="vertical").usage_key
    inside = api.create_block(other, user=OPERATOR, block_type="html").usage_key
    api.publish_course(COURSE_KEY, user=OPERATOR)
    for usage_key in (PROBLEM, UNIT, inside, SECTION):
        api.edit_block(usage_key, user=OPERATOR, settings={"x": "y"})
    assert api.publish_block(UNIT, user=OPERATOR) is not None
    assert changed() == {inside, SECTION}
    assert api.publish_block(UNIT, user=OPERATOR) is None


def test_a_new_block_is_shown_with_what_leads_to_it(course: None) -> None:
    api.publish_block(UNIT, user=OPERATOR)
    assert published() == [ROOT, SECTION, SUBSECTION, UNIT, TEXT, PROBLEM]
    other = api.create_block(SUBSECTION, user=OPERATOR, block_type="vertical").usage_key
    third = api.create_block(SUBSECTION, user=OPERATOR, block_type="vertical").usage_key
    api.edit_block(SECTION, user=OPERATOR, settings={"x": "y"})
    api.publish_block(other, user=OPERATOR)
    assert published() == [ROOT, SECTION, SUBSECTION, UNIT, TEXT, PROBLEM, other]
    assert changed() == {SECTION, third}


def test_files_go_along(course: None) -> None:
    api.write_course_file(COURSE_KEY, "static/a.txt", b"a", user=OPERATOR)
    assert api.list_course_files(COURSE_KEY, user=OPERATOR, published=True) == {}
    api.publish_block(PROBLEM, user=OPERATOR)
    assert api.read_course_file(COURSE_KEY, "static/a.txt", user=OPERATOR, published=True) == b"a"
    api.delete_course_file(COURSE_KEY, "static/a.txt", user=OPERATOR)
    api.publish_course(COURSE_KEY, user=OPERATOR)
    assert api.list_course_files(COURSE_KEY, user=OPERATOR, published=True) == {}


def test_deletions(course: None) -> None:
    api.publish_course(COURSE_KEY, user=OPERATOR)
    api.delete_block(PROBLEM, user=OPERATOR)
    assert published()[-1] == PROBLEM
    api.publish_block(UNIT, user=OPERATOR)
    assert published() == [ROOT, SECTION, SUBSECTION, UNIT, TEXT]
    api.publish_course(COURSE_KEY, user=OPERATOR)
    with pytest.raises(NotFoundError):
        api.get_block(PROBLEM, user=OPERATOR, published=True)


def test_a_block_that_is_not_there(course: None) -> None:
    with pytest.raises(NotFoundError):
        api.publish_block(key("html", "none"), user=OPERATOR)
