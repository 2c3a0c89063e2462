"""
Roles of libraries in openedx-authz. No other module of this room asks that package about libraries.

Roles are given and taken through its API, but read from its tables (``upstream.openedx_authz``, ADR 0010).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING, Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Concat, Substr
from openedx_authz import api as authz_api
from organizations.models import Organization

from ..upstream import openedx_authz
from .data import Role

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from ..keys import LibraryLocatorV2

_ROLE_PREFIX = f"{authz_api.RoleData.NAMESPACE}{authz_api.RoleData.SEPARATOR}"
_EVERY_LIBRARY = authz_api.PlatformContentLibraryGlobData.build_external_key()


def assign(user: User, role: Role, library_key: LibraryLocatorV2) -> None:
    """Give a user a role in one library. Does nothing if the user has the role already."""
    # Roles of rolled back transactions and of deleted libraries would not be stored again.
    openedx_authz.forget_remembered_roles()
    authz_api.assign_role_to_user_in_scope(user.username, role.value, str(library_key))


def withdraw(user: User, roles: Collection[Role], library_key: LibraryLocatorV2) -> None:
    """Take roles that a user has in one library. Roles for an organization or for all libraries stay."""
    held = _assignments(user, roles).filter(stored_scope=_namespaced(str(library_key)))
    for name in held.values_list("stored_role", flat=True):
        authz_api.unassign_role_from_user(user.username, _role(name).value, str(library_key))


def forget_deleted_library() -> None:
    """
    Let all processes notice that the roles in a deleted library are gone.

    openedx-authz deletes the roles themselves, because its scopes refer to the library.
    """
    openedx_authz.forget_remembered_roles()


def roles_in(user: User, library_key: LibraryLocatorV2) -> Iterator[tuple[Role, str]]:
    """
    Find the roles of a user that apply to a library, in one query.

    Yields: the role, and where it was given: the library's key, ``lib:ORG:*`` or ``lib:*``.
    """
    external_keys = {_namespaced(key): key for key in _scopes_of(library_key)}
    held = _assignments(user, Role).filter(stored_scope__in=external_keys)
    for name, namespaced_key in held.values_list("stored_role", "stored_scope").order_by("pk"):
        yield _role(name), external_keys[namespaced_key]


def libraries_with_role(user: User, roles: Collection[Role]) -> Q:
    """Return a filter for the libraries in which the user has one of the roles, given in any scope."""
    held = _assignments(user, roles)
    return (
        Q(pk__in=openedx_authz.libraries_of(held))
        | Q(org__in=organizations_with_role(user, roles))
        | Q(Exists(held.filter(stored_scope=_namespaced(_EVERY_LIBRARY))))
    )


def organizations_with_role(user: User, roles: Collection[Role]) -> QuerySet[Organization]:
    """Return the organizations in all of whose libraries the user has one of the roles."""
    every_library_of_org = Concat(Value(_namespaced("lib:")), OuterRef("short_name"), Value(":*"))
    held = _assignments(user, roles).filter(stored_scope=every_library_of_org)
    organizations: QuerySet[Organization] = Organization.objects.filter(Exists(held))
    return organizations


def all_assignments(roles: Collection[Role], *, library_key: LibraryLocatorV2 | None = None) -> QuerySet[Any]:
    """
    List which users have one of the roles (``who``, ``what``), and ``where``: the key of a library, ``lib:ORG:*`` or
    ``lib:*``.

    Args:
        library_key: list only roles that apply to this library.
    """
    held = openedx_authz.assignments(_stored_names(roles))
    if library_key is not None:
        held = held.filter(stored_scope__in=[_namespaced(key) for key in _scopes_of(library_key)])
    named: QuerySet[Any] = openedx_authz.with_usernames(held).annotate(
        what=Substr("stored_role", 1 + len(_ROLE_PREFIX)), where=Substr("stored_scope", 1 + len(_namespaced("")))
    )
    return named


def _assignments(user: User, roles: Collection[Role]) -> QuerySet[Any]:
    return openedx_authz.assignments_of(user, _stored_names(roles))


def _stored_names(roles: Collection[Role]) -> list[str]:
    return [authz_api.RoleData(external_key=role.value).namespaced_key for role in roles]


def _scopes_of(library_key: LibraryLocatorV2) -> tuple[str, ...]:
    """Return the scopes of roles that apply to a library: the library itself, its organization, and all libraries."""
    scope = authz_api.ContentLibraryData(external_key=str(library_key))
    return (scope.external_key, *scope.ancestors)


def _role(namespaced_key: str) -> Role:
    return Role(authz_api.RoleData(namespaced_key=namespaced_key).external_key)


def _namespaced(external_key: str) -> str:
    """Return the scope of a library, or of a group of libraries, in the form in which openedx-authz stores it."""
    return f"{authz_api.ContentLibraryData.NAMESPACE}{authz_api.ContentLibraryData.SEPARATOR}{external_key}"
