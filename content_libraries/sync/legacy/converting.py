"""
Converts blocks with content of a legacy library to problem banks whose children are linked to library items.

Only attributes of the draft change: usage keys, order, selection, settings and the work of learners stay. A conversion
is planned in memory. The plan can be shown, and is applied unchanged in one change set of the course.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Final, Never

from django.utils.translation import gettext as _
from opaque_keys.edx.keys import CourseKey, UsageKey
from opaque_keys.edx.locator import LibraryLocator

from ...actors import Actor
from ...block_types.api import DATA, DISPLAY_NAME
from ...courses.api import (
    Block,
    CoursePermission,
    CoursePlan,
    CourseStructure,
    UpdateBlock,
    course_store,
    require_in_course,
    versions_in,
)
from ...errors import NotFoundError
from ...imports.api import forwarded_blocks
from ...keys import ItemKey, LibraryContainerLocator
from ...learning_core import api as learning_core
from ...olx.api import body_of, with_attributes
from ..link.attributes import LinkSettings, customizable_body
from .blocks import IS_CONVERTED, LegacyBlock, NotReadyError, UpdateAllError, find_legacy_blocks, ready_blocks
from .data import AttributeChange, ConversionPlan, ConvertedBlock, ConvertedChild, Unlinked
from .originals import Original, originals_of

_CONVERTED: Final = {IS_CONVERTED: "true"}


@dataclass(frozen=True, slots=True)
class LegacyDraft:
    """The draft of a course, and its blocks that are ready to be converted."""

    course_key: CourseKey
    structure: CourseStructure
    ready: Sequence[LegacyBlock]
    children: Mapping[UsageKey, Block]


def legacy_blocks_ready(course_key: CourseKey, *, user: Actor) -> list[UsageKey]:
    """List the blocks of a course that can be converted. Needs EDIT. Raises NotFoundError and NotAllowedError."""
    require_in_course(user, course_key, CoursePermission.EDIT)
    structure = course_store().structure(course_key)
    return [block.usage_key for block in ready_blocks(find_legacy_blocks(course_key, structure))]


def preview_conversion(course_key: CourseKey, *, user: Actor, only: UsageKey | None = None) -> ConversionPlan:
    """
    Plan the conversion of a course's legacy blocks, and write nothing. Needs EDIT.

    Args:
        only: convert this block, and no other.

    Raises NotFoundError, NotAllowedError, and NotReadyError for an ``only`` that cannot be converted.
    """
    require_in_course(user, course_key, CoursePermission.EDIT)
    draft = read_legacy_draft(course_key, only=only)
    return plan_conversion(draft, draft.ready)


def refuse_update_of_all(usage_key: UsageKey, *, user: Actor) -> Never:
    """
    Raise an error that says what to do instead of updating a legacy block as a whole (wire: imports-forwarding).

    This site has no legacy libraries, and each child of a converted block is updated by its own link. Needs EDIT.

    Raises UpdateAllError, NotReadyError, NotFoundError and NotAllowedError.
    """
    require_in_course(user, usage_key.course_key, CoursePermission.EDIT)
    structure = course_store().structure(usage_key.course_key)
    found = [block for block in find_legacy_blocks(usage_key.course_key, structure) if block.usage_key == usage_key]
    if found and found[0].is_converted:
        raise UpdateAllError(
            _("“%(block)s” is converted: each block in it is linked, and updated by itself.") % {"block": usage_key}
        )
    if ready_blocks(found):
        raise UpdateAllError(
            _("The legacy library of “%(block)s” was migrated. Update its reference first.") % {"block": usage_key}
        )
    raise _not_ready(usage_key, found, structure)


def read_legacy_draft(course_key: CourseKey, *, only: UsageKey | None = None) -> LegacyDraft:
    """
    Read the blocks of a course that can be converted, and their children. Checks no permission.

    Raises the errors of ``preview_conversion``.
    """
    structure = course_store().structure(course_key)
    found = find_legacy_blocks(course_key, structure)
    if only is not None:
        found = [block for block in found if block.usage_key == only]
    ready = ready_blocks(found)
    if only is not None and not ready:
        raise _not_ready(only, found, structure)
    keys = [key for block in ready for key in block.block.children]
    children = course_store().blocks(course_key, keys) if keys else {}
    return LegacyDraft(course_key, structure, ready, children)


def plan_conversion(draft: LegacyDraft, blocks: Sequence[LegacyBlock]) -> ConversionPlan:
    """Plan the conversion of blocks. Needs a few queries for each legacy library, for any number of blocks."""
    planner = _Planner(draft)
    converted = tuple(planner.convert(block) for block in blocks)
    states = draft.structure.blocks
    return ConversionPlan(
        course_key=draft.course_key,
        blocks=converted,
        attributes=tuple(planner.attributes),
        changes=CoursePlan(tuple(planner.changes), versions_in(draft.structure, planner.read_keys)),
        clean=tuple(
            change.usage_key for change in planner.attributes if not states[change.usage_key].has_unpublished_changes
        ),
    )


@dataclass
class _Planner:
    draft: LegacyDraft
    attributes: list[AttributeChange] = field(default_factory=list)
    changes: list[UpdateBlock] = field(default_factory=list)
    read_keys: list[UsageKey] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.library = cache(_read_library)

    def convert(self, legacy: LegacyBlock) -> ConvertedBlock:
        source_key = legacy.source_key
        if source_key is None:
            raise NotReadyError(_("“%(block)s” names no legacy library.") % {"block": legacy.usage_key})
        children = [self.draft.children[key] for key in legacy.block.children if key in self.draft.children]
        library = self.library(source_key)
        originals = originals_of(legacy.usage_key, source_key, children, library.originals)
        linked = tuple(self._link(child, originals.get(child.usage_key), library) for child in children)
        self._change(legacy.block, _CONVERTED)
        return ConvertedBlock(legacy.usage_key, legacy.block.title, source_key, linked)

    def _link(self, child: Block, original: Original | None, library: _Library) -> ConvertedChild:
        self.read_keys.append(child.usage_key)
        link = LinkSettings.of(child.usage_key, child.settings)
        why = _why_unlinked(child, link, original)
        if why is not None or original is None or original.forwarded.version_pk is None:
            return ConvertedChild(child.usage_key, child.title, unlinked=why or Unlinked.NOT_MIGRATED)
        version_pk, item = original.forwarded.version_pk, original.forwarded.item
        number = library.numbers[version_pk]
        link = _new_link(link, child, str(item), number, library.titles[version_pk], original.olx)
        self._change(child, link.attributes())
        return ConvertedChild(child.usage_key, child.title, str(item), number)

    def _change(self, block: Block, attributes: Mapping[str, str | None]) -> None:
        before = {name: block.settings.get(name) for name in attributes}
        if before != attributes:
            key = block.usage_key
            self.attributes.append(AttributeChange(key, before, attributes))
            self.changes.append(UpdateBlock(key, with_attributes(block.olx, attributes)))
            self.read_keys.append(key)


@dataclass(frozen=True, slots=True)
class _Library:
    """The blocks of a legacy library, and the numbers and titles of the item versions they became, by version pk."""

    originals: Sequence[Original]
    numbers: Mapping[int, int]
    titles: Mapping[int, str]


def _read_library(source_key: LibraryLocator) -> _Library:
    blocks = forwarded_blocks(source_key)
    versions = [block.version_pk for block in blocks if block.version_pk is not None]
    olx = learning_core.olx_of(versions)
    return _Library(
        [Original(block, olx.get(block.version_pk or 0)) for block in blocks],
        learning_core.version_nums(versions),
        learning_core.version_titles(versions),
    )


def _why_unlinked(child: Block, link: LinkSettings, original: Original | None) -> Unlinked | None:
    item: ItemKey | None = original.forwarded.item if original is not None else None
    match item:
        case _ if link.upstream is not None:
            return Unlinked.LINKED_ALREADY
        case _ if original is None:
            return Unlinked.NO_ORIGINAL
        case None:
            return Unlinked.NOT_MIGRATED
        case LibraryContainerLocator():
            return Unlinked.BECAME_CONTAINER
        case _ if item.block_type != child.usage_key.block_type:
            return Unlinked.TYPE_MISMATCH
        case _:
            return None


def _new_link(
    link: LinkSettings, child: Block, upstream: str, number: int, title: str, olx: str | None
) -> LinkSettings:
    """
    Return the link settings of a child that is linked to an item.

    A title of its own, and a body of a Text that differs from the item's, are recorded as local changes.
    """
    body = customizable_body(child.usage_key.block_type, olx)
    customized = tuple(_local_fields(child, title, body))
    # A child without a title of its own shows a default title; the default is not a local change, now or at an edit.
    known_title = title if DISPLAY_NAME in child.settings else None
    linked = link.linked_to(upstream).as_part_of(None)
    return replace(linked, version_synced=number, upstream_title=known_title, upstream_body=body, customized=customized)


def _local_fields(child: Block, title: str, body: str | None) -> Iterator[str]:
    """Yield the fields that an author changed in the course. A missing title is not a change."""
    own_title = child.settings.get(DISPLAY_NAME)
    if own_title is not None and own_title != title:
        yield DISPLAY_NAME
    if body is not None and body_of(child.olx).split() != body.split():
        yield DATA


def _not_ready(only: UsageKey, found: Sequence[LegacyBlock], structure: CourseStructure) -> Exception:
    if only not in structure.blocks:
        return NotFoundError(_("There is no “%(block)s”.") % {"block": only})
    if not found:
        return NotReadyError(_("“%(block)s” shows nothing of a legacy library.") % {"block": only})
    if found[0].is_converted:
        return NotReadyError(_("“%(block)s” is converted already.") % {"block": only})
    return NotReadyError(_("The legacy library of “%(block)s” was not migrated. Migrate it first.") % {"block": only})
