"""The teams of all libraries in one list for the staff of the site: roles of openedx-authz and older grants."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from django.db.models import BooleanField, CharField, ExpressionWrapper, F, Q, QuerySet, Value
from django.db.models.functions import Coalesce, Concat
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ..actors import Actor
from ..errors import NotAllowedError
from ..keys import LibraryLocatorV2
from . import roles
from .access import access_library, views_everything
from .data import PERMISSIONS_OF, GrantKind, Permission, Role
from .models import AccessLevel, ContentLibraryPermission

_WORDS: Final = {
    Permission.VIEW: gettext_lazy("view"),
    Permission.EDIT: gettext_lazy("edit"),
    Permission.PUBLISH: gettext_lazy("publish"),
    Permission.VIEW_TEAM: gettext_lazy("view the team"),
    Permission.EDIT_TEAM: gettext_lazy("manage the team"),
    Permission.DELETE: gettext_lazy("delete the library"),
}
ROLE_NAMES: Final = {
    Role.USER: gettext_lazy("Library user"),
    Role.CONTRIBUTOR: gettext_lazy("Library contributor"),
    Role.AUTHOR: gettext_lazy("Library author"),
    Role.ADMIN: gettext_lazy("Library administrator"),
}
"""Role -> its name for people."""
_COLUMNS: Final = ("where", "who", "for_group", "what", "of_kind")


@dataclass(frozen=True, slots=True)
class TeamEntry:
    """
    One line of a team.

    Args:
        scope: where the role or level was given: the key of a library, ``lib:ORG:*`` or ``lib:*``.
        member: a username, or the name of a group.
        is_group: whether the member is a group.
        name: a Role or an AccessLevel.
        kind: GrantKind.ROLE or GrantKind.LEVEL.
    """

    scope: str
    member: str
    is_group: bool
    name: str
    kind: GrantKind

    @property
    def permissions(self) -> frozenset[Permission]:
        """Return the permissions that the role or level gives."""
        return PERMISSIONS_OF[self.name]

    @property
    def is_changeable(self) -> bool:
        """Return whether the entry is a role in one library, which ``change_role`` and ``take_role`` accept."""
        return self.kind is GrantKind.ROLE and not self.scope.endswith("*")

    @property
    def title(self) -> str:
        """Return the name of the role or level for people."""
        return str(ROLE_NAMES[Role(self.name)] if self.kind is GrantKind.ROLE else AccessLevel(self.name).label)

    @property
    def allows(self) -> str:
        """Describe the permissions in words."""
        return ", ".join(str(words) for permission, words in _WORDS.items() if permission in self.permissions)


def list_team_entries(
    *, user: Actor, text: str = "", name: str = "", library_key: LibraryLocatorV2 | None = None
) -> QuerySet[Any, Any]:
    """
    List which users and groups have which role or level in which library.

    Only staff of the site may do this.

    Args:
        text: part of a username, of the name of a group, or of the key of a library.
        name: only this role or level.
        library_key: only roles and levels that apply to this library, including roles in its organization.

    Returns: a queryset of one query, ordered by scope and member, for ``team_entry``. Raises NotAllowedError.
    """
    if not views_everything(user):
        raise NotAllowedError(
            _("“%(user)s” may not see the teams of all libraries. Ask the staff of the site.") % {"user": user}
        )
    return _entries(text, name, library_key)


def library_team(library_key: LibraryLocatorV2, *, user: Actor) -> QuerySet[Any, Any]:
    """
    List which users and groups have which role or level in one library. Needs VIEW_TEAM.

    Roles in the organization of the library, and in all libraries, are included.

    Returns: a queryset of one query, ordered by scope and member, for ``team_entry``. Raises NotFoundError and
    NotAllowedError.
    """
    access_library(user, library_key, Permission.VIEW_TEAM)
    return _entries("", "", library_key)


def _entries(text: str, name: str, library_key: LibraryLocatorV2 | None) -> QuerySet[Any, Any]:
    held = roles.all_assignments([role for role in Role if name in ("", role)], library_key=library_key)
    held = held.annotate(for_group=Value(False), of_kind=_text(GrantKind.ROLE))
    found = Q(where__icontains=text) | Q(who__icontains=text)
    levels = _levels(name, library_key).filter(found).values_list(*_COLUMNS)
    entries: QuerySet[Any, Any] = held.filter(found).values_list(*_COLUMNS).union(levels, all=True)
    return entries.order_by(*_COLUMNS)


def team_entry(row: tuple[str, str, bool, str, str]) -> TeamEntry:
    """Convert a row of ``list_team_entries`` to a TeamEntry."""
    scope, member, is_group, name, kind = row
    return TeamEntry(scope, member, bool(is_group), name, GrantKind(kind))


def _levels(name: str, library_key: LibraryLocatorV2 | None) -> QuerySet[Any, Any]:
    """Return the older grants with the same columns as roles."""
    given = ContentLibraryPermission.objects.filter(
        access_level__in=[level for level in AccessLevel if name in ("", level)]
    )
    if library_key is not None:
        given = given.filter(library__org__short_name=library_key.org, library__slug=library_key.slug)
    named: QuerySet[Any, Any] = given.order_by().annotate(
        where=Concat(Value("lib:"), "library__org__short_name", Value(":"), "library__slug", output_field=CharField()),
        who=Coalesce("user__username", "group__name"),
        for_group=ExpressionWrapper(Q(user=None), BooleanField()),
        what=F("access_level"),
        of_kind=_text(GrantKind.LEVEL),
    )
    return named


def _text(value: str) -> Value:
    return Value(str(value), CharField())
