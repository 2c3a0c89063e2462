"""States, actions and events of releases, and which action is possible in which state."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from ..keys import ItemKey, item_type_of
from ..libraries.data import Permission


class ReleaseState(StrEnum):
    """
    The state of a release.

    ``held`` is a release that was due, and was not published because something had changed since it was approved.
    """

    DRAFT = "draft"
    REQUESTED = "requested"
    APPROVED = "approved"
    SCHEDULED = "scheduled"
    PUBLISHED = "published"
    DECLINED = "declined"
    CANCELED = "canceled"
    HELD = "held"
    REVERTED = "reverted"


class ReleaseAction(StrEnum):
    """Names the actions on a release."""

    CHANGE = "change"
    REQUEST = "request"
    COMMENT = "comment"
    APPROVE = "approve"
    DECLINE = "decline"
    SCHEDULE = "schedule"
    PUBLISH = "publish"
    CANCEL = "cancel"
    REVERT = "revert"


class ReleaseEventKind(StrEnum):
    """Names the kinds of events in the life of a release."""

    CREATED = "created"
    CHANGED = "changed"
    REQUESTED = "requested"
    COMMENTED = "commented"
    APPROVED = "approved"
    DECLINED = "declined"
    SCHEDULED = "scheduled"
    PUBLISHED = "published"
    CANCELED = "canceled"
    HELD = "held"
    REVERTED = "reverted"


@dataclass(frozen=True, slots=True)
class Rule:
    """
    Says when an action is possible.

    Args:
        states: the states in which it is possible.
        permission: the permission in the library that it needs.
    """

    states: frozenset[ReleaseState]
    permission: Permission


_OPEN: Final = frozenset(
    {
        ReleaseState.DRAFT,
        ReleaseState.REQUESTED,
        ReleaseState.APPROVED,
        ReleaseState.SCHEDULED,
        ReleaseState.DECLINED,
        ReleaseState.HELD,
    }
)
_CHANGEABLE: Final = frozenset({ReleaseState.DRAFT, ReleaseState.DECLINED, ReleaseState.HELD})
_ASKED: Final = frozenset({ReleaseState.REQUESTED, ReleaseState.APPROVED, ReleaseState.SCHEDULED, ReleaseState.HELD})
_AGREED: Final = frozenset({ReleaseState.APPROVED, ReleaseState.SCHEDULED})

RULES: Final[Mapping[ReleaseAction, Rule]] = {
    ReleaseAction.CHANGE: Rule(_CHANGEABLE, Permission.EDIT),
    ReleaseAction.REQUEST: Rule(_CHANGEABLE, Permission.EDIT),
    ReleaseAction.COMMENT: Rule(frozenset(ReleaseState), Permission.EDIT),
    ReleaseAction.APPROVE: Rule(_ASKED, Permission.PUBLISH),
    ReleaseAction.DECLINE: Rule(_ASKED, Permission.PUBLISH),
    ReleaseAction.SCHEDULE: Rule(_AGREED, Permission.PUBLISH),
    ReleaseAction.PUBLISH: Rule(_AGREED, Permission.PUBLISH),
    # Whoever made the release may cancel it with EDIT; others need PUBLISH.
    ReleaseAction.CANCEL: Rule(_OPEN, Permission.EDIT),
    ReleaseAction.REVERT: Rule(frozenset({ReleaseState.PUBLISHED}), Permission.PUBLISH),
}
"""Action -> when it is possible."""


def possible_actions(state: ReleaseState) -> tuple[ReleaseAction, ...]:
    """Return the actions that are possible in a state, for users with the permissions that these need."""
    return tuple(action for action, rule in RULES.items() if state in rule.states)


@dataclass(frozen=True, slots=True)
class ReleaseItemEntry:
    """
    An item of a release.

    Args:
        key: the item.
        title: title of the draft, or of the published version if the draft is deleted; blank if it is not known.
        as_deletion: whether the item was deleted when it was chosen, so that its deletion is to be published.
    """

    key: ItemKey
    title: str
    as_deletion: bool

    @property
    def item_type(self) -> str:
        """Return the XBlock type of a component, or the type of a container."""
        return item_type_of(self.key)
