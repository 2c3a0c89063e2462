"""Reads the published state of courses, as learners get it, from compiled documents instead of version tables."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from django.utils.translation import gettext as _
from opaque_keys.edx.keys import CourseKey, UsageKey

from ..errors import NotFoundError
from ..olx.api import settings_in
from .models import CompiledCourse, CompiledDefinition

MANY: Final = 500
"""How many keys one query names; some databases take no more than 999 values."""


@dataclass(frozen=True, slots=True)
class PublishedBlock:
    """
    The published version of a block.

    Args:
        olx: its OLX element without the blocks in it.
        settings: the attributes of ``olx``, as strings.
        children: usage keys, in order.
    """

    usage_key: UsageKey
    title: str
    olx: str = field(repr=False)
    settings: Mapping[str, str] = field(repr=False, hash=False)
    children: tuple[UsageKey, ...]


class PublishedCourse:
    """
    The newest compiled state of a course, read-only, with the read calls of the platform's modulestore.

    An object keeps the state that it was made with, so that one request sees one state of the course. It does not wait
    for a compile: right after a publish it may show the state before.

    The constructor raises NotFoundError for a course without a compiled state. No permission is checked.
    """

    def __init__(self, course_key: CourseKey) -> None:
        compiled = CompiledCourse.objects.filter(course_id=course_key).order_by("-publish_log_id").first()
        if compiled is None:
            raise NotFoundError(
                _("Nothing is published of a course “%(course)s”, or it is not compiled yet.") % {"course": course_key}
            )
        self.course_key = course_key
        self.publish_log_uuid: UUID = compiled.publish_log_uuid
        self.structure = compiled.structure
        self._compiled_pk = compiled.pk
        self._blocks = self.structure["blocks"]
        self._order = [key for key, _depth in self.walk()]

    def get_course(self) -> PublishedBlock:
        """Return the root of the course. Raises NotFoundError if the root is not published."""
        if self.structure["root"] is None:
            raise NotFoundError(_("Nothing is published of the course “%(course)s”.") % {"course": self.course_key})
        return self.get_item(self._key(self.structure["root"]))

    def has_item(self, usage_key: UsageKey) -> bool:
        """Return whether a block is published, without a query."""
        return str(usage_key) in self._blocks

    def get_item(self, usage_key: UsageKey) -> PublishedBlock:
        """Read a block, in one query. Raises NotFoundError."""
        for block in self._read([usage_key]):
            return block
        raise NotFoundError(_("There is no “%(block)s” in what is published.") % {"block": usage_key})

    def get_children(self, usage_key: UsageKey) -> list[PublishedBlock]:
        """Read the children of a block, in order. Raises NotFoundError."""
        return self._read(self._children(usage_key))

    def get_parent(self, usage_key: UsageKey) -> UsageKey | None:
        """
        Return the parent of a block, the first in document order if there are several; None for the root.

        Needs no query. Raises NotFoundError.
        """
        self._children(usage_key)
        holders = (key for key in self._order if str(usage_key) in self._blocks[str(key)]["children"])
        return next(holders, None)

    def get_items(
        self,
        *,
        category: str | None = None,
        name: str | None = None,
        settings: Mapping[str, str | Collection[str]] | None = None,
    ) -> list[PublishedBlock]:
        """
        Find blocks that fulfill all of the qualifiers, in document order.

        Args:
            category: block type.
            name: block id.
            settings: attribute -> the value, or several values of which the attribute has one.
        """
        keys = [key for key in self._order if category in (None, key.block_type) and name in (None, key.block_id)]
        return [block for block in self._read(keys) if _has_settings(block, settings or {})]

    def walk(self, top: UsageKey | None = None, *, depth: int | None = None) -> Iterator[tuple[UsageKey, int]]:
        """
        Yield the blocks below a block, itself included, in document order with their depth, without a query.

        Args:
            top: where to begin; the root if None.
            depth: how many levels below the top; all if None.
        """
        start = str(top) if top else self.structure["root"]
        stack = [(start, 0)] if start in self._blocks else []
        seen: set[str] = set()
        while stack:
            key, level = stack.pop()
            if key in seen:
                continue
            seen.add(key)
            yield self._key(key), level
            if depth is None or level < depth:
                stack.extend((child, level + 1) for child in reversed(self._blocks[key]["children"]))

    def _children(self, usage_key: UsageKey) -> list[UsageKey]:
        if not self.has_item(usage_key):
            raise NotFoundError(_("There is no “%(block)s” in what is published.") % {"block": usage_key})
        return [self._key(child) for child in self._blocks[str(usage_key)]["children"]]

    def _read(self, keys: Collection[UsageKey]) -> list[PublishedBlock]:
        """Read blocks in the order of ``keys``, in one query. For more than ``MANY`` keys, it reads all blocks."""
        rows = CompiledDefinition.objects.filter(compiled_id=self._compiled_pk)
        if len(keys) <= MANY:
            rows = rows.filter(usage_key__in=keys)
        texts = {str(key): olx for key, olx in rows.values_list("usage_key", "olx")}
        return [
            PublishedBlock(
                usage_key=key,
                title=self._blocks[str(key)]["title"],
                olx=texts[str(key)],
                settings=settings_in(texts[str(key)]),
                children=tuple(self._children(key)),
            )
            for key in keys
            if str(key) in texts
        ]

    def _key(self, text: str) -> UsageKey:
        return UsageKey.from_string(text)


def _has_settings(block: PublishedBlock, settings: Mapping[str, str | Collection[str]]) -> bool:
    for name, wanted in settings.items():
        values = [wanted] if isinstance(wanted, str) else wanted
        if block.settings.get(name) not in values:
            return False
    return True
