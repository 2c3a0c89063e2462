"""
Turning blocks that are matched with library items into a plan: steps for people, changes for the course store.

Needs a few queries for each library; the rest is in memory.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from opaque_keys.edx.keys import UsageKey

from ...block_types.api import DISPLAY_NAME
from ...courses.api import (
    Change,
    CoursePlan,
    CreateBlock,
    PutFile,
    SetChildren,
    UpdateBlock,
    private_name,
)
from ...keys import LibraryContainerLocator
from ...learning_core import api as learning_core
from ...olx.api import says_the_same, with_attributes
from ...tagging.api import plan_tag_copies
from ..data import Attention, Conflict, FileNotices, LinkState, SkippedLink, SyncAction, SyncPlan, SyncReason, SyncStep
from ..link.attributes import LinkSettings, short_key
from ..link.upstreams import Contents, display_name_of, read_contents
from .attention import attention_in, settings_report
from .block_olx import (
    STATIC,
    Taken,
    component_after_sync,
    container_after_sync,
    new_container,
    own_files,
    with_private_names,
)
from .conflicts import conflicts_in, lost_work
from .differences import block_difference, children_difference
from .linked_course import Draft
from .matching import Place
from .transcripts import with_srt_transcripts


@dataclass(frozen=True, slots=True)
class TopPlace:
    """
    The place of a top-level block, with the places of its parts below it.

    Args:
        parent, index: where the block is created, if it is new.
    """

    place: Place
    parent: UsageKey | None = None
    index: int | None = None


class PlanWriter:
    """
    Turns matched places into the steps and changes of a plan.

    Args:
        draft: the blocks of the course and the published items.
        tops: the places of the blocks to sync.
        override: give up local changes of the tops that are components.
        keep: names of fields whose local changes stay in spite of ``override``.
    """

    def __init__(self, draft: Draft, tops: Sequence[TopPlace], *, override: bool, keep: frozenset[str]) -> None:
        self.draft = draft
        self.tops = tops
        self.override = override
        self.keep = keep
        self.steps: list[SyncStep] = []
        self.changes: list[Change] = []
        self.attention: list[Attention] = []
        self.conflicts: list[Conflict] = []
        self.byte_sources: dict[str, int] = {}
        self.tag_sources: dict[str, str] = {}
        self.new_files: dict[str, None] = {}
        self.conflicting_files: dict[str, None] = {}
        places = [place for top in tops for place in top.place.walk()]
        self.claimed = {place.usage_key for place in places}
        self.bases = self._base_versions(places)
        self.base_titles = learning_core.version_titles(self.bases.values())
        packages = {place.item.version_pk: place.item.package_pk for place in places}
        packages |= {self.bases[p.usage_key]: p.item.package_pk for p in places if p.usage_key in self.bases}
        self.contents: Contents = with_srt_transcripts(read_contents(packages.keys()), packages)
        returning = {place.item.pk for place in places if self._has_returning_files(place)}
        self.earlier_files = learning_core.files_ever(returning)
        self.tags = plan_tag_copies({str(place.usage_key): str(place.item.key) for place in places})

    def plan(self, skipped: Sequence[SkippedLink]) -> SyncPlan:
        """Make the plan of the sync. It lists ``skipped``, the blocks that cannot be synced."""
        for top in self.tops:
            self._write_place(top.place, top.place, top.parent, top.index)
        blocks = self.draft.blocks
        return SyncPlan(
            course_key=self.draft.course_key,
            tops=tuple(top.place.usage_key for top in self.tops),
            steps=tuple(self.steps),
            skipped=tuple(skipped),
            changes=CoursePlan(tuple(self.changes), {key: block.version_num for key, block in blocks.items()}),
            byte_sources=self.byte_sources,
            tag_sources=self.tag_sources,
            notices=FileNotices(tuple(self.new_files), tuple(self.conflicting_files)),
            attention=settings_report(self.draft.course_key, tuple(self.attention)),
            conflicts=tuple(self.conflicts),
            made_bytes=self.contents.made_bytes,
        )

    def _base_versions(self, places: Iterable[Place]) -> dict[UsageKey, int]:
        """Return for each block the pk of the version of its item that was synced last."""
        wanted: dict[UsageKey, tuple[int, int]] = {}
        for place in places:
            synced = None if place.is_new else self.draft.links[place.usage_key].version_synced
            if synced is not None:
                wanted[place.usage_key] = (place.item.pk, synced)
        found = learning_core.numbered_versions(wanted.values())
        return {key: found[pair] for key, pair in wanted.items() if pair in found}

    def _write_place(self, place: Place, top: Place, parent: UsageKey | None = None, index: int | None = None) -> None:
        """Add the steps and changes of a place and of the places below it, in the order of the course."""
        link = self._link(place, top)
        olx = self._new_olx(place, link) if place.is_new else self._updated_olx(place, link)
        if isinstance(place.item.key, LibraryContainerLocator):
            children = tuple(child.usage_key for child in place.children)
            self._write_children(place, children)
        else:
            children = ()
            self._write_files(place)
        if place.is_new:
            self.changes.append(CreateBlock(place.usage_key, olx, children, parent=parent, index=index))
            self.attention += attention_in(place.usage_key, olx)
        elif olx != self.draft.blocks[place.usage_key].olx:
            self.changes.append(UpdateBlock(place.usage_key, olx))
        self._write_tags(place)
        for child in place.children:
            self._write_place(child, top)

    def _link(self, place: Place, top: Place) -> LinkSettings:
        """Return the link settings of a block for the sync, before version, title and body of the item are set."""
        known = LinkSettings() if place.is_new else self.draft.links[place.usage_key]
        known = known.as_part_of(None if place is top else short_key(top.usage_key))
        if place is top and self.override and not isinstance(place.item.key, LibraryContainerLocator):
            known = known.without_local_changes(keep=self.keep)
        return known.linked_to(str(place.item.key))

    def _new_olx(self, place: Place, link: LinkSettings) -> str:
        key, item = place.usage_key, place.item
        if isinstance(item.key, LibraryContainerLocator):
            olx = new_container(item, key.block_type, link=link, preserved=self.contents.settings.get(item.version_pk))
        else:
            olx = self._component_after_sync(place, link, None).olx
        self._step(SyncAction.CREATE, SyncReason.LIBRARY_STRUCTURE, place, version=item.version_num)
        return olx

    def _updated_olx(self, place: Place, link: LinkSettings) -> str:
        block, item = self.draft.blocks[place.usage_key], place.item
        if isinstance(item.key, LibraryContainerLocator):
            taken = container_after_sync(item, link=link, current=block.olx)
        else:
            taken = self._component_after_sync(place, link, block.olx)
        if says_the_same(taken.olx, block.olx):
            taken = replace(taken, olx=block.olx)  # another order of attributes alone makes no new version
            if not taken.kept:
                return taken.olx
        base, theirs = self._base_and_theirs(place)
        difference = block_difference(base, theirs, block.olx, taken.olx)
        changes = any(row["mine"] != row["outcome"] for row in difference["settings"]) or difference["text"]["changed"]
        old = self.draft.links[place.usage_key].version_synced
        if changes or old != item.version_num:
            self._step(
                SyncAction.TAKE,
                _why_taken(old, item.version_num),
                place,
                from_version=old,
                to_version=item.version_num,
                **difference,
            )
        self._find_conflicts(place, link, taken)
        if taken.kept:
            self._step(SyncAction.KEEP_LOCAL, SyncReason.LOCAL_EDIT, place, fields=list(taken.kept))
        return taken.olx

    def _base_and_theirs(self, place: Place) -> tuple[str | None, str | None]:
        """
        Return the OLX of a library item in the version that was synced last, and in the published version.

        The OLX of a container is made of its title alone. None stands for a version that is not known.
        """
        base, item = self.bases.get(place.usage_key), place.item
        if not isinstance(item.key, LibraryContainerLocator):
            return self.contents.olx.get(base or 0), self.contents.olx.get(item.version_pk)
        old = None if base is None else display_name_of(item.key, self.base_titles[base])
        element = f"<{place.usage_key.block_type}/>"
        theirs = with_attributes(element, {DISPLAY_NAME: item.display_name()})
        return with_attributes(element, {DISPLAY_NAME: old}), theirs

    def _find_conflicts(self, place: Place, link: LinkSettings, taken: Taken) -> None:
        key, item = place.usage_key, place.item
        known = self.draft.links[key].as_part_of(link.top_level)
        mine = self.draft.blocks[key].olx
        theirs, base = taken.olx, None
        if isinstance(item.key, LibraryContainerLocator):
            theirs = container_after_sync(item, link=replace(known, customized=()), current=mine).olx
        elif known.customized:
            theirs = self._component_after_sync(place, replace(known, customized=()), mine).olx
        version = self.bases.get(key)
        if version is not None and version in self.contents.olx:
            base = with_private_names(self.contents.olx[version], self.contents.files.get(version, ()), key)
        self.conflicts += conflicts_in(key, item.key, known, base=base, mine=mine, theirs=theirs, outcome=taken.olx)

    def _component_after_sync(self, place: Place, link: LinkSettings, current: str | None) -> Taken:
        version = place.item.version_pk
        return component_after_sync(
            place.item,
            self.contents.olx.get(version) or f"<{place.usage_key.block_type}/>",
            self.contents.files.get(version, ()),
            usage_key=place.usage_key,
            link=link,
            current=current,
        )

    def _write_children(self, place: Place, after: tuple[UsageKey, ...]) -> None:
        if place.is_new:
            self._moved_into(place, after, ())
            return
        before = self.draft.structure.children.get(place.usage_key, ())
        for key in before:
            if key not in self.claimed:
                self._write_removal(key)
        if before == after:
            return
        self.changes.append(SetChildren(place.usage_key, after))
        came_from = self._moved_into(place, after, before)
        difference = children_difference(before, after, came_from)
        stayed = [key for key in before if key in set(after)]
        if stayed != [key for key in after if key in set(before)]:
            self._step(SyncAction.REORDER, SyncReason.LIBRARY_STRUCTURE, place, **difference)

    def _moved_into(
        self, place: Place, after: Sequence[UsageKey], before: Sequence[UsageKey]
    ) -> dict[UsageKey, tuple[UsageKey, int]]:
        parents, children = self.draft.structure.parents, self.draft.structure.children
        arrived = {key: parents[key][0] for key in after if key not in set(before) and parents.get(key)}
        came_from = {key: (parent, children[parent].index(key)) for key, parent in arrived.items()}
        for child in place.children:
            if child.usage_key in came_from:
                old, index = came_from[child.usage_key]
                self._step(
                    SyncAction.MOVE,
                    SyncReason.LIBRARY_STRUCTURE,
                    child,
                    from_parent=str(old),
                    from_index=index,
                    to_parent=str(place.usage_key),
                )
        return came_from

    def _write_removal(self, key: UsageKey) -> None:
        """Add the steps and conflicts for a block that the sync removes, and for the blocks that go with it."""
        for lost in self._removed_with(key):
            link = self.draft.links[lost]
            self.conflicts += lost_work(lost, link, self.draft.blocks[lost].olx)
            title = self.draft.structure.blocks[lost].title
            self.steps.append(
                SyncStep(
                    SyncAction.DELETE,
                    self._why_removed(lost),
                    lost,
                    title,
                    link.upstream or "",
                    link.upstream_title or "",
                )
            )

    def _removed_with(self, key: UsageKey) -> Iterator[UsageKey]:
        yield key
        for child in self.draft.structure.children.get(key, ()):
            if child not in self.claimed:
                yield from self._removed_with(child)

    def _why_removed(self, key: UsageKey) -> SyncReason:
        if self.draft.links[key].upstream is None:
            return SyncReason.LOCAL_ADDITION
        item = self.draft.upstream_of.get(key)
        if item is None or self.draft.links[key].top_level is None:
            return SyncReason.OTHER_LINK
        return {
            LinkState.DELETED: SyncReason.DELETED_UPSTREAM,
            LinkState.UNPUBLISHED: SyncReason.UNPUBLISHED_UPSTREAM,
        }.get(self.draft.upstreams.broken.get(item, LinkState.OK), SyncReason.REMOVED_UPSTREAM)

    def _files_from_library(self, place: Place) -> dict[str, str]:
        """Return the files that a block got from its library item: name -> digest."""
        base = own_files(self.contents.files.get(self.bases.get(place.usage_key, 0), ()))
        moved = {} if place.is_new else self.draft.links[place.usage_key].moved_files
        return {name: file.digest for name, file in base.items()} | dict(moved)

    def _has_returning_files(self, place: Place) -> bool:
        """
        Return whether the course has a file of the published version that the synced version did not have.

        Such a file may be from a version before the synced one, and then is no author's file.
        """
        theirs = own_files(self.contents.files.get(place.item.version_pk, ()))
        names = theirs.keys() - self._files_from_library(place).keys()
        return any(_file_path(place, name) in self.draft.files for name in names)

    def _write_files(self, place: Place) -> None:
        taken = self._files_from_library(place)
        for name, file in own_files(self.contents.files.get(place.item.version_pk, ())).items():
            path = _file_path(place, name)
            there = self.draft.files.get(path)
            if there is not None and there.digest == file.digest:
                continue
            is_from_library = (
                there is None
                or taken.get(name) == there.digest
                or (name not in taken and (place.item.pk, file.path, there.digest) in self.earlier_files)
            )
            if not is_from_library:
                self.conflicting_files[path] = None
                self._step(SyncAction.ASSET, SyncReason.AUTHORS_FILE, place, path=path)
                continue
            reason = SyncReason.NEW_FILE if there is None else SyncReason.CHANGED_FILE
            self.new_files[path] = None
            self.changes.append(PutFile(path, file.digest, file.size))
            self.byte_sources[file.digest] = place.item.package_pk
            self._step(SyncAction.ASSET, reason, place, path=path)

    def _write_tags(self, place: Place) -> None:
        self.tag_sources[str(place.usage_key)] = str(place.item.key)
        copy = self.tags.get(str(place.usage_key))
        if copy is not None:
            self._step(
                SyncAction.TAGS, SyncReason.LIBRARY_TAGS, place, added=list(copy.added), removed=list(copy.removed)
            )

    def _step(self, action: SyncAction, reason: SyncReason, place: Place, **detail: object) -> None:
        block = self.draft.structure.blocks.get(place.usage_key)
        title = place.item.title if block is None else block.title
        self.steps.append(
            SyncStep(action, reason, place.usage_key, title, str(place.item.key), place.item.title, detail)
        )


def _why_taken(old: int | None, new: int) -> SyncReason:
    if old == new:
        return SyncReason.SAME_VERSION
    return SyncReason.NEW_VERSION if (old or 0) < new else SyncReason.EARLIER_VERSION


def _file_path(place: Place, name: str) -> str:
    return f"{STATIC}{private_name(place.usage_key, name)}"
