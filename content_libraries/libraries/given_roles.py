"""
Gives, changes and takes roles of users in one library.

openedx-authz stores roles, and writes each change to its audit log, with the user who made it. The same rules apply as
for levels in ``team.py``: only users who may manage the team may do this, and a library keeps an administrator.
"""

from __future__ import annotations

from django.contrib.auth.models import User
from django.utils.translation import gettext as _

from ..actors import Actor
from ..errors import InvalidInputError, NotFoundError
from ..keys import LibraryLocatorV2
from . import roles
from .access import access_library
from .data import Permission, Role
from .models import AccessLevel, ContentLibrary, ContentLibraryPermission
from .team import OnlyAdminError, changing_team


def find_member(library_key: LibraryLocatorV2, *, user: Actor, name: str) -> User:
    """
    Find a user who could get a role in a library, by username or e-mail address. Needs EDIT_TEAM.

    Raises NotFoundError; NotAllowedError; and InvalidInputError if no user, or more than one user, is meant.
    """
    access_library(user, library_key, Permission.EDIT_TEAM)
    users = User.objects
    found = users.filter(username=name)[:1] or users.filter(email__iexact=name).exclude(email="")[:2]
    if len(found) != 1:
        raise InvalidInputError(
            _("No user, or more than one user, has the name or e-mail address “%(name)s”.") % {"name": name},
            field="member",
        )
    return found[0]


def give_role(library_key: LibraryLocatorV2, *, user: Actor, member: User, role: Role) -> None:
    """
    Give a user a role in a library, beside the user's other roles and level.

    Does nothing if the user has the role already. Raises NotFoundError, and NotAllowedError if the actor may not manage
    the team.
    """
    with changing_team(library_key, user):
        roles.assign(member, role, library_key)


def change_role(library_key: LibraryLocatorV2, *, user: Actor, member: User, old: Role, new: Role) -> None:
    """
    Replace a role of a user in a library by another one.

    Raises NotFoundError, also if the user does not have the old role; NotAllowedError; and OnlyAdminError.
    """
    with changing_team(library_key, user) as library:
        _check_held(library_key, member, old)
        if new is old:
            return
        if old is Role.ADMIN:
            _check_admins(library, member)
        roles.withdraw(member, [old], library_key)
        roles.assign(member, new, library_key)


def take_role(library_key: LibraryLocatorV2, *, user: Actor, member: User, role: Role) -> None:
    """
    Take a role in a library from a user. The user's level there, and roles for the organization, stay.

    Raises NotFoundError, also if the user does not have the role; NotAllowedError; and OnlyAdminError.
    """
    with changing_team(library_key, user) as library:
        _check_held(library_key, member, role)
        if role is Role.ADMIN:
            _check_admins(library, member)
        roles.withdraw(member, [role], library_key)


def _check_held(library_key: LibraryLocatorV2, member: User, role: Role) -> None:
    if (role, str(library_key)) not in roles.roles_in(member, library_key):
        raise NotFoundError(
            _("“%(member)s” does not have the role “%(role)s” in %(library)s.")
            % {"member": member, "role": role, "library": library_key}
        )


def _check_admins(library: ContentLibrary, member: User) -> None:
    """Raise OnlyAdminError unless the library has an administrator apart from this role of the member."""
    key = library.library_key
    levels = ContentLibraryPermission.objects.filter(library=library, access_level=AccessLevel.ADMIN)
    others = roles.all_assignments([Role.ADMIN], library_key=key).exclude(who=member.username, where=str(key))
    if not levels.exists() and not others.exists():
        raise OnlyAdminError(_("Cannot change or take the role of the only admin. Make somebody else one first."))
