"""
Checks permissions. The site's permission backend decides.

Decisions are remembered during a request, so that a view and the api function that it calls need one check (ADR 0043).
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING, Any, Final, Protocol

from crum import get_current_request
from django.db.models import QuerySet
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from organizations.models import Organization

from .. import conf
from ..actors import Actor, is_global_staff, is_operator
from ..errors import NotAllowedError, NotFoundError
from ..keys import CourseKey, LibraryLocatorV2
from .data import Explanation, Grant, GrantKind, Permission
from .models import ContentLibrary
from .permissions import permission_backend

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser, User


class _CourseBackend(Protocol):
    """The part of the courses' permission backend that is used here. The backend itself belongs to a room above."""

    def permissions(self, user: User | AnonymousUser, course_key: CourseKey) -> Collection[str]: ...


_VIEW_LIBRARY_UPDATES: Final = "courses.view_library_updates"
_OPERATOR: Final = Grant(GrantKind.OPERATOR, "", "", frozenset(Permission))
_MEMORY: Final = "_content_libraries_access"
"""Attribute of a request that holds the libraries and grants that were looked up during the request."""


def get_library(library_key: LibraryLocatorV2) -> ContentLibrary:
    """Find a library. Checks no permission. Raises NotFoundError."""
    try:
        return ContentLibrary.objects.get_by_key(library_key)
    except ContentLibrary.DoesNotExist:
        raise NotFoundError(_("There is no library “%(library)s”.") % {"library": library_key}) from None


def package_pk(library: ContentLibrary) -> int:
    """Return the pk of the library's learning package. Raises NotFoundError for a library that has none."""
    if library.learning_package_id is None:
        raise NotFoundError(_("The library “%(library)s” has no content.") % {"library": library.library_key})
    return library.learning_package_id


def access_library(user: Actor, library_key: LibraryLocatorV2, permission: Permission) -> ContentLibrary:
    """
    Find a library for a user who needs a permission in it.

    Args:
        user: the user who asks.
        library_key: the library.
        permission: the permission that the user needs.

    Returns: the library, with ``org`` and ``learning_package`` loaded. During a request it is read once.
    Raises NotFoundError, and NotAllowedError for a user without the permission.
    """
    library = _library(library_key)
    require(user, library, permission)
    return library


def require(user: Actor, library: ContentLibrary, permission: Permission) -> None:
    """Raise NotAllowedError unless the user has the permission in the library."""
    if not may(user, library, permission):
        raise NotAllowedError(
            _(
                "“%(user)s” lacks the permission %(permission)s in %(library)s. An administrator of the"
                " library can give it."
            )
            % {"user": user, "permission": permission.value, "library": library.library_key}
        )


def may(user: Actor, library: ContentLibrary, permission: Permission) -> bool:
    """Return whether the user has the permission in the library. Takes at most two queries, once in a request."""
    return any(permission in grant.permissions for grant in _grants(user, library))


def explain(user: Actor, library: ContentLibrary, permission: Permission) -> Explanation:
    """List the user's roles, grants and flags, separated by whether they give the permission."""
    grants = _grants(user, library)
    return Explanation(
        permission=permission,
        allowing=tuple(grant for grant in grants if permission in grant.permissions),
        other=tuple(grant for grant in grants if permission not in grant.permissions),
        active=is_operator(user) or user.is_active,
    )


def viewable_libraries(user: Actor) -> QuerySet[ContentLibrary]:
    """
    Return the libraries that the user may VIEW, each once.

    It takes one query, which also loads ``org`` and ``learning_package``.
    """
    libraries = ContentLibrary.objects.select_related("org", "learning_package")
    return libraries if is_operator(user) else permission_backend().viewable(user, libraries)


def views_everything(user: Actor) -> bool:
    """Return whether the user may view all libraries and courses of the site, also future ones."""
    return is_operator(user) or permission_backend().views_everything(user)


def viewable_organizations(user: User | AnonymousUser) -> QuerySet[Organization]:
    """Return the organizations in which a role lets the user view all libraries, present and future, in one query."""
    return permission_backend().viewable_organizations(user)


def require_create(user: Actor) -> None:
    """Raise NotAllowedError unless the user may create libraries."""
    if not may_create(user):
        raise NotAllowedError(_("“%(user)s” may not create libraries. Ask the staff of the site.") % {"user": user})


def may_create(user: Actor) -> bool:
    """Return whether the user may create libraries."""
    return is_operator(user) or permission_backend().may_create(user)


def author_pk(user: Actor) -> int | None:
    """Return the user's pk for the history of content; None for the operator and for anonymous users."""
    return None if is_operator(user) else user.pk


def may_see(user: Actor, owner_pk: int | None) -> bool:
    """Return whether the actor may see an object that belongs to the user with this id. Staff may see everything."""
    return is_operator(user) or owner_pk == user.pk or is_global_staff(user)


def forget_access() -> None:
    """Forget the libraries and grants that were looked up in this request, because something about them has changed."""
    if (memory := _memory()) is not None:
        memory.clear()


def views_library_updates(user: Actor, course_key: CourseKey) -> bool:
    """Return whether the user may view library updates in a course, as the site's backend for courses decides."""
    if is_operator(user):
        return True
    backend: _CourseBackend = import_string(conf.COURSE_PERMISSION_BACKEND.value)()
    return _VIEW_LIBRARY_UPDATES in backend.permissions(user, course_key)


def _memory() -> dict[str, Any] | None:
    """Return what this request has looked up; None outside of requests, where a revoked role has to stop a job."""
    request = get_current_request()
    if request is None:
        return None
    memory: dict[str, Any] = request.__dict__.setdefault(_MEMORY, {})
    return memory


def _library(library_key: LibraryLocatorV2) -> ContentLibrary:
    """Find a library, once in a request."""
    return once_in_request(str(library_key), lambda: get_library(library_key))


def _grants(user: Actor, library: ContentLibrary) -> tuple[Grant, ...]:
    if is_operator(user):
        return (_OPERATOR,)
    return once_in_request(f"{user.pk}:{library.pk}", lambda: tuple(permission_backend().grants(user, library)))


def once_in_request[T](name: str, look_up: Callable[[], T]) -> T:
    """
    Return the result that this request has stored under a name; call the function for it the first time.

    Whatever changes a result calls ``forget_access``.
    """
    memory = _memory()
    if memory is None:
        return look_up()
    if name not in memory:
        memory[name] = look_up()
    found: T = memory[name]
    return found
