"""Reads the items of a selection. The number of queries does not depend on the number of items."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _
from opaque_keys.edx.keys import UsageKey

from ... import conf
from ...actors import Actor
from ...block_types.api import BlockRole, block_type
from ...content.api import block_class, find_items
from ...courses import api as courses
from ...errors import InvalidInputError, MalformedKeyError, NotFoundError
from ...keys import (
    CourseKey,
    ItemKey,
    LibraryContainerLocator,
    LibraryLocatorV2,
    LibraryUsageLocatorV2,
    block_key,
    item_key,
    item_type_of,
    library_key_of,
)
from ...learning_core import api as learning_core
from ...libraries import api as libraries
from ...libraries.api import Permission
from .data import EditableItem, EditableKey, Selection

MAX_FOUND: Final = 999
"""How many items a query may find: engines do not return more than 1,000 for certain."""


EVERYTHING: Final = slice(None)


@dataclass(frozen=True, slots=True)
class Chosen:
    """
    The items of a selection.

    Args:
        versions: the draft versions of all of them; see ``EditableItem.version``.
        items: those of the part that was asked for.
    """

    versions: Mapping[EditableKey, int]
    items: list[EditableItem]


def items_of(selection: Selection, *, user: Actor, only_blocks: bool, part: slice = EVERYTHING) -> Chosen:
    """
    Read the items of a selection, in the order of the course, or in which the library got them. Needs EDIT.

    Args:
        selection: the conditions.
        user: the user who edits.
        only_blocks: leave out containers that are no XBlocks, unless the selection names their types.
        part: which of the items to read. All of them are counted.

    Raises NotFoundError, NotAllowedError, and InvalidInputError if there are more items than ``BULK_EDIT_MAX_ITEMS``,
    or more of their OLX than ``BULK_EDIT_MAX_CHARACTERS``.
    """
    if isinstance(selection.context_key, LibraryLocatorV2):
        library = libraries.access_library(user, selection.context_key, Permission.EDIT)
        keys = _library_keys(libraries.package_pk(library), selection.context_key, selection, only_blocks)
        chosen = _library_items(libraries.package_pk(library), keys, part)
    else:
        courses.require_in_course(user, selection.context_key, courses.CoursePermission.EDIT)
        chosen = _course_items(selection.context_key, selection, only_blocks, part)
    limit = conf.BULK_EDIT_MAX_CHARACTERS.value
    if sum(len(item.olx or "") for item in chosen.items) > limit:
        text = _("The OLX of these items has more than %(limit)s characters. Choose fewer items.")
        raise InvalidInputError(text % {"limit": f"{limit:,}"})
    return chosen


def count_items(selection: Selection, *, user: Actor, only_blocks: bool) -> int:
    """
    Count the items of a selection, without reading them. Needs EDIT.

    Takes the arguments of ``items_of``, and raises its errors, except for items that have too much OLX.
    """
    if isinstance(selection.context_key, LibraryLocatorV2):
        library = libraries.access_library(user, selection.context_key, Permission.EDIT)
        return len(_library_keys(libraries.package_pk(library), selection.context_key, selection, only_blocks))
    courses.require_in_course(user, selection.context_key, courses.CoursePermission.EDIT)
    structure = courses.course_store().structure(selection.context_key)
    return len(_course_keys(structure, selection, only_blocks))


def _library_keys(
    package_pk: int, library_key: LibraryLocatorV2, selection: Selection, only_blocks: bool
) -> dict[int, ItemKey]:
    """Map entities of a selection to their keys."""
    pks = set(learning_core.live_pks(package_pk))
    if selection.item_keys:
        pks &= learning_core.draft_pks_within(_named_pks(package_pk, library_key, selection.item_keys))
    if selection.collection:
        learning_core.find_collection(package_pk, selection.collection)
        pks &= learning_core.draft_pks_within(learning_core.member_pks_of(package_pk, selection.collection))
    if selection.query:
        found = learning_core.find_items(package_pk, _keys_found(selection, item_key))
        pks &= {item.pk for item in found.values()}
    keys = {
        pk: key
        for pk, key in learning_core.item_keys(package_pk, sorted(pks), library_key=library_key).items()
        if _is_wanted(key, selection, only_blocks)
    }
    _check_number(keys)
    return keys


def _library_items(package_pk: int, keys: Mapping[int, ItemKey], part: slice) -> Chosen:
    contents = learning_core.draft_contents(package_pk, sorted(keys)[part])
    versions = learning_core.set_changes.draft_version_pks(package_pk, sorted(keys))
    items = [
        EditableItem(
            key=keys[pk],
            item_type=item_type_of(keys[pk]),
            title=content.title,
            version=content.version_pk,
            olx=None
            if isinstance(keys[pk], LibraryContainerLocator)
            else content.olx or f"<{item_type_of(keys[pk])}/>",
            entity_ref=content.entity_ref,
            children=content.children,
        )
        for pk, content in sorted(contents.items())
        if content.version_pk is not None
    ]
    return Chosen({keys[pk]: version for pk, version in sorted(versions.items()) if version is not None}, items)


def _named_pks(package_pk: int, library_key: LibraryLocatorV2, keys: Sequence[ItemKey | UsageKey]) -> list[int]:
    named: list[ItemKey] = []
    for key in keys:
        if not isinstance(key, LibraryUsageLocatorV2 | LibraryContainerLocator) or library_key_of(key) != library_key:
            raise InvalidInputError(_("“%(key)s” is not in this library.") % {"key": key}, field="item_keys")
        named.append(key)
    found = learning_core.find_items(package_pk, named)
    for key in named:
        if key not in found or found[key].is_deleted:
            raise NotFoundError(_("There is no “%(key)s”.") % {"key": key})
    return [item.pk for item in found.values()]


def _is_wanted(key: ItemKey, selection: Selection, only_blocks: bool) -> bool:
    if selection.block_types:
        return item_type_of(key) in selection.block_types
    return not (only_blocks and isinstance(key, LibraryContainerLocator))


def _course_keys(structure: courses.CourseStructure, selection: Selection, only_blocks: bool) -> list[UsageKey]:
    """Return the keys of the blocks of a selection, in the order of the course."""
    if selection.collection:
        raise InvalidInputError(_("A course has no collections."), field="collection")
    course_key = structure.root.course_key
    tops: list[UsageKey] = []
    for key in selection.item_keys:
        if not isinstance(key, UsageKey) or key.course_key != course_key:
            raise InvalidInputError(_("“%(key)s” is not in this course.") % {"key": key}, field="item_keys")
        if key not in structure.blocks:
            raise NotFoundError(_("There is no “%(key)s”.") % {"key": key})
        tops.append(key)
    keys = dict.fromkeys(key for top in tops or [structure.root] for key, _depth in structure.walk(top))
    if selection.query:
        found = set(_keys_found(selection, block_key))
        keys = dict.fromkeys(key for key in keys if key in found)
    keys = dict.fromkeys(key for key in keys if _is_wanted_block(key, selection, only_blocks))
    _check_number(keys)
    return list(keys)


def _course_items(course_key: CourseKey, selection: Selection, only_blocks: bool, part: slice) -> Chosen:
    structure = courses.course_store().structure(course_key)
    keys = _course_keys(structure, selection, only_blocks)
    blocks = courses.course_store().blocks(course_key, keys[part])
    items = [
        EditableItem(key, key.block_type, blocks[key].title, blocks[key].version_num, blocks[key].olx)
        for key in keys[part]
        if key in blocks
    ]
    return Chosen({key: structure.blocks[key].version_num for key in keys}, items)


def _is_wanted_block(key: UsageKey, selection: Selection, only_blocks: bool) -> bool:
    if selection.block_types:
        return key.block_type in selection.block_types
    is_container = block_type(key.block_type).role in (BlockRole.ROOT, BlockRole.CONTAINER)
    return not (only_blocks and is_container and block_class(key.block_type) is None)


def _keys_found[KeyT](selection: Selection, parse: Callable[[str], KeyT]) -> Iterable[KeyT]:
    """Yield the keys that the search finds. Documents of collections, which are no items, are left out."""
    texts = find_items(selection.context_key, selection.query, limit=MAX_FOUND + 1)
    if len(texts) > MAX_FOUND:
        text = _("More than %(limit)s items have these words. Use more words, or choose by place and type.")
        raise InvalidInputError(text % {"limit": MAX_FOUND}, field="query")
    for key in texts:
        try:
            yield parse(key)
        except MalformedKeyError:
            continue


def _check_number(keys: Collection[object]) -> None:
    limit = conf.BULK_EDIT_MAX_ITEMS.value
    if len(keys) > limit:
        text = _("These are %(count)s items, and one edit may have %(limit)s. Choose fewer items.")
        raise InvalidInputError(text % {"count": f"{len(keys):,}", "limit": f"{limit:,}"})
