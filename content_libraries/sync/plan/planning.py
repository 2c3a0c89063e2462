"""
Plans the sync of linked blocks of a course. Reads only, writes nothing.

A plan needs a few queries for each library and level, however many blocks are synced.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from opaque_keys.edx.keys import CourseKey, UsageKey

from ...courses.api import CourseStructure
from ...keys import ItemKey, LibraryContainerLocator
from ..data import LinkState, SkippedLink, SyncPlan
from ..errors import BadDownstreamError, BadUpstreamError, LinkError, NotLinkedError
from ..guard.reuse import refuse_unfit_parent
from ..link.attributes import course_type_of
from ..link.explanations import explain, require_matching_types
from ..link.upstreams import UpstreamItem
from .attention import settings_report
from .files import without_lost_files
from .gathering import TopPlace, gather_facts
from .linked_course import LinkedCourse
from .matching import Place, match
from .steps import write_plan


def plan_sync(
    course_key: CourseKey,
    tops: Sequence[UsageKey],
    *,
    override: bool = False,
    keep: frozenset[str] = frozenset(),
    skip_broken: bool = False,
    structure: CourseStructure | None = None,
) -> SyncPlan:
    """
    Plan the sync of linked blocks with everything in them. Checks no permission.

    Args:
        tops: the blocks.
        override: give up local changes of the blocks that are components.
        keep: names of fields whose local changes stay in spite of ``override``.
        skip_broken: list blocks that cannot be synced in the plan, instead of raising the error of the first one.
        structure: the structure of the course, if the caller has read it.

    Raises NotFoundError for a block that does not exist, and LinkError.
    """
    course = LinkedCourse(course_key, tops, structure=structure)
    planner = _Planner(course, override=override, keep=keep)
    for top in tops:
        try:
            planner.add(top)
        except LinkError as error:
            if not skip_broken:
                raise
            planner.skipped.append(SkippedLink(top, course.state_of(top), error.message))
    return planner.finish()


def plan_creation(parent: UsageKey, upstream: ItemKey, *, index: int | None = None) -> tuple[SyncPlan, UsageKey]:
    """
    Plan a new block that is linked to a library item, with everything in it. Checks no permission.

    Returns: the plan, and the key of the new block. Raises NotFoundError for the parent, and LinkError, also for a
    parent that cannot hold a block of this type.
    """
    course = LinkedCourse(parent.course_key, [], extra=[upstream])
    refuse_unfit_parent(course.structure, parent, course_type_of(upstream))
    planner = _Planner(course, override=False, keep=frozenset())
    usage_key = planner.add_new(upstream, parent=parent, index=index)
    return planner.finish(), usage_key


@dataclass
class _Planner:
    course: LinkedCourse
    override: bool
    keep: frozenset[str]
    tops: list[TopPlace] = field(default_factory=list)
    skipped: list[SkippedLink] = field(default_factory=list)

    def add(self, top: UsageKey) -> None:
        link = self.course.links[top]
        if link.upstream is None:
            raise NotLinkedError(top)
        key = self.course.upstream_of.get(top)
        if key is None:
            raise BadUpstreamError(explain(LinkState.MALFORMED, link.upstream, top), field="upstream_ref")
        require_matching_types(key, top)
        if not isinstance(key, LibraryContainerLocator) and self.course.structure.children.get(top):
            raise BadDownstreamError(top)
        place = Place(self._published(key, top), top, is_new=False)
        self._match(place)
        self.tops.append(TopPlace(place))

    def add_new(self, key: ItemKey, *, parent: UsageKey, index: int | None) -> UsageKey:
        top = self._new_key(course_type_of(key))
        place = Place(self._published(key, top), top, is_new=True)
        self._match(place)
        self.tops.append(TopPlace(place, parent, index))
        return top

    def finish(self) -> SyncPlan:
        facts = gather_facts(self.course, self.tops)
        plan = write_plan(facts, override=self.override, keep=self.keep, skipped=self.skipped)
        fitting = settings_report(self.course.course_key, plan.attention)
        return without_lost_files(replace(plan, attention=fitting))

    def _published(self, key: ItemKey, top: UsageKey) -> UpstreamItem:
        if key in self.course.upstreams.items:
            return self.course.upstreams.items[key]
        upstreams = self.course.upstreams
        broken = upstreams.broken[key] if top in self.course.links else upstreams.problem_of(key)
        raise BadUpstreamError(explain(broken or LinkState.DELETED, str(key), top), field="upstream_ref")

    def _match(self, place: Place) -> None:
        match(
            place,
            items=self.course.upstreams.items,
            structure=self.course.structure,
            upstream_of=self.course.upstream_of,
            new_key=self._new_key,
        )

    def _new_key(self, block_type: str) -> UsageKey:
        while True:
            key: UsageKey = self.course.course_key.make_usage_key(block_type, f"{block_type}{uuid.uuid4().hex[:8]}")
            if key not in self.course.structure.blocks:
                return key
