"""
Reads a library on behalf of a course that is linked to it (wire: for-course; ADR 0020).

A user who may view library updates in a course may read the published items that the course is linked to, without any
role in the library. A room above keeps the links, and registers a function that knows them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from itertools import chain
from typing import Protocol

from ..actors import Actor
from ..keys import CourseKey, ItemKey
from ..learning_core import api as learning_core
from ..libraries.api import ContentLibrary, Permission, may, package_pk, require, views_library_updates


class IsLinked(Protocol):
    """Tells whether a course is linked to any of some library items, in a constant number of queries."""

    def __call__(self, course_key: CourseKey, keys: Collection[ItemKey]) -> bool: ...


_answering: list[IsLinked] = []


def register_links(is_linked: IsLinked) -> None:
    """Register a function that reports links of courses. A function is not registered twice."""
    if is_linked not in _answering:
        _answering.append(is_linked)


def reads_for_course(
    user: Actor,
    library: ContentLibrary,
    key: ItemKey,
    permission: Permission,
    *,
    course_key: CourseKey | None,
    inside: bool,
) -> bool:
    """
    Return whether a user reads an item only on behalf of a course, and so only its published version.

    A link gives access to the item, to everything that its published version contains, and to the names of the
    containers that contain it in their published versions.

    Args:
        user: the reader.
        library: the library of the item.
        key: the item.
        permission: the permission with which the user may read the item without any course.
        course_key: the course, if any.
        inside: whether the user asks for content of the item, such as its children, and not only its name and dates.

    Returns: False for a user who has the permission. Raises NotAllowedError for a user who may not read the item.
    """
    if course_key is None or may(user, library, permission) or not views_library_updates(user, course_key):
        require(user, library, permission)
        return False
    if not _is_opened(library, key, course_key, inside=inside):
        require(user, library, permission)
    return True


def _is_opened(library: ContentLibrary, key: ItemKey, course_key: CourseKey, *, inside: bool) -> bool:
    if _is_linked(course_key, [key]):
        return True
    item = learning_core.find_items(package_pk(library), [key]).get(key)
    if item is None or item.published_version_pk is None:
        return False
    above = _keys(library, learning_core.ancestor_levels(item.pk, branch="published"))
    if _is_linked(course_key, above):
        return True
    return not inside and _is_linked(
        course_key, _keys(library, learning_core.descendant_levels(item.pk, branch="published"))
    )


def _keys(library: ContentLibrary, levels: Iterable[Iterable[int]]) -> list[ItemKey]:
    pks = set(chain.from_iterable(levels))
    return list(learning_core.item_keys(package_pk(library), pks, library_key=library.library_key).values())


def _is_linked(course_key: CourseKey, keys: Collection[ItemKey]) -> bool:
    return bool(keys) and any(is_linked(course_key, keys) for is_linked in _answering)
