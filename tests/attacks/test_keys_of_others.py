"""Keys of legacy libraries, which look like keys of courses, in place of keys of courses and their blocks."""

from __future__ import annotations

from typing import Any

import pytest

from tests.xblocks.client import BlockClient

LIBRARY = "library-v1:a+b"
BLOCK = "lib-block-v1:a+b+type@html+block@x"
STATES = {"before": {"version": 1}, "after": {"version": "draft"}}


@pytest.mark.parametrize(
    ("method", "path", "values"),
    [
        ("get", "change_sets", {"course_key": LIBRARY}),
        ("get", "change_sets", {"course_key": f"{LIBRARY}+branch@draft-branch"}),
        ("get", "change_sets", {"item_key": BLOCK}),
        ("post", "comparisons", {"item_key": BLOCK, **STATES}),
        ("post", "bulk_edits", {"course_key": LIBRARY, "find": "a", "replace": "b"}),
        ("post", "bulk_edit_previews", {"course_key": LIBRARY, "settings": {"display_name": "a"}}),
    ],
)
def test_they_name_no_course(lib: BlockClient, method: str, path: str, values: dict[str, Any]) -> None:
    options = {"format": "json"} if method == "post" else {}
    answer = getattr(lib.http, method)(f"/api/content_library/v1/{path}/", values, **options)
    assert answer.status_code == 404
