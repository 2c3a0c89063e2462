"""Who may look at links, and who may change them (wire: sync-permissions; ADR 0021)."""

from __future__ import annotations

from collections.abc import Collection

from opaque_keys.edx.keys import CourseKey, UsageKey

from ..actors import Actor
from ..courses.api import Block, CoursePermission, find_block, may_in_course, require_in_course
from ..errors import NotAllowedError, NotFoundError
from ..keys import ItemKey, LibraryLocatorV2, library_key_of
from ..libraries.api import Permission, access_library, viewable_libraries
from ..libraries.models import ContentLibrary
from .data import LinkState
from .errors import UpstreamNotAllowedError
from .states import explain

_VIEW = (CoursePermission.VIEW_LIBRARY_UPDATES, CoursePermission.VIEW)
_MANAGE = (CoursePermission.MANAGE_LIBRARY_UPDATES, CoursePermission.EDIT)


def access_block(user: Actor, usage_key: UsageKey, *, manage: bool) -> Block:
    """
    Find a block whose link somebody wants to see or to change.

    Raises NotFoundError for a block that is not there, and for a user who may not know that it is.
    """
    return find_block(usage_key, user=user, any_of=_MANAGE if manage else _VIEW)


def require_links_of_course(user: Actor, course_key: CourseKey) -> None:
    """Raise NotAllowedError unless the user may see how the links of a course stand."""
    if not may_in_course(user, course_key, CoursePermission.VIEW):
        require_in_course(user, course_key, CoursePermission.VIEW_LIBRARY_UPDATES)


def require_syncs_of_course(user: Actor, course_key: CourseKey) -> None:
    """Raise NotAllowedError unless the user may sync what is linked in a course."""
    if not may_in_course(user, course_key, CoursePermission.EDIT):
        require_in_course(user, course_key, CoursePermission.MANAGE_LIBRARY_UPDATES)


def closed_libraries(user: Actor, course_key: CourseKey, library_keys: Collection[str]) -> frozenset[str]:
    """
    Those of the libraries of whose links in a course the user may not know how they stand.

    A library that does not exist is nobody's secret. A constant number of queries.
    """
    if may_in_course(user, course_key, CoursePermission.VIEW_LIBRARY_UPDATES):
        return frozenset()
    return closed_to_reuse(user, library_keys)


def closed_to_follow(user: Actor, course_key: CourseKey, library_keys: Collection[str]) -> frozenset[str]:
    """
    Those of the libraries from which a user may not take what they have published into what is linked already.

    That is a right of the course. Whoever does not have it, and may edit the course, needs to view the library. A
    constant number of queries.
    """
    if may_in_course(user, course_key, CoursePermission.MANAGE_LIBRARY_UPDATES):
        return frozenset()
    return closed_to_reuse(user, library_keys)


def closed_to_reuse(user: Actor, library_keys: Collection[str]) -> frozenset[str]:
    """Those of the libraries that the user may not view, so that nothing in them can be linked anew. One query."""
    if not library_keys:
        return frozenset()
    refs = "learning_package__package_ref"
    named = {f"{refs}__in": list(library_keys)}
    viewable = viewable_libraries(user).filter(**named).order_by().values("pk")
    return frozenset(ContentLibrary.objects.filter(**named).exclude(pk__in=viewable).values_list(refs, flat=True))


def require_follow(user: Actor, usage_key: UsageKey, upstream: ItemKey) -> None:
    """Raise UpstreamNotAllowedError unless the user may take what the library has published (``closed_to_follow``)."""
    if closed_to_follow(user, usage_key.course_key, [str(library_key_of(upstream))]):
        raise UpstreamNotAllowedError(explain(LinkState.INACCESSIBLE, str(upstream), usage_key))


def require_state(user: Actor, usage_key: UsageKey, upstream: ItemKey) -> None:
    """Raise UpstreamNotAllowedError unless the user may see what the library has published (``closed_libraries``)."""
    if closed_libraries(user, usage_key.course_key, [str(library_key_of(upstream))]):
        raise UpstreamNotAllowedError(explain(LinkState.INACCESSIBLE, str(upstream), usage_key))


def may_view_library(user: Actor, library_key: LibraryLocatorV2) -> bool:
    """Whether a user may view a library; also True for one that does not exist, which is nobody's secret."""
    try:
        access_library(user, library_key, Permission.VIEW)
    except NotAllowedError:
        return False
    except NotFoundError:
        return True
    return True
