"""Permissions for links: who may see their states, and who may sync them (wire: sync-permissions; ADR 0021)."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from opaque_keys.edx.keys import CourseKey, UsageKey

from ...actors import Actor
from ...courses.api import Block, CoursePermission, find_block, may_in_course, require_in_course
from ...errors import NotAllowedError, NotFoundError
from ...keys import ItemKey, LibraryLocatorV2, library_key_of
from ...libraries.api import ContentLibrary, Permission, access_library, viewable_libraries
from ..data import LinkState
from ..errors import UpstreamNotAllowedError
from .explanations import explain

VIEW_LINKS: Final = (CoursePermission.VIEW_LIBRARY_UPDATES, CoursePermission.VIEW)
"""One of these lets a user see the links of a course."""

SYNC_LINKS: Final = (CoursePermission.MANAGE_LIBRARY_UPDATES, CoursePermission.EDIT)
"""One of these lets a user change and sync the links of a course."""


def access_block(user: Actor, usage_key: UsageKey, *, manage: bool) -> Block:
    """
    Find a block whose link the user wants to see, or to change (``manage``).

    Raises NotFoundError for a block that does not exist, and for a user who lacks the permission.
    """
    return find_block(usage_key, user=user, any_of=SYNC_LINKS if manage else VIEW_LINKS)


def require_links_of_course(user: Actor, course_key: CourseKey) -> None:
    """Raise NotAllowedError unless the user may see the states of the links of a course."""
    if not may_in_course(user, course_key, CoursePermission.VIEW):
        require_in_course(user, course_key, CoursePermission.VIEW_LIBRARY_UPDATES)


def require_syncs_of_course(user: Actor, course_key: CourseKey) -> None:
    """Raise NotAllowedError unless the user may sync the linked blocks of a course."""
    if not may_in_course(user, course_key, CoursePermission.EDIT):
        require_in_course(user, course_key, CoursePermission.MANAGE_LIBRARY_UPDATES)


def libraries_with_hidden_states(user: Actor, course_key: CourseKey, library_keys: Collection[str]) -> frozenset[str]:
    """
    Return the libraries for which the user may not see the states of links in a course.

    Libraries that do not exist are left out. Needs a constant number of queries.
    """
    if may_in_course(user, course_key, CoursePermission.VIEW_LIBRARY_UPDATES):
        return frozenset()
    return libraries_closed_to_reuse(user, library_keys)


def libraries_closed_to_syncs(user: Actor, course_key: CourseKey, library_keys: Collection[str]) -> frozenset[str]:
    """
    Return the libraries whose published versions the user may not take into linked blocks of a course.

    Users with MANAGE_LIBRARY_UPDATES in the course may take updates from all libraries. Other editors of the course
    need to be allowed to view the library. Needs a constant number of queries.
    """
    if may_in_course(user, course_key, CoursePermission.MANAGE_LIBRARY_UPDATES):
        return frozenset()
    return libraries_closed_to_reuse(user, library_keys)


def libraries_closed_to_reuse(user: Actor, library_keys: Collection[str]) -> frozenset[str]:
    """Return the libraries that the user may not view, and so may not link blocks to. Needs one query."""
    if not library_keys:
        return frozenset()
    refs = "learning_package__package_ref"
    named = {f"{refs}__in": list(library_keys)}
    viewable = viewable_libraries(user).filter(**named).order_by().values("pk")
    return frozenset(ContentLibrary.objects.filter(**named).exclude(pk__in=viewable).values_list(refs, flat=True))


def require_may_sync(user: Actor, usage_key: UsageKey, upstream: ItemKey) -> None:
    """Raise UpstreamNotAllowedError unless the user may take the library's updates (``libraries_closed_to_syncs``)."""
    if libraries_closed_to_syncs(user, usage_key.course_key, [str(library_key_of(upstream))]):
        raise UpstreamNotAllowedError(explain(LinkState.INACCESSIBLE, str(upstream), usage_key))


def require_may_see_state(user: Actor, usage_key: UsageKey, upstream: ItemKey) -> None:
    """Raise UpstreamNotAllowedError unless the user may see a link's state (``libraries_with_hidden_states``)."""
    if libraries_with_hidden_states(user, usage_key.course_key, [str(library_key_of(upstream))]):
        raise UpstreamNotAllowedError(explain(LinkState.INACCESSIBLE, str(upstream), usage_key))


def may_view_library(user: Actor, library_key: LibraryLocatorV2) -> bool:
    """Return whether a user may view a library. True also for a library that does not exist, which is not a secret."""
    try:
        access_library(user, library_key, Permission.VIEW)
    except NotAllowedError:
        return False
    except NotFoundError:
        return True
    return True
