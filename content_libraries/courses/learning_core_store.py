"""The default store: a course is a learning package."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from opaque_keys.edx.keys import CourseKey, UsageKey

from ..learning_core.api import FileBytes
from .course_reader import CourseReader
from .data import Block, CourseFile, CourseStructure
from .plans import CoursePlan
from .store import Applied
from .writing import apply_plan, no_files


def _reader(course_key: CourseKey, *, published: bool = False) -> CourseReader:
    return CourseReader(course_key, "published" if published else "draft")


class LearningCoreStore:
    """Keeps courses in Learning Core, as in ADR 0015. ``CourseStore`` describes the functions."""

    def structure(self, course_key: CourseKey, *, published: bool = False) -> CourseStructure:
        return _reader(course_key, published=published).structure

    def blocks(
        self, course_key: CourseKey, usage_keys: Collection[UsageKey] | None, *, published: bool = False
    ) -> Mapping[UsageKey, Block]:
        return _reader(course_key, published=published).blocks(usage_keys)

    def blocks_saying(self, course_key: CourseKey, text: str) -> Mapping[UsageKey, Block]:
        return _reader(course_key).blocks_saying(text)

    def files(self, course_key: CourseKey, *, published: bool = False) -> Mapping[str, CourseFile]:
        return _reader(course_key, published=published).files()

    def read_files(
        self,
        course_key: CourseKey,
        paths: Collection[str],
        *,
        published: bool = False,
        files: Mapping[str, CourseFile] | None = None,
    ) -> Iterator[tuple[str, bytes]]:
        return _reader(course_key, published=published).read_files(paths, files=files)

    def apply(
        self,
        course_key: CourseKey,
        plan: CoursePlan,
        *,
        author_pk: int | None,
        file_bytes: FileBytes | None = None,
    ) -> Applied:
        return apply_plan(course_key, plan, author_pk=author_pk, file_bytes=file_bytes or no_files)
