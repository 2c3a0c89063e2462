"""
Moves links to another library with the same items, such as a backup that was restored beside the old library.

Links move only on request, because the links to the old library are lost then (wire: sync-rows).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from django.db import transaction
from django.utils.translation import gettext as _
from opaque_keys.edx.keys import CourseKey, UsageKey

from ...actors import Actor
from ...courses.api import Block, CoursePlan, UpdateBlock, course_store, lock_course, write_course_plan
from ...errors import InvalidInputError
from ...keys import ItemKey, LibraryContainerLocator, LibraryLocatorV2, LibraryUsageLocatorV2, library_key_of
from ...learning_core import api as learning_core
from ...libraries.api import Permission, access_library, author_pk
from ...olx.api import with_attributes
from ..data import LinkState
from ..link.access import require_syncs_of_course
from ..link.attributes import LinkSettings, course_type_of, key_or_none
from ..link.upstreams import read_contents, read_upstreams
from ..plan.block_olx import own_files
from ..plan.transcripts import with_srt_transcripts


@dataclass(frozen=True, slots=True)
class LinkMove:
    """
    The links of a course that move to another library, and links that stay.

    Args:
        moved: usage key -> key of the item that the block becomes linked to.
        left: usage key of a block that stays linked to the old library -> why it cannot move: the state of its item in
            the other library, or of the first item in the same structure that the other library cannot offer.
    """

    course_key: CourseKey
    moved: Mapping[UsageKey, ItemKey]
    left: Mapping[UsageKey, LinkState]


@dataclass(frozen=True, slots=True)
class _LinkedBlock:
    """
    A block that is linked to the old library.

    Args:
        top: the outermost linked block around this block; may be this block.
    """

    block: Block
    item: ItemKey
    top: UsageKey


def preview_link_move(
    course_key: CourseKey, *, source: LibraryLocatorV2, target: LibraryLocatorV2, user: Actor
) -> LinkMove:
    """Plan ``move_links``, and write nothing. Needs the same permissions."""
    _require(user, course_key, source, target)
    return _plan(course_key, _blocks_linked_to(course_key, source), target)


def move_links(course_key: CourseKey, *, source: LibraryLocatorV2, target: LibraryLocatorV2, user: Actor) -> LinkMove:
    """
    Link the blocks that are linked to one library to the items with the same types and IDs in another library.

    All links move in one change set. Titles and texts that were changed in the course stay. Version numbers of the two
    libraries cannot be compared, so each block is offered the other library's published version. A linked structure
    moves as a whole or not at all: if it were linked to two libraries, the next sync would remove the parts that are
    not linked to the library of its top.

    Args:
        source: the old library, which may be deleted.
        target: the other library.
        user: needs the permissions for syncs of the course, and VIEW in the target.

    Raises NotFoundError, NotAllowedError, and InvalidInputError if source and target are the same library.
    """
    _require(user, course_key, source, target)
    with transaction.atomic():
        lock_course(course_key)
        linked = _blocks_linked_to(course_key, source)
        plan = _plan(course_key, linked, target)
        files = _files_from_library({key: linked[key] for key in plan.moved}, source, target)
        changes = tuple(
            UpdateBlock(key, _relinked(linked[key].block, item, files.get(key, {}))) for key, item in plan.moved.items()
        )
        if changes:
            write_course_plan(course_key, CoursePlan(changes), author_pk=author_pk(user))
    return plan


def link_move_report(move: LinkMove) -> dict[str, object]:
    """Report which links move, ready for JSON."""
    return {
        "course_key": str(move.course_key),
        "moved": [{"usage_key": str(key), "upstream": str(item)} for key, item in move.moved.items()],
        "left": [{"usage_key": str(key), "state": state} for key, state in move.left.items()],
    }


def _require(user: Actor, course_key: CourseKey, source: LibraryLocatorV2, target: LibraryLocatorV2) -> None:
    require_syncs_of_course(user, course_key)
    access_library(user, target, Permission.VIEW)
    if source == target:
        raise InvalidInputError(_("Name two libraries, the old one and another one."), field="target_library")


def _blocks_linked_to(course_key: CourseKey, library_key: LibraryLocatorV2) -> dict[UsageKey, _LinkedBlock]:
    """Return the blocks that are linked to a library, in document order."""
    found = course_store().blocks_saying(course_key, "upstream")
    named = {key: key_or_none(block.settings.get("upstream")) for key, block in found.items()}
    items = {key: item for key, item in named.items() if item is not None and library_key_of(item) == library_key}
    structure = course_store().structure(course_key)
    linked: dict[UsageKey, _LinkedBlock] = {}
    for top, _depth in structure.walk():
        if top in items and top not in linked:
            below = [key for key, _level in structure.walk(top) if key in items and key not in linked]
            linked |= {key: _LinkedBlock(found[key], items[key], top) for key in below}
    return linked


def _plan(course_key: CourseKey, linked: Mapping[UsageKey, _LinkedBlock], target: LibraryLocatorV2) -> LinkMove:
    wanted = {key: _counterpart(one.item, target) for key, one in linked.items()}
    published = read_upstreams(wanted.values())
    mismatched = {key for key, item in wanted.items() if course_type_of(item) != key.block_type}
    faults = {key: published.broken[item] for key, item in wanted.items() if item in published.broken}
    faults |= dict.fromkeys(mismatched, LinkState.TYPE_MISMATCH)
    faults_of_tops = {linked[key].top: faults[key] for key in reversed(list(linked)) if key in faults}
    left = {key: faults.get(key, faults_of_tops[one.top]) for key, one in linked.items() if one.top in faults_of_tops}
    return LinkMove(course_key, {key: item for key, item in wanted.items() if key not in left}, left)


def _counterpart(item: ItemKey, target: LibraryLocatorV2) -> ItemKey:
    """Return the key of the item with the same type and ID in another library."""
    if isinstance(item, LibraryContainerLocator):
        return LibraryContainerLocator(target, item.container_type, item.container_id)
    return LibraryUsageLocatorV2(target, item.block_type, item.usage_id)  # type: ignore[abstract]


def _files_from_library(
    linked: Mapping[UsageKey, _LinkedBlock], source: LibraryLocatorV2, target: LibraryLocatorV2
) -> dict[UsageKey, Mapping[str, str]]:
    """
    Return for each block the files that it got from its library item: name -> digest.

    With them, the next sync can tell files of the library from files that an author replaced. If the old library is
    deleted, the version with the same number in the other library is used: a restored backup keeps the numbers.
    """
    packages = learning_core.packages_named([str(source), str(target)])
    package_pk = (packages.get(str(source)) or packages[str(target)]).pk
    items = learning_core.find_items(package_pk, [one.item for one in linked.values()])
    synced = {key: LinkSettings.of(key, one.block.settings).version_synced for key, one in linked.items()}
    wanted = {
        key: (items[one.item].pk, number)
        for key, one in linked.items()
        if one.item in items and (number := synced[key]) is not None
    }
    versions = learning_core.numbered_versions(wanted.values())
    contents = read_contents(versions.values())
    files = with_srt_transcripts(contents, dict.fromkeys(versions.values(), package_pk)).files
    return {
        key: {name: file.digest for name, file in own_files(files.get(versions[pair], ())).items()}
        for key, pair in wanted.items()
        if pair in versions
    }


def _relinked(block: Block, item: ItemKey, files: Mapping[str, str]) -> str:
    link = LinkSettings.of(block.usage_key, block.settings)
    link = replace(
        link,
        upstream=str(item),
        version_synced=None,
        version_declined=None,
        deletion_declined=False,
        children_declined="",
        moved_files=files or link.moved_files,
    )
    return with_attributes(block.olx, link.attributes())
