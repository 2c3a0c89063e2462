"""Reads the input of a sync plan: parts of a course, and the published versions of their library items."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from django.utils.translation import gettext as _
from opaque_keys.edx.keys import CourseKey, UsageKey

from ...courses.api import Block, CourseFile, CourseStructure, course_store
from ...errors import NotFoundError
from ...keys import ItemKey
from ..data import LinkState
from ..link.attributes import LinkSettings, course_type_of, key_or_none
from ..link.upstreams import Upstreams, read_upstreams


class LinkedCourse:
    """The parts of a course that a plan is about, and the published versions of the items that they are linked to."""

    def __init__(
        self,
        course_key: CourseKey,
        tops: Sequence[UsageKey],
        *,
        extra: Iterable[ItemKey] = (),
        structure: CourseStructure | None = None,
    ) -> None:
        self.course_key = course_key
        self.structure: CourseStructure = structure or course_store().structure(course_key)
        for top in tops:
            if top not in self.structure.blocks:
                raise NotFoundError(_("There is no “%(block)s”.") % {"block": top})
        keys = dict.fromkeys(key for top in tops for key, _depth in self.structure.walk(top))
        self.blocks: Mapping[UsageKey, Block] = course_store().blocks(course_key, list(keys)) if keys else {}
        self.links = {key: LinkSettings.of(key, block.settings) for key, block in self.blocks.items()}
        self.upstream_of = {key: item for key, link in self.links.items() if (item := key_or_none(link.upstream))}
        self.upstreams: Upstreams = read_upstreams([*self.upstream_of.values(), *extra])

    def state_of(self, usage_key: UsageKey) -> LinkState:
        """Return the state of a block's link that keeps it from being synced; OK if nothing does."""
        link = self.links[usage_key]
        item = self.upstream_of.get(usage_key)
        if link.upstream is None:
            return LinkState.NOT_LINKED
        if item is None:
            return LinkState.MALFORMED
        if course_type_of(item) != usage_key.block_type:
            return LinkState.TYPE_MISMATCH
        return self.upstreams.broken.get(item, LinkState.OK)

    def read_files(self) -> Mapping[str, CourseFile]:
        """Read which files the course has: path -> file."""
        return course_store().files(self.course_key)
