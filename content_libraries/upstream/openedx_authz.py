"""
Uses internals of openedx-authz, beyond its ``api`` and its ``constants``.

*Rows of roles.* The api loads all roles of all users, and keeps them in each process. ``libraries.roles`` and
``courses.roles`` read the tables instead: one indexed query finds the roles of one user, and sees the current state
(ADR 0010). Roles are given and taken through the api. We use ``ExtendedCasbinRule`` with its relations to subjects
and scopes, and the columns ``ptype``, ``v1`` (the role) and ``v2`` (the scope) of the table of casbin. This can go
when the api lists the scopes in which a user has a role, with one query of the database.

*The cache of the engine.* The engine refuses to store a role that is in its cache, and the cache keeps roles of rolled
back transactions and of deleted libraries and courses. ``AuthzEnforcer.invalidate_policy_cache`` makes all processes
read the stored roles again. This can go when giving a role does so itself.

*Users without profiles.* The lists of who has which role join ``User.profile`` (``api.utils.get_user_map``), which
users of plain Django do not have. The function is replaced. This can go when a release accepts users without
profiles.

Besides, ``libraries.authz`` derives from the REST views, and corrects them: see ``docs/reference/workarounds.rst``.

Seen with openedx-authz 1.35.0.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final

from django.contrib.auth import get_user_model
from django.db.models import F, QuerySet
from openedx_authz.api import utils
from openedx_authz.engine.enforcer import AuthzEnforcer
from openedx_authz.models import ExtendedCasbinRule

if TYPE_CHECKING:
    from django.contrib.auth.models import User

_VIEWS: Final = "openedx_authz.rest_api.v1.views"


def assignments(role_names: Iterable[str]) -> QuerySet[Any]:
    """
    Return the rows that give users one of some roles.

    Each row has the ``stored_role`` and the ``stored_scope``, named as openedx-authz stores them, with its prefixes.
    """
    rows: QuerySet[Any] = ExtendedCasbinRule.objects.filter(
        subject__usersubject__user__isnull=False, casbin_rule__ptype="g", casbin_rule__v1__in=list(role_names)
    )
    return _with_names(rows)


def assignments_of(user: User, role_names: Iterable[str]) -> QuerySet[Any]:
    """Return the rows that give a user one of some roles, found by indexed columns; as ``assignments``."""
    rows: QuerySet[Any] = ExtendedCasbinRule.objects.filter(
        subject__usersubject__user=user, casbin_rule__ptype="g", casbin_rule__v1__in=list(role_names)
    )
    return _with_names(rows)


def with_usernames(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Return rows of assignments with ``who``: the name of the user."""
    named: QuerySet[Any] = rows.annotate(who=F("subject__usersubject__user__username"))
    return named


def libraries_of(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Return the primary keys of the libraries in rows of assignments. Ignores groups of libraries."""
    return rows.filter(scope__isnull=False).values("scope__contentlibraryscope__content_library")


def courses_of(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Return the primary keys of the courses in rows of assignments. Ignores groups of courses."""
    return rows.filter(scope__isnull=False).values("scope__coursescope__course_overview")


def _with_names(rows: QuerySet[Any]) -> QuerySet[Any]:
    named: QuerySet[Any] = rows.annotate(stored_role=F("casbin_rule__v1"), stored_scope=F("casbin_rule__v2"))
    return named


def forget_remembered_roles() -> None:
    """Make the engine read the stored roles again, in all processes, before it decides the next time."""
    AuthzEnforcer.invalidate_policy_cache()


def let_users_have_no_profile() -> None:
    """
    Make openedx-authz list users without profiles; call this when models are loaded.

    Nothing changes on sites whose users have profiles. On other sites, responses lack only the full name, which would
    come from the profile.
    """
    if "profile" not in {field.name for field in get_user_model()._meta.get_fields()}:
        views: Any = sys.modules.get(_VIEWS)  # loaded views have imported the function already
        utils.get_user_map = _active_users
        if views is not None:
            views.get_user_map = _active_users


def _active_users(usernames: Iterable[str]) -> dict[str, User]:
    users = get_user_model().objects.filter(username__in=usernames, is_active=True)
    return {user.username: user for user in users}
