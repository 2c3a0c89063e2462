"""
The team of a library as the older API knows it: levels of users and groups.

Roles of openedx-authz are not listed here. But a user who gets a lower level, or is removed, also loses the roles in
this library that allow more. Otherwise the creator of a library, who has a level and a role, could never be removed.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, User
from django.db import transaction
from django.db.models import F, QuerySet
from django.utils.translation import gettext

from ..actors import Actor
from ..errors import ConflictError, InvalidInputError, NotFoundError
from ..keys import LibraryLocatorV2
from . import roles
from .access import access_library, forget_access
from .data import PERMISSIONS_OF, Permission, Role, TeamMember
from .models import AccessLevel, ContentLibrary, ContentLibraryPermission


class OnlyAdminError(ConflictError):
    """The change would leave a library without an administrator."""

    code = "only_admin"


def team(library_key: LibraryLocatorV2, *, user: Actor) -> list[TeamMember]:
    """
    List the team of a library: groups by name, then users by username.

    Raises NotFoundError and NotAllowedError.
    """
    return [_member(grant) for grant in _grants(access_library(user, library_key, Permission.VIEW_TEAM))]


def team_member(library_key: LibraryLocatorV2, *, user: Actor, member: User) -> TeamMember:
    """Return the entry of one user. Raises NotAllowedError, and NotFoundError, also if the user has no level."""
    library = access_library(user, library_key, Permission.VIEW_TEAM)
    grant = _grants(library).filter(user=member).first()
    if grant is None:
        raise NotFoundError(
            gettext("“%(member)s” is not in the team of %(library)s.") % {"member": member, "library": library_key}
        )
    return _member(grant)


def add_team_member(library_key: LibraryLocatorV2, *, user: Actor, email: str, level: AccessLevel) -> TeamMember:
    """
    Give a level to a user, who is found by e-mail address.

    Raises NotFoundError and NotAllowedError; InvalidInputError if no user, or more than one user, has the address, or
    if the user has a level already (wire: team-add).
    """
    library = access_library(user, library_key, Permission.EDIT_TEAM)
    found = get_user_model().objects.filter(email__iexact=email)[:2]
    if len(found) != 1:
        raise InvalidInputError(gettext("We could not find a user with that email address."), field="email")
    grant, created = ContentLibraryPermission.objects.get_or_create(
        library=library, user=found[0], defaults={"access_level": level}
    )
    if not created:
        raise InvalidInputError(gettext("This user already has access to this library."), field="email", as_list=True)
    forget_access()
    return _member(grant)


def set_user_level(library_key: LibraryLocatorV2, *, user: Actor, member: User, level: AccessLevel) -> TeamMember:
    """
    Give a user a level, or change it.

    Raises NotFoundError, NotAllowedError, and OnlyAdminError for the only administrator.
    """
    with _changing_user(library_key, user, member, allowed=PERMISSIONS_OF[level]) as library:
        grant, _ = ContentLibraryPermission.objects.update_or_create(
            library=library, user=member, defaults={"access_level": level}
        )
    return _member(grant)


def remove_user(library_key: LibraryLocatorV2, *, user: Actor, member: User) -> None:
    """
    Remove a user from the team. Does nothing if the user is not in the team.

    Raises NotFoundError, NotAllowedError, and OnlyAdminError for the only administrator.
    """
    with _changing_user(library_key, user, member, allowed=frozenset()) as library:
        ContentLibraryPermission.objects.filter(library=library, user=member).delete()


def set_group_level(library_key: LibraryLocatorV2, *, user: Actor, group: Group, level: AccessLevel) -> TeamMember:
    """Give a group a level, or change it. Raises NotFoundError and NotAllowedError."""
    library = access_library(user, library_key, Permission.EDIT_TEAM)
    grant, _ = ContentLibraryPermission.objects.update_or_create(
        library=library, group=group, defaults={"access_level": level}
    )
    forget_access()
    return _member(grant)


def remove_group(library_key: LibraryLocatorV2, *, user: Actor, group: Group) -> None:
    """
    Remove a group from the team. Does nothing if the group is not in the team.

    Raises NotFoundError and NotAllowedError.
    """
    library = access_library(user, library_key, Permission.EDIT_TEAM)
    ContentLibraryPermission.objects.filter(library=library, group=group).delete()
    forget_access()


@contextmanager
def changing_team(library_key: LibraryLocatorV2, user: Actor) -> Iterator[ContentLibrary]:
    """
    Yield a library whose team the user may manage, and lock the team until the end of the block.

    So two administrators cannot remove each other at the same moment, whether they have roles or levels.
    """
    library = access_library(user, library_key, Permission.EDIT_TEAM)
    with transaction.atomic():
        yield ContentLibrary.objects.select_related(None).select_for_update().get(pk=library.pk)
    forget_access()


@contextmanager
def _changing_user(
    library_key: LibraryLocatorV2, user: Actor, member: User, *, allowed: frozenset[Permission]
) -> Iterator[ContentLibrary]:
    """
    Yield the library with its team locked, and take all roles that allow more than ``allowed`` from the member.

    Both happen in one transaction. Raises OnlyAdminError for the only administrator by level.
    """
    with changing_team(library_key, user) as library:
        admins = ContentLibraryPermission.objects.filter(library=library, access_level=AccessLevel.ADMIN)
        if [grant.user_id for grant in admins] == [member.pk]:
            raise OnlyAdminError(gettext("Cannot change or remove the access level for the only admin."))
        yield library
        roles.withdraw(member, [role for role in Role if not PERMISSIONS_OF[role] <= allowed], library_key)


def _grants(library: ContentLibrary) -> QuerySet[ContentLibraryPermission]:
    return (
        ContentLibraryPermission.objects.filter(library=library)
        .select_related("user", "group")
        .order_by(F("user__username").asc(nulls_first=True), "group__name")
    )


def _member(grant: ContentLibraryPermission) -> TeamMember:
    if grant.user is None:
        return TeamMember(access_level=grant.access_level, group_name=str(grant.group))
    return TeamMember(access_level=grant.access_level, username=grant.user.username, email=grant.user.email)
