"""Errors of releases. All of them leave the release as it was."""

from __future__ import annotations

from collections.abc import Collection

from ...errors import ConflictError, PlanOutdatedError
from ..release_data import ReleaseAction, ReleaseState, possible_actions


class ReleaseConflictError(ConflictError):
    """
    The release, or the content, does not allow an action at the moment.

    Args:
        message: the reason, and what users can do.
        state: the state of the release.
    """

    code = "release_conflict"

    def __init__(self, message: str, *, state: ReleaseState) -> None:
        super().__init__(message)
        self.state = state

    @property
    def possible(self) -> Collection[ReleaseAction]:
        """Return the actions that are possible instead."""
        return possible_actions(self.state)


class WrongStateError(ReleaseConflictError):
    """An action is not possible in the state of the release."""

    code = "release_wrong_state"


class ContentChangedError(ReleaseConflictError, PlanOutdatedError):
    """The content is not what was shown or approved. Users can look at a new preview."""

    code = "release_content_changed"


class ItemsDeletedError(ReleaseConflictError):
    """Items of the release were deleted after they were chosen. Users can restore them, or choose anew."""

    code = "release_items_deleted"


class NothingToPublishError(ReleaseConflictError):
    """None of the items of the release has unpublished changes."""

    code = "release_nothing_to_publish"


class NotRevertibleError(ReleaseConflictError):
    """Items were published again after the release. Users can revert the rest, and leave these items out."""

    code = "release_not_revertible"
