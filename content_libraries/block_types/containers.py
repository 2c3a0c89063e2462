"""Types that hold blocks, and the rules for blocks in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext_lazy, gettext_noop

from ..olx.api import CONTAINER_TAGS
from .data import BlockRole, BlockType

COURSE: Final = "course"
SECTION: Final = "chapter"
SUBSECTION: Final = "sequential"
UNIT: Final = "vertical"


@dataclass(frozen=True, slots=True)
class Container:
    """
    A container that both libraries and courses have, under two names.

    Args:
        container_type: its type in a library.
        tag: its type in a course, which is the tag in OLX.
        plural: the name of a list of such containers in responses and reports.
        rank: its level. In a library, a container holds only blocks that are one rank lower; components have rank
            0.
    """

    container_type: str
    tag: str
    plural: str
    rank: int


CONTAINERS: Final = (
    Container("unit", UNIT, gettext_noop("units"), 1),
    Container("subsection", SUBSECTION, gettext_noop("subsections"), 2),
    Container("section", SECTION, gettext_noop("sections"), 3),
)
"""The containers of libraries, from the innermost to the outermost."""

TAGS_OF_CONTAINERS: Final[Mapping[str, str]] = {each.container_type: each.tag for each in CONTAINERS}
"""Type of a container in a library -> its type in a course."""

CONTAINERS_OF_TAGS: Final[Mapping[str, str]] = {each.tag: each.container_type for each in CONTAINERS}
"""Type of a block of a course -> the type of the container that a library has for it."""

RANKS: Final[Mapping[str, int]] = {each.container_type: each.rank for each in CONTAINERS}
"""Type of a container in a library -> its rank."""

_LIBRARY: Final = "library"
_HOLDERS: Final = sorted(CONTAINER_TAGS - {COURSE, _LIBRARY, SECTION, SUBSECTION, UNIT})

TYPES: Final = (
    BlockType(name=COURSE, role=BlockRole.ROOT, is_found=False),
    BlockType(name=_LIBRARY, role=BlockRole.ROOT),
    BlockType(name=SECTION, role=BlockRole.CONTAINER, display_name=gettext_lazy("Section")),
    BlockType(name=SUBSECTION, role=BlockRole.CONTAINER, display_name=gettext_lazy("Subsection")),
    BlockType(name=UNIT, role=BlockRole.CONTAINER, display_name=gettext_lazy("Unit")),
    *(BlockType(name=tag, role=BlockRole.HOLDER) for tag in _HOLDERS),
)


def rank_of_tag(tag: str) -> int:
    """Return the rank of the container that a library has for a type of blocks in courses; 0 for components."""
    return RANKS.get(CONTAINERS_OF_TAGS.get(tag, ""), 0)


def may_hold_in_course(parent_type: str, block_type: str) -> bool:
    """
    Return whether a block of one type can hold a block of another type in a course.

    Besides subsections, blocks that choose among units, such as experiments, hold units. Besides units, problem banks
    hold components. The function does not check whether the type of the parent holds blocks at all.
    """
    if block_type in {SECTION, SUBSECTION}:
        return parent_type == (COURSE if block_type == SECTION else SECTION)
    return parent_type not in {COURSE, SECTION, UNIT if block_type == UNIT else SUBSECTION}
