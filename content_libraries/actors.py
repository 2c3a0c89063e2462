"""Actors: users of the site, and the operator of the site."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser, User
    from typing_extensions import TypeIs


class Operator:
    """
    The operator of the site, at a shell or in a scheduled job.

    The operator may do everything. Changes by the operator are recorded without a user.
    """

    __slots__ = ()

    def __repr__(self) -> str:
        return "OPERATOR"


OPERATOR: Final = Operator()

type Actor = User | AnonymousUser | Operator
"""A user of the site, an anonymous user, or the operator. A request's user is never the operator."""


def is_operator(actor: Actor) -> TypeIs[Operator]:
    """
    Return whether the actor is the operator.

    Raises TypeError for None: a caller that knows no user must not become the operator by mistake.
    """
    if actor is None:
        raise TypeError("Say who acts: a user, or content_libraries.api.OPERATOR.")
    return isinstance(actor, Operator)


def is_global_staff(user: User | AnonymousUser) -> bool:
    """Return whether the user may do everything on the whole site."""
    return user.is_active and (user.is_staff or user.is_superuser)


__all__ = ["OPERATOR", "Actor", "Operator", "is_global_staff", "is_operator"]
