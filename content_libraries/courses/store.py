"""
The interface of course stores: the place where a site keeps its courses.

Rooms above read a course and apply plans to it through these few functions. A platform with a course store of its own
names its class in the setting ``CONTENT_LIBRARIES_COURSE_STORE``, and runs the contract test of ``courses.testing`` on
it. A store checks no permissions: callers have done so.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from django.utils.module_loading import import_string
from opaque_keys.edx.keys import CourseKey, UsageKey

from .. import conf
from ..learning_core.api import FileBytes
from .data import Block, CourseFile, CourseStructure
from .plans import CoursePlan


@dataclass(frozen=True, slots=True)
class Applied:
    """
    The result of applying a plan.

    Args:
        change_set: identifies the change set in the store, for undo and for messages; None when nothing had to
            change. The default store gives the pk of the draft change log.
        versions: usage key -> number of the new version.
        deleted: blocks that were deleted.
    """

    change_set: int | str | None
    versions: Mapping[UsageKey, int]
    deleted: frozenset[UsageKey]


class CourseStore(Protocol):
    """
    Reads courses, and applies plans to them.

    All functions use the draft of a course unless ``published`` is true, and raise NotFoundError for a course that does
    not exist. None needs more queries for a larger course.
    """

    def structure(self, course_key: CourseKey, *, published: bool = False) -> CourseStructure:
        """Read the structure of a course: its blocks and the children of each."""

    def blocks(
        self, course_key: CourseKey, usage_keys: Collection[UsageKey] | None, *, published: bool = False
    ) -> Mapping[UsageKey, Block]:
        """
        Read blocks by their usage keys. Blocks that do not exist, or are deleted, are left out.

        Args:
            usage_keys: None reads all blocks of the branch, also blocks that have no place in the course.
        """

    def blocks_saying(self, course_key: CourseKey, text: str) -> Mapping[UsageKey, Block]:
        """Read the blocks whose OLX contains a text, such as ``upstream=``."""

    def files(self, course_key: CourseKey, *, published: bool = False) -> Mapping[str, CourseFile]:
        """List the files of the course as a whole, by path."""

    def read_files(
        self,
        course_key: CourseKey,
        paths: Collection[str],
        *,
        published: bool = False,
        files: Mapping[str, CourseFile] | None = None,
    ) -> Iterator[tuple[str, bytes]]:
        """
        Yield path and bytes of files, one in memory at a time. Files that do not exist are left out.

        Args:
            files: the result of ``files``, if the caller has it; the store need not list the files again then.
        """

    def apply(
        self,
        course_key: CourseKey,
        plan: CoursePlan,
        *,
        author_pk: int | None,
        file_bytes: FileBytes | None = None,
    ) -> Applied:
        """
        Make all changes of a plan in one change set with the author's name on it, or none.

        Args:
            author_pk: the user; None for the site itself.
            file_bytes: returns by digest the bytes of the plan's files that the store does not have yet.

        Raises the errors of ``plans.outcome_of``, and InvalidInputError if the store cannot keep the content.
        """


def course_store() -> CourseStore:
    """Return the course store that the site has chosen."""
    store: CourseStore = import_string(conf.COURSE_STORE.value)()
    return store
