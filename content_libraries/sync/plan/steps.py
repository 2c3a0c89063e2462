"""
Turns the gathered facts of a sync into a plan: steps for people, changes for the course store.

Pure: it makes no query. ``gathering`` has read everything.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from opaque_keys.edx.keys import UsageKey

from ...block_types.api import DISPLAY_NAME
from ...courses.api import CoursePlan, CreateBlock, UpdateBlock
from ...keys import LibraryContainerLocator
from ...olx.api import says_the_same, with_attributes
from ...plan_basis import PlanBasis
from ..data import FileNotices, SkippedLink, SyncAction, SyncPlan, SyncReason
from ..link.attributes import LinkSettings, short_key
from ..link.upstreams import display_name_of
from .attention import attention_in
from .block_olx import Taken, component_after_sync, container_after_sync, new_container, with_private_names
from .conflicts import conflicts_in
from .differences import block_difference
from .file_steps import add_files
from .gathering import PlanFacts
from .matching import Place
from .parts import PlanParts
from .structure_steps import add_children


def write_plan(
    facts: PlanFacts, *, override: bool, keep: frozenset[str], skipped: Sequence[SkippedLink] = ()
) -> SyncPlan:
    """
    Make the plan of a sync.

    Args:
        override: give up local changes of the tops that are components.
        keep: names of fields whose local changes stay in spite of ``override``.
        skipped: blocks that cannot be synced, which the plan lists.
    """
    writer = _PlanWriter(facts, override=override, keep=keep)
    for top in facts.tops:
        writer.add_place(top.place, top.place, top.parent, top.index)
    course, parts = facts.course, writer.parts
    versions = {key: block.version_num for key, block in course.blocks.items()}
    return SyncPlan(
        course_key=course.course_key,
        tops=tuple(top.place.usage_key for top in facts.tops),
        steps=tuple(parts.steps),
        skipped=tuple(skipped),
        changes=CoursePlan(tuple(parts.changes), PlanBasis(versions)),
        byte_sources=parts.byte_sources,
        tag_sources=parts.tag_sources,
        notices=FileNotices(tuple(parts.new_files), tuple(parts.conflicting_files)),
        attention=tuple(parts.attention),
        conflicts=tuple(parts.conflicts),
        made_bytes=facts.contents.made_bytes,
    )


class _PlanWriter:
    def __init__(self, facts: PlanFacts, *, override: bool, keep: frozenset[str]) -> None:
        self.facts = facts
        self.override = override
        self.keep = keep
        self.course = facts.course
        self.parts = PlanParts(facts.course.structure)
        self.claimed = {place.usage_key for top in facts.tops for place in top.place.walk()}

    def add_place(self, place: Place, top: Place, parent: UsageKey | None = None, index: int | None = None) -> None:
        """Add the steps and changes of a place and of the places below it, in the order of the course."""
        link = self._link(place, top)
        olx = self._new_olx(place, link) if place.is_new else self._updated_olx(place, link)
        if isinstance(place.item.key, LibraryContainerLocator):
            children = tuple(child.usage_key for child in place.children)
            add_children(self.course, self.parts, place, self.claimed)
        else:
            children = ()
            add_files(self.facts, self.parts, place)
        if place.is_new:
            self.parts.changes.append(CreateBlock(place.usage_key, olx, children, parent=parent, index=index))
            self.parts.attention += attention_in(place.usage_key, olx)
        elif olx != self.course.blocks[place.usage_key].olx:
            self.parts.changes.append(UpdateBlock(place.usage_key, olx))
        self._add_tags(place)
        for child in place.children:
            self.add_place(child, top)

    def _link(self, place: Place, top: Place) -> LinkSettings:
        """Return the link settings of a block for the sync, before version, title and body of the item are set."""
        known = LinkSettings() if place.is_new else self.course.links[place.usage_key]
        known = known.as_part_of(None if place is top else short_key(top.usage_key))
        if place is top and self.override and not isinstance(place.item.key, LibraryContainerLocator):
            known = known.without_local_changes(keep=self.keep)
        return known.linked_to(str(place.item.key))

    def _new_olx(self, place: Place, link: LinkSettings) -> str:
        key, item = place.usage_key, place.item
        if isinstance(item.key, LibraryContainerLocator):
            preserved = self.facts.contents.settings.get(item.version_pk)
            olx = new_container(item, key.block_type, link=link, preserved=preserved)
        else:
            olx = self._component_after_sync(place, link, None).olx
        self.parts.add_step(SyncAction.CREATE, SyncReason.LIBRARY_STRUCTURE, place, version=item.version_num)
        return olx

    def _updated_olx(self, place: Place, link: LinkSettings) -> str:
        block, item = self.course.blocks[place.usage_key], place.item
        if isinstance(item.key, LibraryContainerLocator):
            preserved = self.facts.contents.settings.get(item.version_pk)
            taken = container_after_sync(item, link=link, current=block.olx, preserved=preserved)
        else:
            taken = self._component_after_sync(place, link, block.olx)
        if says_the_same(taken.olx, block.olx):
            taken = replace(taken, olx=block.olx)  # another order of attributes alone makes no new version
            if not taken.kept:
                return taken.olx
        self._add_take(place, taken)
        self._add_conflicts(place, link, taken)
        if taken.kept:
            self.parts.add_step(SyncAction.KEEP_LOCAL, SyncReason.LOCAL_EDIT, place, fields=list(taken.kept))
        return taken.olx

    def _add_take(self, place: Place, taken: Taken) -> None:
        """Add the step of a block that gets another version of its item, or other values of the same version."""
        base, theirs = self._base_and_theirs(place)
        difference = block_difference(base, theirs, self.course.blocks[place.usage_key].olx, taken.olx)
        changes = any(row["mine"] != row["outcome"] for row in difference["settings"]) or difference["text"]["changed"]
        old, new = self.course.links[place.usage_key].version_synced, place.item.version_num
        if changes or old != new:
            reason = _reason_taken(old, new)
            self.parts.add_step(SyncAction.TAKE, reason, place, from_version=old, to_version=new, **difference)

    def _base_and_theirs(self, place: Place) -> tuple[str | None, str | None]:
        """
        Return the OLX of a library item in the version that was synced last, and in the published version.

        The OLX of a container is made of its title alone. An unknown version is None.
        """
        contents, base, item = self.facts.contents, self.facts.bases.get(place.usage_key), place.item
        if not isinstance(item.key, LibraryContainerLocator):
            return contents.olx.get(base or 0), contents.olx.get(item.version_pk)
        old = None if base is None else display_name_of(item.key, self.facts.base_titles[base])
        element = f"<{place.usage_key.block_type}/>"
        theirs = with_attributes(element, {DISPLAY_NAME: item.display_name()})
        return with_attributes(element, {DISPLAY_NAME: old}), theirs

    def _add_conflicts(self, place: Place, link: LinkSettings, taken: Taken) -> None:
        key, item, contents = place.usage_key, place.item, self.facts.contents
        known = self.course.links[key].as_part_of(link.top_level)
        mine = self.course.blocks[key].olx
        theirs, base = taken.olx, None
        if isinstance(item.key, LibraryContainerLocator):
            given_up = replace(known, customized=())
            preserved = contents.settings.get(item.version_pk)
            theirs = container_after_sync(item, link=given_up, current=mine, preserved=preserved).olx
        elif known.customized:
            theirs = self._component_after_sync(place, replace(known, customized=()), mine).olx
        version = self.facts.bases.get(key)
        if version is not None and version in contents.olx:
            base = with_private_names(contents.olx[version], contents.files.get(version, ()), key)
        self.parts.conflicts += conflicts_in(
            key, item.key, known, base=base, mine=mine, theirs=theirs, outcome=taken.olx
        )

    def _component_after_sync(self, place: Place, link: LinkSettings, current: str | None) -> Taken:
        version = place.item.version_pk
        return component_after_sync(
            place.item,
            self.facts.contents.olx.get(version) or f"<{place.usage_key.block_type}/>",
            self.facts.contents.files.get(version, ()),
            usage_key=place.usage_key,
            link=link,
            current=current,
        )

    def _add_tags(self, place: Place) -> None:
        self.parts.tag_sources[str(place.usage_key)] = str(place.item.key)
        copy = self.facts.tags.get(str(place.usage_key))
        if copy is not None:
            added, removed = list(copy.added), list(copy.removed)
            self.parts.add_step(SyncAction.TAGS, SyncReason.LIBRARY_TAGS, place, added=added, removed=removed)


def _reason_taken(old: int | None, new: int) -> SyncReason:
    if old == new:
        return SyncReason.SAME_VERSION
    return SyncReason.NEW_VERSION if (old or 0) < new else SyncReason.EARLIER_VERSION
