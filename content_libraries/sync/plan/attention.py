"""Finds settings that a new block brings from a library and that may not fit the course."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from django.utils.translation import gettext_lazy as _
from opaque_keys.edx.keys import CourseKey, UsageKey

from ...courses.api import GRADING_POLICY_PATH, course_store
from ...errors import InvalidValueError
from ...olx.api import settings_in
from ...translation import LazyText
from ...values import read_settings_file
from ..data import Attention

_MESSAGES: Final[Mapping[str, LazyText]] = {
    "due": _("This due date was set in another course. Check it, or remove it."),
    "start": _("This release date was set in another course. Check it, or remove it."),
    "group_access": _("This names groups of learners of another course. Choose groups of this course, or remove it."),
    "user_partition_id": _("This names groups of learners of another course. Choose groups of this course."),
    "prereq": _("This prerequisite is in another course. Choose one of this course, or remove it."),
    "prereq_min_score": _("This belongs to a prerequisite in another course."),
    "prereq_min_completion": _("This belongs to a prerequisite in another course."),
    "required_content": _("This prerequisite is in another course. Choose one of this course, or remove it."),
    "visible_to_staff_only": _("Learners do not see this block. Check whether that is right in this course."),
}
_UNKNOWN_TYPE: Final = _(
    "This is graded, and needs the assignment type “%(type)s”, which this course does not have."
    " Add it, or choose another."
)
_NO_TYPE: Final = _(
    "This is graded, and needs an assignment type, which this course does not have. Add it, or choose another."
)
_NOTHING: Final = frozenset({"", "null", "{}", "[]", "false"})


def attention_in(usage_key: UsageKey, olx: str) -> Iterator[Attention]:
    """
    Yield settings of a new block that an author should check.

    A graded block is always among them, without a message: ``settings_report`` compares it with the course.
    """
    settings = settings_in(olx)
    title = settings.get("display_name", "")
    for name, message in _MESSAGES.items():
        value = settings.get(name, "")
        if value not in _NOTHING:
            yield Attention(usage_key, title, name, value, str(message))
    if settings.get("graded") == "true" or settings.get("format"):
        yield Attention(usage_key, title, "format", settings.get("format", ""), "")


def settings_report(course_key: CourseKey, found: tuple[Attention, ...]) -> tuple[Attention, ...]:
    """
    Return the settings of new blocks that do not fit the course.

    A graded block fits when the grading policy of the course has its assignment type.
    """
    if not any(attention.setting == "format" for attention in found):
        return found
    types = grading_types(course_key)
    return tuple(_judged(found, types))


def grading_types(course_key: CourseKey) -> frozenset[str]:
    """Return the assignment types of the course's grading policy; none if the policy is missing or cannot be parsed."""
    for _path, data in course_store().read_files(course_key, [GRADING_POLICY_PATH]):
        try:
            graders = read_settings_file(data).get("GRADER")
        except InvalidValueError:
            return frozenset()
        listed = [one for one in graders if isinstance(one, dict)] if isinstance(graders, list) else []
        return frozenset(str(one["type"]) for one in listed if "type" in one)
    return frozenset()


def _judged(found: tuple[Attention, ...], types: frozenset[str]) -> Iterator[Attention]:
    for attention in found:
        if attention.setting != "format":
            yield attention
        elif attention.value not in types:
            message = str((_UNKNOWN_TYPE if attention.value else _NO_TYPE) % {"type": attention.value})
            yield Attention(attention.usage_key, attention.title, "format", attention.value, message)
