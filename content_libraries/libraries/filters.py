"""
Changes the REST API of openedx-authz through its filters.

They run wherever its views are mounted. ``plugin_settings`` puts them into ``OPEN_EDX_FILTERS_CONFIG``.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from crum import get_current_user
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from openedx_filters import PipelineStep

from ..errors import NotFoundError
from ..keys import library_key
from .access import get_library, may
from .authz.scopes import may_reach, parse_scope
from .data import Permission

if TYPE_CHECKING:
    from django.contrib.auth.models import User


class LibraryPermissions(PipelineStep):
    """
    Makes openedx-authz report the same permissions in a library as ``access.may``.

    Other permissions of active users are reported unchanged.

    Frontends ask what their user may do, and show or hide buttons accordingly. openedx-authz itself knows roles only:
    it ignores the older levels, the flags of a library and the permission backend of the site, and honors the roles of
    inactive accounts. The reported permissions have to agree with the enforced ones.

    A step for ``org.openedx.authz.permission_validation.requested.v1``.
    """

    def run_filter(self, items: list[dict[str, Any]], **kwargs: object) -> dict[str, object]:
        user = _user()
        return {"items": [_as_enforced(user, item) for item in items], **kwargs}


class TeamPermissions(PipelineStep):
    """
    Refuses to give or take roles in a scope whose team the user may not manage.

    openedx-authz passes exactly the scopes that it will write next, no matter which part of the request named them.

    A step for ``org.openedx.authz.role_assignment.requested.v1`` and ``…role_removal.requested.v1``.
    """

    def run_filter(self, items: dict[str, Any], **kwargs: object) -> dict[str, object]:
        user = _user()
        scopes = [*items.get("scopes", ()), *([items["scope"]] if "scope" in items else ())]
        if not all(may_reach(user, parse_scope(scope), manage=True) for scope in scopes):
            raise PermissionDenied
        return {"items": items, **kwargs}


def _as_enforced(user: User | AnonymousUser, item: dict[str, Any]) -> dict[str, Any]:
    if not user.is_active:
        return {**item, "allowed": False}
    with suppress(ValueError, NotFoundError):  # not an action of ours, not a library, or not there
        permission = Permission(item["action"])
        library = get_library(library_key(item.get("scope") or ""))
        return {**item, "allowed": may(user, library, permission)}
    return item


def _user() -> User | AnonymousUser:
    """
    Return the user of the request.

    Returns an anonymous user, and not the operator, if no middleware has set a user.
    """
    user: User | AnonymousUser = get_current_user() or AnonymousUser()
    return user
