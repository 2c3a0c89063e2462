"""Finds the scopes that a request to the API of openedx-authz acts on, and checks whether its user may."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from openedx_authz import api as authz_api
from rest_framework.exceptions import ValidationError
from rest_framework.fields import SkipField
from rest_framework.request import Request
from rest_framework.serializers import BaseSerializer

from ... import conf
from ...actors import is_global_staff
from ...errors import NotFoundError
from ...rest.bodies import require_few
from ..access import get_library, may
from ..data import Permission

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser, User


def may_reach(user: User | AnonymousUser, scope: authz_api.ScopeData, *, manage: bool) -> bool:
    """
    Return whether a user may view, or change, who has which role in a scope.

    The permission backend of the site decides about single libraries; openedx-authz decides about organizations,
    courses and whole platforms. Inactive accounts may do nothing, even if they have roles.
    """
    if not user.is_active or is_global_staff(user):
        return user.is_active
    if isinstance(scope, authz_api.ContentLibraryData):
        try:
            library = get_library(scope.library_key)
        except NotFoundError:
            return False
        return may(user, library, Permission.EDIT_TEAM if manage else Permission.VIEW_TEAM)
    needed = scope.get_admin_manage_permission() if manage else scope.get_admin_view_permission()
    return bool(authz_api.is_user_allowed(user.username, needed.identifier, scope.external_key))


def parse_scope(text: str) -> authz_api.ScopeData:
    """
    Parse the key of a library, a course, or of all of them: ``lib:ORG:SLUG``, ``lib:ORG:*``, ``course-v1:*``.

    Raises:
        ValueError: the text is not such a key.
    """
    scope = authz_api.ScopeData(external_key=text)
    if type(scope) is authz_api.ScopeData:  # this kind of scope has no team
        raise ValueError(_("“%(scope)s” is not a scope in which users have roles.") % {"scope": text})
    return scope


def scopes_of(serializer: BaseSerializer[object]) -> list[authz_api.ScopeData]:
    """
    Return the scopes that a view will find in the data of its serializer.

    The serializer's own fields read them, so that repeated parameters, indexes (``scopes[0]``), blanks and types mean
    the same here as in the view. Scopes are not looked up: a user who may not reach a scope does not learn whether it
    exists.

    Args:
        serializer: the serializer of the view, with the data that the view will give it.

    Raises:
        ValidationError: the data is of the wrong kind, has a value that is not a scope, or asks for more roles (scopes
            times users) than the site allows at once.
    """
    if not isinstance(serializer.initial_data, Mapping):
        raise ValidationError(_("Send an object with named fields."))
    users = texts_of(serializer, "users")
    texts = [(name, text) for name in ("scope", "scopes") for text in texts_of(serializer, name)]
    require_few(max(1, len(users)) * len(texts), most=conf.ROLES_MAX_ITEMS, field="users" if users else "scopes")
    return [_parse(name, text) for name, text in texts]


def texts_of(serializer: BaseSerializer[object], name: str) -> list[str]:
    """
    Return the texts that a field of a serializer finds in its data, or no texts if the serializer lacks the field.

    Raises:
        ValidationError: the data is not valid for the field.
    """
    fields: Mapping[str, Any] = serializer.fields  # type: ignore[attr-defined]
    if name not in fields:
        return []
    try:
        value = fields[name].run_validation(fields[name].get_value(serializer.initial_data))
    except ValidationError as error:
        raise ValidationError({name: error.detail}) from error
    except SkipField:
        return []
    return [] if value is None else [value] if isinstance(value, str) else list(value)


def refuse_contradictions(request: Request, *, in_body: bool) -> None:
    """
    Refuse a request that names scopes in a place where its view does not read them, or one scope several times.

    Args:
        in_body: whether the view reads the scopes in the body, rather than in the query.

    Raises:
        ValidationError: with the name of the field.
    """
    unread, place = (request.query_params, _("body")) if in_body else (request.data, _("query"))
    for name in unread if isinstance(unread, Mapping) else ():
        if str(name).strip().lower().startswith("scope"):
            raise ValidationError({name: [_("Name scopes in the %(place)s only.") % {"place": place}]})
    read = request.data if in_body else request.query_params
    given: Sequence[Any] = read.getlist("scope") if hasattr(read, "getlist") else ()
    if len(given) > 1:
        raise ValidationError({"scope": [_("Name one scope.")]})


def _parse(name: str, text: str) -> authz_api.ScopeData:
    try:
        return parse_scope(text)
    except ValueError as error:
        raise ValidationError({name: [str(error)]}) from error
