"""The descriptor of a type of block."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from lxml import etree

from ..olx.api import Limits, OlxBlock
from ..translation import LazyText
from .search_texts import ReadSearchText, SearchText, text_with

__all__ = [
    "COURSE_SETTINGS",
    "DATA",
    "DISPLAY_NAME",
    "PLACE_SETTINGS",
    "PROBLEM",
    "TEXT",
    "VIDEO",
    "BlockRole",
    "BlockType",
    "ReadSearchText",
    "SearchText",
]

TEXT: Final = "html"
PROBLEM: Final = "problem"
VIDEO: Final = "video"

DISPLAY_NAME: Final = "display_name"
DATA: Final = "data"
"""Name of the body of a block among its customizable fields."""

PLACE_SETTINGS: Final = frozenset({"group_access", "hide_from_toc", "start", "visible_to_staff_only"})
"""Settings that depend on the place of a block in a course: who sees it there, and from when."""

COURSE_SETTINGS: Final = PLACE_SETTINGS | {
    "attempts_before_showanswer_button",
    "due",
    "force_save_button",
    "graceperiod",
    "grading_method",
    "max_attempts",
    "show_correctness",
    "show_reset_button",
    "showanswer",
    "submission_wait_seconds",
    "weight",
}
"""Settings about dates, attempts and grades: a block takes them from the library once, then they are the course's."""

_COMPONENT_LIMITS: Final = Limits(elements=100_000)


class BlockRole(StrEnum):
    """Roles of types of blocks."""

    ROOT = "root"
    """A course, or a legacy library."""
    CONTAINER = "container"
    """A section, subsection or unit: the containers of libraries."""
    HOLDER = "holder"
    """Another block that holds blocks, such as an item bank. Only courses have such blocks."""
    COMPONENT = "component"
    """A block without blocks in it."""


def _names_none(_block: OlxBlock) -> Iterable[str]:
    """Name no files: the type refers to them by path only."""
    return ()


_all_text: Final = text_with()


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockType:
    """
    A type of block, with facts that rooms need besides its XBlock class.

    The defaults apply to types without a descriptor.

    Args:
        name: the XBlock type, which is the tag in OLX.
        display_name: the name for authors; blank for the title that new blocks of the type have.
        role: its role.
        named_files: yields the names of static files that a block gives without a path. Paths below ``/static/`` are
            found in every block.
        shared_files: yields the names of static files that a block uses if its course has them, without naming them.
        naming_tags: tags of the elements whose attributes name files without a path.
        search_text: reads the texts by which a block is found.
        is_described: whether the search text has a description.
        is_found: whether searches in courses find blocks of the type.
        course_settings: settings that no sync changes, because they belong to the course.
        customizable: fields of a linked block whose local changes a sync keeps: DISPLAY_NAME, and DATA for a type
            whose body is one text.
        unique_attribute: an attribute that names something outside of courses which only one block may use, such as a
            video in a store; or "".
        limits: bounds of one component, when an author saves it and when it is shown.
        reason_not_to_run: returns why a block is not shown here as learners see it, in whole sentences for the author;
            "" if it can be shown. It gets the root element. None for a type whose blocks can all be shown.
    """

    name: str
    display_name: LazyText = ""
    role: BlockRole = BlockRole.COMPONENT
    named_files: Callable[[OlxBlock], Iterable[str]] = _names_none
    shared_files: Callable[[OlxBlock], Iterable[str]] = _names_none
    naming_tags: frozenset[str] = frozenset()
    search_text: ReadSearchText = _all_text
    is_described: bool = False
    is_found: bool = True
    course_settings: frozenset[str] = COURSE_SETTINGS
    customizable: tuple[str, ...] = (DISPLAY_NAME,)
    unique_attribute: str = ""
    limits: Limits = _COMPONENT_LIMITS
    reason_not_to_run: Callable[[etree._Element], str] | None = None

    @property
    def holds_blocks(self) -> bool:
        """Return whether blocks of the type hold other blocks."""
        return self.role != BlockRole.COMPONENT

    @property
    def has_customizable_body(self) -> bool:
        """Return whether courses may change the body of a block that is linked to a library."""
        return DATA in self.customizable
