"""Rules of children, and names of containers in courses and libraries."""

from __future__ import annotations

import pytest

from content_libraries.block_types.api import CONTAINERS, BlockRole, block_type, may_hold_in_course
from content_libraries.keys import CONTAINER_TYPES
from content_libraries.learning_core.bulk import CHILD_TYPES
from content_libraries.olx.api import CONTAINER_TAGS


def test_the_containers_are_those_that_keys_and_learning_core_know() -> None:
    assert tuple(container.container_type for container in CONTAINERS) == CONTAINER_TYPES
    below: str | None = None
    for rank, container in enumerate(CONTAINERS, 1):
        assert container.rank == rank
        assert CHILD_TYPES[container.container_type] == {below}
        assert block_type(container.tag).role == BlockRole.CONTAINER
        below = container.container_type


def test_blocks_hold_blocks_where_olx_says_so() -> None:
    names = (*CONTAINER_TAGS, "html", "problem", "video", "poll", "unknown")
    assert {name for name in names if block_type(name).holds_blocks} == CONTAINER_TAGS


@pytest.mark.parametrize(
    ("parent", "held"),
    [
        ("course", {"chapter"}),
        ("chapter", {"sequential"}),
        ("sequential", {"vertical"}),
        ("vertical", {"split_test", "problem"}),
        ("split_test", {"vertical", "split_test", "problem"}),
    ],
)
def test_what_blocks_of_a_course_hold(parent: str, held: set[str]) -> None:
    types = ("course_info", "chapter", "sequential", "vertical", "split_test", "problem")
    found = {name for name in types if may_hold_in_course(parent, name)}
    assert found - {"course_info"} == held


def test_a_type_that_nobody_has_described_has_the_defaults() -> None:
    unknown = block_type("unknown")
    assert (unknown.name, unknown.role, unknown.customizable) == ("unknown", BlockRole.COMPONENT, ("display_name",))
    assert "due" in unknown.course_settings
    assert "due" not in block_type("html").course_settings
