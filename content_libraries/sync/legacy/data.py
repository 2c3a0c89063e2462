"""Data of conversions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from django.utils.translation import gettext_lazy as _
from opaque_keys.edx.keys import CourseKey, UsageKey

from ...courses.api import CoursePlan
from ...translation import LazyText


class Unlinked(StrEnum):
    """Reasons why a child of a converted block is not linked to a library item. Such a child stays unchanged."""

    NO_ORIGINAL = "no_original"
    NOT_MIGRATED = "not_migrated"
    BECAME_CONTAINER = "became_container"
    TYPE_MISMATCH = "type_mismatch"
    LINKED_ALREADY = "linked_already"


EXPLANATIONS: Mapping[Unlinked, LazyText] = {
    Unlinked.NO_ORIGINAL: _("%(block)s “%(title)s” is not linked: nothing in the legacy library is like it."),
    Unlinked.NOT_MIGRATED: _("%(block)s “%(title)s” is not linked: the migration left its original out."),
    Unlinked.BECAME_CONTAINER: _(
        "%(block)s “%(title)s” is not linked: its original became a unit or a larger container."
    ),
    Unlinked.TYPE_MISMATCH: _("%(block)s “%(title)s” is not linked: its original is of another type."),
    Unlinked.LINKED_ALREADY: _("%(block)s “%(title)s” is not linked: it has a link of its own."),
}


@dataclass(frozen=True, slots=True)
class ConvertedChild:
    """
    A child of a converted block.

    Args:
        upstream: key of the library item that it gets linked to; "" if it stays unlinked.
        version_num: the version of the item that counts as synced.
        unlinked: why it stays unlinked; None if it is linked.
    """

    usage_key: UsageKey
    title: str
    upstream: str = ""
    version_num: int | None = None
    unlinked: Unlinked | None = None


@dataclass(frozen=True, slots=True)
class ConvertedBlock:
    """A block with content of a legacy library that becomes a problem bank with linked children."""

    usage_key: UsageKey
    title: str
    source_key: CourseKey
    children: tuple[ConvertedChild, ...]

    @property
    def unlinked(self) -> tuple[ConvertedChild, ...]:
        return tuple(child for child in self.children if child.unlinked is not None)


@dataclass(frozen=True, slots=True)
class AttributeChange:
    """Attributes of a block before and after a conversion: name -> value, None for an attribute that is not set."""

    usage_key: UsageKey
    before: Mapping[str, str | None] = field(hash=False)
    after: Mapping[str, str | None] = field(hash=False)


@dataclass(frozen=True, slots=True)
class ConversionPlan:
    """
    A plan for a conversion. It can be shown to a user and then applied unchanged.

    Args:
        blocks: the converted blocks, in document order.
        attributes: the changed attributes of each block; an undo uses them.
        changes: the plan for the course store.
        clean: the changed blocks that had no unpublished changes before.
    """

    course_key: CourseKey
    blocks: tuple[ConvertedBlock, ...]
    attributes: tuple[AttributeChange, ...]
    changes: CoursePlan
    clean: tuple[UsageKey, ...]


def conversion_report(plan: ConversionPlan) -> list[dict[str, object]]:
    """Report a conversion, block by block, ready for JSON."""
    return [
        {
            "usage_key": str(block.usage_key),
            "title": block.title,
            "source_key": str(block.source_key),
            "children": [
                {
                    "usage_key": str(child.usage_key),
                    "title": child.title,
                    "upstream": child.upstream or None,
                    "version": child.version_num,
                    "unlinked_reason": child.unlinked,
                }
                for child in block.children
            ],
        }
        for block in plan.blocks
    ]


def unlinked_text(plan: ConversionPlan) -> str:
    """Explain to authors which children stay without a link and why, one line each; "" if all get a link."""
    return "\n".join(
        str(EXPLANATIONS[child.unlinked] % {"block": child.usage_key, "title": child.title})
        for block in plan.blocks
        for child in block.unlinked
        if child.unlinked is not None
    )
