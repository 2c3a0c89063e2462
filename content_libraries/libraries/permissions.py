"""
The permission backend, which decides whether a user may do something.

A site can replace it by its own class (setting ``CONTENT_LIBRARIES_PERMISSION_BACKEND``), which usually derives from
RoleBackend and adds a source of grants. Other modules ask through ``access``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Protocol

from django.contrib.auth.models import Group
from django.db.models import Exists, Q, QuerySet, Value
from django.utils.module_loading import import_string
from organizations.models import Organization

from .. import conf
from ..actors import is_global_staff
from . import roles
from .data import PERMISSIONS_OF, Grant, GrantKind, Permission, Role
from .models import AccessLevel, ContentLibrary, ContentLibraryPermission

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser, User

_ALL = frozenset(Permission)
_CREATOR = "course creator"
_VIEWING_ROLES = tuple(role for role in Role if Permission.VIEW in PERMISSIONS_OF[role])


class PermissionBackend(Protocol):
    """The interface of permission backends. They are not asked about the operator, who may do everything."""

    def grants(self, user: User | AnonymousUser, library: ContentLibrary) -> Iterator[Grant]:
        """Yield all grants that give the user permissions in the library."""

    def viewable(self, user: User | AnonymousUser, libraries: QuerySet[ContentLibrary]) -> QuerySet[ContentLibrary]:
        """Return the libraries that the user may VIEW, each once, without a query of its own."""

    def views_everything(self, user: User | AnonymousUser) -> bool:
        """Return whether the user may view all libraries and courses of the site, also future ones."""

    def viewable_organizations(self, user: User | AnonymousUser) -> QuerySet[Organization]:
        """Return the organizations whose libraries the user may view, also future ones, in one query."""

    def may_create(self, user: User | AnonymousUser) -> bool:
        """Return whether the user may create libraries at all."""

    def may_create_in(self, user: User | AnonymousUser, org: str, *, exists: bool) -> bool:
        """
        Return whether a user who may create libraries may do so in this organization.

        Args:
            org: short name of the organization.
            exists: False when it would be created with the library.
        """


class RoleBackend:
    """
    A permission backend: global staff, roles of openedx-authz, older grants, and the public flags of the library.

    The wire format defines the rules (wire: permissions). A check costs two queries.
    """

    def grants(self, user: User | AnonymousUser, library: ContentLibrary) -> Iterator[Grant]:
        if library.allow_public_learning:
            yield _flag("allow_public_learning", Permission.LEARN)
        if not user.is_active:  # this includes anonymous users
            return
        if library.allow_public_read:
            yield _flag("allow_public_read", Permission.LEARN)
        if is_global_staff(user):
            yield Grant(GrantKind.STAFF, "", "", _ALL)
            return
        for role, scope in roles.roles_in(user, library.library_key):
            yield Grant(GrantKind.ROLE, role.value, scope, PERMISSIONS_OF[role])
        yield from _grants_of_user_and_groups(user, library)

    def viewable(self, user: User | AnonymousUser, libraries: QuerySet[ContentLibrary]) -> QuerySet[ContentLibrary]:
        if not user.is_active:
            return libraries.none()
        if is_global_staff(user):
            return libraries
        viewing_levels = [level for level in AccessLevel if Permission.VIEW in PERMISSIONS_OF[level]]
        granted = ContentLibraryPermission.objects.filter(_held_by(user), access_level__in=viewing_levels)
        return libraries.filter(
            roles.libraries_with_role(user, _VIEWING_ROLES)
            | Q(pk__in=granted.order_by().values("library"))
            | Q(Exists(_creator_groups(user)), allow_public_read=True)
        )

    def views_everything(self, user: User | AnonymousUser) -> bool:
        return is_global_staff(user)

    def viewable_organizations(self, user: User | AnonymousUser) -> QuerySet[Organization]:
        if not user.is_active:
            none: QuerySet[Organization] = Organization.objects.none()
            return none
        return roles.organizations_with_role(user, _VIEWING_ROLES)

    def may_create(self, user: User | AnonymousUser) -> bool:
        if not user.is_active:
            return False
        return is_global_staff(user) or (conf.ENABLE_CREATOR_GROUP.value and _creator_groups(user).exists())

    def may_create_in(self, user: User | AnonymousUser, org: str, *, exists: bool) -> bool:
        return exists or is_global_staff(user)


def permission_backend() -> PermissionBackend:
    """Return the backend that the site has chosen."""
    backend: PermissionBackend = import_string(conf.PERMISSION_BACKEND.value)()
    return backend


def _grants_of_user_and_groups(user: User, library: ContentLibrary) -> Iterator[Grant]:
    """Yield the older grants of a user, and the grant of course creators in a public library, in one query."""
    held = (
        ContentLibraryPermission.objects.filter(_held_by(user), library=library)
        .order_by()
        .values_list("access_level", "group__name")
    )
    if library.allow_public_read:
        held = held.union(_creator_groups(user).values_list(Value(_CREATOR), "name"))
    for level, group_name in held:
        if level == _CREATOR:
            yield _flag("allow_public_read", Permission.VIEW, Permission.LEARN, scope=group_name)
        else:
            yield Grant(GrantKind.LEVEL, level, group_name or "", PERMISSIONS_OF[level])


def _held_by(user: User) -> Q:
    """Return a filter for the older grants of the user, and of the user's groups."""
    return Q(user=user) | Q(group__in=Group.objects.filter(user=user))


def _creator_groups(user: User) -> QuerySet[Group]:
    """Return the group of course creators if the user is in it, as a queryset."""
    return Group.objects.filter(name=conf.CREATOR_GROUP_NAME.value, user=user)


def _flag(name: str, *permissions: Permission, scope: str = "") -> Grant:
    return Grant(GrantKind.FLAG, name, scope, frozenset(permissions))
