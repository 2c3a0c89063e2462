"""The operator of the site may do everything; a caller that knows of no user may do nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from openedx_content.models_api import DraftChangeLog

from content_libraries import api
from content_libraries.libraries.models import ContentLibrary

pytestmark = pytest.mark.django_db

NOBODY: Any = None


def is_refused(call: Callable[[], object]) -> bool:
    try:
        call()
    except TypeError as error:
        return "OPERATOR" in str(error)
    return False


def test_the_operator_edits_and_is_recorded_as_nobody(library: ContentLibrary) -> None:
    api.create_component(library.library_key, user=api.OPERATOR, block_type="html", component_code="t")
    (change,) = DraftChangeLog.objects.all()
    assert change.changed_by is None


def test_a_caller_without_a_user_is_refused_and_changes_nothing(library: ContentLibrary) -> None:
    key = library.library_key
    calls = {
        "create": lambda: api.create_component(key, user=NOBODY, block_type="html", component_code="t"),
        "read": lambda: api.unpublished_changes(key, user=NOBODY),
        "list": lambda: api.viewable_libraries(NOBODY),
        "library": lambda: api.create_library(user=NOBODY, org="CL-TEST", slug="other", title="Other"),
        "delete": lambda: api.delete_library(key, user=NOBODY),
        "course": lambda: api.create_course(api.course_key("course-v1:O+C+1"), user=NOBODY, display_name="C"),
        "search": lambda: api.search(NOBODY, q="t"),
    }
    assert [name for name, call in calls.items() if not is_refused(call)] == []
    assert [str(each.library_key) for each in api.viewable_libraries(api.OPERATOR)] == ["lib:CL-TEST:lib1"]
