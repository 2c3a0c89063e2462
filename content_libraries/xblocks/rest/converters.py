"""Parts of addresses: components and their versions."""

from __future__ import annotations

from typing import cast

from django.urls import register_converter
from opaque_keys import InvalidKeyError
from opaque_keys.edx.keys import UsageKey
from opaque_keys.edx.locator import CourseLocator

from ...errors import MalformedKeyError
from ...keys import LibraryUsageLocatorV2, component_key
from ..data import Version


class ComponentKeyConverter:
    """Matches keys of library components only: for anything else there is no such URL."""

    regex = r"[\w-]+(:[\w\-.]+)+"

    def to_python(self, value: str) -> LibraryUsageLocatorV2:
        try:
            return component_key(value)
        except MalformedKeyError as error:
            raise ValueError(value) from error

    def to_url(self, value: LibraryUsageLocatorV2 | str) -> str:
        return str(value)


class CourseBlockKeyConverter:
    """Matches keys of blocks of courses; a branch in them makes no difference."""

    regex = r"block-v1:[^/]+"

    def to_python(self, value: str) -> UsageKey:
        try:
            key: UsageKey = UsageKey.from_string(value)
        except InvalidKeyError as error:
            raise ValueError(value) from error
        course_key = key.context_key
        if not isinstance(course_key, CourseLocator) or course_key.run is None:
            raise ValueError(value)
        return key.map_into_course(course_key.for_branch(None))

    def to_url(self, value: UsageKey | str) -> str:
        return str(value)


class VersionConverter:
    """Matches ``draft``, ``published`` and numbers."""

    regex = r"draft|published|\d{1,9}"

    def to_python(self, value: str) -> Version:
        return parse_version(value)

    def to_url(self, value: Version) -> str:
        return str(value)


def parse_version(text: str) -> Version:
    """Parse what the converter matches. Raises ValueError for anything else."""
    return cast(Version, text) if text in {"draft", "published"} else _number(text)


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 9):
        raise ValueError(text)
    return int(text)


register_converter(ComponentKeyConverter, "library_component_key")
register_converter(CourseBlockKeyConverter, "course_block_key")
register_converter(VersionConverter, "component_version")
