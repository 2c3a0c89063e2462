"""
Guards linked blocks against edits of authors: an edit is refused, or recorded as a local change.

Syncs do not go through this module (wire: sync-customizable, sync-structure).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from django.utils.translation import gettext
from opaque_keys.edx.keys import CourseKey, UsageKey

from ...block_types import api as block_types
from ...block_types.api import DATA, DISPLAY_NAME
from ...courses.api import (
    LINK_ATTRIBUTES,
    Applied,
    Block,
    BlockCopy,
    Change,
    CoursePlan,
    CourseStructure,
    CreateBlock,
    DeleteBlock,
    MoveBlock,
    SetChildren,
    UpdateBlock,
    course_store,
)
from ...learning_core.api import in_parts
from ...olx.api import body_of, settings_in, with_attributes
from ..errors import LinkedStructureError
from ..link.attributes import LinkSettings, course_settings_of
from ..link.copies import with_link_settings
from ..link.rows import delete_links, follow_blocks, rebuild_links, tops_of
from ..models import CourseLink


class LinkKeeper:
    """The course hook of the room: keeps links in step with courses."""

    def before_edit(self, course_key: CourseKey, plan: CoursePlan) -> CoursePlan:
        return checked_plan(course_key, plan)

    def adapt_copies(self, copies: Sequence[BlockCopy]) -> Sequence[BlockCopy]:
        return with_link_settings(copies)

    def after_write(self, course_key: CourseKey, applied: Applied) -> None:
        follow_blocks(course_key, applied.versions, applied.deleted)

    def after_load(self, course_key: CourseKey) -> None:
        rebuild_links(course_key)

    def after_delete(self, course_key: CourseKey) -> None:
        delete_links(course_key)


def checked_plan(course_key: CourseKey, plan: CoursePlan) -> CoursePlan:
    """
    Check an edit of an author against the links of the course.

    Returns: the plan, in which changed blocks record their local changes. Raises LinkedStructureError for an edit that
    the next sync would undo.
    """
    if not CourseLink.objects.filter(course_key=course_key).exists():
        return plan
    structure = course_store().structure(course_key)
    refuse_linked_parents(_parents_concerned(plan.changes, structure), structure)
    updates = [change for change in plan.changes if isinstance(change, UpdateBlock)]
    linked = _linked_blocks(course_key, updates, structure)
    changes = tuple(
        _with_local_changes_recorded(change, *linked[change.usage_key])
        if isinstance(change, UpdateBlock) and change.usage_key in linked
        else change
        for change in plan.changes
    )
    return replace(plan, changes=changes)


def refused_updates(course_key: CourseKey, updates: Sequence[UpdateBlock]) -> dict[UsageKey, LinkedStructureError]:
    """Return the updates that ``checked_plan`` refuses, and why. The number of queries does not depend on theirs."""
    if not CourseLink.objects.filter(course_key=course_key).exists():
        return {}
    linked = _linked_blocks(course_key, updates, course_store().structure(course_key))
    refused: dict[UsageKey, LinkedStructureError] = {}
    for update in updates:
        if update.usage_key in linked:
            try:
                _with_local_changes_recorded(update, *linked[update.usage_key])
            except LinkedStructureError as error:
                refused[update.usage_key] = error
    return refused


def refuse_linked_parents(keys: Collection[UsageKey], structure: CourseStructure) -> None:
    """
    Raise LinkedStructureError if one of these containers is linked, or is inside of a linked container.

    The library decides what a linked container holds. The next sync would remove blocks that were added to it.
    """
    wanted = {above for key in keys for above in (key, *structure.above(key))}
    if not wanted:
        return
    found = CourseLink.objects.filter(downstream_key__in=wanted, is_container=True)
    first = found.values_list("downstream_key", flat=True).first()
    if first is not None:
        text = gettext(
            "“%(block)s” is linked to a library, which says what is in it and in which order. Unlink it to change that."
        )
        raise LinkedStructureError(text % {"block": first})


def _parents_concerned(changes: Iterable[Change], structure: CourseStructure) -> set[UsageKey]:
    """Return the containers whose lists of children an edit changes."""
    parents: set[UsageKey] = set()
    for change in changes:
        match change:
            case CreateBlock(parent=UsageKey() as parent):
                parents.add(parent)
            case SetChildren(usage_key, children) if children != structure.children.get(usage_key, ()):
                parents.add(usage_key)
            case MoveBlock(usage_key, parent):
                parents |= {parent, *structure.parents.get(usage_key, ())}
            case DeleteBlock(usage_key):
                parents.update(structure.parents.get(usage_key, ()))
            case _:
                pass
    return parents


def _linked_blocks(
    course_key: CourseKey, updates: Sequence[UpdateBlock], structure: CourseStructure
) -> dict[UsageKey, tuple[Block, bool]]:
    """Read the linked blocks among some updates, with whether each is a part of a linked structure."""
    linked = _linked_among([update.usage_key for update in updates])
    if not linked:
        return {}
    blocks = course_store().blocks(course_key, linked)
    parts = _parts(blocks, structure)
    return {key: (block, key in parts) for key, block in blocks.items()}


def _linked_among(keys: Collection[UsageKey]) -> list[UsageKey]:
    return [
        link.downstream_key
        for part in in_parts(keys)
        for link in CourseLink.objects.filter(downstream_key__in=part).only("downstream_key")
    ]


def _parts(blocks: Collection[UsageKey], structure: CourseStructure) -> set[UsageKey]:
    """Return the blocks that are parts of a linked structure. The top of a structure is not a part."""
    parents = {key: set(structure.parents.get(key, ())) for key in blocks}
    linked = set(_linked_among({parent for found in parents.values() for parent in found}))
    return {*tops_of(blocks), *(key for key, found in parents.items() if found & linked)}


def _with_local_changes_recorded(change: UpdateBlock, block: Block, is_part: bool) -> UpdateBlock:
    """
    Return a change of a linked block that keeps the link settings and records local changes in them.

    Raises LinkedStructureError for a part of a linked structure if the next sync would undo the change.
    """
    key = change.usage_key
    is_undone_by_sync = not block.state.holds_blocks and _changes_library_content(block.olx, change.olx, key.block_type)
    if is_part and is_undone_by_sync:
        text = gettext(
            "“%(block)s” is part of a linked structure. Its title, the body of a text, and settings such as due dates"
            " and attempts can be changed in the course; unlink the structure to change more."
        )
        raise LinkedStructureError(text % {"block": key})
    link = LinkSettings.of(key, block.settings)
    names = tuple(
        name
        for name in block_types.block_type(key.block_type).customizable
        if name not in link.customized and _is_local(name, link, block.olx, change.olx)
    )
    link = replace(link, customized=(*link.customized, *names), edited=link.edited or is_undone_by_sync)
    return UpdateBlock(key, with_attributes(change.olx, link.attributes()))


def _is_local(name: str, link: LinkSettings, old: str, new: str) -> bool:
    """Return whether a value differs from the library's, or from the old value if the library's is not known."""
    if name == DATA:
        theirs = body_of(old) if link.upstream_body is None else link.upstream_body
        return body_of(new) != theirs
    theirs_title = settings_in(old).get(DISPLAY_NAME) if link.upstream_title is None else link.upstream_title
    return settings_in(new).get(DISPLAY_NAME) != theirs_title


def _changes_library_content(old: str, new: str, block_type: str) -> bool:
    """Return whether an edit of a component changes something that only the library may change."""
    free = {DISPLAY_NAME} | course_settings_of(block_type) | LINK_ATTRIBUTES
    before, after = settings_in(old), settings_in(new)
    if any(before.get(name) != after.get(name) for name in (before.keys() | after.keys()) - free):
        return True
    return not block_types.block_type(block_type).has_customizable_body and body_of(old) != body_of(new)
